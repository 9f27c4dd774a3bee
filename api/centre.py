"""Everything one API process is made of, as the routes see it."""

from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from api.alarm_watch import AlarmWatch
from api.camera_directory import CameraDirectory
from api.discovery_desk import DiscoveryDesk
from api.estate_desk import EstateDesk
from api.event_feed import EventFeed
from api.exchange_desk import ExchangeDesk
from api.gate import Gate
from api.moments import Moments
from api.pages import Pages
from api.ptz import Ptz
from api.quality_watch import QualityWatch
from api.running_estate import RunningEstate
from api.settings import Settings
from api.town_map import TownMap
from api.trials import Trials
from api.verification import Verification
from config.cameras import CamerasFile
from dispatch.service import Dispatch
from incidents.accounts import Accounts
from incidents.audit import Audit
from incidents.detection_quality import DetectionQuality
from incidents.favourites import Favourites
from incidents.quality import Quality
from incidents.register import Register
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
    town_map: TownMap
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
    password_gate: Gate
    device_gate: Gate
    """Hashing a password takes 64 MiB on purpose."""
    photo_gate: Gate
    """A decoded photo takes up to 150 MB."""
    clip_gate: Gate
    """A clip is the whole ring of a camera: megabytes here and in its worker."""
    moments: Moments
    quality: Quality
    quality_watch: QualityWatch
    ptz: Ptz
    running: RunningEstate
    trials: Trials
    exchange: ExchangeDesk
    audit: Audit
    register: Register
    estate: EstateDesk = field(default_factory=EstateDesk)
    discovery: DiscoveryDesk = field(default_factory=DiscoveryDesk)

    @property
    def accounts(self) -> Accounts:
        return self.incidents.accounts

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
