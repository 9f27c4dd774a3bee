"""Who looked where and changed what, and who stands in for whom; times are kept as in `incidents.store.schema`."""

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Integer, String, Table, Text

from incidents.store.schema import CODE, HASH, ID, NAME, metadata

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, comment="in the order of writing"),
    Column("kind", String(24), nullable=False, comment="incidents.audit.Kind"),
    Column("at", Double, nullable=False, comment="when it was done; of looking: when it began"),
    Column("until_at", Double, comment="of looking: when last seen to go on; empty for all else"),
    Column(
        "going_on", Boolean, nullable=False, comment="somebody looks now; put right at the next start after a crash"
    ),
    Column("seconds", Double, nullable=False, comment="of looking: so long in all, without what lay between"),
    Column("times", Integer, nullable=False, comment="how often within this row"),
    Column("actor_id", ID, comment="account that did it; empty: nobody signed in, or the console"),
    Column("actor_name", NAME, nullable=False, comment="as it was then"),
    Column("address", String(64), nullable=False, comment="network address it came from; may be empty"),
    Column("path", String(600), nullable=False, comment="path of the area it concerns: rights are prefixes of it"),
    Column("camera_id", CODE, comment="of looking: at which camera"),
    Column("how", String(16), nullable=False, comment="of looking: incidents.looking.How; may be empty"),
    Column("subject", NAME, nullable=False, comment="whom or what it was done to; may be empty"),
    Column("detail", Text, nullable=False, comment="JSON, at most 2000 characters; no secrets"),
    Index("ix_audit_at", "at"),
    Index("ix_audit_camera_id_seq", "camera_id", "seq"),
    Index("ix_audit_actor_id_seq", "actor_id", "seq"),
    Index("ix_audit_kind_seq", "kind", "seq"),
    comment="what people did that no case tells: looking, signing in, changing accounts, taking data away",
)

stand_ins = Table(
    "stand_ins",
    metadata,
    Column("id", ID, primary_key=True, comment="random"),
    Column("account_id", ID, ForeignKey("accounts.id"), nullable=False, index=True, comment="who stands in"),
    Column("absent_id", ID, ForeignKey("accounts.id"), nullable=False, index=True, comment="for whom"),
    Column("from_at", Double, nullable=False, comment="beginning"),
    Column("until_at", Double, nullable=False, comment="end; brought forward where it was ended before"),
    Column("made_by", NAME, nullable=False, comment="name of who arranged it"),
    Column("made_at", Double, nullable=False, comment="when arranged"),
    comment="somebody in another's place for a while, with the rights that one has then",
)

moves = Table(
    "moves",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.id"), primary_key=True, comment="whose"),
    Column("at", Double, nullable=False, comment="from then on"),
    Column("roles", Text, nullable=False, comment="JSON [[role, area]]: all he has from then on"),
    Column("post", CODE, comment="post from then on; empty for none"),
    Column("made_by", NAME, nullable=False, comment="name of who arranged it"),
    comment="moves that are still to come, one an account; a move that was made is in the audit",
)

password_codes = Table(
    "password_codes",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.id"), primary_key=True, comment="who may set his password with it"),
    Column("code_hash", HASH, nullable=False, comment="SHA-256 of the code; it is not stored"),
    Column("made_by", NAME, nullable=False, comment="name of who gave it"),
    Column("expires_at", Double, nullable=False, comment="void from then on"),
    Column("tries_left", Integer, nullable=False, comment="so many wrong ones until it is void"),
    comment="one-time codes that wait to be used, one an account",
)
