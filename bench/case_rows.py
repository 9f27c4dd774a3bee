"""A store filled as a district's is after five years: grids of a tree of four levels, classes, times, words, states."""

import math
import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, insert, text, update

from config.load import load_case_classes
from incidents.areas import Area, load_areas
from incidents.case_text import searched_text, write_texts
from incidents.map_squares import map_square
from incidents.repeats import place_cell
from incidents.store import Store
from incidents.store.schema import accounts, cases, trace_head

TOWNS, VILLAGES, GRIDS = 19, 346, 8436
ROOT = "330603"
YEARS = 5
DAY = 86_400.0
CHUNK = 5000
WEST, SOUTH, WIDTH, HEIGHT = 120.30, 29.70, 0.60, 0.50
OPEN_SHARE, INVALID_SHARE = 0.006, 0.03
OPEN_STATES = ("review", "filed", "assigned", "accepted", "arrived", "handled")
SOURCES = (("camera", 40), ("worker", 40), ("hotline", 12), ("operator", 5), ("district", 2), ("sensor", 1))
NAMES = "东江,北湖,铁岭,安昌,解放,人民,胜利,花舍,齐贤,鉴湖,兰亭,会稽,平水,钱清,马山,陶堰,福全,夏履,漓渚,孙端"
STREETS = [name + kind for name in NAMES.split(",") for kind in "路街巷桥"]
THINGS = (
    *("流动摊贩占道经营", "建筑垃圾堆放", "暴露垃圾未清理", "电动车违停", "店外经营", "路灯不亮", "窨井盖松动"),
    *("噪声扰民", "河道漂浮物", "违章搭建", "消防通道堵塞", "油烟扰民", "广告牌破损", "积水严重", "树木倒伏"),
    *("黑烟", "乱贴小广告", "犬只扰民", "占绿毁绿", "车辆乱停放"),
)
RARE = ("罕见词柘溪水闸", "麒麟送子庙会", "直升机起降点")
ENDS = ("居民多次反映", "请尽快处理", "已拍照", "影响通行", "夜间尤甚", "经劝离后又出现", "现场无人", "需联合执法")


@dataclass(frozen=True)
class District:
    """`villages`: area path and code of each; `grids`: code, village, town, and the middle of each."""

    areas: list[Area]
    villages: list[tuple[str, str]]
    towns: list[str]
    grids: list[tuple[str, str, str, float, float]]
    weights: list[float]


