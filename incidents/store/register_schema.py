"""The registers: vendors and firms, the cases they were met in, and what was done to the entries themselves.

A party's personal words stand in `parties` alone, so that to empty them there is to forget the person: the log and the
trace of cases name a party by its id.
"""

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    event,
)

from incidents.store.schema import CODE, HASH, ID, NAME, metadata

_SEQ = BigInteger().with_variant(Integer, "sqlite")

parties = Table(
    "parties",
    metadata,
    Column("id", ID, primary_key=True, comment="random"),
    Column("kind", String(16), nullable=False, comment="vendor or firm"),
    Column("name", NAME, nullable=False, comment="of the person or firm; empty once anonymous"),
    Column("phone", String(24), nullable=False, comment="digits, perhaps after +; may be empty"),
    Column("plate", String(16), nullable=False, comment="of a vehicle or cart, upper case, no spaces; may be empty"),
    Column("trade", NAME, nullable=False, comment="goods or business; may be empty"),
    Column("note", Text, nullable=False, comment="in words; may be empty"),
    Column("id_shown", String(32), nullable=False, comment="number of the document with its middle left out, or empty"),
    Column("id_hash", HASH, comment="HMAC-SHA-256 of the number under a key beside the database; empty: none given"),
    Column("area", CODE, ForeignKey("areas.code"), nullable=False, comment="home: rights hold here"),
    Column("photo_evidence_id", ID, ForeignKey("evidence.id"), comment="a picture of one of its cases"),
    Column("made_at", Double, nullable=False, comment="when entered"),
    Column("made_by", ID, ForeignKey("accounts.id"), nullable=False, comment="who entered it"),
    Column("last_case_at", Double, nullable=False, comment="opening of its newest case, or when entered: retention"),
    Column("merged_into", ID, ForeignKey("parties.id"), comment="the entry that took this one in"),
    Column("anonymous_at", Double, comment="when its personal words were deleted"),
    Column("version", Integer, nullable=False, comment="one more with every change; for optimistic locking"),
    CheckConstraint("kind IN ('vendor', 'firm')", name="kind"),
    Index("ix_parties_id_hash", "id_hash"),
    Index("ix_parties_area_kind", "area", "kind"),
    Index("ix_parties_last_case_at", "last_case_at"),
    comment="vendors and firms; merged ones stay, since traces name them",
)

party_cases = Table(
    "party_cases",
    metadata,
    Column("party_id", ID, ForeignKey("parties.id"), primary_key=True, comment="who"),
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True, comment="was met in which case"),
    Column("role", String(16), nullable=False, comment="subject, owner or witness"),
    Column("measure", String(16), comment="told, warned, held, fined, handed_over or other; empty: none yet"),
    Column("note", String(400), nullable=False, comment="in words; may be empty"),
    Column("at", Double, nullable=False, comment="when it was put down"),
    Column("by", ID, ForeignKey("accounts.id"), nullable=False, comment="who put it down"),
    Column("changed_at", Double, nullable=False, comment="newest change"),
    Index("ix_party_cases_case_id", "case_id"),
    comment="a party's part in a case and the measure taken",
)

party_log = Table(
    "party_log",
    metadata,
    Column("seq", _SEQ, primary_key=True, autoincrement=False, comment="1, 2, 3 … over all parties"),
    Column("party_id", ID, ForeignKey("parties.id"), nullable=False, index=True, comment="whose"),
    Column("at", Double, nullable=False, comment="when"),
    Column("action", String(16), nullable=False, comment="made, changed, attached, measure, detached, merged …"),
    Column("by", ID, ForeignKey("accounts.id"), comment="who; empty: the system"),
    Column("by_name", NAME, nullable=False, comment="as it was then"),
    Column("case_id", ID, ForeignKey("cases.id"), comment="the case it was about; rights hold at its place"),
    Column(
        "detail", Text, nullable=False, comment="JSON; of personal words it names which changed, never what they were"
    ),
    comment="append-only: what was done to an entry of the registers; guarded by triggers",
)

SQLITE_GUARD = tuple(
    f"CREATE TRIGGER party_log_no_{verb.lower()} BEFORE {verb} ON party_log "
    "BEGIN SELECT RAISE(ABORT, 'the log of a register is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
POSTGRESQL_GUARD = (
    "CREATE FUNCTION party_log_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN RAISE EXCEPTION 'the log of a register is append-only'; END$$",
    "CREATE TRIGGER party_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON party_log "
    "FOR EACH STATEMENT EXECUTE FUNCTION party_log_append_only()",
)
for _dialect, _statements in (("sqlite", SQLITE_GUARD), ("postgresql", POSTGRESQL_GUARD)):
    for _statement in _statements:
        event.listen(party_log, "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
