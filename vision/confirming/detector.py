"""The detector of an ingest worker: by its configuration, within its time, and never in anybody's way."""

import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from config.detector import Detector, DetectorProblem, names_of
from ingest.frame import ColourImage, Frame
from runtime.clock import Clock
from vision.confirming.budget import Budget
from vision.confirming.model_runner import ModelRunner, read_form
from vision.confirming.yolox import Form, decode, letterbox
from vision.detection import Box, Kind, Seen

log = logging.getLogger(__name__)

AROUND = 1.0  # of the thing's longer side, on every side of it
LEAST_CROP = 0.3  # of the model's side, in pixels: what is enlarged more than that has nothing to show
LONGEST_LOOK_SECONDS = 10.0
REST_SECONDS = 60.0  # after its process died; doubled each time
MOST_FAILURES = 4

State = Literal["off", "starting", "ready", "resting", "broken"]


@dataclass(frozen=True, slots=True)
class Figures:
    """`state` for health. `problem`: why it is not ready. `asked`: looks that were answered, `cpu_seconds` theirs in
    all; `passed_over`: those for which there was no time left."""

    state: State
    problem: str
    asked: int
    cpu_seconds: float
    passed_over: int

    def to_plain(self) -> dict[str, str | float]:
        """As health shows it; empty where none is configured."""
        if self.state == "off":
            return {}
        told: dict[str, str | float] = {"detector": self.state}
        if self.problem:
            told["detector_problem"] = self.problem
        told["detector_asked"] = self.asked
        if self.asked:
            told["detector_ms"] = round(1000 * self.cpu_seconds / self.asked, 1)
        if self.passed_over:
            told["detector_passed_over"] = self.passed_over
        return told


@dataclass(slots=True)
class _Running:
    """One configuration in use."""

    settings: Detector
    names: tuple[str, ...]
    path: Path
    form: Form
    budget: Budget
    runner: ModelRunner | None
    failures: int = 0
    rest_until: float = 0.0

    def kind_of(self, name: str) -> Kind:
        if name in self.settings.people:
            return "person"
        return "vehicle" if name in self.settings.vehicles else "other"


