"""Rights at the HTTP door: a generated matrix of every route, role and area."""

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from sqlalchemy import insert

from api.policy import PolicyMissing, Public, Requires, SignedIn, check_policies, policy_of, public, signed_in
from api.routes import ROUTERS
from incidents.rights import POST_ROLES, ROLES, Permission
from incidents.staff import StandInGiven
from incidents.store.register_schema import parties
from talkdown.sound import write_wav
from tests.api.detection_town import cause_at
from tests.api.display_browser import DisplayBrowser, pair
from tests.api.exchange_town import event_at, feedback_asked
from tests.api.quality_town import episode_at
from tests.api.town import ACCOUNTS, PASSWORD, RunningTown, middle, running_town, write_leaflet

ROUTES = {
    f"{method} {route.path}": route
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in route.methods or ()
}
P = Permission


def add_route(router: APIRouter, **options: Any) -> None:
    @router.get("/new", **options)
    def new() -> int:
        return 1


UNDECLARED = [
    ("no policy", {}),
    ("two policies", {"dependencies": [public, signed_in]}),
]


@pytest.mark.parametrize("options", [row[1] for row in UNDECLARED], ids=[row[0] for row in UNDECLARED])
def test_a_route_that_does_not_say_who_may_call_it_stops_the_start(options):
    router = APIRouter()
    add_route(router, **options)
    with pytest.raises(PolicyMissing, match="/new"):
        check_policies([*ROUTERS, router])


def test_a_websocket_without_a_policy_stops_the_start():
    router = APIRouter()

    @router.websocket("/pictures")
    async def pictures() -> None: ...

    with pytest.raises(PolicyMissing, match="/pictures"):
        check_policies([router])


def test_all_routes_have_one():
    check_policies(ROUTERS)


PUBLIC = {
    "GET /api/v1/setup",
    "POST /api/v1/setup",
    "POST /api/v1/sessions",
    "POST /api/v1/sessions/by-code",
    "GET /api/v1/openapi.json",
    "GET /ca.crt",
    "OPTIONS /api/v1/whep/{camera_id}",
    # Other systems come with a key or a signature of their own, and without one are told what may be reported.
    "POST /api/v1/exchange/reports/{source_id}",
    "POST /api/v1/exchange/sensors/{source_id}",
    "POST /api/v1/exchange/positions/{source_id}",
    "GET /open311/discovery.{form}",
    "GET /open311/v2/services.{form}",
    "GET /open311/v2/services/{code}.{form}",
    "POST /open311/v2/requests.{form}",
    "GET /open311/v2/requests.{form}",
    "GET /open311/v2/requests/{report_id}.{form}",
    "GET /open311/v2/tokens/{token}.{form}",
    # Citizens, where the town offers it; 404 else.
    "GET /api/v1/citizen",
    "GET /api/v1/citizen/map",
    "POST /api/v1/citizen/reports",
    "POST /api/v1/citizen/follow",
    # A browser that asks to be a display is nobody yet; what it gets is worth nothing until its code was typed.
    "POST /api/v1/display/pairing",
    "POST /api/v1/display/pairing/poll",
    "GET /{path:path}",
    "HEAD /{path:path}",
}


def test_what_is_public_is_listed_here():
    assert {name for name, route in ROUTES.items() if isinstance(policy_of(route), Public)} == PUBLIC


@dataclass
class Target:
    """One thing in the east that a route is aimed at; the caller's answer must depend on where he holds rights."""

    json: dict[str, Any] | None = None
    params: dict[str, Any] | None = None
    files: dict[str, Any] | None = None
    data: dict[str, Any] | None = None
    """Form fields beside the files."""
    holds: tuple[Permission, ...] = ()
    """With one of these at the thing's place the caller gets through."""
    also: tuple[Permission, ...] = ()
    """… who needs all of these besides."""
    ok: set[int] = field(default_factory=lambda: {200})
    town_wide: bool = False
    """It is about the whole town: held in a village is not enough."""
    anywhere: bool = False
    """The route is about no single thing: held anywhere is enough, and its list is tested for its scope below."""


EAST_LON, EAST_LAT = middle("east-g1")
TABLE = {"file": ("cameras.csv", b"name,ip", "text/csv")}
PHOTO = {"file": ("a.jpg", b"no picture", "image/jpeg")}
SOUND = {"file": ("a.wav", b"no sound", "audio/wav")}

