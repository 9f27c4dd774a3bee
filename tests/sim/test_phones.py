"""Grid workers against a real HTTP server that keeps to the contract, and a town whose events they meet."""

import asyncio
import itertools
import math
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import cv2
import numpy as np
import pytest
import pytest_asyncio

from gis.plane import distance_m
from sim.phones.crew import Crew, beat_of, read_grids
from sim.phones.habits import Habits
from sim.phones.movement import Receiver, Walker
from sim.phones.photo import draw_photo
from sim.phones.roads import read_roads
from sim.phones.roster import RosterError, Worker, read_roster
from sim.phones.vendors import Encounter
from tests.sim.contract_api import Case, ContractServer, Town
from tests.sim.fast_clock import FastClock
from tests.sim.rtsp_client import ACCOUNT
from tests.sim.town_files import CENTRE, write_town

SECRET = "four words of secret"
HABITS = Habits(speed=8.0, step_seconds=0.5, fix_seconds=2.0, send_seconds=2.0, poll_seconds=1.0)


def worker(username: str = "chen.gang", **changes: object) -> Worker:
    lon, lat = CENTRE.to_degrees(-400, 0)
    values = {"username": username, "name": "陈刚", "grids": ("g1",), "home_lon": lon, "home_lat": lat}
    return Worker(**{**values, "transport": "e-bike", "password": SECRET, **changes})  # type: ignore[arg-type]


class Corner:
    """A place where a stall goes some time after it was asked to."""

    def __init__(self, kind: str = "stall") -> None:
        self.asked: list[tuple[float, float]] = []
        self._kind = kind
        self._looks = 0

    async def talk(self, lon: float, lat: float) -> Encounter | None:
        self.asked.append((lon, lat))
        return Encounter("e1", self._kind) if self._kind else None

    async def is_gone(self, event_id: str) -> bool:
        self._looks += 1
        return self._looks >= 3

    async def close(self) -> None: ...


@pytest.fixture
def town_folder(tmp_path: Path) -> Path:
    return write_town(tmp_path / "town", ACCOUNT)


@pytest_asyncio.fixture
async def api() -> AsyncIterator[tuple[Town, ContractServer]]:
    town = Town({"chen.gang": SECRET, "li.mei": SECRET})
    server = ContractServer(town)
    await server.start()
    yield town, server
    await server.stop()


@pytest_asyncio.fixture
async def crew(town_folder: Path, api) -> AsyncIterator[Callable[..., None]]:
    """`crew(workers, street)` lets them work for as long as the test lasts."""
    running: list[asyncio.Task[None]] = []

    def start(
        workers: list[Worker],
        street: object = None,
        habits: Habits = HABITS,
        seed: int = 1,
        clock: FastClock | None = None,
    ) -> asyncio.Task[None]:
        roads = read_roads(town_folder / "roads.geojson")
        team = Crew(
            workers, roads, read_grids(town_folder / "grids.geojson", roads.plane), api_url=api[1].url,
            street=street or Corner(), clock=clock or FastClock(40), rng=Random(seed), habits=habits,
        )  # fmt: skip
        running.append(asyncio.create_task(team.run()))
        return running[-1]

    yield start
    for task in running:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def case_at(east: float, north: float, assignee: str = "chen.gang", **changes: object) -> Case:
    lon, lat = CENTRE.to_degrees(east, north)
    return Case("k1", lon, lat, assignee, **changes)  # type: ignore[arg-type]


