"""The first schema."""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

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


def _accounts() -> None:
    op.create_table(
        "accounts",
        Column("id", String(length=32), nullable=False, comment="random"),
        Column("username", String(length=64), nullable=False, comment="as typed at creation"),
        Column("username_key", String(length=64), nullable=False, comment="case-folded, for look-up"),
        Column("name", String(length=200), nullable=False, comment="of the person"),
        Column("password_hash", String(length=200), nullable=False, comment="argon2id with its parameters and salt"),
        Column("enabled", Boolean(), nullable=False, comment="a disabled account signs in no more and has no sessions"),
        Column("created_at", Double(), nullable=False, comment="when made"),
        Column("password_changed_at", Double(), nullable=False, comment="sessions older than this are ended"),
        PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        UniqueConstraint("username_key", name=op.f("uq_accounts_username_key")),
        comment="people and displays that sign in; never deleted, since the trace names them",
    )


def _areas() -> None:
    op.create_table(
        "areas",
        Column(
            "code",
            String(length=64),
            nullable=False,
            comment="national or local code; a grid's area code is its grid code",
        ),
        Column("parent", String(length=64), nullable=True, comment="area it lies in; empty for the topmost"),
        Column("level", String(length=16), nullable=False, comment="city, district, town, village or grid"),
        Column("name", String(length=200), nullable=False, comment="in Chinese"),
        Column("name_en", String(length=200), nullable=False, comment="in English; may be empty"),
        Column("path", String(length=600), nullable=False, comment="/town/village/grid/: rights are prefixes"),
        ForeignKeyConstraint(["parent"], ["areas.code"], name=op.f("fk_areas_parent_areas")),
        PrimaryKeyConstraint("code", name=op.f("pk_areas")),
        UniqueConstraint("path", name=op.f("uq_areas_path")),
        comment="the tree rights are given on; grids are its leaves",
    )


def _number_sequences() -> None:
    op.create_table(
        "number_sequences",
        Column("day", String(length=8), nullable=False, comment="yyyymmdd in the town's time zone"),
        Column("last", Integer(), nullable=False, comment="last number given out that day"),
        PrimaryKeyConstraint("day", name=op.f("pk_number_sequences")),
        comment="case numbers start anew each day",
    )


def _settings() -> None:
    op.create_table(
        "settings",
        Column("key", String(length=64), nullable=False, comment="what"),
        Column("value", Text(), nullable=False, comment="its value; a secret only as a hash"),
        PrimaryKeyConstraint("key", name=op.f("pk_settings")),
        comment="small facts that are not configuration, such as the hash of the set-up code",
    )


def _sign_in_failures() -> None:
    op.create_table(
        "sign_in_failures",
        Column(
            "key", String(length=64), nullable=False, comment="SHA-256 of kind, account name and address: names no one"
        ),
        Column("count", Integer(), nullable=False, comment="failures since the last success or quiet spell"),
        Column("last_at", Double(), nullable=False, comment="newest failure"),
        Column("blocked_until", Double(), nullable=False, comment="no attempt is judged before"),
        PrimaryKeyConstraint("key", name=op.f("pk_sign_in_failures")),
        comment="throttling that outlives a restart",
    )


def _trace_head() -> None:
    op.create_table(
        "trace_head",
        Column("id", Integer(), autoincrement=False, nullable=False, comment="always 1"),
        Column("seq", BigInteger(), nullable=False, comment="seq of the newest entry; 0 before the first"),
        Column("hash", String(length=64), nullable=False, comment="its hash: entries cut off the end show"),
        PrimaryKeyConstraint("id", name=op.f("pk_trace_head")),
        comment="the end of the chain; locked by everyone who appends",
    )