# `ok` holds the status that proves the caller was let in; where what he sends is wrong, that is 422.
VENDOR = {"kind": "vendor", "name": "x", "area": "east-g1"}
TRIED = {"id": "a", "rule": "stall", "polygon": [[0, 0], [1, 0], [1, 1]], "case_class": "05-01"}
TARGETS: dict[str, Target] = {
    "GET /api/v1/map/base/{layer}": Target(anywhere=True),
    "GET /api/v1/map/export.html": Target(holds=(P.CASE_SEE,), anywhere=True),
    "GET /api/v1/map/files/cameras": Target(holds=(P.CAMERA_SEE,), anywhere=True),
    "GET /api/v1/map/files/cases": Target(holds=(P.CASE_SEE,), anywhere=True),
    "GET /api/v1/map/files/workers": Target(holds=(P.WORKER_SEE,), anywhere=True),
    "GET /api/v1/map/report.html": Target(holds=(P.CASE_SEE,), anywhere=True),
    "GET /api/v1/map/statistics": Target(holds=(P.CASE_SEE,), anywhere=True),
    "GET /api/v1/map/statistics.xlsx": Target(holds=(P.CASE_SEE,), anywhere=True),
    "GET /api/v1/map/history": Target(holds=(P.CASE_SEE,), anywhere=True),
    "GET /api/v1/map/replay/cases": Target(params={"from": 0, "until": 3600}, holds=(P.CASE_SEE,), anywhere=True),
    "GET /api/v1/map/replay/tracks": Target(params={"from": 0, "until": 3600}, holds=(P.WORKER_SEE,), anywhere=True),
    "GET /api/v1/map/sensors": Target(holds=(P.CAMERA_SEE,), anywhere=True),
    "GET /api/v1/map/patrol-advice": Target(holds=(P.CASE_SEE,), anywhere=True),
    "GET /api/v1/cameras": Target(holds=(P.CAMERA_SEE,), anywhere=True),
    "GET /api/v1/cameras/{camera_id}": Target(holds=(P.CAMERA_SEE,)),
    "GET /api/v1/cameras/{camera_id}/snapshot.jpg": Target(holds=(P.CAMERA_SEE,)),
    "GET /api/v1/me/favourites": Target(holds=(P.CAMERA_SEE,), anywhere=True),
    "PUT /api/v1/me/favourites/{camera_id}": Target(holds=(P.CAMERA_SEE,)),
    "DELETE /api/v1/me/favourites/{camera_id}": Target(holds=(P.CAMERA_SEE,)),
    "GET /api/v1/cameras/{camera_id}/clip.mp4": Target(holds=(P.CAMERA_SEE,)),
    "GET /api/v1/cameras/{camera_id}/ground": Target(params={"x": 0.5, "y": 0.9}, holds=(P.CAMERA_SEE,)),
    "POST /api/v1/cameras/{camera_id}/moments": Target(holds=(P.CASE_CREATE,), also=(P.CAMERA_SEE,), ok={201}),
    "POST /api/v1/cases/{case_id}/clip": Target(json={"moment": "none"}, holds=(P.CASE_CREATE,), ok={422}),
    "POST /api/v1/whep/{camera_id}": Target(holds=(P.CAMERA_SEE,), ok={415}),
    "GET /api/v1/near": Target(
        params={"lon": EAST_LON, "lat": EAST_LAT}, holds=(P.CAMERA_SEE, P.WORKER_SEE), anywhere=True
    ),
    "GET /api/v1/workers": Target(holds=(P.WORKER_SEE,), anywhere=True),
    "GET /api/v1/workers/{worker_id}/patrol": Target(params={"day": "2026-01-05"}, holds=(P.WORKER_SEE,)),
    "GET /api/v1/cases": Target(holds=(P.CASE_SEE,), anywhere=True),
    "GET /api/v1/cases/counts": Target(params={"by": "grid"}, holds=(P.CASE_SEE,), anywhere=True),
    "GET /api/v1/cases/export": Target(holds=(P.CASE_SEE,), anywhere=True),
    "GET /api/v1/cases/stuck": Target(holds=(P.CASE_SEE,), anywhere=True),
    "POST /api/v1/cases/export": Target(json={"cases": ["none"], "form": "csv"}, holds=(P.CASE_SEE,), anywhere=True),
    # Refused case by case: tests/api/test_case_desk.py.
    "POST /api/v1/cases/batch": Target(
        json={"action": "comment", "cases": ["none"], "note": "seen"},
        holds=(P.CASE_DISPATCH, P.CASE_TRIAGE, P.CASE_SUPERVISE, P.CASE_COMMENT),
        anywhere=True,
    ),
    "GET /api/v1/cases/{case_id}/similar": Target(holds=(P.CASE_SEE,)),
    "GET /api/v1/cases/{case_id}/deadline": Target(holds=(P.CASE_SEE,)),
    "POST /api/v1/cases": Target(
        json={"case_class": "05-01", "level": 1, "lon": EAST_LON, "lat": EAST_LAT}, holds=(P.CASE_CREATE,), ok={201}
    ),
    "GET /api/v1/exchange/orders": Target(holds=(P.CASE_TRIAGE,), anywhere=True),
    "POST /api/v1/exchange/orders": Target(
        json={"sender": "x", "case_class": "05-01", "area": "east", "address": "x", "deadline_at": 5},
        holds=(P.CASE_TRIAGE,),
        ok={422},
    ),
    "GET /api/v1/cases/{case_id}": Target(holds=(P.CASE_SEE,)),
    "GET /api/v1/cases/{case_id}/candidates": Target(holds=(P.CASE_DISPATCH,)),
    "GET /api/v1/cases/{case_id}/way/{worker_id}": Target(holds=(P.CASE_DISPATCH,)),
    "GET /api/v1/cases/{case_id}/sent": Target(holds=(P.CASE_SEE,)),
    "GET /api/v1/workers/{worker_id}/way": Target(params={"lon": EAST_LON, "lat": EAST_LAT}, holds=(P.WORKER_SEE,)),
    "GET /api/v1/phone/way/{case_id}": Target(
        params={"lon": EAST_LON, "lat": EAST_LAT}, holds=(P.WORKER_REPORT,), also=(P.CASE_SEE,)
    ),
    "PATCH /api/v1/workers/{worker_id}": Target(json={}, holds=(P.ACCOUNT_MANAGE,)),
    # With whose cases and people: tests/api/test_dispatch.py.
    "POST /api/v1/dispatch/plan": Target(json={"cases": []}, holds=(P.CASE_DISPATCH,), anywhere=True, ok={422}),
    "GET /api/v1/cases/{case_id}/trace/check": Target(holds=(P.TRACE_CHECK,)),
    "POST /api/v1/cases/{case_id}/evidence": Target(files=PHOTO, holds=(P.CASE_COMMENT, P.CASE_HANDLE), ok={422}),
    "GET /api/v1/cases/{case_id}/feedback": Target(holds=(P.CASE_SEE,)),
    "PUT /api/v1/cases/{case_id}/feedback": Target(json={"answers": {}}, holds=(P.CASE_COMMENT,)),
    "POST /api/v1/cases/{case_id}/{action}": Target(json={"note": "seen"}, holds=(P.CASE_COMMENT,)),
    "GET /api/v1/evidence/{evidence_id}": Target(holds=(P.CASE_SEE,)),
    "POST /api/v1/phone/duty": Target(json={"on": True}, holds=(P.WORKER_REPORT,), anywhere=True),
    "GET /api/v1/phone/duty": Target(holds=(P.WORKER_REPORT,), anywhere=True),
    "POST /api/v1/phone/positions": Target(
        json={"positions": [{"lon": 1.0, "lat": 1.0, "accuracy_m": 1.0, "at": 1.0}]},
        holds=(P.WORKER_REPORT,),
        ok={422},
        anywhere=True,
    ),
    "GET /api/v1/phone/orders": Target(holds=(P.CASE_HANDLE,), anywhere=True),
    "GET /api/v1/accounts": Target(holds=(P.ACCOUNT_SEE,), anywhere=True),
    "POST /api/v1/accounts": Target(
        json={"username": "x y", "password": PASSWORD, "roles": [{"role": "display", "area": "east"}]},
        holds=(P.ACCOUNT_MANAGE,),
        ok={422},
        anywhere=True,
    ),
    "PATCH /api/v1/accounts/{account_id}": Target(json={"name": "新名"}, holds=(P.ACCOUNT_MANAGE,)),
    "DELETE /api/v1/accounts/{account_id}": Target(holds=(P.ACCOUNT_MANAGE,)),
    "POST /api/v1/accounts/{account_id}/password-code": Target(holds=(P.ACCOUNT_MANAGE,), ok={409}),
    "GET /api/v1/stand-ins": Target(holds=(P.ACCOUNT_SEE,), anywhere=True),
    "POST /api/v1/stand-ins": Target(
        json={"account_id": "a", "absent_id": "a", "from_at": 1.0, "until_at": 2.0},
        holds=(P.ACCOUNT_MANAGE,),
        ok={422},
        anywhere=True,
    ),
    "DELETE /api/v1/stand-ins/{stand_in_id}": Target(holds=(P.ACCOUNT_MANAGE,)),
    "GET /api/v1/moves": Target(holds=(P.ACCOUNT_SEE,), anywhere=True),
    "PUT /api/v1/accounts/{account_id}/move": Target(
        json={"at": 1e10, "roles": [{"role": "display", "area": "east"}]}, holds=(P.ACCOUNT_MANAGE,)
    ),
    "DELETE /api/v1/accounts/{account_id}/move": Target(holds=(P.ACCOUNT_MANAGE,)),
    "GET /api/v1/audit": Target(holds=(P.AUDIT_SEE,), anywhere=True),
    "GET /api/v1/audit/export": Target(holds=(P.AUDIT_SEE,), anywhere=True),
    "GET /api/v1/presets": Target(holds=(P.CAMERA_SEE,), anywhere=True),
    "POST /api/v1/presets": Target(
        json={"name": "x", "area": "east", "layout": "1", "cameras": ["nowhere"]}, holds=(P.WALL_ARRANGE,), ok={422}
    ),
    "GET /api/v1/presets/{preset_id}": Target(holds=(P.CAMERA_SEE,)),
    "PUT /api/v1/presets/{preset_id}": Target(json={"version": 99}, holds=(P.WALL_ARRANGE,), ok={409}),
    "DELETE /api/v1/presets/{preset_id}": Target(params={"version": 99}, holds=(P.WALL_ARRANGE,), ok={409}),
    "GET /api/v1/case-views": Target(holds=(P.CASE_SEE,), anywhere=True),
    "POST /api/v1/case-views": Target(
        json={"name": "x", "area": "east", "query": "odd=1"}, holds=(P.CASE_TRIAGE,), ok={422}
    ),
    "DELETE /api/v1/case-views/{view_id}": Target(params={"updated_at": 1}, holds=(P.CASE_TRIAGE,), ok={409}),
    "GET /api/v1/tours": Target(holds=(P.CAMERA_SEE,), anywhere=True),
    "POST /api/v1/tours": Target(
        json={"name": "x", "area": "east", "steps": [{"layout": "1", "cameras": ["nowhere"], "dwell_s": 5}]},
        holds=(P.WALL_ARRANGE,),
        ok={422},
    ),
    "GET /api/v1/tours/{tour_id}": Target(holds=(P.CAMERA_SEE,)),
    "PUT /api/v1/tours/{tour_id}": Target(json={"version": 99}, holds=(P.WALL_ARRANGE,), ok={409}),
    "DELETE /api/v1/tours/{tour_id}": Target(params={"version": 99}, holds=(P.WALL_ARRANGE,), ok={409}),
    "GET /api/v1/displays": Target(holds=(P.DISPLAY_SHOW,), anywhere=True),
    "POST /api/v1/displays/look-up": Target(json={"code": ""}, holds=(P.DISPLAY_MANAGE,), ok={422}, anywhere=True),
    "POST /api/v1/displays": Target(json={}, holds=(P.DISPLAY_MANAGE,), ok={422}, anywhere=True),
    "PATCH /api/v1/displays/{display_id}": Target(json={"name": "新名"}, holds=(P.DISPLAY_MANAGE,)),
    "DELETE /api/v1/displays/{display_id}": Target(holds=(P.DISPLAY_MANAGE,)),
    "PUT /api/v1/displays/{display_id}/showing": Target(json={"kind": "blank"}, holds=(P.DISPLAY_SHOW,)),
    "POST /api/v1/displays/{display_id}/identify": Target(holds=(P.DISPLAY_SHOW,)),
    "POST /api/v1/displays/{display_id}/reload": Target(holds=(P.DISPLAY_SHOW,)),
    "GET /api/v1/alarms": Target(holds=(P.ALARM_ANSWER,), anywhere=True),
    "POST /api/v1/alarms/acknowledge": Target(json={"cases": []}, holds=(P.ALARM_ANSWER,), ok={422}, anywhere=True),
    "GET /api/v1/alarm-rules": Target(holds=(P.ALARM_ANSWER,), anywhere=True),
    "POST /api/v1/alarm-rules": Target(json={}, holds=(P.ALARM_MANAGE,), ok={422}, anywhere=True),
    "PUT /api/v1/alarm-rules/{rule_id}": Target(json={"area": "east", "name": "r"}, holds=(P.ALARM_MANAGE,)),
    "DELETE /api/v1/alarm-rules/{rule_id}": Target(holds=(P.ALARM_MANAGE,)),
    "PUT /api/v1/alarm-rules/{rule_id}/mine": Target(json={"on": True}, holds=(P.ALARM_ANSWER,)),
    "GET /api/v1/cameras/{camera_id}/ptz": Target(holds=(P.PTZ_CONTROL,)),
    **{
        f"POST /api/v1/cameras/{{camera_id}}/ptz/{path}": Target(json=json, holds=(P.PTZ_CONTROL,), ok={503, 423})
        for path, json in {
            "steer": {"pan": 0.1},
            "stop": None,
            "go": {"pan_deg": 1, "tilt_deg": 1},
            "relative": {"pan_deg": 1},
            "focus": {"speed": 0},
            "iris": {"opening": 0.5},
            "auxiliary": {"what": "wiper", "on": False},
            "centre": {"x": 0.5, "y": 0.5},
            "frame": {"box": [0.1, 0.1, 0.2, 0.2]},
            "point": {"lon": EAST_LON + 0.001, "lat": EAST_LAT},
            "presets": {"name": "x"},
            "presets/{token}/go": None,
        }.items()
    },
    "POST /api/v1/cameras/{camera_id}/ptz/lock": Target(json={}, holds=(P.PTZ_CONTROL,), ok={200, 423}),
    "DELETE /api/v1/cameras/{camera_id}/ptz/lock": Target(holds=(P.PTZ_CONTROL,)),
    "GET /api/v1/cameras/{camera_id}/ptz/log": Target(holds=(P.PTZ_CONTROL,)),
    "GET /api/v1/cameras/{camera_id}/ptz/presets": Target(holds=(P.PTZ_CONTROL,), ok={503}),
    "PUT /api/v1/cameras/{camera_id}/ptz/presets/{token}": Target(
        json={"name": "x"}, holds=(P.PTZ_CONTROL,), ok={503, 423}
    ),
    "PATCH /api/v1/cameras/{camera_id}/ptz/presets/{token}": Target(json={"name": "桥"}, holds=(P.PTZ_CONTROL,)),
    "POST /api/v1/cameras/{camera_id}/ptz/presets/{token}/picture": Target(holds=(P.PTZ_CONTROL,), ok={503, 423}),
    "DELETE /api/v1/cameras/{camera_id}/ptz/presets/{token}": Target(holds=(P.PTZ_CONTROL,), ok={503, 423}),
    "GET /api/v1/cameras/{camera_id}/ptz/presets/{token}/picture.jpg": Target(holds=(P.PTZ_CONTROL,)),
    "PUT /api/v1/cameras/{camera_id}/ptz/guard": Target(json={"preset": "1"}, holds=(P.PTZ_CONTROL,)),
    "PUT /api/v1/cameras/{camera_id}/ptz/patrol": Target(json={"steps": [], "on": False}, holds=(P.PTZ_CONTROL,)),
    "GET /api/v1/cameras/{camera_id}/ptz/rounds": Target(holds=(P.PTZ_CONTROL,)),
    "PUT /api/v1/cameras/{camera_id}/ptz/rounds": Target(json={"on": True}, holds=(P.PTZ_CONTROL,)),
    "GET /api/v1/cameras/{camera_id}/ptz/place": Target(params={"x": 0.5, "y": 0.9}, holds=(P.PTZ_CONTROL,), ok={503}),
    "POST /api/v1/cameras/{camera_id}/ptz/calibration": Target(
        json={"aims": [{"lon": EAST_LON, "lat": EAST_LAT + 0.01, "pan_deg": 10, "tilt_deg": -0.31}]},
        holds=(P.PTZ_CONTROL,),
    ),
    "POST /api/v1/cameras/{camera_id}/ptz/calibration/undo": Target(
        json={"to": "configuration"}, holds=(P.PTZ_CALIBRATE,), ok={409}
    ),
    "POST /api/v1/ptz/point": Target(json={"lon": EAST_LON, "lat": EAST_LAT}, holds=(P.PTZ_CONTROL,), anywhere=True),
    "POST /api/v1/ptz/crossing": Target(
        json={"sights": [{"camera": "east-cam"}, {"camera": "east-cam"}]}, holds=(P.PTZ_CONTROL,), ok={503}
    ),
    "POST /api/v1/estate/import": Target(files=TABLE, holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True),
    "POST /api/v1/estate/grids/import": Target(files=TABLE, holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True),
    "GET /api/v1/estate/grids/import/{import_id}/map": Target(holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True),
    "POST /api/v1/estate/grids/import/{import_id}/apply": Target(
        json={"first_day": "2026-12-01"}, holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True
    ),
    "GET /api/v1/estate/grids/editions": Target(holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True),
    "DELETE /api/v1/estate/grids/editions/{first_day}": Target(holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True),
    "POST /api/v1/estate/import/{import_id}/apply": Target(json={}, holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True),
    "GET /api/v1/estate/export.csv": Target(holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True),
    "GET /api/v1/estate/export.xlsx": Target(holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True),
    "POST /api/v1/estate/check": Target(holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True),
    "GET /api/v1/estate/check": Target(holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True),
    "DELETE /api/v1/estate/check": Target(holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True),
    "GET /api/v1/estate/template.xlsx": Target(holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True),
    "GET /api/v1/estate/cameras": Target(holds=(P.ESTATE_MANAGE,), anywhere=True),
    "POST /api/v1/estate/reload": Target(holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True),
    "POST /api/v1/estate/cameras": Target(
        json={"name": "x", "area": "east", "sub_url": "rtsp://127.0.0.1/x"}, holds=(P.ESTATE_MANAGE,), ok={409}
    ),
    "PATCH /api/v1/estate/cameras/{camera_id}": Target(json={"name": "x"}, holds=(P.ESTATE_MANAGE,), ok={409}),
    "DELETE /api/v1/estate/cameras/{camera_id}": Target(holds=(P.ESTATE_MANAGE,), ok={409}),
    "GET /api/v1/estate/interfaces": Target(holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True),
    "POST /api/v1/estate/discovery": Target(json={}, holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True),
    "GET /api/v1/estate/discovery": Target(holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True),
    "DELETE /api/v1/estate/discovery": Target(holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True),
    "POST /api/v1/estate/discovery/import": Target(
        json={"devices": [{"number": 1, "name": "x"}]}, holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True
    ),
    "GET /api/v1/estate/credentials": Target(holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True),
    "PUT /api/v1/estate/credentials/{name}": Target(
        json={"username": "a", "password": "b"}, holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True
    ),
    "DELETE /api/v1/estate/credentials/{name}": Target(holds=(P.ESTATE_MANAGE,), ok={409}, town_wide=True),
    "GET /api/v1/estate/cameras/{camera_id}/zones": Target(holds=(P.ESTATE_MANAGE,)),
    "PUT /api/v1/estate/cameras/{camera_id}/zones": Target(
        json={"version": "x", "zones": []}, holds=(P.ESTATE_MANAGE,), ok={409}
    ),
    "POST /api/v1/estate/cameras/{camera_id}/zones/place": Target(
        json={"polygon": [[0.4, 0.8], [0.6, 0.8], [0.6, 0.9]]}, holds=(P.ESTATE_MANAGE,)
    ),
    "GET /api/v1/estate/cameras/{camera_id}/raster": Target(holds=(P.ESTATE_MANAGE,)),
    # A dome: 409, once the caller may; tests/api/test_pose.py has the fixed ones.
    "GET /api/v1/estate/cameras/{camera_id}/pose": Target(holds=(P.ESTATE_MANAGE,), ok={409}),
    "POST /api/v1/estate/cameras/{camera_id}/pose/solve": Target(
        json={"matches": []}, holds=(P.ESTATE_MANAGE,), ok={409}
    ),
    "POST /api/v1/estate/cameras/{camera_id}/pose/point": Target(
        json={"picture": [0.5, 0.9]}, holds=(P.ESTATE_MANAGE,), ok={409}
    ),
    "PUT /api/v1/estate/cameras/{camera_id}/pose": Target(
        json={"matches": [], "version": "x"}, holds=(P.ESTATE_MANAGE,), ok={409}
    ),
    "GET /api/v1/map/coverage": Target(holds=(P.CAMERA_SEE,), anywhere=True),
    "GET /api/v1/map/sights": Target(params={"lon": EAST_LON, "lat": EAST_LAT}, holds=(P.CAMERA_SEE,), anywhere=True),
    "POST /api/v1/trials": Target(json={"camera": "east-cam", "zones": [TRIED]}, holds=(P.ESTATE_MANAGE,), ok={503}),
    "GET /api/v1/quality": Target(holds=(P.CAMERA_SEE,), anywhere=True),
    "GET /api/v1/quality/report": Target(params={"day": "2026-01-05"}, holds=(P.CAMERA_SEE,), anywhere=True),
    "GET /api/v1/quality/report.{form}": Target(params={"day": "2026-01-05"}, holds=(P.CAMERA_SEE,), anywhere=True),
    "GET /api/v1/quality/episodes/{episode_id}/{which}.jpg": Target(holds=(P.CAMERA_SEE,)),
    "GET /api/v1/cameras/{camera_id}/quality": Target(holds=(P.CAMERA_SEE,)),
    "POST /api/v1/cameras/{camera_id}/quality/accept": Target(holds=(P.ESTATE_MANAGE,), ok={503}),
    "GET /api/v1/detection": Target(holds=(P.CAMERA_SEE,), anywhere=True),
    "GET /api/v1/cameras/{camera_id}/detection/rejected": Target(holds=(P.CAMERA_SEE,)),
    "GET /api/v1/detection/causes": Target(holds=(P.CAMERA_SEE,), anywhere=True),
    "GET /api/v1/detection/causes/{cause_id}/picture.jpg": Target(holds=(P.CAMERA_SEE,)),
    "PATCH /api/v1/detection/causes/{cause_id}": Target(
        json={"forgotten": True}, holds=(P.CASE_TRIAGE,), ok={200, 409}
    ),
    "GET /api/v1/cameras/{camera_id}/detection/suggestions": Target(holds=(P.CAMERA_SEE,)),
    "POST /api/v1/cameras/{camera_id}/detection/suggestions": Target(
        json={"zone": "none", "key": "dwell_seconds", "value": 260}, holds=(P.ESTATE_MANAGE,), ok={409}
    ),
    "GET /api/v1/exchange/outbox": Target(holds=(P.ESTATE_MANAGE,), anywhere=True),
    # No destination is configured in this town: who may send it again learns that.
    "POST /api/v1/exchange/outbox/{outbox_id}/resend": Target(holds=(P.ESTATE_MANAGE,), ok={409}),
    "GET /api/v1/registers/parties": Target(holds=(P.REGISTER_SEE,), anywhere=True),
    "POST /api/v1/registers/parties": Target(json=VENDOR, holds=(P.REGISTER_EDIT,), ok={201}),
    "POST /api/v1/registers/find-number": Target(
        json={"kind": "vendor", "id_number": "E12345678"}, holds=(P.REGISTER_SEE,), anywhere=True
    ),
    "GET /api/v1/registers/export": Target(params={"kind": "firm"}, holds=(P.REGISTER_SEE,), anywhere=True),
    "GET /api/v1/registers/places": Target(holds=(P.CASE_SEE,), anywhere=True),
    "GET /api/v1/registers/parties/{party_id}": Target(holds=(P.REGISTER_SEE,)),
    "PUT /api/v1/registers/parties/{party_id}": Target(json=VENDOR, holds=(P.REGISTER_EDIT,)),
    "POST /api/v1/registers/parties/{party_id}/merge": Target(
        json={"other": "vendor-in-the-east"}, holds=(P.REGISTER_EDIT,), ok={409}
    ),
    "GET /api/v1/cases/{case_id}/history": Target(holds=(P.CASE_SEE,)),
    "GET /api/v1/cases/{case_id}/party-suggestions": Target(holds=(P.REGISTER_EDIT,)),
    "POST /api/v1/cases/{case_id}/parties": Target(json={"party_id": "vendor-in-the-east"}, holds=(P.REGISTER_EDIT,)),
    "DELETE /api/v1/cases/{case_id}/parties/{party_id}": Target(holds=(P.REGISTER_EDIT,)),
    "GET /api/v1/loudspeakers": Target(holds=(P.CAMERA_SEE,), anywhere=True),
    "POST /api/v1/loudspeakers/choice": Target(json={"grid": "east-g1"}, holds=(P.LOUDSPEAKER_SPEAK,)),
    # Refused in quiet hours, busy or out of reach: told at each loudspeaker, once one may.
    "POST /api/v1/talks": Target(
        json={"loudspeakers": ["east-horn"], "text": "x"}, holds=(P.LOUDSPEAKER_SPEAK,), ok={201}
    ),
    "GET /api/v1/talks/{talk_id}": Target(holds=(P.LOUDSPEAKER_SPEAK,)),
    "DELETE /api/v1/talks/{talk_id}": Target(holds=(P.LOUDSPEAKER_SPEAK,)),
    "GET /api/v1/announcements": Target(holds=(P.LOUDSPEAKER_SPEAK,), anywhere=True),
    "POST /api/v1/announcements": Target(
        files=SOUND, data={"area": "east", "name": "x"}, holds=(P.LOUDSPEAKER_SPEAK,), anywhere=True, ok={422}
    ),
    "GET /api/v1/announcements/{announcement_id}/sound.wav": Target(holds=(P.LOUDSPEAKER_SPEAK,)),
    "DELETE /api/v1/announcements/{announcement_id}": Target(holds=(P.LOUDSPEAKER_SPEAK,)),
    "GET /api/v1/health": Target(holds=(P.HEALTH_SEE,), anywhere=True),
    **{
        f"GET /ogc/features/collections/{kind}{path}": Target(holds=(permission,), anywhere=not path.endswith("}"))
        for kind, permission in (("cameras", P.CAMERA_SEE), ("cases", P.CASE_SEE), ("workers", P.WORKER_SEE))
        for path in ("", "/items", "/items/{feature_id}")
    },
}
FEATURES = {"cameras": "camera_id", "cases": "case_id", "workers": "worker_id", "grids": "grid"}
"""Ids of features, by collection."""
OWN_TRIALS = {
    "GET /api/v1/trials/{trial_id}",
    "PUT /api/v1/trials/{trial_id}/clip",
    "DELETE /api/v1/trials/{trial_id}",
    "GET /api/v1/trials/{trial_id}/pictures/{number}.jpg",
}
"""Of whoever began them and nobody else, wherever he holds rights: tests/api/test_trials.py."""
SIGNED_IN = {name for name, route in ROUTES.items() if isinstance(policy_of(route), SignedIn)}