async def until(reached: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not reached():
            await asyncio.sleep(0.01)


async def test_an_order_from_acceptance_to_handled(api, crew) -> None:
    town, _ = api
    case = town.cases["k1"] = case_at(-400, 350)
    street = Corner()
    crew([worker()], street)
    await until(lambda: case.state == "handled")
    assert [entry["action"] for entry in case.trace] == ["accept", "arrive", "handle"]
    assert case.trace[2]["detail"] == {"note": "已劝离流动摊贩，物品已收走，路面恢复畅通。"}
    assert street.asked == [(case.lon, case.lat)]
    assert [one["caption"] for one in case.evidence] == ["处置后照片（到场记录 2）"]
    picture = cv2.imdecode(np.frombuffer(case.photos[0], np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (720, 960, 3)
    assert town.duty == {"chen.gang": True}
    last = town.positions["chen.gang"][-1]
    assert distance_m(last["lon"], last["lat"], case.lon, case.lat) < 60  # type: ignore[arg-type]


NOTED = {"dumping": ("dumping", "已清理抛弃的垃圾"), "nobody there": ("", "现场未见问题")}


@pytest.mark.parametrize(("kind", "said"), NOTED.values(), ids=NOTED)
async def test_the_note_says_what_was_found(api, crew, kind: str, said: str) -> None:
    town, _ = api
    case = town.cases["k1"] = case_at(-400, 30, state="arrived")
    crew([worker()], Corner(kind))
    await until(lambda: case.state == "handled")
    assert said in case.trace[-1]["detail"]["note"]


@pytest.mark.parametrize("lost", [1, 3, 5])
async def test_answers_that_are_lost_lead_to_no_second_step(api, crew, lost: int) -> None:
    town, _ = api
    case = town.cases["k1"] = case_at(-400, 40)
    crew([worker()], seed=lost)
    await until(lambda: bool(town.duty))
    town.lose_answers = lost
    await until(lambda: case.state == "handled")
    assert [entry["action"] for entry in case.trace] == ["accept", "arrive", "handle"]
    assert len(case.photos) == 1


async def test_nothing_is_lost_while_the_api_is_down(api, crew) -> None:
    town, server = api
    case = town.cases["k1"] = case_at(-400, 300)
    clock = FastClock(40)
    crew([worker()], clock=clock)
    await until(lambda: case.state == "accepted")
    await server.stop()
    down_at = clock.now()
    for _ in range(10):
        # One by one, as the phone waits: where the machine stands still for a while, both wait longer.
        await clock.sleep(HABITS.fix_seconds)
    up_at = clock.now()
    await server.start()
    await until(lambda: case.state == "handled" and town.positions["chen.gang"][-1]["at"] > up_at)
    assert [entry["action"] for entry in case.trace] == ["accept", "arrive", "handle"]
    of_the_outage = {one["at"] for one in town.positions["chen.gang"] if down_at < one["at"] < up_at}
    assert len(of_the_outage) >= 5


async def test_a_phone_started_anew_goes_on_where_it_was(api, crew) -> None:
    town, _ = api
    case = town.cases["k1"] = case_at(-400, 60)
    first = crew([worker()])
    await until(lambda: case.state == "arrived")
    first.cancel()
    with suppress(asyncio.CancelledError):
        await first
    assert town.duty == {"chen.gang": False}
    assert town.tokens == {}
    crew([worker()])
    await until(lambda: case.state == "handled")
    assert len(case.photos) == 1


async def test_a_token_that_ran_out_is_replaced(api, crew) -> None:
    town, _ = api
    case = town.cases["k1"] = case_at(-400, 60)
    crew([worker()])
    await until(lambda: case.state == "accepted")
    town.tokens.clear()
    await until(lambda: case.state == "handled")


async def test_an_account_made_later_signs_in_later(api, crew) -> None:
    town, _ = api
    town.passwords.clear()
    crew([worker()])
    await until(lambda: town.requests.count("POST /sessions") >= 2)
    town.passwords["chen.gang"] = SECRET
    await until(lambda: town.duty == {"chen.gang": True})
    assert town.requests.count("POST /sessions") <= 6


async def test_a_case_taken_back_is_left_alone(api, crew) -> None:
    town, _ = api
    case = town.cases["k1"] = case_at(700, 0)
    crew([worker(transport="walk")])
    await until(lambda: case.state == "accepted")
    case.assignee = "li.mei"
    before = len(town.positions.get("chen.gang", []))
    await until(lambda: len(town.positions["chen.gang"]) > before + 5)
    assert case.state == "accepted"
    assert case.photos == []


async def test_a_case_without_a_place_is_declined(api, crew) -> None:
    town, _ = api
    case = town.cases["k1"] = Case("k1", None, None, "chen.gang")
    crew([worker()])
    await until(lambda: case.state == "filed")
    assert case.trace[-1] == {"seq": 1, "action": "decline", "detail": {"reason": "任务没有位置，无法到场。"}}


async def test_busy_answers_are_waited_out(api, crew) -> None:
    town, _ = api
    case = town.cases["k1"] = case_at(-400, 40)
    town.answers = [503, 429, 500, 502]
    crew([worker()])
    await until(lambda: case.state == "handled")


async def test_the_first_accepted_order_comes_first(api, crew) -> None:
    town, _ = api
    first = town.cases["k1"] = case_at(-400, 200, state="accepted")
    second = town.cases["k2"] = Case("k2", *CENTRE.to_degrees(-400, 0), "chen.gang")
    crew([worker()])
    await until(lambda: second.state == "handled")
    assert first.state == "handled"
    assert town.requests.index("POST /cases/k1/handle") < town.requests.index("POST /cases/k2/accept")


async def test_patrol_keeps_to_the_roads_of_the_own_grid(api, crew) -> None:
    town, _ = api
    crew([worker(), worker("li.mei", home_lon=CENTRE.to_degrees(-400, 390)[0])], habits=Habits(
        speed=20, step_seconds=0.5, fix_seconds=1.0, send_seconds=1.0, linger_to_s=5.0))  # fmt: skip
    await until(lambda: len(town.positions.get("chen.gang", [])) > 60)
    places = [CENTRE.to_metres(one["lon"], one["lat"]) for one in town.positions["chen.gang"]]
    assert max(math.dist(a, b) for a in places for b in places) > 150
    assert all(east < 60 for east, _ in places)
    off_road = [min(abs(abs(e) - 400), abs(e), abs(abs(n) - 400), abs(n)) for e, n in places]
    assert sorted(off_road)[len(off_road) // 2] < 10
    assert set(town.positions) == {"chen.gang", "li.mei"}
    assert all(1 < one["accuracy_m"] < 30 for one in town.positions["chen.gang"])


def test_the_way_along_the_roads_is_the_shortest(town_folder: Path) -> None:
    roads = read_roads(town_folder / "roads.geojson", CENTRE)
    way = [(-600.0, -395.0), *roads.way((-600.0, -395.0), (390.0, 600.0))]
    length = sum(math.dist(a, b) for a, b in itertools.pairwise(way))
    assert length == pytest.approx(2000, abs=40)
    assert way[-1] == (390.0, 600.0)
    assert all(min(abs(abs(e) - 400), abs(e), abs(abs(n) - 400), abs(n)) < 11 for e, n in way)


def test_a_beat_is_the_roads_of_the_grids_or_those_around_the_home(town_folder: Path) -> None:
    roads = read_roads(town_folder / "roads.geojson", CENTRE)
    grids = read_grids(town_folder / "grids.geojson", CENTRE)
    own = beat_of(worker(), roads, grids)
    assert own
    assert all(east <= 0.1 for east, _ in own)
    around = beat_of(worker(grids=("gone",)), roads, grids)
    assert max(math.dist(point, (-400, 0)) for point in around) <= 400


BAD_ROADS = {"not json": "hello", "no collection": "{}", "no line": '{"features": []}'}


@pytest.mark.parametrize("text", BAD_ROADS.values(), ids=BAD_ROADS)
def test_a_road_file_that_cannot_be_used_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "roads.geojson").write_text(text)
    with pytest.raises(ValueError, match=r"roads\.geojson: "):
        read_roads(tmp_path / "roads.geojson")


def test_a_walker_goes_as_far_as_its_speed_allows() -> None:
    walker = Walker((0.0, 0.0), 1.4)
    walker.follow([(10.0, 0.0), (10.0, 10.0)])
    walker.advance(5)
    assert walker.at == (7.0, 0.0)
    walker.advance(5)
    assert walker.at == pytest.approx((10.0, 4.0))
    walker.advance(60)
    assert (walker.at, walker.standing) == ((10.0, 10.0), True)


def test_positions_wander_by_as_much_as_they_say() -> None:
    receiver = Receiver(Random(3))
    fixes = [receiver.fix((100.0, 200.0), 4.0) for _ in range(4000)]
    errors = [math.dist(place, (100.0, 200.0)) for place, _ in fixes]
    within = sum(error <= accuracy for error, (_, accuracy) in zip(errors, fixes, strict=True)) / len(fixes)
    assert 0.55 < within < 0.85
    steps = [math.dist(a[0], b[0]) for a, b in itertools.pairwise(fixes)]
    assert sum(steps) / len(steps) < 0.6 * sum(errors) / len(errors)


def test_the_photo_shows_chinese_text() -> None:
    def photo(place: str) -> np.ndarray:
        jpeg = draw_photo(place, 1790000000.0, "陈刚", 120.45, 30.08, "Asia/Shanghai", Random(1))
        assert len(jpeg) < 200_000
        return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)[570:, :]

    texts = [photo(text) for text in ("解放路", "人民路", "???")]
    bright = [int((text > 150).sum()) for text in texts]
    assert min(bright) > 500
    assert int((texts[0] != texts[1]).sum()) > 300
    assert int((texts[0] != texts[2]).sum()) > 300


HEADER = "username,name,grids,home_lon,home_lat,transport,password\n"


def test_a_roster_is_read(tmp_path: Path) -> None:
    path = tmp_path / "workers.csv"
    path.write_text(HEADER + "chen.gang,陈刚,g1;g2,120.45,30.08,e-bike,s3cret\n", encoding="utf-8")
    (one,) = read_roster(path)
    assert one == Worker("chen.gang", "陈刚", ("g1", "g2"), 120.45, 30.08, "e-bike", "s3cret")
    assert "s3cret" not in repr(one)


BAD_ROSTERS = {
    "no column": ("username,name\na,b\n", "line 1: no column grids, home_lon"),
    "no password": (HEADER + "a,b,g1,1,2,walk,\n", "line 2: password is empty"),
    "transport": (HEADER + "a,b,g1,1,2,horse,s3cret\n", "line 2: transport 'horse' is neither of walk, e-bike"),
    "longitude": (HEADER + "a,b,g1,1,2,walk,s3cret\nc,b,g1,east,2,walk,s3cret\n", "line 3: home_lon 'east'"),
    "latitude": (HEADER + "a,b,g1,1,99,walk,s3cret\n", "line 2: home_lat 99.0 is not between"),
    "twice": (HEADER + "a,b,g1,1,2,walk,s3cret\n" * 2, "line 3: username a is taken already"),
}


@pytest.mark.parametrize(("text", "said"), BAD_ROSTERS.values(), ids=BAD_ROSTERS)
def test_a_bad_roster_is_named_without_its_passwords(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "workers.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RosterError) as caught:
        read_roster(path)
    assert said in str(caught.value)
    assert "s3cret" not in str(caught.value)
