"""What an account keeps of cameras."""

from sqlalchemy import Column, Double, ForeignKey, Table

from incidents.store.schema import CODE, ID, metadata

favourites = Table(
    "favourites",
    metadata,
    Column("account_id", ID, ForeignKey("accounts.id"), primary_key=True, comment="whose"),
    Column("camera_id", CODE, primary_key=True, comment="camera of the configuration; one no longer there is not told"),
    Column("added_at", Double, nullable=False, comment="when; the order they are told in"),
    comment="cameras an account has starred",
)