def test_every_route_with_a_permission_stands_in_the_matrix():
    needing = {name for name, route in ROUTES.items() if isinstance(policy_of(route), Requires)}
    assert needing | {"GET /api/v1/map/base/{layer}"} == set(TARGETS) | OWN_TRIALS


def below(path: str) -> str:
    """From where the clients stand, at /api/v1."""
    return path.removeprefix("/api/v1") if path.startswith("/api/v1") else f"../..{path}"


def expected_through(target: Target, role: str, place: str) -> bool:
    held = not target.holds or (any(one in ROLES[role] for one in target.holds) and role not in POST_ROLES)
    held = held and ROLES[role].issuperset(target.also)  # those of post roles here have no post
    if target.town_wide:
        return held and place == "town"
    return held and (target.anywhere or place in ("town", "east"))


async def ids_in_the_east(town: RunningTown) -> dict[str, str]:
    await town.detect("east", "stall-1")
    case = (await town.client("operator@east").get("/cases")).json()["items"][0]
    feedback_asked(town, case["id"])
    picture = {"layout": "1", "cameras": ["east-cam"]}
    preset = {"name": "p", "area": "east", **picture}
    tour = {"name": "t", "area": "east", "steps": [{**picture, "dwell_s": 5}]}
    view = {"name": "v", "area": "east", "query": "state=open"}
    await picture_in_the_east(town)
    return {
        "token": "1",
        "preset_id": (await town.client("operator@east").post("/presets", json=preset)).json()["id"],
        "view_id": (await town.client("operator@east").post("/case-views", json=view)).json()["id"],
        "tour_id": (await town.client("operator@east").post("/tours", json=tour)).json()["id"],
        "case_id": case["id"],
        "evidence_id": case["picture_evidence_id"],
        "camera_id": "east-cam",
        "worker_id": await worker_in_the_east(town),
        "action": "comment",
        "layer": "roads",
        "import_id": "none",
        "first_day": "2031-01-01",
        "name": "none",
        "display_id": await display_in_the_east(town),
        "rule_id": await rule_in_the_east(town),
        "episode_id": episode_at(town, "east"),
        "stand_in_id": stand_in_at(town, "east"),
        "outbox_id": event_at(town, case["id"]),
        "party_id": vendor_in_the_east(town),
        "cause_id": await cause_at(town, "east"),
        "which": "picture",
        "form": "html",
        **await said_in_the_east(town),
    }


