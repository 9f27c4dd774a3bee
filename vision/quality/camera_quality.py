"""One camera's video quality: a picture now and then in, faults that begin and end out."""

from dataclasses import dataclass
from typing import Literal

from ingest.frame import Frame
from vision.quality.fault import HOLDING, UNJUDGEABLE, Fault
from vision.quality.hysteresis import Hysteresis
from vision.quality.judges import BARE, FEATURELESS, JUDGES, LEAST_ROWS, Evidence
from vision.quality.measure import Measured, measure
from vision.quality.neighbours import Neighbours, Standing
from vision.quality.reference import Healthy, Likeness, Look, likeness

INTERVAL_SECONDS = 45.0
SOON_SECONDS = 8.0
LEAST_ACUITY = 0.05
LAMP_FROM = 90.0
"""Grey level from which a spot in the dark is a lamp."""

Aim = tuple[float, float, float]
"""Pan and tilt in degrees, zoom as magnification."""


@dataclass(frozen=True, slots=True)
class Change:
    """A fault of `camera_id` began or ended. `at` is the picture's time, `since` when the fault first showed."""

    camera_id: str
    fault: Fault
    turn: Literal["began", "ended"]
    at: float
    since: float


class CameraQuality:
    """Calls come in time order, from one thread at a time. Some 20 kB for each light it has seen, four at most.

    A dome is judged by its reference only where it was learnt: `aim` says where it looks, None that nobody knows.
    """

    def __init__(self, camera_id: str, neighbours: Neighbours, *, dome: bool = False) -> None:
        self.camera_id = camera_id
        self.healthy = Healthy()
        self.aim: Aim | None = None
        self._dome = dome
        self.neighbours = neighbours
        self._faults = {fault: Hysteresis() for fault in JUDGES}
        self._rows: tuple[int, ...] = ()
        self._failing: set[Fault] = set()
        self._learning = True
        self.judged_at = 0.0

    @property
    def faults(self) -> dict[Fault, float]:
        """Those that have begun, with when each first showed."""
        return {fault: state.since for fault, state in self._faults.items() if state.begun}

    @property
    def doubtful(self) -> bool:
        """The newest pictures speak against how it is taken to be."""
        return any(state.doubtful for state in self._faults.values())

    @property
    def due_at(self) -> float:
        """From when on the next picture should be judged: soon while something is in doubt or still being learnt."""
        return self.judged_at + (SOON_SECONDS if self._learning or self.doubtful else INTERVAL_SECONDS)

    @property
    def unjudgeable(self) -> Fault | None:
        """Why detection must not judge this camera's pictures now, if it must not: from the first bad picture on,
        until the fault has ended."""
        for fault, state in self._faults.items():
            if fault in UNJUDGEABLE and (state.begun or fault in self._failing):
                return fault
        return None

    def take_up(self, looks: dict[str, Look], faults: dict[Fault, float], aim: Aim | None) -> None:
        """What was known before a restart; faults with when each first showed."""
        self.healthy.looks.update(looks)
        self.aim = aim
        for fault, since in faults.items():
            if fault in self._faults:
                self._faults[fault].take_up(since)

    @property
    def well(self) -> bool:
        """Nothing speaks against the newest picture, and how the camera is when well is known."""
        return not self._failing and not self.faults and not self._learning

    def observe(self, frame: Frame, *, aim: Aim | None = None, clock_offset_s: float | None = None) -> list[Change]:
        """Judges one picture; one not newer than the last changes nothing. ValueError for a picture too small."""
        if frame.captured_at <= self.judged_at:
            return []
        seen = measure(frame.luma, frame.chroma)
        at = self.judged_at = frame.captured_at
        at_home = not self._dome or self._looks_home(aim)
        look = self.healthy.look_of(seen) if at_home else None
        beside = look or (self.healthy.other_look(seen) if at_home else None)
        like = likeness(seen, beside) if beside is not None else None
        own = _standing(seen, look, like) if beside is not None else None
        if own is not None:
            self.neighbours.note(self.camera_id, at, own)
        now = Evidence(
            seen=seen,
            look=look,
            like=like,
            own=own,
            around=self.neighbours.around(self.camera_id, at),
            same_rows=_same_rows(self._rows, seen.rows),
            clock_offset_s=clock_offset_s,
        )
        self._rows = seen.rows
        changes = self._judge(now, at)
        self._learn(now, aim, at, at_home)
        return changes

    def accept(self, frame: Frame, aim: Aim | None = None) -> None:
        """The picture as it is now is how it should be: all looks are learnt anew, beginning with this one."""
        seen = measure(frame.luma, frame.chroma)
        self.healthy.forget()
        self.healthy.learn(seen, frame.captured_at)
        self.aim, self._learning = aim, True
        for fault in UNJUDGEABLE:
            self._faults[fault] = Hysteresis()
        self._failing -= UNJUDGEABLE

    def _judge(self, now: Evidence, at: float) -> list[Change]:
        changes = []
        self._failing.clear()
        for fault, judge in JUDGES.items():
            state, failing = self._faults[fault], judge(now)
            if failing:
                self._failing.add(fault)
            since = state.since
            turn = state.step(failing, at, HOLDING[fault])
            if turn is not None:
                changes.append(Change(self.camera_id, fault, turn, at, state.since if turn == "began" else since))
        return changes

    def _learn(self, now: Evidence, aim: Aim | None, at: float, at_home: bool) -> None:
        """Only from pictures nothing speaks against, so that no fault becomes the reference."""
        if self._dome and aim is None:
            self._learning = False
            return
        well = not self._failing and not any(
            state.begun for fault, state in self._faults.items() if fault in UNJUDGEABLE
        )
        least = BARE if now.look is not None or not self.healthy.looks else FEATURELESS
        plain = (not now.seen.dark or now.seen.brightest > LAMP_FROM) and now.seen.textured > least
        misfit = now.look is not None and now.like is not None and now.like.alike < 0.4
        if well and plain and at_home and not misfit:
            if self._dome and self.aim is None:
                self.aim = aim
            self.healthy.learn(now.seen, at)
        self._learning = well and plain and at_home and self.healthy.look_of(now.seen) is None

    def _looks_home(self, aim: Aim | None) -> bool:
        """Whether a dome looks where its reference was taken, or may take its first one here."""
        if aim is None:
            return False
        if self.aim is None:
            return True
        pan = abs((aim[0] - self.aim[0] + 180.0) % 360.0 - 180.0)
        zoom = abs(aim[2] / max(self.aim[2], 1e-6) - 1.0)
        return pan <= 0.7 / self.aim[2] and abs(aim[1] - self.aim[1]) <= 0.7 / self.aim[2] and zoom <= 0.05


def _standing(seen: Measured, look: Look | None, like: Likeness | None) -> Standing:
    """Only what is hidden can be said by the look of another light."""
    if look is None:
        return Standing(flat=like.flat if like is not None else 0.0)
    return Standing(
        acuity=(seen.acuity + LEAST_ACUITY) / (look.acuity + LEAST_ACUITY),
        noise=(seen.noise + 0.7) / (look.noise + 0.7),
        flat=like.flat if like is not None else 0.0,
        u=seen.u - look.u,
        v=seen.v - look.v,
    )


def _same_rows(before: tuple[int, ...], now: tuple[int, ...]) -> float | None:
    """None where there was no picture before, or too few rows show anything."""
    if len(before) != len(now):
        return None
    shown = [(one, other) for one, other in zip(before, now, strict=True) if one or other]
    if len(shown) < LEAST_ROWS:
        return None
    return sum(one == other for one, other in shown) / len(shown)