class ObjectDetector:
    """A `Confirmer` from the start, whatever its configuration: without a model it is not asked. Any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._changing = threading.Lock()
        self._used: tuple[Detector | None, Path, tuple[int, int] | None] = None, Path(), None
        self._running: _Running | None = None
        self._state: State = "off"
        self._problem = ""
        self._asked, self._passed_over, self._cpu_seconds = 0, 0, 0.0

    @property
    def figures(self) -> Figures:
        return Figures(self._state, self._problem, self._asked, self._cpu_seconds, self._passed_over)

    def change(self, settings: Detector | None, folder: Path) -> None:
        """Makes this the configuration; files are named relative to `folder`. Returns when the model is ready or known
        not to be, which is logged and stands in `figures`; meanwhile it goes by the configuration of before."""
        with self._changing:
            used = settings, folder, _stamp(settings, folder)
            if self._used == used and self._state in ("off", "ready"):
                return
            self._used = used
            if self._running is None and settings is not None:
                self._state, self._problem = "starting", ""
            state, problem, running = self._begun(settings, folder)
            with self._lock:
                before, self._running = self._running, running
                self._state, self._problem = state, problem
            _close(before)
        if problem:
            log.warning("%s; what rules find is told without it", problem)
        elif running is not None:
            shape = f"{running.form.width}×{running.form.height}"
            log.info("detector: %s is ready, %s, %d classes", running.path.name, shape, len(running.names))

    def close(self) -> None:
        self.change(None, Path())

    def look(self, frame: Frame, box: Box, *, again: bool = False) -> tuple[Seen, ...] | None:
        """Waits for the answer, at most LONGEST_LOOK_SECONDS."""
        with self._lock:
            running = self._running
            if running is None or not self._may_look(running, again):
                return None
            place = crop_around(box, frame.width, frame.height, min(running.form.width, running.form.height))
            left, top, right, bottom = place
            picture = frame.colour()[top:bottom, left:right]
            found = self._ask(running, picture)
        if found is None:
            return None
        return tuple(
            Seen(
                name,
                score,
                ((left + x) / frame.width, (top + y) / frame.height, width / frame.width, height / frame.height),
                running.kind_of(name),
            )
            for name, score, (x, y, width, height) in found
        )

    def _begun(self, settings: Detector | None, folder: Path) -> tuple[State, str, _Running | None]:
        if settings is None:
            return "off", "", None
        try:
            names = names_of(settings, folder)
            path = folder / settings.model
            form = read_form(path, len(names))
            runner = ModelRunner(path, form, self._clock)
        except DetectorProblem as problem:
            return "broken", shown(settings, problem), None
        budget = Budget(settings.busy_share, self._clock.monotonic())
        return "ready", "", _Running(settings, names, path, form, budget, runner)

    def _may_look(self, running: _Running, again: bool) -> bool:
        now = self._clock.monotonic()
        if running.runner is None and not self._revived(running, now):
            return False
        if running.budget.allows(now, patient=again):
            return True
        self._passed_over += 1
        return False

    def _ask(self, running: _Running, picture: ColourImage) -> list[tuple[str, float, Box]] | None:
        assert running.runner is not None
        field, scale = letterbox(picture, running.form)
        begun = self._clock.monotonic()
        try:
            answer = running.runner.ask(field, LONGEST_LOOK_SECONDS)
        except DetectorProblem as problem:
            self._failed(running, problem)
            return None
        self._asked += 1
        self._cpu_seconds += answer.cpu_seconds
        running.failures = 0
        running.budget.spend(max(answer.cpu_seconds, 0.0) or self._clock.monotonic() - begun)
        size = picture.shape[1], picture.shape[0]
        found = decode(answer.rows, running.form, scale, size, running.settings.least_score)
        return [(running.names[one.number], one.score, one.box) for one in found]

    def _failed(self, running: _Running, problem: DetectorProblem) -> None:
        running.runner = None
        running.failures += 1
        given_up = running.failures >= MOST_FAILURES
        running.rest_until = self._clock.monotonic() + REST_SECONDS * 2 ** (running.failures - 1)
        self._state, self._problem = "broken" if given_up else "resting", shown(running.settings, problem)
        log.error("%s; what rules find is told without it", self._problem)

    def _revived(self, running: _Running, now: float) -> bool:
        """Its process is started again after a rest, which holds up whoever asks for a moment."""
        if running.failures >= MOST_FAILURES or now < running.rest_until:
            return False
        try:
            running.runner = ModelRunner(running.path, running.form, self._clock, LONGEST_LOOK_SECONDS)
        except DetectorProblem as problem:
            self._failed(running, problem)
            return False
        self._state, self._problem = "ready", ""
        return True


def check(settings: Detector, folder: Path, clock: Clock) -> Form:
    """Everything short of a real picture. Raises DetectorProblem."""
    path = folder / settings.model
    form = read_form(path, len(names_of(settings, folder)))
    ModelRunner(path, form, clock).close()
    return form


def shown(settings: Detector, problem: DetectorProblem) -> str:
    """As a line of the log: the key, its value where it names a file, and the rule."""
    value = f" = {getattr(settings, problem.key)!r}" if problem.key in ("model", "names") else ""
    return f"detector.{problem.key}{value}: {problem}"


def crop_around(box: Box, width: int, height: int, side: int) -> tuple[int, int, int, int]:
    """Left, top, right, bottom in pixels of a picture of that size: the thing with room about it, as square as the
    picture allows, and no smaller than a model of `side` pixels makes something of."""
    x, y, wide, high = box[0] * width, box[1] * height, box[2] * width, box[3] * height
    extent = max(max(wide, high) * (1 + 2 * AROUND), LEAST_CROP * side)
    left, right = _span(x + wide / 2, extent, width)
    top, bottom = _span(y + high / 2, extent, height)
    return left, top, right, bottom


def _span(middle: float, extent: float, whole: int) -> tuple[int, int]:
    """As long as `extent` where the picture is, moved into it where it would reach beyond."""
    length = min(whole, max(1, round(extent)))
    begins = min(whole - length, max(0, round(middle - length / 2)))
    return begins, begins + length


def _stamp(settings: Detector | None, folder: Path) -> tuple[int, int] | None:
    """Tells a file from another of the same name; None where there is none."""
    try:
        file = (folder / settings.model).stat() if settings is not None else None
    except (OSError, ValueError):
        return None
    return None if file is None else (file.st_mtime_ns, file.st_size)


def _close(running: _Running | None) -> None:
    if running is not None and running.runner is not None:
        running.runner.close()
