"""The composition root of the API process: what it is made of, in which order it starts and stops."""

import logging
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from api import errors
from api.access_log import AccessLog
from api.alarm_watch import AlarmWatch
from api.base_maps import BaseMaps
from api.camera_directory import CameraDirectory
from api.centre import Centre
from api.chores import Chore, Chores
from api.coverage_desk import CoverageDesk
from api.cross_origin import CrossOrigin
from api.domes import skyline_of
from api.event_feed import EventFeed
from api.exchange_desk import ExchangeDesk
from api.gate import Gate
from api.grid_shelf import GridShelf
from api.intake import intake
from api.moments import Moments
from api.once import forget_old_keys
from api.pages import Pages
from api.policy import check_policies
from api.ptz import build_ptz
from api.quality_watch import QualityWatch
from api.routes import ROUTERS
from api.running_estate import Changes, RunningEstate
from api.security import BodyLimit, OriginCheck, SecurityHeaders
from api.settings import Settings
from api.talk_down import build_talk_down
from api.town_in_force import TownInForce
from api.town_map import TownMap
from api.trials import Trials
from api.verification import Verification
from api.view_sheds import ViewSheds
from api.web_ui import WebUi
from config.cameras import Camera, CamerasFile
from config.load import escalation_of
from dispatch.service import Dispatch
from incidents import queries
from incidents.audit import Audit
from incidents.looking import How, Looking, Who
from incidents.quality import Quality
from incidents.register import Register
from incidents.rights import EVERYWHERE
from incidents.service import Incidents
from ingest.live import Live
from runtime.clock import Clock
from wall.alarm_rules import AlarmRules
from wall.alarms import Alarms
from wall.display_admission import DisplayAdmission
from wall.displays import Displays
from wall.live_hub import LiveHub
from wall.ptz.lock import Holder
from wall.tours import tour_shelf
from wall.whep import WhepSessions

logger = logging.getLogger(__name__)
DAY = 86_400.0


def build_centre(
    settings: Settings, config: CamerasFile, town_map: TownMap, incidents: Incidents, live: Live, clock: Clock
) -> Centre:
    """Joins the parts. The town's areas must be in the store already (`incidents.load_areas`)."""
    with incidents.store.read() as connection:
        areas = queries.list_areas(connection, EVERYWHERE)
    cameras = CameraDirectory(config, areas, town_map)
    per_account, poll_seconds = settings.pages_per_account, settings.rights_poll_seconds
    pages = Pages(incidents.accounts, cameras, clock, per_account=per_account, poll_seconds=poll_seconds)
    hub = LiveHub(live, clock, settings.hub)
    event_feed = EventFeed(incidents.feed, incidents.telling, live, cameras, pages, clock)
    store, feed, session_rules = incidents.store, incidents.feed, incidents.accounts.rules
    displays = Displays(store, clock, feed, cameras, tour_shelf(store, clock, cameras), session_rules)
    alarms = Alarms(store, clock, feed, displays, incidents.town.timezone)
    case_classes = frozenset(one.code for one in incidents.town.case_classes.classes)
    publish, timezone = event_feed.hub.publish, incidents.town.timezone
    skyline = skyline_of(town_map.base.get("buildings"))
    ptz = build_ptz(config.cameras, live, store, cameras.path, publish, clock, timezone, skyline, town_map.elevation)
    running = RunningEstate(settings.cameras_file, config, cameras, incidents.town.cameras, live, clock)
    folder = settings.cameras_file.parent if settings.cameras_file is not None else None
    base_dir = folder or Path()
    shelf = GridShelf(town_map.grids, folder, config.town.files.grids)
    quality = Quality(store, settings.data_dir / "faults", clock, incidents.town.cameras)
    register = Register(incidents, settings.data_dir, escalation_of(config, base_dir))
    sheds, geometry_gate = ViewSheds(skyline, ptz.domes), Gate(at_once=1, waiting=40)
    centre = Centre(
        settings=settings,
        clock=clock,
        config=config,
        town=TownInForce(town_map, config, shelf, incidents, cameras, running, clock),
        grid_shelf=shelf,
        incidents=incidents,
        dispatch=Dispatch(incidents, told=config.dispatch, roads=town_map.roads),
        live=live,
        cameras=cameras,
        hub=hub,
        pages=pages,
        whep=WhepSessions(hub, clock, settings.whep, settings.whep_network, random.Random()),
        displays=displays,
        admission=DisplayAdmission(store, clock, feed, displays, session_rules, settings.pairing),
        alarms=alarms,
        alarm_rules=AlarmRules(store, clock, case_classes),
        alarm_watch=AlarmWatch(feed, alarms, clock),
        event_feed=event_feed,
        verification=Verification(incidents, live, clock, ptz.rounds, settings.verification),
        geometry_gate=geometry_gate,
        sheds=sheds,
        coverages=CoverageDesk(sheds, geometry_gate),
        moments=Moments(settings.data_dir / "run" / "moments", clock),
        quality=quality,
        quality_watch=QualityWatch(quality, live, incidents.town.cameras, incidents.town.timezone, clock),
        ptz=ptz,
        running=running,
        register=register,
        audit=Audit(store, clock, Looking(clock, cameras.path)),
        trials=Trials(settings.data_dir / "run" / "trials", live, clock),
        base_maps=BaseMaps(base_dir, settings.data_dir, running.key_of, clock, random.Random()),
        exchange=ExchangeDesk(incidents, running, cameras, base_dir, clock, random.Random()),
        talk_down=build_talk_down(lambda: running.file, base_dir, incidents, cameras, publish, clock),
    )
    _take_rules(centre, config)
    _follow_changes(centre)
    return centre