async def said_in_the_east(town: RunningTown) -> dict[str, str]:
    operator = town.client("operator@east")
    talk = await operator.post("/talks", json={"loudspeakers": ["east-horn"], "text": "x"})
    sound = {"file": ("a.wav", write_wav(np.zeros(800, np.int16)), "audio/wav")}
    kept = await operator.post("/announcements", files=sound, data={"area": "east", "name": "x"})
    return {"talk_id": talk.json()["id"], "announcement_id": kept.json()["id"]}


async def picture_in_the_east(town: RunningTown) -> None:
    keeping = town.centre.ptz.keeping
    keeping.keep_preset("east-cam", "1", "路口", town.account_id("operator@east"))
    keeping.keep_picture("east-cam", "1", b"jpeg", 1.0)


async def worker_in_the_east(town: RunningTown) -> str:
    """Another than those who ask: everybody may see his own patrol."""
    made = {"username": "patroller", "password": PASSWORD, "roles": [{"role": "grid_worker", "area": "east-g1"}]}
    return str((await town.client("administrator@east").post("/accounts", json=made)).json()["id"])


def stand_in_at(town: RunningTown, village: str) -> str:
    ids = [town.account_id(f"{role}@{village}") for role in ("operator", "dispatcher")]
    admin = town.incidents.accounts.authenticate(town.token("administrator@town"))
    now = town.centre.clock.now()
    return town.centre.staff.stand_in(admin, StandInGiven(*ids, now, now + 3600.0)).id


