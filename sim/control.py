"""The simulated town's own switchboard, over HTTP on loopback: faults, events, counters. Not part of the product."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any, Literal

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.middleware.trustedhost import TrustedHostMiddleware

from sim.director import STAND_SECONDS, Director, UnknownEvent
from sim.faults import FaultSwitch, UnknownCamera
from sim.onvif.brand import Hostile, Quirk
from sim.picture_faults import Spoiling
from sim.rtsp.fault import NO_FAULT, Fault, FaultSetting
from sim.rtsp.server import RtspServer
from sim.rtsp.timeline import TimelineError
from sim.town_domes import TownDomes, UnknownDevice

LOOPBACK_HOSTS = ["127.0.0.1", "localhost"]
EvenSize = Annotated[int, Field(ge=64, le=1920, multiple_of=2)]


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FaultOrder(Order):
    camera: str = Field(max_length=64, description="camera id, or * for all")
    fault: Fault
    seconds: float = Field(default=NO_FAULT.seconds, gt=0, le=600, description="slow: before each answer")
    fraction: float = Field(default=NO_FAULT.fraction, ge=0, le=1, description="lose: share of packets lost")
    width: EvenSize = NO_FAULT.width
    height: EvenSize = NO_FAULT.height
    what: Spoiling = Field(default=NO_FAULT.what, description="spoil: what befalls the picture")
    strength: float = Field(default=NO_FAULT.strength, ge=0, le=1, description="spoil: just noticed to nothing left")
    clock_error_s: float = Field(default=NO_FAULT.clock_error_s, ge=-4e9, le=4e9, description="clock: seconds off")
    reset: bool = Field(default=NO_FAULT.reset, description="refuse: reset the connection instead of 503")


class EventOrder(Order):
    camera: str = Field(max_length=64)
    kind: Literal["stall", "dumping"]
    stand_seconds: float = Field(default=STAND_SECONDS, ge=0, le=86400)


class Visit(Order):
    """Somebody at this place talks to whoever trades or dumps there."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    radius_m: float = Field(default=40.0, gt=0, le=500)


class WareOrder(Order):
    """A stall or a heap that stands in the street for the domes to see; no fixed camera shows it."""

    kind: Literal["stall", "dumping"]
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    turned_deg: float = Field(default=0.0, ge=0, lt=360, description="clockwise from north")


class DeviceOrder(Order):
    """What is wrong with a device's replies. Quirks left out stay as they are; hostile left out is none."""

    quirks: list[Quirk] | None = Field(default=None, max_length=len(Quirk))
    hostile: Hostile | None = None


def control_app(server: RtspServer, switch: FaultSwitch, director: Director, domes: TownDomes | None = None) -> FastAPI:
    app = FastAPI(title="Simulated town", docs_url=None, redoc_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK_HOSTS)
    _map_errors(app)
    _fault_routes(app, server, switch, domes)
    _event_routes(app, director)
    _dome_routes(app, domes)
    _ware_routes(app, director, domes)

    @app.get("/counters")
    async def counters() -> dict[str, Any]:
        return server.counters()

    @app.get("/loudspeakers")
    async def heard() -> dict[str, Any]:
        """What was said at each loudspeaker: how, when, how long; text where it was text."""
        return server.hearing.plain()

    @app.post("/pause")
    async def pause() -> dict[str, Any]:
        """Stops all sending between two frames; what was sent is then exactly what the counters say."""
        server.estate.pacer.pause()
        return server.counters()

    @app.post("/resume")
    async def resume() -> dict[str, bool]:
        server.estate.pacer.resume()
        return {"paused": False}

    return app


def _map_errors(app: FastAPI) -> None:
    for error, status in ((UnknownCamera, 404), (UnknownEvent, 404), (UnknownDevice, 404), (TimelineError, 409)):

        async def answer(_request: Request, problem: Exception, status: int = status) -> JSONResponse:
            return JSONResponse({"detail": str(problem)}, status)

        app.add_exception_handler(error, answer)


def _fault_routes(app: FastAPI, server: RtspServer, switch: FaultSwitch, domes: TownDomes | None) -> None:
    @app.post("/faults")
    async def set_fault(order: FaultOrder) -> dict[str, str]:
        setting = FaultSetting(**order.model_dump(exclude={"camera"}))
        await switch.set(order.camera, setting)
        if domes is not None:
            domes.apply(order.camera, setting)
        return {"camera": order.camera, "fault": order.fault}

    @app.get("/faults")
    async def faults() -> dict[str, Any]:
        faulty = (camera for camera in server.estate.cameras.values() if camera.fault.fault is not Fault.NONE)
        return {camera.id: asdict(camera.fault) for camera in faulty}


def _dome_routes(app: FastAPI, domes: TownDomes | None) -> None:
    @app.get("/domes")
    async def truth() -> dict[str, Any]:
        """How the domes really stand, where each points now, and where the plates are."""
        return domes.truth() if domes is not None else {"domes": {}, "plates": []}

    @app.post("/devices/{device_id}")
    async def set_device(device_id: str, order: DeviceOrder) -> dict[str, Any]:
        if domes is None:
            raise UnknownDevice("there are no devices here")
        return domes.set_device(device_id, order.quirks, order.hostile)


def _ware_routes(app: FastAPI, director: Director, domes: TownDomes | None) -> None:
    @app.post("/wares", status_code=201)
    async def put(order: WareOrder) -> dict[str, str]:
        if domes is None:
            raise UnknownDevice("there are no domes here to see it")
        return {"ware": domes.put_ware(order.kind, order.lon, order.lat, order.turned_deg)}

    @app.post("/wares/{name}/clear")
    async def clear(name: str) -> dict[str, str]:
        """Also when it is gone already."""
        if domes is not None:
            domes.wares.take(name)
        return {"ware": name}

    @app.post("/visits")
    async def visit(place: Visit) -> dict[str, Any]:
        """Asks the nearest one there to go; `event` is null where nobody is. What only domes see (`ware`) is gone."""
        there = director.nearest(place.lon, place.lat, place.radius_m)
        ware = domes.clear_ware_near(place.lon, place.lat, place.radius_m) if domes is not None else None
        event = asdict(director.clear(there.event_id)) if there else None
        return {"event": event} if ware is None else {"event": event, "ware": ware}


def _event_routes(app: FastAPI, director: Director) -> None:
    @app.get("/events")
    async def event_cameras() -> dict[str, Any]:
        """Which cameras can have events of which kinds."""
        return {"cameras": {camera.id: camera.kinds for camera in director.event_cameras()}}

    @app.post("/events", status_code=201)
    async def start(order: EventOrder) -> dict[str, Any]:
        try:
            return asdict(director.start(order.camera, order.kind, order.stand_seconds))
        except KeyError as error:
            raise HTTPException(404, f"there is no camera {order.camera}") from error

    @app.get("/events/{event_id}")
    async def event(event_id: str) -> dict[str, Any]:
        return asdict(director.event(event_id))

    @app.post("/events/{event_id}/clear")
    async def clear(event_id: str) -> dict[str, Any]:
        return asdict(director.clear(event_id))

    @app.get("/truth")
    async def truth() -> dict[str, Any]:
        return {"events": [asdict(event) for event in director.events()]}


class ControlServer(uvicorn.Server):
    """uvicorn without its signal handling: the process that starts it decides when to stop."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(uvicorn.Config(app, lifespan="off", access_log=False, log_config=None, server_header=False))

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen_on_loopback(port: int) -> socket.socket:
    """A bound socket; port 0 takes a free one. Raises OSError when the port is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError:
        listener.close()
        raise
    return listener
