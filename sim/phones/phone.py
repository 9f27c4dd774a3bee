"""A grid worker with a phone: patrols, reports positions, and sees to the orders that come.

What to do about an order follows from its state as the API last gave it, so an answer that was lost, a restart or a
dispatcher's change of mind leads to the right next step and never to a second one of the same.
"""

import asyncio
import logging
import math
from collections import deque
from random import Random

from runtime.clock import Clock
from sim.phones.api import Json, PhoneApi, Refused
from sim.phones.habits import Habits
from sim.phones.movement import Receiver, Walker
from sim.phones.photo import draw_photo
from sim.phones.roads import Point, RoadNetwork
from sim.phones.roster import SPEED_M_S, Worker
from sim.phones.vendors import Encounter, Street

_log = logging.getLogger(__name__)

MOST_POSITIONS_SENT = 200
LONGEST_STRIDE_S = 10.0
NOTES = {
    "stall": "已劝离流动摊贩，物品已收走，路面恢复畅通。",
    "dumping": "已清理抛弃的垃圾，地面恢复整洁。",
    "": "到场查看，现场未见问题，已拍照。",
}
DECLINED = "正在处理其他事项，无法及时到场。"
NO_PLACE = "任务没有位置，无法到场。"


class Phone:
    def __init__(
        self,
        worker: Worker,
        api: PhoneApi,
        street: Street,
        roads: RoadNetwork,
        beat: list[Point],
        *,
        clock: Clock,
        rng: Random,
        habits: Habits,
        timezone: str = "Asia/Shanghai",
    ) -> None:
        """`beat`: road points of the worker's own grids, between which the patrol goes."""
        self.worker = worker
        self._api, self._street, self._roads, self._beat = api, street, roads, beat
        self._clock, self._rng, self._habits, self._timezone = clock, rng, habits, timezone
        home = roads.plane.to_metres(worker.home_lon, worker.home_lat)
        self.walker = Walker(home, SPEED_M_S[worker.transport] * habits.speed)
        self._receiver = Receiver(rng)
        self._unsent: deque[Json] = deque(maxlen=habits.most_positions_held)
        self._busy = False
        self._destination: Point | None = None
        self._told: set[tuple[str, str]] = set()

    async def run(self) -> None:
        """Goes on duty and works until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._walk())
                tasks.create_task(self._report())
                tasks.create_task(self._serve())
        finally:
            await self._api.leave()

    async def _walk(self) -> None:
        habits = self._habits
        since_fix, linger = math.inf, 0.0
        moved_at = self._clock.monotonic()
        while True:
            passed = min(self._clock.monotonic() - moved_at, LONGEST_STRIDE_S)
            moved_at = self._clock.monotonic()
            self.walker.advance(passed)
            since_fix += passed
            if since_fix >= habits.fix_seconds:
                self._take_fix(min(since_fix, 60.0))
                since_fix = 0.0
            if self.walker.standing and not self._busy:
                linger -= passed * habits.speed
                if linger <= 0:
                    self._go_to(self._rng.choice(self._beat))
                    linger = self._rng.uniform(0, habits.linger_to_s)
            await self._clock.sleep(habits.step_seconds)

    def _take_fix(self, seconds: float) -> None:
        (east, north), accuracy = self._receiver.fix(self.walker.at, seconds)
        lon, lat = self._roads.plane.to_degrees(east, north)
        at = round(self._clock.now(), 3)
        self._unsent.append({"lon": round(lon, 7), "lat": round(lat, 7), "accuracy_m": accuracy, "at": at})

    def _go_to(self, place: Point) -> None:
        self._destination = place
        self.walker.follow(self._roads.way(self.walker.at, place))

    async def _report(self) -> None:
        """A batch leaves the queue only when the API has taken it."""
        while True:
            await self._clock.sleep(self._habits.send_seconds)
            while self._unsent:
                batch = [self._unsent[i] for i in range(min(len(self._unsent), MOST_POSITIONS_SENT))]
                try:
                    await self._api.positions(batch)
                except Refused as refusal:
                    self._tell("positions", "", refusal)
                    break
                while batch and self._unsent and self._unsent[0]["at"] <= batch[-1]["at"]:
                    self._unsent.popleft()

    async def _serve(self) -> None:
        await self._go_on_duty()
        while True:
            orders = await self._orders()
            todo = next((order for order in orders if order["state"] in ("accepted", "arrived")), None)
            todo = todo or next((order for order in orders if order["state"] == "assigned"), None)
            self._busy = todo is not None
            if todo is None or not await self._take_step(todo):
                await self._clock.sleep(self._habits.poll_seconds)

    async def _go_on_duty(self) -> None:
        while True:
            try:
                await self._api.duty(True)
            except Refused as refusal:
                self._tell("duty", "", refusal)
                await self._clock.sleep(self._habits.poll_seconds)
            else:
                return

    async def _orders(self) -> list[Json]:
        try:
            return await self._api.orders()
        except Refused as refusal:
            self._tell("orders", "", refusal)
            return []

    async def _take_step(self, order: Json) -> bool:
        """One step of an order; whether the case has moved on by it. A refusal mostly means that somebody else did."""
        step = {"assigned": self._answer, "accepted": self._go, "arrived": self._see_to_it}[order["state"]]
        try:
            return await step(order)
        except Refused as refusal:
            self._tell(order["state"], str(order["id"]), refusal)
            return False

    async def _answer(self, order: Json) -> bool:
        await self._pass(self._rng.uniform(self._habits.notice_from_s, self._habits.notice_to_s))
        if order["lon"] is None or order["lat"] is None:
            await self._api.act(order["id"], "decline", {"reason": NO_PLACE})
        elif self._rng.random() < self._habits.decline_share:
            await self._api.act(order["id"], "decline", {"reason": DECLINED})
        else:
            await self._api.act(order["id"], "accept")
        return True

    async def _go(self, order: Json) -> bool:
        """Walks, and looks at the orders again on the way: the case may have been taken back."""
        place = self._roads.plane.to_metres(order["lon"], order["lat"])
        if math.dist(self.walker.at, place) > self._habits.arrive_within_m:
            if self.walker.standing or self._destination != place:
                self._go_to(place)
            return False
        self.walker.stop()
        await self._api.act(order["id"], "arrive")
        return True

    async def _see_to_it(self, order: Json) -> bool:
        encounter = await self._street.talk(order["lon"], order["lat"])
        await self._pass(self._habits.talk_seconds)
        if encounter is not None:
            while not await self._street.is_gone(encounter.event_id):
                await self._pass(self._habits.look_seconds)
        await self._photograph(order)
        await self._api.act(order["id"], "handle", {"note": _note(encounter)})
        return True

    async def _photograph(self, order: Json) -> None:
        """The caption names the trace entry of the arrival, so that one visit has one photo, even over a restart."""
        case = await self._api.case(order["id"])
        arrivals = [entry["seq"] for entry in case.get("trace", ()) if entry["action"] == "arrive"]
        caption = f"处置后照片（到场记录 {max(arrivals, default=0)}）"
        place = order.get("address") or order.get("grid_name") or ""
        lon, lat = self._roads.plane.to_degrees(*self.walker.at)
        jpeg = await asyncio.to_thread(
            draw_photo, place, self._clock.now(), self.worker.name, lon, lat, self._timezone, self._rng
        )
        await self._api.add_photo(order["id"], jpeg, caption)

    async def _pass(self, seconds: float) -> None:
        await self._clock.sleep(seconds / self._habits.speed)

    def _tell(self, what: str, case_id: str, refusal: Refused) -> None:
        """Once for each case and step: a phone asks every few seconds. 404 and 409 are everyday (taken back, done)."""
        if (what, case_id) not in self._told:
            self._told.add((what, case_id))
            level = logging.INFO if refusal.status in (404, 409) else logging.WARNING
            _log.log(level, "%s, %s: %s", self.worker.username, what, refusal)


def _note(encounter: Encounter | None) -> str:
    return NOTES.get(encounter.kind if encounter else "", NOTES[""])