def vendor_in_the_east(town: RunningTown) -> str:
    """Under an id that bodies can name."""
    row = {"id": "vendor-in-the-east", "version": 1, "made_at": 0.0, "last_case_at": 0.0, **VENDOR}
    words = dict.fromkeys(("phone", "plate", "trade", "note", "id_shown"), "")
    with town.incidents.store.write() as transaction:
        by = {"made_by": town.account_id("operator@east")}
        transaction.connection.execute(insert(parties).values(**row, **words, **by))
    return "vendor-in-the-east"


async def display_in_the_east(town: RunningTown) -> str:
    async with DisplayBrowser(town.address) as browser:
        return await pair(town, browser, "east")


async def rule_in_the_east(town: RunningTown) -> str:
    made = await town.client("administrator@east").post("/alarm-rules", json={"area": "east", "name": "r"})
    return str(made.json()["id"])


@pytest.mark.timeout(600)  # some five thousand requests
async def test_every_route_for_every_role_at_every_place(tmp_path):
    wrong: list[str] = []
    write_leaflet(tmp_path)
    async with running_town(tmp_path) as town:
        ids = await ids_in_the_east(town)
        stranger = town.client()
        for name, target in TARGETS.items():
            method, path = name.split(" ")
            for account, role in ACCOUNTS.items():
                place = account.split("@")[1]
                if place != "east" and not expected_through(target, role.role, "town"):
                    continue  # refused for the role, whatever the place: once is enough
                feature_id = ids.get(FEATURES.get(path.split("/")[4], "")) if path.startswith("/ogc") else None
                named = {**ids, "account_id": town.account_id("display@east"), "feature_id": feature_id}
                url = re.sub(r"{(\w+)}", lambda match, named=named: named[match[1]], below(path))
                client = town.client(account)
                sent = {"json": target.json, "params": target.params, "files": target.files, "data": target.data}
                reply = await client.request(method, url, **sent)
                if name.startswith("DELETE /api/v1/accounts") and reply.status_code == 200:
                    town.tokens.pop("display@east", None)
                    await town.client("administrator@town").patch(url, json={"enabled": True})
                if name.startswith("DELETE /api/v1/stand-ins") and reply.status_code == 200:
                    ids["stand_in_id"] = stand_in_at(town, "east")
                if name == "DELETE /api/v1/accounts/{account_id}/move" and reply.status_code == 200:
                    again = TARGETS["PUT /api/v1/accounts/{account_id}/move"].json
                    await town.client("administrator@town").put(url, json=again)
                if name.startswith("DELETE /api/v1/cases") and reply.status_code == 200:
                    again = {"party_id": ids["party_id"]}
                    await town.client("administrator@town").post(f"/cases/{ids['case_id']}/parties", json=again)
                if name.startswith("DELETE /api/v1/displays") and reply.status_code == 200:
                    ids["display_id"] = await display_in_the_east(town)
                if name.startswith("DELETE /api/v1/alarm-rules") and reply.status_code == 200:
                    ids["rule_id"] = await rule_in_the_east(town)
                if name.startswith("DELETE /api/v1/announcements") and reply.status_code == 200:
                    ids |= await said_in_the_east(town)
                through = reply.status_code in target.ok
                refused = reply.status_code in (403, 404)
                if through != expected_through(target, role.role, place) or through == refused:
                    wrong.append(f"{name} as {account}: {reply.status_code} {reply.text[:120]}")
            anonymous = await stranger.request(method, url, json=target.json, params=target.params, files=target.files)
            if anonymous.status_code != 401:
                wrong.append(f"{name} without a session: {anonymous.status_code}")
        for name in SIGNED_IN - {"GET /api/v1/map/base/{layer}"}:
            method, path = name.split(" ")
            reply = await stranger.request(method, below(path))
            if reply.status_code != 401:
                wrong.append(f"{name} without a session: {reply.status_code}")
    assert wrong == []