def make_district() -> District:
    """The same each time. Towns differ in size, as towns do."""
    chance = random.Random(1)
    areas = [Area(ROOT, None, "district", "柯桥区", "Keqiao")]
    towns = [f"{ROOT}{n + 101}" for n in range(TOWNS)]
    areas += [Area(code, ROOT, "town", f"{STREETS[n * 4][:2]}镇", f"Town {n + 1}") for n, code in enumerate(towns)]
    shares = [1 / (n + 2) for n in range(TOWNS)]
    of_town = [towns[n] if n < TOWNS else chance.choices(towns, shares)[0] for n in range(VILLAGES)]
    villages = [(f"{town}{n:03d}", town) for n, town in enumerate(of_town)]
    areas += [Area(code, town, "village", f"{STREETS[n % 80]}村{n}", "") for n, (code, town) in enumerate(villages)]
    columns = math.ceil(math.sqrt(GRIDS))
    grids = []
    for n in range(GRIDS):
        code, town = villages[n * VILLAGES // GRIDS]
        lon, lat = WEST + WIDTH * (n % columns + 0.5) / columns, SOUTH + HEIGHT * (n // columns + 0.5) / columns
        grids.append((f"{code}{n:05d}", code, town, lon, lat))
    areas += [Area(code, village, "grid", f"第{n}网格", "") for n, (code, village, *_) in enumerate(grids)]
    weights = [chance.paretovariate(1.5) for _ in grids]
    paths = [(f"/{ROOT}/{town}/{code}/", code) for code, town in villages]
    return District(areas, paths, towns, grids, weights)


def case_rows(district: District, n: int, until: float, holders: Sequence[str]) -> Iterator[tuple[dict[str, Any], str]]:
    """Rows of `cases`, oldest first, each with its note. The same for the same `n`, but for their times."""
    chance = random.Random(2)
    classes = list(load_case_classes().classes)
    class_shares = [1 / (at + 1) for at in range(len(classes))]
    names, shares = zip(*SOURCES, strict=True)
    step = YEARS * 365 * DAY / n
    for number in range(n):
        at = until - (n - number) * step
        code, village, _, lon, lat = chance.choices(district.grids, cum_weights=_cumulative(district))[0]
        one = chance.choices(classes, class_shares)[0]
        # What is open was mostly opened lately.
        is_open = chance.random() < OPEN_SHARE * (1 if number < n * 0.9 else 5)
        state = chance.choice(OPEN_STATES) if is_open else "invalid" if chance.random() < INVALID_SHARE else "closed"
        street = chance.choice(STREETS)
        thing = chance.choice(THINGS)
        note = f"{street}{chance.randint(1, 400)}号{thing},{chance.choice(ENDS)}"
        if chance.random() < 2e-5:
            note += chance.choice(RARE)
        where = lon + chance.uniform(-0.003, 0.003), lat + chance.uniform(-0.0025, 0.0025)
        level = one.level if chance.random() < 0.9 else chance.randint(1, 4)
        yield {
            "id": f"{number:032x}", "number": f"{village}-{number:08d}", "opened_seq": number + 1, "state": state,
            "case_class": one.code, "class_name_zh": one.zh, "class_name_en": one.en, "level": level,
            "title_zh": f"{one.zh} · {street}", "title_en": one.en, "source": chance.choices(names, shares)[0],
            "camera_id": f"cam-{chance.randint(0, 1676)}", "lon": where[0], "lat": where[1], "error_m": 5.0,
            "place": code, "area": village, "grid": code, "address": f"{street}{thing[:2]}口",
            "opened_at": at, "updated_at": at + (0 if state == "review" else chance.expovariate(1 / DAY)),
            "deadline_at": at + level * DAY,
            # The clock has done with each what it does: it is not to catch up five years while something is measured.
            "urged_for": at + level * DAY, "breached_for": at + level * DAY,
            "closed_at": None if is_open else at + chance.expovariate(1 / DAY),
            "assignee_id": chance.choice(holders) if state not in ("review", "filed", "invalid") else None,
            "needs_person": False, "reworks": 0, "sightings": 1, "version": 2, "place_cell": place_cell(*where),
            "map_square": map_square(*where),
        }, note  # fmt: skip


_sums: dict[int, list[float]] = {}


def _cumulative(district: District) -> list[float]:
    if id(district) not in _sums:
        total, sums = 0.0, []
        for weight in district.weights:
            total += weight
            sums.append(total)
        _sums[id(district)] = sums
    return _sums[id(district)]


def fill(store: Store, district: District, n: int, until: float) -> None:
    """Through the schema as it stands. The trace is left out but for its head; indexes and triggers are taken away
    meanwhile and made again, and the kept counts are summed once."""
    holders = [f"{number:032x}" for number in range(200)]
    with store.write() as transaction:
        load_areas(transaction.connection, district.areas)
        people = [
            {"id": one, "username": f"w{one}", "username_key": f"w{one}", "name": f"网格员{int(one, 16)}",
             "password_hash": "-", "enabled": True, "created_at": 0.0, "password_changed_at": 0.0}
            for one in holders
        ]  # fmt: skip
        transaction.connection.execute(insert(accounts), people)
    paths = {code: path for path, code in district.villages}
    names = {area.code: area.name for area in district.areas}
    with _bare(store.engine):
        rows: list[dict[str, Any]] = []
        words: list[tuple[int, str, str]] = []
        for row, note in case_rows(district, n, until, holders):
            rows.append(row)
            said = ("number", "title_zh", "title_en", "class_name_zh", "class_name_en", "address")
            parts = [*(row[name] for name in said), names[row["grid"]], names[row["area"]], note]
            words.append((row["opened_seq"], f"{paths[row['area']]}{row['grid']}/", searched_text(parts)))
            if len(rows) == CHUNK or (len(words) and row["opened_seq"] == n):
                with store.write() as transaction:
                    transaction.connection.execute(insert(cases), rows)
                    write_texts(transaction.connection, words)
                rows, words = [], []
        with store.write() as transaction:
            transaction.connection.execute(update(trace_head).values(seq=n))


TALLIES = """
INSERT INTO case_tallies (case_class, place, state, n)
SELECT case_class, place, state, count(*) FROM cases GROUP BY case_class, place, state
UNION ALL SELECT '', place, state, count(*) FROM cases GROUP BY place, state
UNION ALL SELECT case_class, '', state, count(*) FROM cases GROUP BY case_class, state
"""
SQUARES = """
INSERT INTO case_squares (square, n)
SELECT map_square, count(*) FROM cases WHERE map_square IS NOT NULL GROUP BY map_square
"""


@contextmanager
def _bare(engine: Engine) -> Iterator[None]:
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE cases DISABLE TRIGGER USER"))
        yield
        with engine.begin() as connection:
            connection.execute(text(TALLIES))
            connection.execute(text(SQUARES))
            connection.execute(text("ALTER TABLE cases ENABLE TRIGGER USER"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        return
    plain = sqlite3.connect(str(engine.url.database))
    made = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'cases' AND type <> 'table' AND sql <> ''"
    kept = plain.execute(made).fetchall()
    for kind, name, _ in kept:
        plain.execute(f"DROP {kind} {name}")
    plain.commit()
    yield
    plain.execute("PRAGMA cache_size = -200000")
    plain.execute(TALLIES)
    plain.execute(SQUARES)
    for _, _, sql in kept:
        plain.execute(sql)
    plain.commit()
    plain.close()
