"""Table of the views of the case desk; see `incidents.store.schema` for how times are kept."""

from sqlalchemy import CheckConstraint, Column, Double, ForeignKey, String, Table, UniqueConstraint

from incidents.store.schema import CODE, ID, NAME, metadata

MAX_QUERY = 1000

# Names differ on one shelf; NULLs are no shelf.
case_views = Table(
    "case_views",
    metadata,
    Column("id", ID, primary_key=True, comment="random"),
    Column("owner_id", ID, ForeignKey("accounts.id"), comment="whose own; empty for a shared one"),
    Column("area", CODE, ForeignKey("areas.code"), index=True, comment="where shared; empty for a personal one"),
    Column("name", NAME, nullable=False, comment="as people call it"),
    Column("name_key", NAME, nullable=False, comment="case-folded; differs on one shelf"),
    Column("query", String(MAX_QUERY), nullable=False, comment="filters and order, as in the address of the desk"),
    Column("updated_at", Double, nullable=False, comment="when it was kept"),
    Column("updated_by", ID, ForeignKey("accounts.id"), nullable=False, comment="who kept it"),
    UniqueConstraint("owner_id", "name_key"),
    UniqueConstraint("area", "name_key"),
    CheckConstraint("(owner_id IS NULL) <> (area IS NULL)", name="one_shelf"),
    comment="filters of the case desk kept by name",
)