LISTS = [
    ("/cases", lambda body: {one["camera_id"] for one in body["items"]}, {"east-cam"}, {"west-cam"}),
    ("/cameras", lambda body: {one["id"] for one in body["items"]}, {"east-cam"}, {"west-cam"}),
    ("/workers", lambda body: {one["name"] for one in body["items"]}, {"grid_worker@east"}, {"grid_worker@west"}),
    ("/areas", lambda body: {one["code"] for one in body}, {"east", "east-g1"}, {"west", "west-g1"}),
    ("/map/grids", lambda body: {one["properties"]["code"] for one in body["features"]}, {"east-g1"}, {"west-g1"}),
    ("/map/areas", lambda body: {one["properties"]["code"] for one in body["features"]}, {"east"}, {"west"}),
    ("/estate/cameras", lambda body: {one["id"] for one in body["items"]}, {"east-cam"}, {"west-cam"}),
    ("/accounts", lambda body: {one["username"] for one in body["items"]}, {"display@east"}, {"display@west"}),
]


@pytest.mark.parametrize(("path", "names", "inside", "outside"), LISTS, ids=[row[0] for row in LISTS])
async def test_a_list_holds_what_lies_inside_and_nothing_else(tmp_path, path, names, inside, outside):
    role = "administrator"
    async with running_town(tmp_path) as town:
        await town.detect("east", "stall-1")
        await town.detect("west", "stall-2")
        east = names((await town.client(f"{role}@east").get(path)).json())
        west = names((await town.client(f"{role}@west").get(path)).json())
        everything = names((await town.client(f"{role}@town").get(path)).json())
    assert inside <= east
    assert not outside & east
    assert outside <= west
    assert not inside & west
    assert inside | outside <= everything