def _cases() -> None:
    op.create_table(
        "cases",
        Column("id", String(length=32), nullable=False, comment="random"),
        Column("number", String(length=40), nullable=False, comment="prefix-day-sequence, for people"),
        Column("opened_seq", BigInteger(), nullable=False, comment="seq of its first trace entry; the order"),
        Column("state", String(length=16), nullable=False, comment="incidents.case.State"),
        Column("case_class", String(length=16), nullable=False, comment="code in the catalogue"),
        Column(
            "class_name_zh", String(length=200), nullable=False, comment="name of the class when the case was opened"
        ),
        Column("class_name_en", String(length=200), nullable=False, comment="the same in English"),
        Column("level", Integer(), nullable=False, comment="1 (least) to 4"),
        Column("title_zh", String(length=400), nullable=False, comment="one line"),
        Column("title_en", String(length=400), nullable=False, comment="one line"),
        Column("source", String(length=16), nullable=False, comment="camera, operator, worker, hotline, sensor …"),
        Column(
            "camera_id", String(length=64), nullable=True, comment="camera it began at, or the one that looks at it"
        ),
        Column("zone_id", String(length=64), nullable=True, comment="zone of that camera"),
        Column("rule", String(length=32), nullable=True, comment="rule that saw it"),
        Column("lon", Double(), nullable=True, comment="empty where the camera has no pose"),
        Column("lat", Double(), nullable=True, comment="as lon"),
        Column("error_m", Double(), nullable=True, comment="radius of the place's uncertainty"),
        Column("place", String(length=64), nullable=False, comment="finest area: rights hold here"),
        Column("area", String(length=64), nullable=False, comment="village, or what else is known above it"),
        Column("grid", String(length=64), nullable=True, comment="grid it lies in"),
        Column("address", String(length=200), nullable=False, comment="in words; may be empty"),
        Column("opened_at", Double(), nullable=False, comment="when the case came to be"),
        Column("updated_at", Double(), nullable=False, comment="newest trace entry"),
        Column("deadline_at", Double(), nullable=True, comment="to be closed by"),
        Column("closed_at", Double(), nullable=True, comment="when closed or struck out"),
        Column(
            "resolution",
            String(length=32),
            nullable=True,
            comment="why closed: verified, closed_by_person, left_by_itself …",
        ),
        Column("assignee_id", String(length=32), nullable=True, comment="who is to handle it"),
        Column("dispatched_by", String(length=32), nullable=True, comment="who sent the assignee; may not verify"),
        Column("handled_by", String(length=32), nullable=True, comment="who reported it handled; may not verify"),
        Column("needs_person", Boolean(), nullable=False, comment="the camera could not tell: a person must verify"),
        Column("reworks", Integer(), nullable=False, comment="times sent back by a verification"),
        Column("sightings", Integer(), nullable=False, comment="times a camera reported it"),
        Column("last_seen_at", Double(), nullable=True, comment="newest sighting"),
        Column("gone_at", Double(), nullable=True, comment="a camera saw it leave; emptied when seen again"),
        Column("picture_evidence_id", String(length=32), nullable=True, comment="picture to show first"),
        Column("clip_evidence_id", String(length=32), nullable=True, comment="clip to show first"),
        Column("version", Integer(), nullable=False, comment="one more with every trace entry; for optimistic locking"),
        CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_cases_level")),
        ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_cases_area_areas")),
        ForeignKeyConstraint(["assignee_id"], ["accounts.id"], name=op.f("fk_cases_assignee_id_accounts")),
        ForeignKeyConstraint(["dispatched_by"], ["accounts.id"], name=op.f("fk_cases_dispatched_by_accounts")),
        ForeignKeyConstraint(["grid"], ["areas.code"], name=op.f("fk_cases_grid_areas")),
        ForeignKeyConstraint(["handled_by"], ["accounts.id"], name=op.f("fk_cases_handled_by_accounts")),
        ForeignKeyConstraint(["place"], ["areas.code"], name=op.f("fk_cases_place_areas")),
        PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        UniqueConstraint("number", name=op.f("uq_cases_number")),
        UniqueConstraint("opened_seq", name=op.f("uq_cases_opened_seq")),
        comment="one row a case: what the trace adds up to",
    )
    op.create_index(op.f("ix_cases_assignee_id"), "cases", ["assignee_id"], unique=False)
    op.create_index("ix_cases_camera_id_opened_seq", "cases", ["camera_id", "opened_seq"], unique=False)
    op.create_index(op.f("ix_cases_place"), "cases", ["place"], unique=False)
    op.create_index("ix_cases_state_case_class_lat", "cases", ["state", "case_class", "lat"], unique=False)


