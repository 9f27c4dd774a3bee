"""Every table, column by column. Times are Unix seconds (UTC), coordinates WGS 84 degrees.

The database is made by the migrations beside this file; a test holds the two equal.
"""

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
)

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)

CODE = String(64)
ID = String(32)
HASH = String(64)
NAME = String(200)

areas = Table(
    "areas",
    metadata,
    Column("code", CODE, primary_key=True, comment="national or local code; a grid's area code is its grid code"),
    Column("parent", CODE, ForeignKey("areas.code"), comment="area it lies in; empty for the topmost"),
    Column("level", String(16), nullable=False, comment="city, district, town, village or grid"),
    Column("name", NAME, nullable=False, comment="in Chinese"),
    Column("name_en", NAME, nullable=False, comment="in English; may be empty"),
    Column("path", String(600), nullable=False, unique=True, comment="/town/village/grid/: rights are prefixes"),
    comment="the tree rights are given on; grids are its leaves",
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", ID, primary_key=True, comment="random"),
    Column("username", String(64), nullable=False, comment="as typed at creation"),
    Column("username_key", String(64), nullable=False, unique=True, comment="case-folded, for look-up"),
    Column("name", NAME, nullable=False, comment="of the person"),
    Column("password_hash", String(200), nullable=False, comment="argon2id with its parameters and salt"),
    Column("enabled", Boolean, nullable=False, comment="a disabled account signs in no more and has no sessions"),
    Column("created_at", Double, nullable=False, comment="when made"),
    Column("password_changed_at", Double, nullable=False, comment="sessions older than this are ended"),
    Column("post", CODE, comment="id of the post whose cases this account handles; empty for none"),
    Column("leaves_at", Double, comment="the account ends then; empty: it goes on"),
    Column("seen_at", Double, comment="last use, to the minute; empty: never used"),
    comment="people and displays that sign in; never deleted, since the trace names them",
)

roles = Table(
    "roles",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.id"), primary_key=True, comment="who"),
    Column("role", String(32), primary_key=True, comment="name of a role in incidents.rights"),
    Column("area", CODE, ForeignKey("areas.code"), primary_key=True, comment="where; holds for everything below"),
    comment="a role at an area",
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", ID, primary_key=True, comment="public handle, fit for logs"),
    Column("token_hash", HASH, nullable=False, unique=True, comment="SHA-256 of the token; the token is not stored"),
    Column("account_id", ID, ForeignKey("accounts.id"), nullable=False, index=True, comment="whose"),
    Column("device", Boolean, nullable=False, comment="a phone or program (long-lived) rather than a browser"),
    Column("address", String(64), nullable=False, comment="network address that signed in"),
    Column("created_at", Double, nullable=False, comment="when signed in"),
    Column("expires_at", Double, nullable=False, comment="ends then, used or not"),
    Column("used_at", Double, nullable=False, comment="last use, to the minute; idle sessions end"),
    Column("program", NAME, comment="program it was made for, which only reads the map; empty: a person's"),
    comment="signed-in sessions; ended ones are deleted",
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("key", HASH, primary_key=True, comment="SHA-256 of kind, account name and address: names no one"),
    Column("count", Integer, nullable=False, comment="failures since the last success or quiet spell"),
    Column("last_at", Double, nullable=False, comment="newest failure"),
    Column("blocked_until", Double, nullable=False, comment="no attempt is judged before"),
    comment="throttling that outlives a restart",
)

workers = Table(
    "workers",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.id"), primary_key=True, comment="the grid worker's account"),
    Column("home_lon", Double, comment="usual starting place"),
    Column("home_lat", Double, comment="usual starting place"),
    Column("transport", String(16), nullable=False, comment="walk, bicycle, e-bike or car"),
    Column("duty", Boolean, nullable=False, comment="on duty now"),
    Column("duty_since", Double, comment="when duty was last switched"),
    Column("skills", Text, comment="JSON: ids of skills of the catalogue; empty: none"),
    Column("phone", String(24), comment="digits, perhaps after +; empty: none known"),
    comment="what a grid worker has beyond an account",
)