async def test_near_shows_nobody_and_nothing_outside(tmp_path):
    async with running_town(tmp_path) as town:
        params = {"lon": EAST_LON, "lat": EAST_LAT}
        west = (await town.client("operator@west").get("/near", params=params)).json()
        assert {camera["id"] for camera in west["cameras"]} == {"west-cam"}
        assert {worker["name"] for worker in west["workers"]} == {"grid_worker@west", "grid_leader@west"}
        assert west["grid"] is None
        east = (await town.client("operator@east").get("/near", params=params)).json()
        assert (east["grid"]["code"], east["cameras"][0]["id"]) == ("east-g1", "east-cam")


async def test_a_worker_sees_a_case_he_is_sent_to_outside_his_grid_and_no_other(tmp_path):
    async with running_town(tmp_path) as town:
        await town.detect("east", "stall-1")
        operator, worker = town.client("operator@town"), town.client("grid_worker@west")
        case = (await operator.get("/cases")).json()["items"][0]
        assert (await worker.get(f"/cases/{case['id']}")).status_code == 404
        sent = {"worker_id": town.account_id("grid_worker@west")}
        assert (await operator.post(f"/cases/{case['id']}/assign", json=sent)).status_code == 200
        assert (await worker.get(f"/cases/{case['id']}")).status_code == 200
        assert (await worker.get(f"/evidence/{case['picture_evidence_id']}")).status_code == 200
