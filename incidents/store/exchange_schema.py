"""Tables of what is exchanged with other systems; see `incidents.store.schema` for how times are kept."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from incidents.store.schema import HASH, ID, NAME, metadata

exchange_outbox = Table(
    "exchange_outbox",
    metadata,
    Column("id", ID, primary_key=True, comment="random; names the row"),
    Column("destination", String(40), nullable=False, comment="its id in the configuration"),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False, comment="whose step it tells"),
    Column("seq", BigInteger, ForeignKey("trace.seq"), nullable=False, comment="the trace entry it tells"),
    Column("event_id", String(64), nullable=False, comment="receivers tell repetitions by it"),
    Column("event", String(64), nullable=False, comment="CloudEvents type"),
    Column("body", Text, nullable=False, comment="CloudEvents 1.0, structured JSON, as sent each time"),
    Column("state", String(16), nullable=False, comment="pending, delivered or dead: not the case's own"),
    Column("queued_at", Double, nullable=False, comment="when written, with the trace entry"),
    Column("give_up_at", Double, nullable=False, comment="a failure after this makes it dead"),
    Column("next_at", Double, nullable=False, comment="not tried before"),
    Column("attempts", Integer, nullable=False, comment="so many times tried"),
    Column("last_at", Double, comment="newest try"),
    Column("last_error", String(200), nullable=False, comment="why the newest try failed; empty: it did not"),
    Column("delivered_at", Double, comment="when it was taken"),
    UniqueConstraint("destination", "seq"),
    Index("ix_exchange_outbox_destination_state_next_at", "destination", "state", "next_at"),
    Index("ix_exchange_outbox_case_id_destination_seq", "case_id", "destination", "seq"),
    Index("ix_exchange_outbox_state_queued_at", "state", "queued_at"),
    comment="steps of cases to be told to other systems, one row for each and destination",
)

exchange_reports = Table(
    "exchange_reports",
    metadata,
    Column("id", ID, primary_key=True, comment="random; the service_request_id of Open311"),
    Column("source", String(40), nullable=False, comment="its id in the configuration"),
    Column("reference", String(128), nullable=False, comment="the sender's own id of it"),
    Column("fingerprint", HASH, nullable=False, comment="SHA-256 of what was reported"),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False, index=True, comment="the case it opened"),
    Column("description", Text, nullable=False, comment="as reported; may be empty"),
    Column("address", NAME, nullable=False, comment="as reported; may be empty"),
    Column("media_url", String(1000), nullable=False, comment="as reported, never opened by us; may be empty"),
    Column("received_at", Double, nullable=False, comment="when it came"),
    UniqueConstraint("source", "reference"),
    Index("ix_exchange_reports_source_received_at", "source", "received_at"),
    comment="what other systems reported: one row for each report taken",
)

exchange_sensors = Table(
    "exchange_sensors",
    metadata,
    Column("via", String(40), primary_key=True, comment="broker or source it is heard through, as configured"),
    Column("sensor", String(56), primary_key=True, comment="its id in the configuration"),
    Column("heard_at", Double, nullable=False, comment="when it was last heard, to the minute"),
    Column("said_at", Double, comment="newest time by its own clock; empty where it tells none"),
    Column("alarm", Boolean, nullable=False, comment="it is in alarm, as far as is known"),
    Column("noted_at", Double, comment="when its case was last told of an alarm"),
    Column("case_id", ID, ForeignKey("cases.id"), comment="newest case it opened"),
    comment="what is known of each sensor that was ever heard",
)
