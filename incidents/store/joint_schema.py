"""The conditions cases were opened under, and the parts that posts have in a case they handle together."""

from sqlalchemy import Column, Double, ForeignKey, Index, String, Table, Text

from incidents.store.schema import CODE, ID, cases, metadata

class_terms = Table(
    "class_terms",
    metadata,
    Column("id", String(16), primary_key=True, comment="of the content: equal terms are one row"),
    Column("national", String(4), comment="minor class of GB/T 30428.2; empty where there is none"),
    Column("files_when_zh", Text, comment="what must be the case for it to be filed"),
    Column("files_when_en", Text, comment="the same in English"),
    Column("closes_when_zh", Text, comment="what must be done for it to be closed"),
    Column("closes_when_en", Text, comment="the same in English"),
    comment="of a class, as the catalogue had them when cases were opened; never changed",
)

case_parts = Table(
    "case_parts",
    metadata,
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True, comment="handled together"),
    Column("post", CODE, primary_key=True, comment="id of a post other than the one that leads"),
    Column("state", String(16), nullable=False, comment="asked, accepted, done or withdrawn"),
    Column("wanted", Text, nullable=False, comment="what it was asked to do; may be empty"),
    Column("asked_by", CODE, nullable=False, comment="who asked it"),
    Column("asked_at", Double, nullable=False, comment="when, the last time"),
    Column("accepted_by", CODE, comment="who took it on for the post"),
    Column("accepted_at", Double, comment="when"),
    Column("ended_by", CODE, comment="who reported it done, or withdrew it"),
    Column("ended_at", Double, comment="when"),
    Column("note", Text, nullable=False, comment="what was said at the end; may be empty"),
    Index("ix_case_parts_post_state", "post", "state", "case_id"),
    comment="what other posts do of a case; it is handled when each is done or withdrawn",
)

_HELD = cases.c.post.is_not(None)
BY_POST = "ix_cases_by_post"
Index(BY_POST, cases.c.post, cases.c.opened_at, cases.c.opened_seq, sqlite_where=_HELD, postgresql_where=_HELD)
