"""Tables of video quality diagnosis; see `incidents.store.schema` for how times are kept."""

from sqlalchemy import Column, Double, ForeignKey, Index, String, Table, Text, UniqueConstraint

from incidents.store.schema import CODE, HASH, ID, metadata

quality_episodes = Table(
    "quality_episodes",
    metadata,
    Column("id", ID, primary_key=True, comment="random"),
    Column("camera_id", CODE, nullable=False, comment="camera of the configuration"),
    Column("area", CODE, ForeignKey("areas.code"), nullable=False, comment="where it hung; rights hold here"),
    Column("fault", String(32), nullable=False, comment="what was wrong, see docs/design/quality.md"),
    Column("began_at", Double, nullable=False, comment="when it first showed"),
    Column("told_at", Double, nullable=False, comment="when it had held for long enough to be told"),
    Column("ended_at", Double, comment="when it was found well again; empty: it is not"),
    Column("picture", HASH, comment="SHA-256 of the JPEG that showed it; empty: none, or no longer kept"),
    Column("healthy", HASH, comment="SHA-256 of a JPEG of the camera when it was well; empty: none"),
    UniqueConstraint("camera_id", "fault", "began_at"),
    Index("ix_quality_episodes_ended_at", "ended_at"),
    Index("ix_quality_episodes_began_at", "began_at"),
    comment="what was wrong with a camera's video, from when to when",
)

quality_days = Table(
    "quality_days",
    metadata,
    Column("day", String(10), primary_key=True, comment="yyyy-mm-dd in the town's time zone"),
    Column("made_at", Double, nullable=False, comment="when its report was made"),
    Column("cameras", Text, nullable=False, comment="JSON: [id, name, name_en, area] of every camera in use that day"),
    comment="the estate a day's report is about; cameras come and go",
)
