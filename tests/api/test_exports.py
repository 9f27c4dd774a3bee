"""Whatever goes out as a file is told in the audit; a new route that answers one must be put down here."""

import inspect
import json

from fastapi.datastructures import DefaultPlaceholder
from starlette.responses import Response

from tests.api.test_policy import ROUTES
from tests.api.town import GRIDS, running_town, write_leaflet
from tests.estate.town import write_estate

DAY = "2026-01-05"
EXPORTS = {
    "GET /api/v1/audit/export": ("/audit/export", "audit"),
    "GET /api/v1/cases/export": ("/cases/export?form=xlsx", "cases"),
    "POST /api/v1/cases/export": ("/cases/export", "cases"),
    "GET /api/v1/estate/export.csv": ("/estate/export.csv", "estate"),
    "GET /api/v1/estate/export.xlsx": ("/estate/export.xlsx", "estate"),
    "GET /api/v1/map/export.html": ("/map/export.html", "map"),
    "GET /api/v1/map/files/cameras": ("/map/files/cameras?form=gpkg", "cameras"),
    "GET /api/v1/map/files/cases": ("/map/files/cases", "cases"),
    "GET /api/v1/map/files/grids": ("/map/files/grids", "grids"),
    "GET /api/v1/map/files/workers": ("/map/files/workers", "workers"),
    "GET /api/v1/map/report.html": ("/map/report.html?months=1", "map"),
    "GET /api/v1/map/statistics.xlsx": ("/map/statistics.xlsx", "statistics"),
    "GET /api/v1/quality/report.{form}": (f"/quality/report.csv?day={DAY}&area=east", "quality"),
    "GET /api/v1/registers/export": ("/registers/export?kind=vendor", "register"),
}
LOOKS = {
    "GET /api/v1/cameras/{camera_id}/clip.mp4",
    "GET /api/v1/cameras/{camera_id}/snapshot.jpg",
    "POST /api/v1/whep/{camera_id}",
    "PATCH /api/v1/whep/{camera_id}/{session_id}",
}
"""Told as looking at the camera: tests/api/test_audit.py, tests/api/test_whep.py."""
NO_EXPORTS = {
    "GET /api/v1/announcements/{announcement_id}/sound.wav": "listened to in a page",
    "GET /api/v1/cameras": "the page's own list, as JSON made once",
    "GET /api/v1/cameras/{camera_id}/ptz/presets/{token}/picture.jpg": "a picture in a page",
    "GET /api/v1/citizen/map": "public roads",
    "GET /api/v1/detection/causes/{cause_id}/picture.jpg": "a picture in a page",
    "GET /api/v1/estate/grids/import/{import_id}/map": "what the page draws",
    "GET /api/v1/estate/template.xlsx": "an empty table",
    "GET /api/v1/evidence/{evidence_id}": "a picture in a page",
    "GET /api/v1/map/areas": "what the page draws",
    "GET /api/v1/map/base/{layer}": "what the page draws",
    "GET /api/v1/map/coverage": "what the page draws",
    "GET /api/v1/map/grids": "what the page draws",
    "GET /api/v1/map/tiles/{base_map}/{z}/{x}/{y}": "what the page draws",
    "GET /api/v1/quality/episodes/{episode_id}/{which}.jpg": "a picture in a page",
    "GET /api/v1/trials/{trial_id}/pictures/{number}.jpg": "a picture in a page",
    "GET /ca.crt": "a public certificate",
    "GET /{path:path}": "the page itself",
    "HEAD /{path:path}": "the page itself",
    "OPTIONS /api/v1/whep/{camera_id}": "no content",
}


def answers_more_than_json(name: str) -> bool:
    route = ROUTES[name]
    if not isinstance(route.response_class, DefaultPlaceholder):
        return True
    told = inspect.signature(route.endpoint).return_annotation
    return inspect.isclass(told) and issubclass(told, Response)


def test_every_route_that_answers_a_file_is_put_down():
    open311 = {name for name in ROUTES if "/open311/" in name}  # other systems' own reports, with their own key
    ogc = {name for name in ROUTES if "/ogc/" in name}  # pages of a list, as the routes of the page give them
    found = {name for name in ROUTES if answers_more_than_json(name)} - open311 - ogc
    assert found == EXPORTS.keys() | LOOKS | NO_EXPORTS.keys()


async def test_what_is_taken_away_as_a_file_is_in_the_audit(tmp_path):
    write_leaflet(tmp_path)
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "g").write_text(
        json.dumps(GRIDS.geojson()), encoding="utf-8"
    )  # as the configuration of that town names it
    async with running_town(tmp_path, cameras_file=write_estate(folder)) as town:
        admin, village = town.client("administrator@town"), town.client("auditor@east")
        exported = "/audit?kind=export"
        for taken, (name, (path, subject)) in enumerate(EXPORTS.items(), 1):
            body = {"cases": ["none"], "form": "csv"} if name.startswith("POST") else None
            reply = await admin.request(name.split(" ")[0], path, json=body)
            assert reply.status_code == 200, f"{name}: {reply.text}"
            assert reply.headers["content-disposition"].startswith("attachment"), name
            rows = (await admin.get(exported)).json()["items"]
            assert (len(rows), rows[0]["subject"], rows[0]["actor_name"]) == (taken, subject, "administrator@town")
        assert rows[0]["detail"] == {"register": "vendor", "form": "csv", "rows": 0}
        assert rows[1]["detail"] == {"day": DAY, "form": "csv", "area": "east"}
        assert (await village.get(exported)).json()["items"] == [], "taken of the whole town: not for a village to read"
        refused = await town.client("operator@east").get("/estate/export.csv")
        assert (refused.status_code, len((await admin.get(exported)).json()["items"])) == (403, len(EXPORTS))
