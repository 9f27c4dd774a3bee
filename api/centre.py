"""Everything one API process is made of, as the routes see it."""

from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from api.alarm_watch import AlarmWatch
from api.base_maps import BaseMaps
from api.camera_directory import CameraDirectory
from api.coverage_desk import CoverageDesk
from api.discovery_desk import DiscoveryDesk
from api.estate_desk import EstateDesk
from api.event_feed import EventFeed
from api.exchange_desk import ExchangeDesk
from api.gate import Gate
from api.grid_desk import GridDesk
from api.grid_shelf import GridShelf
from api.layer_bytes import LayerKeep
from api.moments import Moments
from api.pages import Pages
from api.ptz import Ptz
from api.quality_watch import QualityWatch
from api.running_estate import RunningEstate
from api.settings import Settings
from api.talk_down import TalkDown
from api.town_in_force import TownInForce
from api.town_map import TownMap
from api.trials import Trials
from api.verification import Verification
from api.view_sheds import ViewSheds
from config.cameras import CamerasFile
from dispatch.service import Dispatch
from gis.tile import Bounds
from incidents.accounts import Accounts
from incidents.audit import Audit
from incidents.detection_quality import DetectionQuality
from incidents.favourites import Favourites
from incidents.program_tokens import ProgramTokens
from incidents.quality import Quality
from incidents.register import Register
from incidents.rights import Scope
from incidents.service import Incidents
from incidents.staff import Staff
from incidents.workers import Workers
from ingest.live import Live
from runtime.clock import Clock
from wall.alarm_rules import AlarmRules
from wall.alarms import Alarms
from wall.display_admission import DisplayAdmission
from wall.displays import Displays
from wall.live_hub import LiveHub
from wall.presets import preset_shelf
from wall.shelf import Shelf
from wall.tours import tour_shelf
from wall.whep import WhepSessions


@dataclass(frozen=True, slots=True)
class Centre:
    settings: Settings
    clock: Clock
    config: CamerasFile
    town: TownInForce
    grid_shelf: GridShelf
    incidents: Incidents
    dispatch: Dispatch
    live: Live
    cameras: CameraDirectory
    hub: LiveHub
    pages: Pages
    whep: WhepSessions
    displays: Displays
    admission: DisplayAdmission
    alarms: Alarms
    alarm_rules: AlarmRules
    alarm_watch: AlarmWatch
    event_feed: EventFeed
    verification: Verification
    geometry_gate: Gate
    """A calibration or the coverage of a town takes seconds of a processor."""
    sheds: ViewSheds
    coverages: CoverageDesk
    moments: Moments
    quality: Quality
    quality_watch: QualityWatch
    ptz: Ptz
    running: RunningEstate
    trials: Trials
    exchange: ExchangeDesk
    audit: Audit
    register: Register
    talk_down: TalkDown
    base_maps: BaseMaps
    # People do not queue behind a town's phones that all come back at once.
    password_gate: Gate = field(default_factory=lambda: Gate(at_once=2, waiting=100))
    device_gate: Gate = field(default_factory=lambda: Gate(at_once=1, waiting=400))
    """Hashing a password takes 64 MiB on purpose."""
    photo_gate: Gate = field(default_factory=lambda: Gate(at_once=2, waiting=30))
    """A decoded photo takes up to 150 MB."""
    clip_gate: Gate = field(default_factory=lambda: Gate(at_once=4, waiting=40))
    """A clip is the whole ring of a camera: megabytes here and in its worker."""
    estate: EstateDesk = field(default_factory=EstateDesk)
    discovery: DiscoveryDesk = field(default_factory=DiscoveryDesk)
    grids: GridDesk = field(default_factory=GridDesk)
    shown_grounds: dict[tuple[Scope, bool], Bounds | tuple[()] | None] = field(default_factory=dict)
    """Kept by `api.shown_ground`."""
    layers: LayerKeep = field(default_factory=LayerKeep)

    @property
    def town_map(self) -> TownMap:
        """As it is now: ask for it each time."""
        return self.town.map

    @property
    def accounts(self) -> Accounts:
        return self.incidents.accounts

    @property
    def program_tokens(self) -> ProgramTokens:
        return ProgramTokens(self.accounts)

    @property
    def staff(self) -> Staff:
        return Staff(self.incidents.store, self.clock, self.incidents.feed, self.incidents.acting)

    @property
    def detection(self) -> DetectionQuality:
        return DetectionQuality(self.incidents)

    @property
    def favourites(self) -> Favourites:
        return Favourites(self.incidents.store, self.clock, self.incidents.town)

    @property
    def presets(self) -> Shelf:
        return preset_shelf(self.incidents.store, self.clock, self.cameras)

    @property
    def tours(self) -> Shelf:
        return tour_shelf(self.incidents.store, self.clock, self.cameras)

    @property
    def workers(self) -> Workers:
        return self.incidents.workers


def centre_of(connection: HTTPConnection) -> Centre:
    """The centre behind a request."""
    centre = connection.app.state.centre
    assert isinstance(centre, Centre)
    return centre


async def the_centre(connection: HTTPConnection) -> Centre:
    """As `centre_of`, for what is handed to routes: what is not `async` is sent through a thread each time."""
    return centre_of(connection)
