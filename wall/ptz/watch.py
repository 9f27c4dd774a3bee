"""One visit of a dome to one of its views: sent there, said to its worker while it stands, given up for any hand."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from config.dome_views import DomeView
from ingest.live import Live
from runtime.clock import Clock
from wall.ptz.desk import PtzDesk
from wall.ptz.presets import Presets

logger = logging.getLogger(__name__)

HOLDS_S = 8.0
"""So long a worker believes that the dome stands at a view."""
_SAY_S, _LOOK_S = 2.0, 0.5
_ARRIVES_WITHIN_S = 30.0

Outcome = Literal["done", "hand", "wanted", "missed"]
"""`hand`: a person turned it; `wanted`: it has to go elsewhere; `missed`: it did not come to stand there."""
MountOf = Callable[[str], Mapping[str, float] | None]


@dataclass(frozen=True, slots=True)
class Stay:
    """`over` is asked twice a second, with the seconds it has stood and whether something there is undecided; `stands`
    is told when it stands and when not; `wanted`: whether it has to go elsewhere."""

    over: Callable[[float, bool], bool]
    stands: Callable[[bool], None] = lambda _: None
    wanted: Callable[[], bool] = lambda: False


class Watch:
    """`mount_of` says how a dome's base stands where that was found by calibration. All calls belong to the loop."""

    def __init__(self, desk: PtzDesk, presets: Presets, live: Live, clock: Clock, mount_of: MountOf) -> None:
        self._desk, self._presets, self._live, self._clock = desk, presets, live, clock
        self._mount_of = mount_of

    async def visit(
        self, camera_id: str, view: DomeView, stay: Stay, action: str, detail: dict[str, Any] | None
    ) -> Outcome:
        """`detail` None: not worth a row of the log. Raises LiveError, IncidentError."""
        moved = self._desk.moves_of(camera_id)
        do, given = _command(view)
        if not await self._desk.go_round(camera_id, action, do, given, detail):
            return "hand"
        if not await self._presets.arrived(camera_id):
            return "hand" if self._desk.moves_of(camera_id) != moved else "missed"
        try:
            return await self._stay(camera_id, view, stay, moved)
        finally:
            stay.stands(False)

    async def _stay(self, camera_id: str, view: DomeView, stay: Stay, moved: int) -> Outcome:
        came, say_at = self._clock.monotonic(), 0.0
        stood_since: float | None = None
        undecided = False
        while True:
            if self._desk.moves_of(camera_id) != moved or self._desk.hand_on(camera_id):
                return "hand"
            if stay.wanted():
                return "wanted"
            now = self._clock.monotonic()
            if now >= say_at:
                say_at = now + _SAY_S
                told = await self._said(camera_id, view)
                now = self._clock.monotonic()
                if told["standing"]:
                    stood_since = now if stood_since is None else stood_since
                    undecided = told.get("attention") != "quiet"
                    stay.stands(True)
                elif stood_since is not None or now - came > _ARRIVES_WITHIN_S:
                    logger.warning("dome %s is not at its view %s: %s", camera_id, view.id, told.get("why"))
                    return "missed"
            if stood_since is not None and stay.over(now - stood_since, undecided):
                return "done"
            await self._clock.sleep(_LOOK_S)

    async def _said(self, camera_id: str, view: DomeView) -> dict[str, Any]:
        mount = self._mount_of(camera_id)
        given = {"view": view.id, "seconds": HOLDS_S, "mount": dict(mount) if mount is not None else None}
        return (await self._live.request(camera_id, "visit", **given)).body


def usual_stay(view: DomeView, wanted: Callable[[], bool]) -> Stay:
    """Its dwell, longer while something new stands there."""

    def over(stood_s: float, undecided: bool) -> bool:
        return stood_s >= view.dwell_seconds + (view.stay_seconds if undecided else 0.0)

    return Stay(over, wanted=wanted)


def _command(view: DomeView) -> tuple[str, dict[str, Any]]:
    if view.aim is None:
        return "goto_preset", {"token": view.preset}
    return "absolute", {**view.aim.model_dump(), "speed": None}
