"""Grid workers: duty, positions, import."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from incidents.errors import Invalid, NotAllowed
from incidents.rights import CONSOLE
from incidents.store.schema import worker_track
from incidents.workers import Position, import_workers
from tests.incidents.world import IN_A1, IN_A2, PASSWORD, START, World


def test_duty_and_positions(world: World) -> None:
    wang = world.person("wang", "grid_worker", "QX-A1", "QX-A2")
    workers = world.incidents.workers
    assert workers.set_duty(wang, True).duty
    newest = Position(*IN_A2, 6.0, START + 20)
    track = [newest, Position(*IN_A1, 5.0, START), Position(*IN_A1, 7.0, START + 10)]
    world.clock.pass_(30)
    assert workers.report_positions(wang, track) == 3
    assert workers.report_positions(wang, [*track, Position(*IN_A1, 5.0, START + 5)]) == 1
    (seen,) = workers.list(world.admin)
    assert (seen.name, seen.grids, seen.duty, seen.position_at) == ("Wang", ("QX-A1", "QX-A2"), True, START + 20)
    assert (seen.lon, seen.lat, seen.accuracy_m) == (*IN_A2, 6.0)
    assert workers.me(wang) == seen
    world.clock.pass_(91 * 86400)
    assert workers.forget_old_tracks() == 4
    with world.incidents.store.read() as connection:
        assert connection.execute(select(func.count()).select_from(worker_track)).scalar_one() == 0


GOOD = Position(*IN_A1, 5.0, START)
BAD_POSITIONS = {
    "outside the world": (replace(GOOD, lon=190.0), "positions.1"),
    "not a number": (replace(GOOD, lat=float("nan")), "positions.1"),
    "accuracy of a planet": (replace(GOOD, accuracy_m=1e9), "positions.1.accuracy_m"),
    "from tomorrow": (replace(GOOD, at=START + 86400), "positions.1.at"),
    "from last month": (replace(GOOD, at=START - 30 * 86400), "positions.1.at"),
}


@pytest.mark.parametrize(("bad", "where"), BAD_POSITIONS.values(), ids=BAD_POSITIONS.keys())
def test_positions_refused(sqlite_world: World, bad: Position, where: str) -> None:
    wang = sqlite_world.worker("wang", "QX-A1")
    with pytest.raises(Invalid) as error:
        sqlite_world.incidents.workers.report_positions(wang, [GOOD, bad])
    assert error.value.where == where
    assert sqlite_world.incidents.workers.me(wang).position_at is None


def test_only_grid_workers_report(sqlite_world: World) -> None:
    for act in (
        lambda: sqlite_world.incidents.workers.set_duty(sqlite_world.admin, True),
        lambda: sqlite_world.incidents.workers.report_positions(sqlite_world.admin, [GOOD]),
        lambda: sqlite_world.incidents.workers.me(sqlite_world.admin),
    ):
        with pytest.raises(NotAllowed):
            act()


HEAD = "username,name,grids,home_lon,home_lat,transport,password\n"
TABLE = f"\ufeff{HEAD}wang,王强,QX-A1;QX-A2,120.405,30.005,e-bike,{PASSWORD}\nchen,陈 红,QX-B1,,,,{PASSWORD}\n"


def test_a_table_may_say_where_people_are_called(world: World) -> None:
    table = f"{HEAD.strip()},phone\nwang,W,QX-A1,,,,{PASSWORD},66 0001\nchen,C,QX-B1,,,,{PASSWORD},\n"
    import_workers(CONSOLE, world.incidents.accounts, world.incidents.workers, table)
    assert {one.name: one.phone for one in world.incidents.workers.list(world.admin)} == {"W": "660001", "C": ""}


def test_workers_from_a_table(world: World) -> None:
    accounts, workers = world.incidents.accounts, world.incidents.workers
    done = import_workers(CONSOLE, accounts, workers, TABLE)
    assert (done.created, done.known) == (("wang", "chen"), ())
    listed = {one.name: one for one in workers.list(world.admin)}
    assert listed["王强"].grids == ("QX-A1", "QX-A2")
    assert (listed["王强"].transport, listed["陈 红"].transport, listed["陈 红"].duty) == ("e-bike", "walk", False)
    again = import_workers(CONSOLE, accounts, workers, TABLE)
    assert (again.created, again.known) == ((), ("wang", "chen"))
    assert accounts.sign_in("wang", PASSWORD, address="phone", device=True)


BAD_TABLES = {
    "a column missing": ("username,name\nwang,W\n", "missing columns grids, home_lon"),
    "no grid": (f"{HEAD}wang,W,,,,walk,{PASSWORD}\n", "line 2, grids"),
    "an unknown grid": (f"{HEAD}wang,W,QX-Z9,,,walk,{PASSWORD}\n", "line 2: no area QX-Z9"),
    "an unknown transport": (f"{HEAD}wang,W,QX-A1,,,horse,{PASSWORD}\n", "line 2, transport"),
    "no phone": (f"{HEAD.strip()},phone\nwang,W,QX-A1,,,walk,{PASSWORD},none\n", "line 2, phone"),
    "half a home": (f"{HEAD}wang,W,QX-A1,120.4,,walk,{PASSWORD}\n", "line 2, home_lon"),
    "latitude first": (f"{HEAD}wang,W,QX-A1,30.0,120.4,walk,{PASSWORD}\n", "longitude comes first"),
    "no password": (f"{HEAD}wang,W,QX-A1,,,walk,\n", "line 2: the password needs at least"),
    "an open quote": (f'{HEAD}"wang,W,QX-A1', "unexpected end of data"),
}


@pytest.mark.parametrize(("table", "said"), BAD_TABLES.values(), ids=BAD_TABLES.keys())
def test_tables_refused(sqlite_world: World, table: str, said: str) -> None:
    with pytest.raises(Invalid) as error:
        import_workers(CONSOLE, sqlite_world.incidents.accounts, sqlite_world.incidents.workers, table)
    assert said in error.value.message
    assert PASSWORD not in error.value.message