worker_positions = Table(
    "worker_positions",
    metadata,
    Column("account_id", ID, ForeignKey("workers.account_id"), primary_key=True, comment="whose phone"),
    Column("lon", Double, nullable=False, comment="WGS 84"),
    Column("lat", Double, nullable=False, comment="WGS 84"),
    Column("accuracy_m", Double, nullable=False, comment="radius as the phone reports it"),
    Column("at", Double, nullable=False, comment="when measured"),
    Column("received_at", Double, nullable=False, comment="when it reached us"),
    comment="newest position of each worker",
)

worker_track = Table(
    "worker_track",
    metadata,
    Column("account_id", ID, ForeignKey("workers.account_id"), primary_key=True, comment="whose phone"),
    Column("at", Double, primary_key=True, comment="when measured; a position sent twice is stored once"),
    Column("lon", Double, nullable=False, comment="WGS 84"),
    Column("lat", Double, nullable=False, comment="WGS 84"),
    Column("accuracy_m", Double, nullable=False, comment="radius as the phone reports it"),
    comment="where a worker has been, for patrol time and distance",
)

cases = Table(
    "cases",
    metadata,
    Column("id", ID, primary_key=True, comment="random"),
    Column("number", String(40), nullable=False, unique=True, comment="prefix-day-sequence, for people"),
    Column("opened_seq", BigInteger, nullable=False, unique=True, comment="seq of its first trace entry; the order"),
    Column("state", String(16), nullable=False, comment="incidents.case.State"),
    Column("case_class", String(16), nullable=False, comment="code in the catalogue"),
    Column("class_name_zh", NAME, nullable=False, comment="name of the class when the case was opened"),
    Column("class_name_en", NAME, nullable=False, comment="the same in English"),
    Column("level", Integer, nullable=False, comment="1 (least) to 4"),
    Column("title_zh", String(400), nullable=False, comment="one line"),
    Column("title_en", String(400), nullable=False, comment="one line"),
    Column("source", String(16), nullable=False, comment="camera, operator, worker, hotline, sensor …"),
    Column("camera_id", CODE, comment="camera it began at, or the one that looks at it"),
    Column("zone_id", CODE, comment="zone of that camera"),
    Column("rule", String(32), comment="rule that saw it"),
    Column("lon", Double, comment="empty where the camera has no pose"),
    Column("lat", Double, comment="as lon"),
    Column("error_m", Double, comment="radius of the place's uncertainty"),
    Column("place", CODE, ForeignKey("areas.code"), nullable=False, comment="finest area: rights hold here"),
    Column("area", CODE, ForeignKey("areas.code"), nullable=False, comment="village, or what else is known above it"),
    Column("grid", CODE, ForeignKey("areas.code"), comment="grid it lies in"),
    Column("address", NAME, nullable=False, comment="in words; may be empty"),
    Column("opened_at", Double, nullable=False, comment="when the case came to be"),
    Column("updated_at", Double, nullable=False, comment="newest trace entry"),
    Column("deadline_at", Double, comment="to be closed by"),
    Column("closed_at", Double, comment="when closed or struck out"),
    Column("resolution", String(32), comment="why closed: verified, closed_by_person, left_by_itself …"),
    Column("assignee_id", ID, ForeignKey("accounts.id"), comment="who is to handle it"),
    Column("dispatched_by", ID, ForeignKey("accounts.id"), comment="who sent the assignee; may not verify"),
    Column("handled_by", ID, ForeignKey("accounts.id"), comment="who reported it handled; may not verify"),
    Column("needs_person", Boolean, nullable=False, comment="the camera could not tell: a person must verify"),
    Column("reworks", Integer, nullable=False, comment="times sent back by a verification"),
    Column("sightings", Integer, nullable=False, comment="times a camera reported it"),
    Column("last_seen_at", Double, comment="newest sighting"),
    Column("gone_at", Double, comment="a camera saw it leave; emptied when seen again"),
    Column("picture_evidence_id", ID, comment="picture to show first"),
    Column("clip_evidence_id", ID, comment="clip to show first"),
    Column("version", Integer, nullable=False, comment="one more with every trace entry; for optimistic locking"),
    Column("place_cell", BigInteger, comment="square of the map it lies in, see incidents.repeats; empty: no place"),
    Column("repeat_of", ID, comment="first case of the same thing; empty where none is known"),
    Column("same_place_as", ID, comment="newest earlier one there that does not look the same"),
    Column("edition", String(120), comment="of the catalogue its class and deadline are from; empty: not known"),
    Column("tier", Integer, comment="1 grid worker to 4 district, whom it has been stepped up to; empty: as its level"),
    Column("extension_until", Double, comment="asked for, neither granted nor refused yet"),
    Column("extension_by", ID, comment="who asked for it"),
    Column("extended_until", Double, comment="latest time granted"),
    Column("supervised_at", Double, comment="newest supervision order, or step-up"),
    Column("urged_for", Double, comment="the deadline the system has urged for"),
    Column("breached_for", Double, comment="the deadline the system has stepped it up for"),
    Column("score", Integer, comment="1 to 5, given after closing; the words are in the trace"),
    Column("hands", Text, comment="JSON: who has dispatched and handled it in this round; none of them may verify"),
    Column("terms", String(16), comment="class_terms it was opened under; empty: not known"),
    Column("post", CODE, comment="id of the post that holds it, or leads where several do; empty: none"),
    Column("parts_open", Integer, comment="parts of other posts that are neither done nor withdrawn; empty: never any"),
    Column("map_square", BigInteger, comment="square of the map, see incidents.map_squares; empty: no place"),
    CheckConstraint("level BETWEEN 1 AND 4", name="level"),
    Index("ix_cases_camera_id_opened_seq", "camera_id", "opened_seq"),
    Index("ix_cases_state_case_class_lat", "state", "case_class", "lat"),
    Index("ix_cases_case_class_place_cell_opened_at", "case_class", "place_cell", "opened_at"),
    Index("ix_cases_repeat_of_opened_seq", "repeat_of", "opened_seq"),
    comment="one row a case: what the trace adds up to",
)

