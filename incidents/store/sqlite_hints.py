"""SQLAlchemy drops table hints for SQLite: `INDEXED BY`, and `CROSS` before a JOIN to keep its order."""

from sqlalchemy import Engine, FromClause
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler


class HintingCompiler(SQLiteCompiler):
    """Writes what `Select.with_hint` gives after the table's name."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        del table
        return text


def take_hints(engine: Engine) -> None:
    engine.dialect.statement_compiler = HintingCompiler
