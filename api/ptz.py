"""Everything of domes that one API process is made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from api.dome_news import PtzNews
from api.domes import Domes
from api.pointing import Pointing
from api.schemas.ptz import PtzSummary
from config.cameras import Camera
from gis.dome_choice import Skyline
from gis.elevation import Elevation
from incidents.store import Store
from ingest.live import Live
from runtime.clock import Clock
from wall.events import Event
from wall.ptz.acquaintance import Acquaintance
from wall.ptz.desk import PtzDesk
from wall.ptz.hand import PageHand, TurningRights
from wall.ptz.keeping import PtzKeeping
from wall.ptz.log import PtzLog
from wall.ptz.presets import Presets
from wall.ptz.rounds import Rounds
from wall.ptz.rounds_switch import RoundsSwitch
from wall.ptz.watch import Watch


@dataclass(frozen=True, slots=True)
class Ptz:
    """`start` and `stop` belong to the event loop; stopping stops what is being steered."""

    domes: Domes
    desk: PtzDesk
    news: PtzNews
    keeping: PtzKeeping
    pointing: Pointing
    presets: Presets
    rounds: Rounds
    acquaintance: Acquaintance

    def start(self) -> None:
        self.desk.start()
        self.desk.begin(self.acquaintance.run())
        self.rounds.start(self.domes.ids())

    async def stop(self) -> None:
        await self.rounds.stop()
        await self.desk.stop()

    def change(self, cameras: Sequence[Camera]) -> None:
        """Makes these the cameras. Belongs to the event loop."""
        before = set(self.domes.ids())
        views = {camera_id: self.domes.views(camera_id) for camera_id in before}
        self.domes.change(cameras)
        now = set(self.domes.ids())
        for camera_id in before - now:
            self.rounds.forget(camera_id)
            self.desk.forget(camera_id)
            self.news.forget(camera_id)
        for camera_id in now:
            if camera_id not in before or views[camera_id] != self.domes.views(camera_id):
                self.rounds.changed(camera_id)

    def summary(self, camera_id: str) -> PtzSummary | None:
        """What the list of cameras says; None for one that does not turn."""
        found = self.domes.summary(camera_id, self.desk.known_capabilities(camera_id))
        return PtzSummary(**found) if found is not None else None

    def hand(self, rights: TurningRights) -> PageHand:
        """For one page."""
        return PageHand(self.desk, self.news, self.domes, rights)


def build_ptz(
    cameras: Sequence[Camera],
    live: Live,
    store: Store,
    path_of: Callable[[str], str | None],
    publish: Callable[[Event], None],
    clock: Clock,
    timezone: ZoneInfo,
    skyline: Skyline | None = None,
    elevation: Elevation | None = None,
) -> Ptz:
    """Reads what is kept for the domes."""
    keeping = PtzKeeping(store, clock)
    domes = Domes(cameras, keeping, live.status_of, elevation)
    desk = PtzDesk(live, clock, PtzLog(store, clock))
    news = PtzNews(desk, domes, path_of, publish, clock)
    presets = Presets(desk, keeping, live, clock)
    watch = Watch(desk, presets, live, clock, domes.found_mount)
    switch = RoundsSwitch(store, clock)
    rounds = Rounds(desk, presets, keeping, clock, news.on_rounds, watch, switch, domes.views, timezone)
    acquaintance = Acquaintance(desk, live, clock, domes.ids)
    return Ptz(domes, desk, news, keeping, Pointing(desk, domes, skyline), presets, rounds, acquaintance)