def _take_rules(centre: Centre, file: CamerasFile) -> None:
    """What the parts go by that a reload may change."""
    centre.incidents.earning, centre.incidents.repeats = file.earning, file.repeats
    centre.register.rules = file.registers
    centre.dispatch.told = file.dispatch


def _follow_changes(centre: Centre) -> None:
    """Who learns that there are other cameras, in this order: what is sent ends before anybody is told; and who learns
    that a dome was turned."""

    def changed(cameras: Sequence[Camera], changes: Changes) -> None:
        _take_rules(centre, centre.running.file)
        centre.hub.forget(changes.streams)
        centre.ptz.change(cameras)
        centre.pages.cameras_changed()
        centre.event_feed.estate_changed(changes.areas)
        centre.exchange.changed()
        centre.base_maps.configure(centre.running.file.base_maps)

    centre.running.followers.append(changed)
    centre.town.followers.append(lambda _, what: centre.event_feed.town_changed(what))

    def turned(camera_id: str, who: Holder) -> None:
        if who.id:
            centre.audit.looking.glanced(Who(who.id, f"ptz {who.id}", who.name), camera_id, How.PTZ)

    centre.ptz.desk.log.followers.append(turned)


def create_app(centre: Centre) -> FastAPI:
    """The application. Raises PolicyMissing when a route does not say who may call it."""
    check_policies(ROUTERS)
    app = FastAPI(
        title="Gridwatch",
        summary="Video command centre: cameras, cases, grid workers",
        version="1",
        openapi_url=None,
        lifespan=_lifespan,
    )
    app.state.centre = centre
    app.state.web_ui = WebUi(centre.settings.static_dir)
    errors.install(app)
    for router in ROUTERS:
        app.include_router(router)
    # The last one added is the outermost.
    app.add_middleware(BodyLimit)
    app.add_middleware(OriginCheck, player_origins=centre.settings.whep_origins)
    app.add_middleware(SecurityHeaders, secure=centre.settings.stay_with_https)
    app.add_middleware(CrossOrigin, origins=centre.settings.whep_origins)
    app.add_middleware(AccessLog, clock=centre.clock)
    return app


def _chores(centre: Centre) -> Chores:
    return Chores(
        (
            Chore("unanswered orders", 5.0, centre.dispatch.flag_unanswered),
            Chore("arrivals", 5.0, centre.dispatch.see_arrivals),
            Chore("supervision", 5.0, centre.incidents.supervision.watch),
            Chore("displays", 1.0, centre.displays.tick),
            Chore("old tracks", DAY, centre.workers.forget_old_tracks),
            Chore("parties to forget", DAY, centre.register.entries.forget_old),
            Chore("old request keys", DAY, partial(forget_old_keys, centre)),
            Chore("flapping sensors", 5.0, centre.exchange.sensors.settle),
            Chore("delivered events", DAY, centre.exchange.outbox.forget_delivered),
            Chore("people who move and leave", 2.0, centre.staff.watch),
            Chore("audit", 2.0, centre.audit.flush),
            Chore("old audit", DAY, lambda: centre.audit.forget_old(centre.running.file.audit.keep_days)),
            Chore("held moments", 60.0, centre.moments.forget_old),
        ),
        centre.clock,
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    centre: Centre = app.state.centre
    chores = _chores(centre)
    centre.audit.begin()
    centre.moments.begin()
    centre.trials.begin()
    logger.info("starting: events, live hub, page rights")
    centre.event_feed.start()
    centre.hub.start()
    centre.pages.start()
    logger.info("starting: detection intake, verification, chores, alarms")
    centre.live.on_detection(intake(centre.incidents, centre.quality, centre.clock))
    centre.verification.start()
    chores.start()
    centre.alarm_watch.start()
    centre.quality_watch.start()
    centre.ptz.start()
    centre.exchange.start()
    centre.town.start()
    centre.talk_down.start()
    centre.base_maps.configure(centre.running.file.base_maps)
    logger.info("started")
    yield
    # uvicorn has closed the connections by now; what stands here has nobody left to serve.
    logger.info("stopping: loudspeakers, domes, alarms, chores, verification")
    await centre.town.stop()
    await centre.talk_down.stop()
    await centre.exchange.stop()
    await centre.base_maps.stop()
    await centre.ptz.stop()
    await centre.alarm_watch.stop()
    await centre.quality_watch.stop()
    await centre.trials.stop()
    await centre.coverages.stop()
    await centre.estate.stop()
    await centre.discovery.stop()
    await chores.stop()
    await centre.verification.stop()
    logger.info("stopping: pages, WHEP players, live hub, events")
    await centre.pages.stop()
    await centre.whep.stop()
    await run_in_threadpool(centre.audit.end)
    await centre.hub.stop()
    await centre.event_feed.stop()
    logger.info("stopped")