def _roles() -> None:
    op.create_table(
        "roles",
        Column("account_id", String(length=32), nullable=False, comment="who"),
        Column("role", String(length=32), nullable=False, comment="name of a role in incidents.rights"),
        Column("area", String(length=64), nullable=False, comment="where; holds for everything below"),
        ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_roles_account_id_accounts")),
        ForeignKeyConstraint(["area"], ["areas.code"], name=op.f("fk_roles_area_areas")),
        PrimaryKeyConstraint("account_id", "role", "area", name=op.f("pk_roles")),
        comment="a role at an area",
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        Column("id", String(length=32), nullable=False, comment="public handle, fit for logs"),
        Column(
            "token_hash", String(length=64), nullable=False, comment="SHA-256 of the token; the token is not stored"
        ),
        Column("account_id", String(length=32), nullable=False, comment="whose"),
        Column("device", Boolean(), nullable=False, comment="a phone or program (long-lived) rather than a browser"),
        Column("address", String(length=64), nullable=False, comment="network address that signed in"),
        Column("created_at", Double(), nullable=False, comment="when signed in"),
        Column("expires_at", Double(), nullable=False, comment="ends then, used or not"),
        Column("used_at", Double(), nullable=False, comment="last use, to the minute; idle sessions end"),
        ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sessions_account_id_accounts")),
        PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
        comment="signed-in sessions; ended ones are deleted",
    )
    op.create_index(op.f("ix_sessions_account_id"), "sessions", ["account_id"], unique=False)


def _workers() -> None:
    op.create_table(
        "workers",
        Column("account_id", String(length=32), nullable=False, comment="the grid worker's account"),
        Column("home_lon", Double(), nullable=True, comment="usual starting place"),
        Column("home_lat", Double(), nullable=True, comment="usual starting place"),
        Column("transport", String(length=16), nullable=False, comment="walk, bicycle, e-bike or car"),
        Column("duty", Boolean(), nullable=False, comment="on duty now"),
        Column("duty_since", Double(), nullable=True, comment="when duty was last switched"),
        ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_workers_account_id_accounts")),
        PrimaryKeyConstraint("account_id", name=op.f("pk_workers")),
        comment="what a grid worker has beyond an account",
    )


def _case_objects() -> None:
    op.create_table(
        "case_objects",
        Column("object_id", String(length=64), nullable=False, comment="the detector's name for one standing thing"),
        Column("case_id", String(length=32), nullable=False, comment="case it belongs to"),
        Column("camera_id", String(length=64), nullable=False, comment="camera that sees it"),
        Column("rule", String(length=32), nullable=False, comment="rule that sees it"),
        Column("box", Text(), nullable=False, comment="JSON [x, y, width, height]"),
        Column("seen_at", Double(), nullable=False, comment="when confirmed"),
        Column("ended_at", Double(), nullable=True, comment="gone, or replaced by another object in the same place"),
        ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_objects_case_id_cases")),
        PrimaryKeyConstraint("object_id", name=op.f("pk_case_objects")),
        comment="things seen by cameras, many to a case",
    )
    op.create_index("ix_case_objects_camera_id_rule", "case_objects", ["camera_id", "rule"], unique=False)
    op.create_index(op.f("ix_case_objects_case_id"), "case_objects", ["case_id"], unique=False)


