"""Recorded announcements for loudspeakers; times are kept as in `incidents.store.schema`."""

from sqlalchemy import Column, Double, ForeignKey, LargeBinary, Table, Text, UniqueConstraint

from incidents.store.schema import CODE, ID, NAME, metadata

announcements = Table(
    "announcements",
    metadata,
    Column("id", ID, primary_key=True, comment="random"),
    Column("area", CODE, ForeignKey("areas.code"), nullable=False, comment="whose shelf; those below may use it"),
    Column("name", NAME, nullable=False, comment="what it is called"),
    Column("name_key", NAME, nullable=False, comment="case-folded: a shelf has a name once"),
    Column("text", Text, nullable=False, comment="what is said, for devices that read themselves; may be empty"),
    Column("sound", LargeBinary, nullable=False, comment="16-bit samples at 8 kHz, little-endian"),
    Column("seconds", Double, nullable=False, comment="length"),
    Column("made_at", Double, nullable=False, comment="when"),
    Column("made_by", ID, ForeignKey("accounts.id"), nullable=False, comment="by whom"),
    UniqueConstraint("area", "name_key"),
    comment="recorded announcements, by area",
)
