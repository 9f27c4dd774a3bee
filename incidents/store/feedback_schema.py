"""Forms that orders from above ask to be sent back; see `incidents.store.schema` for how times are kept."""

from sqlalchemy import Column, Double, ForeignKey, Table, Text

from incidents.store.schema import ID, metadata

case_feedback = Table(
    "case_feedback",
    metadata,
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True, comment="the order's case"),
    Column("form", Text, nullable=False, comment="JSON: its fields, as they were when the order came"),
    Column("answers", Text, nullable=False, comment="JSON: by id of the field; how they came about is in the trace"),
    Column("filled_at", Double, comment="newest change of the answers; empty: none yet"),
    comment="what an order wants to be told, and has been told so far",
)