def _detections_seen() -> None:
    op.create_table(
        "detections_seen",
        Column("key", String(length=300), nullable=False, comment="idempotency key given by the worker"),
        Column("case_id", String(length=32), nullable=True, comment="case it went to; empty when there was none"),
        Column("outcome", String(length=16), nullable=False, comment="opened, sighted, reopened, gone or ignored"),
        Column("at", Double(), nullable=False, comment="when taken in"),
        ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_detections_seen_case_id_cases")),
        PrimaryKeyConstraint("key", name=op.f("pk_detections_seen")),
        comment="a detection delivered twice is taken once",
    )


def _evidence() -> None:
    op.create_table(
        "evidence",
        Column("id", String(length=32), nullable=False, comment="random"),
        Column("case_id", String(length=32), nullable=False, comment="whose"),
        Column("kind", String(length=16), nullable=False, comment="picture or clip"),
        Column("media_type", String(length=64), nullable=False, comment="checked against the content"),
        Column("caption", String(length=400), nullable=False, comment="in words; may be empty"),
        Column("sha256", String(length=64), nullable=False, comment="of the content; names the file"),
        Column("size", BigInteger(), nullable=False, comment="bytes"),
        Column("at", Double(), nullable=False, comment="when added"),
        Column("added_by", String(length=64), nullable=False, comment="account or camera id"),
        ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_evidence_case_id_cases")),
        PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        comment="pictures and clips; the bytes lie in files",
    )
    op.create_index(op.f("ix_evidence_case_id"), "evidence", ["case_id"], unique=False)


def _orders() -> None:
    op.create_table(
        "orders",
        Column("id", String(length=32), nullable=False, comment="random"),
        Column("case_id", String(length=32), nullable=False, comment="what for"),
        Column("worker_id", String(length=32), nullable=False, comment="who is sent"),
        Column("issued_by", String(length=32), nullable=True, comment="who sends"),
        Column(
            "state",
            String(length=16),
            nullable=False,
            comment="waiting, accepted, arrived, declined, withdrawn or done",
        ),
        Column("issued_at", Double(), nullable=False, comment="when sent"),
        Column("answered_at", Double(), nullable=True, comment="accepted or declined"),
        Column("ended_at", Double(), nullable=True, comment="declined, withdrawn or done"),
        Column("flagged_at", Double(), nullable=True, comment="not accepted in time, and said so"),
        Column("reason", String(length=400), nullable=False, comment="given with a refusal; may be empty"),
        ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_orders_case_id_cases")),
        ForeignKeyConstraint(["issued_by"], ["accounts.id"], name=op.f("fk_orders_issued_by_accounts")),
        ForeignKeyConstraint(["worker_id"], ["accounts.id"], name=op.f("fk_orders_worker_id_accounts")),
        PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        comment="one row each time somebody is sent: how far the order has got",
    )
    op.create_index(op.f("ix_orders_case_id"), "orders", ["case_id"], unique=False)
    op.create_index("ix_orders_state_issued_at", "orders", ["state", "issued_at"], unique=False)
    op.create_index(op.f("ix_orders_worker_id"), "orders", ["worker_id"], unique=False)


