"""How quickly cases are found among many, and how many are filed a second.

    python -m bench.cases --rows 2000000 --json
    python -m bench.cases --rows 200000 --database postgresql://…   # an empty one, filled and left so

Fills a store in a folder of its own (some minutes for two millions), then asks as the API does, each question many
times with different words, places and pages: p95 and worst in milliseconds, and as `cpu` the processor time of the
asking thread, which with SQLite is all but the disk and which other work on the machine changes less. Filing goes
through the HTTP interface of a server process on that store, from several clients at once; each answer means the case
is on the disk.
"""

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.case_filing import filed_per_second
from bench.case_rows import HEIGHT, RARE, ROOT, SOUTH, STREETS, THINGS, WEST, WIDTH, District, fill, make_district
from incidents.case_filter import CaseFilter, Sort
from incidents.case_queries import count_cases, list_cases
from incidents.rights import Scope
from incidents.store import DATABASE_FILE, Store, open_store
from runtime.collector import settle_heap

NOW = 1_790_000_000.0
DAY = 86_400.0
PAGE = 50
ALL = Scope(frozenset({f"/{ROOT}/"}))


class Asking:
    """Asks one store, and keeps how long each kind of question took."""

    def __init__(self, store: Store, district: District, repeats: int) -> None:
        self.store, self.district, self.repeats = store, district, repeats
        self.chance = random.Random(3)
        self.taken: dict[str, list[float]] = {}
        self.worked: dict[str, list[float]] = {}
        self.slowest: dict[str, tuple[float, str]] = {}

    def ask(self, name: str, scope: Scope, wanted: CaseFilter) -> Any:
        return self._timed(name, lambda c: list_cases(c, scope, wanted), f"{scope.prefixes} {wanted}")

    def count(self, name: str, scope: Scope, wanted: CaseFilter, by: Any) -> Any:
        return self._timed(name, lambda c: count_cases(c, scope, wanted, by), f"{scope.prefixes} {wanted} {by}")

    def _timed(self, name: str, question: Callable[[Any], Any], said: str) -> Any:
        began, worked = time.perf_counter(), time.thread_time()
        with self.store.read() as connection:
            found = question(connection)
        took = (time.perf_counter() - began) * 1000
        self.worked.setdefault(name, []).append((time.thread_time() - worked) * 1000)
        self.taken.setdefault(name, []).append(took)
        self.slowest[name] = max(self.slowest.get(name, (0.0, "")), (took, said))
        return found

    def village(self) -> Scope:
        return Scope(frozenset({self.chance.choice(self.district.villages)[0]}))

    def town(self) -> Scope:
        return Scope(frozenset({f"/{ROOT}/{self.chance.choice(self.district.towns)}/"}))

    def scopes(self) -> tuple[Scope, ...]:
        return ALL, self.town(), self.village()


def ask_queue(asking: Asking) -> None:
    """The pages operators have open all day, for the district, a town, a village."""
    for scope in asking.scopes():
        for wanted in (
            CaseFilter(state="open", limit=PAGE), CaseFilter(limit=PAGE), CaseFilter(state="review", limit=PAGE),
            CaseFilter(state="open", sort=Sort.DEADLINE, limit=PAGE), CaseFilter(overdue_at=NOW, limit=PAGE),
            CaseFilter(state="open", case_class="05-01", level=2, limit=PAGE), CaseFilter(state="closed", limit=PAGE),
            CaseFilter(area=asking.chance.choice(asking.district.grids)[0], limit=PAGE),
            CaseFilter(assignee=f"{asking.chance.randint(0, 199):032x}", state="open", limit=PAGE),
            CaseFilter(sort=Sort.UPDATED, limit=PAGE),
        ):  # fmt: skip
            asking.ask("queue", scope, wanted)
    wanted = CaseFilter(cursor=f"{NOW - asking.chance.uniform(0, 5 * 365 * DAY)!r}_{2**62}", limit=PAGE)
    asking.ask("deep_page", asking.chance.choice(asking.scopes()), wanted)


def ask_any(asking: Asking) -> None:
    """Filters drawn at random, rare ones together too."""
    chance = asking.chance
    parts: list[dict[str, Any]] = [
        {"state": chance.choice(("open", "closed", "invalid", "handled"))},
        {"case_class": chance.choice(("05-01", "01-02", "05-05", "01-03"))}, {"level": chance.randint(1, 4)},
        {"source": chance.choice(("camera", "hotline", "sensor", "district"))},
        {"from_at": NOW - chance.uniform(0, 1800) * DAY}, {"to_at": NOW - chance.uniform(0, 1800) * DAY},
        {"bbox": _box(chance, 0.02)}, {"camera": f"cam-{chance.randint(0, 1676)}"},
        {"assignee": f"{chance.randint(0, 199):032x}"}, {"overdue_at": NOW}, {"sort": chance.choice(list(Sort))},
    ]  # fmt: skip
    given: dict[str, Any] = {}
    for part in chance.sample(parts, chance.randint(1, 4)):
        given |= part
    asking.ask("any_filters", chance.choice(asking.scopes()), CaseFilter(**given, limit=PAGE))