case_objects = Table(
    "case_objects",
    metadata,
    Column("object_id", CODE, primary_key=True, comment="the detector's name for one standing thing"),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False, index=True, comment="case it belongs to"),
    Column("camera_id", CODE, nullable=False, comment="camera that sees it"),
    Column("rule", String(32), nullable=False, comment="rule that sees it"),
    Column("box", Text, nullable=False, comment="JSON [x, y, width, height]"),
    Column("seen_at", Double, nullable=False, comment="when confirmed"),
    Column("ended_at", Double, comment="gone, or replaced by another object in the same place"),
    Column("view_id", CODE, comment="which of a dome's views sees it"),
    Column("appearance", LargeBinary(256), comment="how it looked, see incidents.appearance; empty where not told"),
    Index("ix_case_objects_camera_id_rule_seen_at", "camera_id", "rule", "seen_at"),
    comment="things seen by cameras, many to a case",
)

trace = Table(
    "trace",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False, comment="1, 2, 3 … over all cases, no gaps"),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False, comment="whose trace"),
    Column("case_seq", Integer, nullable=False, comment="1, 2, 3 … within the case, no gaps"),
    Column("at", Double, nullable=False, comment="when it was recorded"),
    Column("action", String(32), nullable=False, comment="incidents.case.Action"),
    Column("actor_kind", String(16), nullable=False, comment="camera, person or system"),
    Column("actor_id", CODE, nullable=False, comment="account or camera id"),
    Column("actor_name", NAME, nullable=False, comment="as it was then"),
    Column("from_state", String(16), comment="empty for the first entry"),
    Column("to_state", String(16), nullable=False, comment="state after it"),
    Column("detail", Text, nullable=False, comment="canonical JSON, hashed as it stands"),
    Column("case_previous", HASH, nullable=False, comment="hash of the case's entry before; empty for the first"),
    Column("previous", HASH, nullable=False, comment="hash of the entry before over all cases"),
    Column("hash", HASH, nullable=False, unique=True, comment="SHA-256 over all of the above, see incidents.trace"),
    UniqueConstraint("case_id", "case_seq"),
    comment="append-only and hash-chained: who did what, when; guarded by triggers",
)

trace_head = Table(
    "trace_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="always 1"),
    Column("seq", BigInteger, nullable=False, comment="seq of the newest entry; 0 before the first"),
    Column("hash", HASH, nullable=False, comment="its hash: entries cut off the end show"),
    comment="the end of the chain; locked by everyone who appends",
)