def _trace() -> None:
    op.create_table(
        "trace",
        Column("seq", BigInteger(), autoincrement=False, nullable=False, comment="1, 2, 3 … over all cases, no gaps"),
        Column("case_id", String(length=32), nullable=False, comment="whose trace"),
        Column("case_seq", Integer(), nullable=False, comment="1, 2, 3 … within the case, no gaps"),
        Column("at", Double(), nullable=False, comment="when it was recorded"),
        Column("action", String(length=32), nullable=False, comment="incidents.case.Action"),
        Column("actor_kind", String(length=16), nullable=False, comment="camera, person or system"),
        Column("actor_id", String(length=64), nullable=False, comment="account or camera id"),
        Column("actor_name", String(length=200), nullable=False, comment="as it was then"),
        Column("from_state", String(length=16), nullable=True, comment="empty for the first entry"),
        Column("to_state", String(length=16), nullable=False, comment="state after it"),
        Column("detail", Text(), nullable=False, comment="canonical JSON, hashed as it stands"),
        Column(
            "case_previous",
            String(length=64),
            nullable=False,
            comment="hash of the case's entry before; empty for the first",
        ),
        Column("previous", String(length=64), nullable=False, comment="hash of the entry before over all cases"),
        Column("hash", String(length=64), nullable=False, comment="SHA-256 over all of the above, see incidents.trace"),
        ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_trace_case_id_cases")),
        PrimaryKeyConstraint("seq", name=op.f("pk_trace")),
        UniqueConstraint("case_id", "case_seq", name=op.f("uq_trace_case_id_case_seq")),
        UniqueConstraint("hash", name=op.f("uq_trace_hash")),
        comment="append-only and hash-chained: who did what, when; guarded by triggers",
    )


def _worker_positions() -> None:
    op.create_table(
        "worker_positions",
        Column("account_id", String(length=32), nullable=False, comment="whose phone"),
        Column("lon", Double(), nullable=False, comment="WGS 84"),
        Column("lat", Double(), nullable=False, comment="WGS 84"),
        Column("accuracy_m", Double(), nullable=False, comment="radius as the phone reports it"),
        Column("at", Double(), nullable=False, comment="when measured"),
        Column("received_at", Double(), nullable=False, comment="when it reached us"),
        ForeignKeyConstraint(
            ["account_id"], ["workers.account_id"], name=op.f("fk_worker_positions_account_id_workers")
        ),
        PrimaryKeyConstraint("account_id", name=op.f("pk_worker_positions")),
        comment="newest position of each worker",
    )


def _worker_track() -> None:
    op.create_table(
        "worker_track",
        Column("account_id", String(length=32), nullable=False, comment="whose phone"),
        Column("at", Double(), nullable=False, comment="when measured; a position sent twice is stored once"),
        Column("lon", Double(), nullable=False, comment="WGS 84"),
        Column("lat", Double(), nullable=False, comment="WGS 84"),
        Column("accuracy_m", Double(), nullable=False, comment="radius as the phone reports it"),
        ForeignKeyConstraint(["account_id"], ["workers.account_id"], name=op.f("fk_worker_track_account_id_workers")),
        PrimaryKeyConstraint("account_id", "at", name=op.f("pk_worker_track")),
        comment="where a worker has been, for patrol time and distance",
    )


def _order_deliveries() -> None:
    op.create_table(
        "order_deliveries",
        Column("order_id", String(length=32), nullable=False, comment="what is delivered"),
        Column("channel", String(length=16), nullable=False, comment="phone"),
        Column(
            "state",
            String(length=16),
            nullable=False,
            comment="pending, delivered or dropped: not the order's own state",
        ),
        Column("queued_at", Double(), nullable=False, comment="when put in the outbox"),
        Column("delivered_at", Double(), nullable=True, comment="when the phone fetched it"),
        ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_deliveries_order_id_orders")),
        PrimaryKeyConstraint("order_id", "channel", name=op.f("pk_order_deliveries")),
        comment="the outbox",
    )


TABLES = (
    _accounts,
    _areas,
    _number_sequences,
    _settings,
    _sign_in_failures,
    _trace_head,
    _cases,
    _roles,
    _sessions,
    _workers,
    _case_objects,
    _detections_seen,
    _evidence,
    _orders,
    _trace,
    _worker_positions,
    _worker_track,
    _order_deliveries,
)


def upgrade() -> None:
    for table in TABLES:
        table()
    for statement in SQLITE_GUARD if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_GUARD:
        op.execute(statement)
    op.execute("INSERT INTO trace_head (id, seq, hash) VALUES (1, 0, '" + "0" * 64 + "')")