def ask_words(asking: Asking) -> None:
    """Words of two characters and more, frequent and rare, one and several, and of all the worst."""
    chance = asking.chance
    street, thing = chance.choice(STREETS), chance.choice(THINGS)
    number = f"{chance.choice(asking.district.villages)[1]}-{chance.randint(0, 10**6):08d}"
    words = (
        thing[:2], thing, street, f"{street} {thing[:3]}", f"{street}{chance.randint(1, 400)}号", number,
        chance.choice(RARE), "没有这个词",
    )  # fmt: skip
    for typed in words:
        for scope in asking.scopes():
            asking.ask("search", scope, CaseFilter(text=typed, limit=PAGE))
    since = NOW - chance.uniform(30, 1500) * DAY
    asking.ask("search", ALL, CaseFilter(text=thing[:2], from_at=since, to_at=since + 30 * DAY, limit=PAGE))
    asking.ask("search", ALL, CaseFilter(text=thing[:2], state="open", limit=PAGE))
    for typed in ("占道 违停", "路 桥", "号", "网格 污水"):
        asking.ask("search_worst", ALL, CaseFilter(text=typed, limit=PAGE))
    asking.ask("search_worst", ALL, CaseFilter(text=thing[:2], level=4, source="sensor", limit=PAGE))
    asking.ask("search_worst", ALL, CaseFilter(text="摊贩", sort=Sort.LEVEL, limit=PAGE))


def _box(chance: random.Random, size: float) -> tuple[float, float, float, float]:
    west, south = WEST + chance.random() * (WIDTH - size), SOUTH + chance.random() * (HEIGHT - size)
    return west, south, west + size, south + size


def ask_map(asking: Asking) -> None:
    """From a few streets to half the district; all cases of five years, and the open ones."""
    for size in (0.002, 0.01, 0.05, 0.25):
        for state in ("open", None):
            for scope in asking.scopes():
                wanted = CaseFilter(bbox=_box(asking.chance, size), state=state, limit=500)
                asking.ask("bbox", scope, wanted)


def ask_counts(asking: Asking) -> None:
    for scope in asking.scopes():
        for state in ("open", None):
            asking.count("grid_counts", scope, CaseFilter(state=state), "grid")
            asking.count("class_counts", scope, CaseFilter(state=state), "class")
            asking.count("state_counts", scope, CaseFilter(state=state), "state")
    asking.count("grid_counts", ALL, CaseFilter(case_class="05-01"), "grid")
    asking.count("counts_of_a_month", ALL, CaseFilter(from_at=NOW - 30 * DAY), "grid")


def measure(store: Store, district: District, repeats: int) -> tuple[dict[str, float], dict[str, tuple[float, str]]]:
    asking = Asking(store, district, repeats)
    for questions in (ask_queue, ask_any, ask_words, ask_map, ask_counts):
        questions(asking)  # once unmeasured: the first reading of the file is the disk's speed
        asking.taken.clear()
        asking.worked.clear()
        asking.slowest.clear() if questions is ask_queue else None
    asking.slowest.clear()
    for _ in range(repeats):
        for questions in (ask_queue, ask_any, ask_words, ask_map, ask_counts):
            questions(asking)
    found: dict[str, float] = {}
    for name, taken in asking.taken.items():
        found[f"{name}_p95_ms"] = round(statistics.quantiles(taken, n=20)[-1], 2) if len(taken) > 1 else taken[0]
        found[f"{name}_median_ms"] = round(statistics.median(taken), 2)
        found[f"{name}_worst_ms"] = round(max(taken), 2)
        worked = asking.worked[name]
        found[f"{name}_cpu_p95_ms"] = round(statistics.quantiles(worked, n=20)[-1], 2) if len(worked) > 1 else worked[0]
    return found, asking.slowest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a line a figure")
    parser.add_argument("--repeats", type=int, default=20, help="rounds of all questions")
    parser.add_argument("--filing-seconds", type=float, default=15.0)
    parser.add_argument("--clients", type=int, default=16, help="that file at once")
    parser.add_argument("--no-filing", action="store_true")
    parser.add_argument("--slowest", action="store_true", help="say which question of each kind took longest")
    parser.add_argument("--folder", type=Path, help="keep the store here and use it again, on a disk as in service")
    parser.add_argument("--database", default="", help="an empty PostgreSQL database instead of SQLite")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gridwatch-cases-") as scratch:
        folder = given.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        print(json.dumps(found) if (found := run(folder, given)) and given.json else _lines(found))


def run(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    store = open_store(given.database or folder / "data" / DATABASE_FILE)
    district, began = make_district(), time.perf_counter()
    with store.read() as connection:
        there = connection.execute(text("SELECT count(*) FROM cases")).scalar_one()
    if not there:
        fill(store, district, given.rows, NOW)
    filled = time.perf_counter() - began
    found: dict[str, Any] = {"rows": there or given.rows, "database": store.engine.dialect.name}
    found["fill_seconds"] = round(filled, 1)
    found["load_before"] = os.getloadavg()[0]
    settle_heap()  # as the server does
    figures, slowest = measure(store, district, given.repeats)
    found |= figures
    if given.slowest:
        found["slowest"] = slowest
    store.close()
    if not given.no_filing:
        found |= filed_per_second(folder, given.database, given.clients, given.filing_seconds)
    found["load_after"] = os.getloadavg()[0]
    return found


def _lines(found: dict[str, Any]) -> str:
    return "\n".join(f"{key}: {value}" for key, value in found.items())


if __name__ == "__main__":
    main()
