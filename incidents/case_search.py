"""Words in cases: from what was typed to a condition on `cases`, by the index of incidents.grams."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, column, func, literal_column, select, table, text

from incidents.case_filter import CaseFilter, Sort
from incidents.case_plan import NONE, Plan
from incidents.grams import Sought, area_gram, sought
from incidents.store.finding_schema import WALK, case_texts
from incidents.store.schema import cases
from incidents.text import clean_text

FEW_TO_READ = 20_000
"""Cases whose texts are read one by one rather than asking the index of words."""
MOST_SORTED = 10_000
"""Hits, the newest, that another order than that of opening is made of."""
MOST_DATED = 500_000
"""Cases of a stretch of time whose first and last are looked up."""
MOST_TYPED = 100
MOST_AREAS = 8
_texts = case_texts.alias("searched")
_sqlite_grams = table("case_grams", column("rowid"))
_postgres_grams = table("case_grams", column("seq"), column("grams"))


@dataclass(frozen=True, slots=True)
class Hits:
    """`seq`: of the index of words, whose order the rows come in; None where texts are read row by row, or only some
    hits are sorted."""

    fits: ColumnElement[bool]
    grams: Any = None
    seq: Any = None

    @property
    def ordered(self) -> bool:
        return self.seq is not None

    def among(self, query: Select[Any]) -> Select[Any]:
        """`query` is one of `Plan.select`."""
        source = cases
        if self.grams is not None:
            # Nothing but this word makes SQLite begin with the index of words.
            query = query.with_hint(self.grams, "CROSS", "sqlite")
            source = self.grams.join(cases, self.seq == cases.c.opened_seq)
        return query.select_from(source.join(_texts, _texts.c.seq == cases.c.opened_seq)).where(self.fits)


def hits_of(connection: Connection, plan: Plan, wanted: CaseFilter) -> Hits | None:
    """None where nothing was typed. What the index serves is left to it: the plan may change. Raises Invalid."""
    typed = clean_text(wanted.text, "text", MOST_TYPED) if wanted.text else ""
    if not typed:
        return None
    asked = sought(typed)
    if not asked.whole and not asked.beginnings:
        return Hits(NONE)
    place_of = func.instr if connection.dialect.name == "sqlite" else func.strpos
    holds = and_(*(place_of(_texts.c.text, word) > 0 for word in asked.words))
    if connection.dialect.name != "sqlite":
        return _on_postgresql(plan, asked, holds)
    if plan.chosen is not None and plan.few and plan.least < FEW_TO_READ:
        return Hits(holds)
    plan.chosen = None
    match = literal_column("case_grams").op("MATCH")(_fts(asked, _areas(plan)))
    seq = _sqlite_grams.c.rowid
    within = [match, *_dated(connection, seq, wanted)]
    if wanted.sort in (Sort.OPENED, Sort.OLDEST):
        return Hits(and_(*within, holds), _sqlite_grams, seq)
    newest = select(seq).where(*within).order_by(seq.desc()).limit(MOST_SORTED)
    return Hits(and_(cases.c.opened_seq.in_(newest), holds))


def _on_postgresql(plan: Plan, asked: Sought, holds: ColumnElement[bool]) -> Hits:
    """Its planner knows how often each gram is there, and which end to begin at."""
    query = text("CAST(:asked AS tsquery)").bindparams(asked=_tsquery(asked, _areas(plan)))
    found = select(_postgres_grams.c.seq).where(_postgres_grams.c.grams.op("@@")(query))
    return Hits(and_(cases.c.opened_seq.in_(found), holds))


def _areas(plan: Plan) -> list[str]:
    if plan.everywhere or plan.prefixes is None or len(plan.prefixes) > MOST_AREAS or "/" in plan.prefixes:
        return []
    return [area_gram(path.strip("/").rpartition("/")[2]) for path in plan.prefixes]


def _fts(asked: Sought, areas: list[str]) -> str:
    """Grams are letters, digits and the sign before areas: nothing in them means anything inside quotes."""
    parts = [f'"{gram}"' for gram in asked.whole] + [f'"{gram}" *' for gram in asked.beginnings]
    within = " OR ".join(f'"{gram}"' for gram in areas)
    return " AND ".join([*parts, f"({within})"] if areas else parts)


def _tsquery(asked: Sought, areas: list[str]) -> str:
    parts = [f"'{gram}'" for gram in asked.whole] + [f"'{gram}':*" for gram in asked.beginnings]
    within = " | ".join(f"'{gram}'" for gram in areas)
    return " & ".join([*parts, f"({within})"] if areas else parts)


def _dated(connection: Connection, seq: Any, wanted: CaseFilter) -> list[ColumnElement[bool]]:
    """The index of words knows no times, but the numbers of cases run with them: so it need not hand out all the
    newer ones first."""
    bounds = []
    if wanted.from_at is not None:
        bounds.append(cases.c.opened_at >= wanted.from_at)
    if wanted.to_at is not None:
        bounds.append(cases.c.opened_at < wanted.to_at)
    if not bounds:
        return []
    inside = select(cases.c.opened_seq).with_hint(cases, f"INDEXED BY {WALK}", "sqlite").where(*bounds)
    some = inside.limit(MOST_DATED).subquery()
    low, high, n = connection.execute(
        select(func.min(some.c.opened_seq), func.max(some.c.opened_seq), func.count())
    ).one()
    if n == MOST_DATED:
        return []
    return [NONE] if not n else [seq >= low, seq <= high]
