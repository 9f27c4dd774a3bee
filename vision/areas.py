"""The zones of one picture that are judged as a whole: from their samples to what is told of them."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from config.cameras import Zone
from gis.ground import GroundModel
from vision.area import AreaWatch, Episode
from vision.background import Comparison
from vision.detection import Phase, foot_of
from vision.grid import Grid, Mask
from vision.look import Colour, Look
from vision.rules import AREA_RULES
from vision.rules.area_history import AreaHistory, AreaJudgement
from vision.rules.conditions import in_force
from vision.scene import Scene
from vision.static_object import Announcement, StaticObject

MOST_ENDED = 8
STILL_BUSYNESS = 0.3  # what stirs less is a thing and nobody


@dataclass(frozen=True, slots=True)
class AreaNews:
    """`watch`: something gathers. `held`: where; the ground there must not be forgotten meanwhile."""

    told: tuple[tuple[Episode, Phase], ...] = ()
    watch: bool = False
    held: Mask | None = None


class Areas:
    """Of one camera or view. Nothing is kept of a zone that is taken away, nor told of it."""

    def __init__(self, zones: Sequence[Zone], timezone: ZoneInfo, new_id: Callable[[], str]) -> None:
        self._timezone, self._new_id = timezone, new_id
        self._zones: list[Zone] = []
        self._ground: GroundModel | None = None
        self._watches: dict[str, AreaWatch] = {}
        self._waiting: dict[str, Episode] = {}
        self._learnt: dict[str, bytes] = {}
        self._ended: deque[str] = deque(maxlen=MOST_ENDED)
        self.configure(zones, None)

    def configure(self, zones: Sequence[Zone], ground: GroundModel | None) -> None:
        """Other zones, or another ground: what has been told goes on, unless its zone is taken away."""
        ids = {zone.id for zone in zones}
        self._waiting = {one.told.zone_id: one for one in self.episodes if one.told.zone_id in ids or not ids}
        self._learnt = {zone_id: data for zone_id, data in self.learnt.items() if zone_id in ids or not ids}
        self._zones = [zone for zone in zones if zone.rule in AREA_RULES]
        self._ground, self._watches = ground, {}

    def arrive(self, zones: Sequence[Zone], ground: GroundModel | None) -> None:
        """A dome is back at the view: what was seen at earlier visits counts, where it sees the same."""
        same = [zone for zone in zones if zone.rule in AREA_RULES] == self._zones
        if not same or (ground is None) != (self._ground is None):
            self.configure(zones, ground)

    def phase_of(self, object_id: str) -> Phase | None:
        """Whether what was told under that id goes on; None where it is not known (any more)."""
        if any(one.object_id == object_id for one in self.episodes):
            return "present"
        return "gone" if object_id in self._ended else None

    @property
    def episodes(self) -> list[Episode]:
        going_on = [watch.episode for watch in self._watches.values() if watch.episode is not None]
        return [*going_on, *self._waiting.values()]

    def histories(self) -> list[tuple[AreaHistory, Zone]]:
        """Of each zone looked at so far its samples, as if nothing had been told of it."""
        return [(AreaHistory(tuple(one.samples), False), one.zone) for one in self._watches.values() if one.samples]

    @property
    def learnt(self) -> Mapping[str, bytes]:
        """What has been learnt of zones over days, by their ids."""
        packed = {zone_id: data for zone_id, watch in self._watches.items() if (data := watch.pack())}
        return {**self._learnt, **packed}

    def restore(self, episodes: Sequence[Episode], learnt: Mapping[str, bytes]) -> None:
        self._waiting = {one.told.zone_id: one for one in episodes}
        self._learnt = dict(learnt)

    def step(
        self,
        seen: Comparison,
        scene: Scene,
        things: Sequence[StaticObject],
        at: float,
        seconds: float,
        fiery: Colour = lambda: None,
    ) -> AreaNews:
        if not self._zones:
            return AreaNews()
        look, watched = Look(seen, _still(things, scene), scene.number, at, seconds, fiery), False
        told: list[tuple[Episode, Phase]] = []
        held: Mask | None = None
        for watch in self._watches_on(scene.grid):
            history = watch.take(look)
            judged = AREA_RULES[watch.zone.rule](history, watch.zone)
            awake = in_force(watch.zone, at, self._timezone)
            if watch.episode is None and judged.decision == "begin" and awake:
                watch.episode = self._begun(watch, history, judged, at)
                told.append((watch.episode, "present"))
            elif watch.episode is not None and judged.decision == "end":
                told.append((watch.episode, "gone"))
                self._ended.append(watch.episode.object_id)
                watch.episode = None
            watched = watched or (awake and judged.decision == "watch")
            if watch.episode is not None or judged.decision == "watch":
                held = np.zeros_like(seen.foreground) if held is None else held
                watch.mark_held(held)
        return AreaNews(tuple(told), watched, held)

    def _watches_on(self, grid: Grid) -> list[AreaWatch]:
        if len(self._watches) < len(self._zones):
            for zone in self._zones:
                watch = AreaWatch(zone, grid, self._ground, self._waiting.get(zone.id))
                watch.unpack(self._learnt.get(zone.id, b""))
                self._watches[zone.id] = watch
            self._waiting, self._learnt = {}, {}
        return list(self._watches.values())

    def _begun(self, watch: AreaWatch, history: AreaHistory, judged: AreaJudgement, at: float) -> Episode:
        zone, box = watch.zone, watch.box()
        begun_at = (history.last(zone.dwell_seconds) or history.samples)[0].at
        told = Announcement(
            zone_id=zone.id,
            rule=zone.rule,
            case_class=zone.case_class,
            level=zone.level,
            opens_case=zone.opens_case,
            confirmed_at=at,
            confidence=judged.confidence,
            box=box,
            foot=foot_of(box),
            aspect=judged.aspect,
        )
        return Episode(self._new_id(), begun_at, told)


def _still(things: Sequence[StaticObject], scene: Scene) -> Mask | None:
    quiet = [one for one in things if one.scene == scene.number and one.busyness < STILL_BUSYNESS]
    if not quiet:
        return None
    still = np.zeros((scene.grid.height, scene.grid.width), np.uint8)
    for one in quiet:
        part = still[one.box.slices]
        np.maximum(part, one.mask, out=part)
    return still
