"""Locks by a clock turned by hand, what is kept on each kind of database, and the rounds of a simulated dome."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pytest

from config.cameras import Camera
from incidents.errors import NotFound
from incidents.rights import Caller, RoleAt
from ingest.dome_controls import DomeControls
from ingest.state import StreamState
from runtime.clock import SystemClock
from tests.ingest.hand_clock import HandClock
from tests.ingest.test_dome_control import camera
from tests.onvif.server import door
from tests.sim.one_dome import ACCOUNT, OneDome, one_dome
from tests.wall.replay_live import ReplayLive
from wall.ptz.acquaintance import Acquaintance
from wall.ptz.desk import PtzDesk
from wall.ptz.keeping import Calibrated, Guard, Patrol, PatrolStep, PtzKeeping
from wall.ptz.lock import ROUNDS, Holder, Locked, Locks, holder_at
from wall.ptz.log import PtzLog
from wall.ptz.presets import Presets
from wall.ptz.rounds import Rounds
from wall.ptz.rounds_switch import RoundsSwitch
from wall.ptz.watch import Watch

OPERATOR, OTHER, SUPERVISOR = Holder("o", "O", 1), Holder("p", "P", 1), Holder("s", "S", 2)


def test_a_lock_ends_by_its_time_and_grows_with_every_move():
    clock = HandClock()
    locks = Locks(clock)
    locks.take("d", OPERATOR, 15)
    clock.turn(10)
    locks.take("d", OPERATOR, 15)
    lock = locks.of("d")
    assert (lock.until - clock.now(), clock.now() - lock.since) == (15, 10)
    locks.take("d", OPERATOR, 300)
    locks.take("d", OPERATOR, 15)
    assert locks.of("d").until - clock.now() == 300, "a move does not shorten what was asked for"
    for who in (OTHER, SUPERVISOR):
        with pytest.raises(Locked):
            locks.check("d", who)
    with pytest.raises(Locked):
        locks.take("d", OTHER, 15, take_over=True)
    with pytest.raises(Locked):
        locks.take("d", SUPERVISOR, 15)
    assert locks.take("d", SUPERVISOR, 15, take_over=True).holder == OPERATOR
    assert not locks.give_back("d", OPERATOR.id)
    assert locks.ended() == []
    clock.turn(15)
    assert locks.of("d") is None
    locks.check("d", OTHER)
    assert [(id_, lock.holder) for id_, lock in locks.ended()] == [("d", SUPERVISOR)]
    assert locks.ended() == []


RANKED = [
    ("the highest counts", [("operator", "/t/east/"), ("supervisor", "/t/")], 2),
    ("elsewhere does not count", [("operator", "/t/east/"), ("administrator", "/t/west/")], 1),
    ("who may only watch", [("village_room", "/t/east/"), ("display", "/t/")], None),
    ("nobody", [], None),
]


@pytest.mark.parametrize(("held", "rank"), [row[1:] for row in RANKED], ids=[row[0] for row in RANKED])
def test_the_rank_of_a_person_at_a_dome(held, rank):
    caller = Caller("a", "a", "A", "s", tuple(RoleAt(role, path, path, "") for role, path in held))
    found = holder_at(caller, "/t/east/")
    assert (found and found.rank) == rank
    assert holder_at(caller, None) is None


async def test_what_is_kept_for_a_dome(world):
    store, clock = world.incidents.store, HandClock()
    who = world.admin.account_id
    keeping = PtzKeeping(store, clock)
    found = Calibrated(30.5, 1.0, -0.5, 0.0, 0.1, 0.2, clock.now())
    keeping.set("cam-a", who, calibration=found)
    keeping.set("cam-a", who, guard=Guard("1", 60.0), patrol=Patrol((PatrolStep("1", 5.0), PatrolStep("2", 9.0)), True))
    again = PtzKeeping(store, clock)
    assert again.settings("cam-a") == keeping.settings("cam-a")
    assert again.settings("cam-a").calibration == found
    keeping.set("cam-a", who, guard=None)
    assert PtzKeeping(store, clock).settings("cam-a").guard is None
    keeping.keep_preset("cam-a", "1", "桥", who)
    with pytest.raises(NotFound):
        keeping.picture("cam-a", "1")
    keeping.keep_picture("cam-a", "1", b"\xff\xd8jpeg", 5.0)
    assert keeping.picture("cam-a", "1") == b"\xff\xd8jpeg"
    keeping.keep_preset("cam-a", "1", "大桥", who)
    assert [(one.name, one.pictured_at) for one in keeping.presets("cam-a").values()] == [("大桥", None)]
    keeping.forget_preset("cam-a", "1")
    assert keeping.presets("cam-a") == {}
    log = PtzLog(store, clock)
    log.add("cam-a", Holder(who, "张三", 1), "absolute", pan_deg=1.5)
    log.add("cam-b", ROUNDS, "patrol", preset="1")
    log.add("cam-a", ROUNDS, "guard", preset="2")
    await log.settle()
    rows = log.rows("cam-a", None, 10)
    assert [(row.account_id, row.action, row.detail) for row in rows] == [
        (None, "guard", {"preset": "2"}),
        (who, "absolute", {"pan_deg": 1.5}),
    ]
    assert [row.action for row in log.rows("cam-a", rows[0].id, 10)] == ["absolute"]


@dataclass
class Round:
    clock: HandClock
    one: OneDome
    desk: PtzDesk
    rounds: Rounds
    keeping: PtzKeeping
    account: str
    live: ReplayLive
    told: list[str | None] = field(default_factory=list)

    async def goes_to(self, pan: float, within: float = 60.0) -> float:
        """How much of the turned clock it took until the dome was sent there."""
        began = self.clock.now()
        while abs(self.one.dome.aim().pan_deg - pan) > 0.1 or self.one.dome.moving()[0]:
            assert self.clock.now() - began < within, f"it stays at {self.one.dome.aim().pan_deg:.1f}"
            # The dome turns by the machine's clock: until its worker has seen it stand, the other stands.
            newest = self.desk.newest("cam-a")
            if not self.one.dome.moving()[0] and not (newest is not None and newest.moving):
                self.clock.turn(1.0)
            await asyncio.sleep(0.01)
        return self.clock.now() - began


@asynccontextmanager
async def on_rounds(world) -> AsyncIterator[Round]:
    clock, store = HandClock(), world.incidents.store
    async with one_dome() as one:
        known = Camera.model_validate({**camera(one.url), "id": "cam-a"})
        live = ReplayLive({})
        controls = DomeControls([known], lambda _: ACCOUNT, door(), SystemClock(), random.Random(1), live.dome_moved)
        live.dome_controls = controls
        keeping = PtzKeeping(store, clock)
        desk = PtzDesk(live, clock, PtzLog(store, clock))
        told: list[str | None] = []
        presets = Presets(desk, keeping, live, clock)
        rounds = Rounds(
            desk,
            presets,
            keeping,
            clock,
            lambda _, what, _view: told.append(what),
            Watch(desk, presets, live, clock, lambda _: None),
            RoundsSwitch(store, clock),
            lambda _: (),
            ZoneInfo("Asia/Shanghai"),
        )
        desk.start()
        rounds.start(["cam-a"])
        for pan in (4, 8):
            one.dome.go_to(pan_deg=pan)
            while one.dome.moving()[0]:
                await asyncio.sleep(0.01)
            one.dome.set_preset(f"{pan}")
        await desk.status("cam-a")
        yield Round(clock, one, desk, rounds, keeping, world.admin.account_id, live, told)
        await rounds.stop()
        await desk.stop()
        await controls.stop()


async def test_the_guard_position_after_a_hand(sqlite_world):
    async with on_rounds(sqlite_world) as at:
        at.keeping.set("cam-a", at.account, guard=Guard("1", 60.0))
        at.rounds.changed("cam-a")
        assert await at.goes_to(4, 90) >= 59
        assert at.told[-1] == "guard"
        await at.desk.move(Holder(at.account, "O", 1), "cam-a", "absolute", pan_deg=9, tilt_deg=0)
        assert at.told[-1] is None
        while abs(at.one.dome.aim().pan_deg - 9) > 0.1:
            await asyncio.sleep(0.01)
        assert await at.goes_to(4, 90) >= 55


async def test_a_patrol_gives_way_and_comes_back(sqlite_world):
    async with on_rounds(sqlite_world) as at:
        patrol = Patrol((PatrolStep("1", 5.0), PatrolStep("2", 5.0)), True)
        at.keeping.set("cam-a", at.account, patrol=patrol)
        at.rounds.changed("cam-a")
        assert await at.goes_to(4) < 10, "it begins when switched on"
        assert 4 <= await at.goes_to(8) < 15
        assert 4 <= await at.goes_to(4) < 15
        hand = Holder(at.account, "O", 1)
        at.desk.take(hand, "cam-a", 120, take_over=False)
        await at.desk.move(hand, "cam-a", "absolute", pan_deg=12, tilt_deg=0)
        while abs(at.one.dome.aim().pan_deg - 12) > 0.1:
            await asyncio.sleep(0.01)
        held = at.clock.now()
        for _ in range(100):
            at.clock.turn(1.0)
            await asyncio.sleep(0)
        assert at.one.dome.aim().pan_deg == pytest.approx(12, abs=0.1), "it is held"
        assert at.clock.now() - held == 100
        assert await at.goes_to(4, 90) >= 30, "the step that was broken off"
        # A patrol switched off goes nowhere.
        at.keeping.set("cam-a", at.account, patrol=Patrol(patrol.steps, False))
        at.rounds.changed("cam-a")
        pan = at.one.dome.aim().pan_deg
        for _ in range(60):
            at.clock.turn(1.0)
            await asyncio.sleep(0)
        assert at.one.dome.aim().pan_deg == pytest.approx(pan, abs=0.1)


async def test_a_dome_is_asked_anew_when_its_picture_was_away(sqlite_world):
    async with on_rounds(sqlite_world) as at:
        acquaintance = Acquaintance(at.desk, at.live, at.clock, lambda: ["cam-a", "never-there"])
        at.desk.begin(acquaintance.run())
        offered: list[bool] = []
        at.desk.on_change.append(lambda id_: offered.append(at.desk.known_capabilities(id_) is not None))

        async def opened(times: int) -> None:
            async with asyncio.timeout(30):
                while at.one.device.calls["GetNodes"] < times or at.desk.known_capabilities("cam-a") is None:
                    at.clock.turn(0.5)
                    await asyncio.sleep(0.01)

        await opened(1)
        assert offered[-1], "pages are told"
        for away, times in ((5.0, 1), (20.0, 2), (5.0, 2)):
            at.live.set_state("cam-a", StreamState.LIVE)
            at.live.set_state("cam-a", StreamState.STALLED)
            at.clock.turn(away)
            at.live.set_state("cam-a", StreamState.CONNECTING)
            at.live.set_state("cam-a", StreamState.LIVE)
            await opened(times)
        assert at.one.device.calls["GetNodes"] == 2, "a line that stumbles is no other dome"
        tries = sum(camera_id == "never-there" for camera_id, _, _ in at.live.asked)
        began = at.clock.now()
        for _ in range(240):
            at.clock.turn(1.0)
            await asyncio.sleep(0.001)
        more = sum(camera_id == "never-there" for camera_id, _, _ in at.live.asked) - tries
        assert 3 <= more <= 8, f"{more} in {at.clock.now() - began} s: ever more rarely"
