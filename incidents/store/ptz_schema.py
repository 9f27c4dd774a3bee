"""Tables of domes: who turned them, what is kept for them; see `incidents.store.schema` for how times are kept."""

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from incidents.store.schema import CODE, ID, NAME, metadata

ptz_log = Table(
    "ptz_log",
    metadata,
    Column("id", Integer, primary_key=True, comment="1, 2, 3 … in the order written"),
    Column("at", Double, nullable=False, comment="when"),
    Column("camera_id", CODE, nullable=False, comment="the dome; camera of the configuration"),
    Column("account_id", ID, ForeignKey("accounts.id"), comment="who; empty for the system's own rounds"),
    Column("name", NAME, nullable=False, comment="who, as called then"),
    Column("action", String(32), nullable=False, comment="what, see docs/design/ptz.md"),
    Column("detail", Text, nullable=False, comment="JSON: what belongs to the action"),
    Index("ix_ptz_log_camera_id", "camera_id", "id"),
    comment="who turned which dome; rows are only added",
)

ptz_settings = Table(
    "ptz_settings",
    metadata,
    Column("camera_id", CODE, primary_key=True, comment="the dome"),
    Column("calibration", Text, comment="JSON: mount and its errors; laid over cameras.yaml. Empty: that holds"),
    Column("guard", Text, comment="JSON: preset, idle_s; where it goes when nobody turns it"),
    Column("patrol", Text, comment="JSON: steps [preset, dwell_s], on"),
    Column("updated_at", Double, nullable=False, comment="newest change"),
    Column("updated_by", ID, ForeignKey("accounts.id"), nullable=False, comment="who made it"),
    comment="what is kept for a dome beside the configuration",
)

ptz_presets = Table(
    "ptz_presets",
    metadata,
    Column("camera_id", CODE, primary_key=True, comment="the dome"),
    Column("token", CODE, primary_key=True, comment="the device's own name of the preset"),
    Column("name", NAME, nullable=False, comment="as people call it; some devices forget theirs"),
    Column("picture", LargeBinary, comment="JPEG of what it shows; empty until there is one"),
    Column("pictured_at", Double, comment="when that was captured"),
    Column("updated_at", Double, nullable=False, comment="when kept, or kept anew"),
    Column("updated_by", ID, ForeignKey("accounts.id"), nullable=False, comment="who did"),
    comment="names and pictures of the presets that the devices hold",
)

ptz_rounds = Table(
    "ptz_rounds",
    metadata,
    Column("camera_id", CODE, primary_key=True, comment="the dome"),
    Column("on", Boolean, nullable=False, comment="whether it visits its views; without a row yes"),
    Column("updated_at", Double, nullable=False, comment="newest change"),
    Column("updated_by", ID, ForeignKey("accounts.id"), nullable=False, comment="who made it"),
    comment="domes whose watching rounds were switched",
)
