"""Tables of the wall's presets and tours; see `incidents.store.schema` for how times are kept."""

from sqlalchemy import CheckConstraint, Column, Double, ForeignKey, Integer, Table, Text, UniqueConstraint

from incidents.store.schema import CODE, ID, NAME, metadata


def _shelf(name: str, content: str, comment: str) -> Table:
    """Something named that is one account's own or lies at an area. Names differ on one shelf; NULLs are no shelf."""
    return Table(
        name,
        metadata,
        Column("id", ID, primary_key=True, comment="random"),
        Column("owner_id", ID, ForeignKey("accounts.id"), comment="whose own; empty for a shared one"),
        Column("area", CODE, ForeignKey("areas.code"), index=True, comment="where shared; empty for a personal one"),
        Column("name", NAME, nullable=False, comment="as people call it"),
        Column("name_key", NAME, nullable=False, comment="case-folded; differs on one shelf"),
        Column("content", Text, nullable=False, comment=content),
        Column("version", Integer, nullable=False, comment="one more with every change; for optimistic locking"),
        Column("created_at", Double, nullable=False, comment="when made"),
        Column("created_by", ID, ForeignKey("accounts.id"), nullable=False, comment="who made it"),
        Column("updated_at", Double, nullable=False, comment="newest change"),
        Column("updated_by", ID, ForeignKey("accounts.id"), nullable=False, comment="who made that"),
        UniqueConstraint("owner_id", "name_key"),
        UniqueConstraint("area", "name_key"),
        CheckConstraint("(owner_id IS NULL) <> (area IS NULL)", name="one_shelf"),
        comment=comment,
    )


presets = _shelf("presets", "JSON: [{layout, cameras}], exactly one", "arrangements of the wall kept by name")
tours = _shelf("tours", "JSON: [{layout, cameras, dwell_s}], its steps", "rounds of arrangements with dwell times")