evidence = Table(
    "evidence",
    metadata,
    Column("id", ID, primary_key=True, comment="random"),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False, index=True, comment="whose"),
    Column("kind", String(16), nullable=False, comment="picture or clip"),
    Column("media_type", String(64), nullable=False, comment="checked against the content"),
    Column("caption", String(400), nullable=False, comment="in words; may be empty"),
    Column("sha256", HASH, nullable=False, comment="of the content; names the file"),
    Column("size", BigInteger, nullable=False, comment="bytes"),
    Column("at", Double, nullable=False, comment="when added"),
    Column("added_by", CODE, nullable=False, comment="account or camera id"),
    comment="pictures and clips; the bytes lie in files",
)

detections_seen = Table(
    "detections_seen",
    metadata,
    Column("key", String(300), primary_key=True, comment="idempotency key given by the worker"),
    Column("case_id", ID, ForeignKey("cases.id"), comment="case it went to; empty when there was none"),
    Column("outcome", String(16), nullable=False, comment="opened, sighted, reopened, gone or ignored"),
    Column("at", Double, nullable=False, comment="when taken in"),
    comment="a detection delivered twice is taken once",
)

orders = Table(
    "orders",
    metadata,
    Column("id", ID, primary_key=True, comment="random"),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False, index=True, comment="what for"),
    Column("worker_id", ID, ForeignKey("accounts.id"), nullable=False, index=True, comment="who is sent"),
    Column("issued_by", ID, ForeignKey("accounts.id"), comment="who sends"),
    Column("state", String(16), nullable=False, comment="waiting, accepted, arrived, declined, withdrawn or done"),
    Column("issued_at", Double, nullable=False, comment="when sent"),
    Column("answered_at", Double, comment="accepted or declined"),
    Column("ended_at", Double, comment="declined, withdrawn or done"),
    Column("flagged_at", Double, comment="not accepted in time, and said so"),
    Column("reason", String(400), nullable=False, comment="given with a refusal; may be empty"),
    Index("ix_orders_state_issued_at", "state", "issued_at"),
    comment="one row each time somebody is sent: how far the order has got",
)

order_deliveries = Table(
    "order_deliveries",
    metadata,
    Column("order_id", ID, ForeignKey("orders.id"), primary_key=True, comment="what is delivered"),
    Column("channel", String(16), primary_key=True, comment="phone"),
    Column("state", String(16), nullable=False, comment="pending, delivered or dropped: not the order's own state"),
    Column("queued_at", Double, nullable=False, comment="when put in the outbox"),
    Column("delivered_at", Double, comment="when the phone fetched it"),
    comment="the outbox",
)

number_sequences = Table(
    "number_sequences",
    metadata,
    Column("area", CODE, primary_key=True, comment="the village, or the town for a place in none"),
    Column("day", String(8), primary_key=True, comment="yyyymmdd in the town's time zone"),
    Column("last", Integer, nullable=False, comment="last number given out there that day"),
    comment="case numbers start anew each day in each village",
)

settings = Table(
    "settings",
    metadata,
    Column("key", String(64), primary_key=True, comment="what"),
    Column("value", Text, nullable=False, comment="its value; a secret only as a hash"),
    comment="small facts that are not configuration, such as the hash of the set-up code",
)

SQLITE_GUARD = tuple(
    f"CREATE TRIGGER trace_no_{verb.lower()} BEFORE {verb} ON trace "
    "BEGIN SELECT RAISE(ABORT, 'the trace is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
POSTGRESQL_GUARD = (
    "CREATE FUNCTION trace_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN RAISE EXCEPTION 'the trace is append-only'; END$$",
    "CREATE TRIGGER trace_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trace "
    "FOR EACH STATEMENT EXECUTE FUNCTION trace_append_only()",
)
for _dialect, _statements in (("sqlite", SQLITE_GUARD), ("postgresql", POSTGRESQL_GUARD)):
    for _statement in _statements:
        # A percent sign would be read as a parameter; there is none in these. (DDL has no annotations.)
        event.listen(trace, "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
