"""Brings a database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

MIGRATIONS = Path(__file__).parent / "migrations"
ADVISORY_LOCK = 7_310_226_511
WRITES = "gridwatch_writes"
"""Execution option of a connection whose transaction will write."""
APPENDED = "gridwatch_appended"
"""Execution option of such a connection: the list that gets every trace entry written."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Runs what is missing, all of it or nothing. Safe when several processes start at once."""
    with engine.connect() as plain:
        connection = plain.execution_options(**{WRITES: True})
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            command.upgrade(alembic_config(connection), revision)


def alembic_config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
