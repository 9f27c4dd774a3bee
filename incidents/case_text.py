"""Writing what is searched of a case, in the case's own transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, text

from incidents.acting import Step
from incidents.grams import MOST_TEXT, document_grams, folded
from incidents.store import Transaction
from incidents.store.finding_schema import case_texts
from incidents.store.schema import areas, cases

GRAMS = {
    "sqlite": "INSERT INTO case_grams (rowid, grams) VALUES (:seq, :grams)",
    "postgresql": "INSERT INTO case_grams (seq, grams) VALUES (:seq, array_to_tsvector(string_to_array(:grams, ' '))) "
    "ON CONFLICT (seq) DO UPDATE SET grams = excluded.grams",
}
# The SQLite index keeps no texts of its own: it has to be told what it forgets.
_FORGET = text("INSERT INTO case_grams (case_grams, rowid, grams) VALUES ('delete', :seq, :grams)")
_GRAMS = {name: text(statement) for name, statement in GRAMS.items()}
SEARCHED = (
    "number",
    "title_zh",
    "title_en",
    "class_name_zh",
    "class_name_en",
    "address",
    "grid_name",
    "area_name",
)
"""Of a case; names of areas as they were when it was written. Notes follow."""
_grid, _village = areas.alias("text_grid"), areas.alias("text_village")
# Built once: to build it costs more than to ask it.
_AS_IT_STANDS = (
    select(
        *(cases.c[name] for name in ("opened_seq", *SEARCHED[:-2])),
        areas.c.path,
        _grid.c.name.label("grid_name"),
        _village.c.name.label("area_name"),
    )
    .join(areas, areas.c.code == cases.c.place)
    .join(_village, _village.c.code == cases.c.area)
    .outerjoin(_grid, _grid.c.code == cases.c.grid)
    .where(cases.c.id == bindparam("case_id"))
)
_WRITE = case_texts.insert()
NOTED = ("note", "reason", "word", "caption")


def searched_text(parts: Iterable[str | None]) -> str:
    """One part a line, so that no word is found across two; a part that is there twice is kept once."""
    return "\n".join(dict.fromkeys(folded(part).replace("\n", " ") for part in parts if part))[:MOST_TEXT]


def write_texts(connection: Connection, written: Sequence[tuple[int, str, str]]) -> None:
    """`written`: opened_seq, area path and `searched_text` of cases that have none yet."""
    if not written:
        return
    connection.execute(case_texts.insert(), [{"seq": seq, "path": path, "text": words} for seq, path, words in written])
    grams = [{"seq": seq, "grams": " ".join(_grams(path, words))} for seq, path, words in written]
    connection.execute(_GRAMS[connection.dialect.name], grams)


def write_case_text(connection: Connection, case_id: str, notes: Iterable[str] = (), *, new: bool = False) -> None:
    """Indexes a case as it now stands, with what was noted. What was there of it is replaced, but for its notes:
    those stay, and these are added. `new`: nothing is there of it."""
    row = connection.execute(_AS_IT_STANDS, {"case_id": case_id}).one()
    before = [] if new else _taken_out(connection, row.opened_seq)
    parts = [*(getattr(row, name) for name in SEARCHED), *before, *notes]
    write_texts(connection, [(row.opened_seq, row.path, searched_text(parts))])


def index_words(transaction: Transaction, step: Step) -> None:
    """Follows what is done to cases: what was written along with it is found too."""
    said = [word for name in NOTED if isinstance(word := step.detail.get(name), str) and word]
    if said and step.actor.kind == "person":
        write_case_text(transaction.connection, step.case_id, said)


def _taken_out(connection: Connection, seq: int) -> list[str]:
    """The lines that were there."""
    row: Any = connection.execute(select(case_texts).where(case_texts.c.seq == seq)).one_or_none()
    if row is None:
        return []
    if connection.dialect.name == "sqlite":
        connection.execute(_FORGET, {"seq": seq, "grams": " ".join(_grams(row.path, row.text))})
    connection.execute(case_texts.delete().where(case_texts.c.seq == bindparam("gone")), {"gone": seq})
    return str(row.text).split("\n")


def _grams(path: str, words: str) -> list[str]:
    return document_grams(words, (code for code in path.split("/") if code))
