"""A village room knows its village. Against every route and every topic of the application, those of later parts too:
nothing outside is named, listed, found, counted or received.

Three proofs, generated from the routes themselves. *Nothing names*: no answer holds a word of the other village.
*Nothing differs*: what is there and what is not are answered alike. *Nothing moves*: whatever happens outside, every
answer stays as it was.
"""

import asyncio
import io
import json
import math
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

import cv2
import httpx
import numpy as np
import pytest
from fastapi.routing import APIRoute
from openpyxl import load_workbook

from api.policy import Public, policy_of
from api.routes import ROUTERS
from config.base_maps import BaseMap
from config.cameras import CamerasFile
from incidents.accounts import NewAccount, RoleGiven
from incidents.workers import Position
from ingest.live import PtzReport
from ingest.state import StreamState
from sim.base_maps.mbtiles import write_mbtiles
from talkdown.sound import write_wav
from tests.api.quality_town import episode_at
from tests.api.town import (
    CONFIG,
    EAST,
    LAT,
    PASSWORD,
    TOWN_MAP,
    WEST,
    RunningTown,
    collection,
    detection_at,
    feature,
    middle,
    running_town,
    write_leaflet,
)
from tests.wall.page_client import page
from wall.events import TOPICS, Topic

ROOM = "village_room@west"
TILE_ZOOM = 18
BORDER = (WEST + 0.02, LAT + 0.005)
ABSENT = {
    "camera_id": "no-cam",
    "loudspeakers": "no-horn",
    "area": "no-area",
    "username": "nobody@none",
}
ABSENT_ID = "0" * 32
ROUTES = {
    f"{method} {route.path}": route
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods or ())
}
# Said at the door, before anybody is anybody: nothing of the town is in them. Held by the test below.
DOOR = {name for name, route in ROUTES.items() if isinstance(policy_of(route), Public)}
LEAVES = {"DELETE /api/v1/sessions/current", "PUT /api/v1/me/password"}
FOREIGN_WORD = re.compile(r"(?<![a-z])east|东村|town-wide", re.IGNORECASE)


def line(code: str, name: str, *points: tuple[float, float]) -> dict[str, Any]:
    road = feature(code, {"type": "LineString", "coordinates": [list(point) for point in points]})
    road["properties"] |= {"name": name, "name_en": name, "kind": "road"}
    return road


ROADS = collection(
    line("r1", "west lane", (WEST + 0.002, LAT + 0.004), (WEST + 0.012, LAT + 0.005)),
    line("r2", "long road", (WEST, LAT + 0.006), (EAST + 0.02, LAT + 0.006)),
    line("r3", "east lane", (EAST + 0.002, LAT + 0.004), (EAST + 0.012, LAT + 0.005)),
)
MAP = replace(TOWN_MAP, base={"roads": ROADS, "water": collection()})


@dataclass
class World:
    """A town in which much has happened. `own` and `foreign`: an id of each kind, by the name of the path parameter."""

    town: RunningTown
    own: dict[str, str]
    foreign: dict[str, str]
    secrets: set[str] = field(default_factory=set)
    """Ids and numbers of what lies outside, whatever they look like."""

    def leaks(self, text: str) -> list[str]:
        return [*FOREIGN_WORD.findall(text), *(secret for secret in self.secrets if secret in text)]

    @property
    def client(self) -> httpx.AsyncClient:
        return self.town.client(ROOM)


async def made(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    reply = await client.post(path, json=body)
    assert reply.status_code in (200, 201), f"{path}: {reply.text}"
    found: dict[str, Any] = reply.json()
    return found


async def furnish(town: RunningTown, village: str) -> dict[str, str]:
    """One of each thing a path may name, in one village."""
    await town.detect(village, f"{village}-stall")
    operator, admin = town.client(f"operator@{village}"), town.client(f"administrator@{village}")
    case = (await operator.get("/cases")).json()["items"][0]
    await made(operator, f"/cases/{case['id']}/comment", {"note": f"{village} note"})
    shown = {"layout": "4", "cameras": [f"{village}-cam"]}
    preset = await made(operator, "/presets", {"name": f"{village} preset", "area": village, **shown})
    tour = await made(
        operator, "/tours", {"name": f"{village} tour", "area": village, "steps": [{**shown, "dwell_s": 20}]}
    )
    view = await made(operator, "/case-views", {"name": f"{village} view", "area": village, "query": f"area={village}"})
    rule = await made(admin, "/alarm-rules", {"name": f"{village} rule", "area": village})
    await town.detect(village, f"{village}-bin")
    bin_ = next(one for one in (await operator.get("/cases")).json()["items"] if one["id"] != case["id"])
    await made(operator, f"/cases/{bin_['id']}/strike-out", {"reason": f"{village} bin", "cause": "bin"})
    causes = (await admin.get("/detection/causes")).json()["items"]
    vendor = {"kind": "vendor", "name": f"{village} vendor", "area": village, "phone": "13805550100"}
    met = await made(operator, f"/cases/{case['id']}/parties", {"party": vendor, "measure": "told"})
    deputy, absent = (town.account_id(f"{role}@{village}") for role in ("supervisor", "operator"))
    now = town.centre.clock.now()
    place = {"account_id": deputy, "absent_id": absent, "from_at": now, "until_at": now + 60}
    stand_in = await made(admin, "/stand-ins", place)
    said = await made(operator, "/talks", {"loudspeakers": [f"{village}-horn"], "text": f"{village} words"})
    sound = {"file": ("a.wav", write_wav(np.zeros(800, np.int16)), "audio/wav")}
    kept = await operator.post("/announcements", files=sound, data={"area": village, "name": f"{village} call"})
    return {
        "talk_id": said["id"],
        "announcement_id": kept.json()["id"],
        "loudspeakers": f"{village}-horn",
        "stand_in_id": stand_in["id"],
        "party_id": met["party"]["id"],
        "camera_id": f"{village}-cam",
        "case_id": case["id"],
        "evidence_id": case["picture_evidence_id"],
        "account_id": town.account_id(f"display@{village}"),
        "worker_id": town.account_id(f"grid_worker@{village}"),
        "preset_id": preset["id"],
        "tour_id": tour["id"],
        "view_id": view["id"],
        "rule_id": rule["id"],
        "episode_id": episode_at(town, village),
        "cause_id": causes[0]["id"],
        "area": village,
        "number": case["number"],
        **dict(zip("xy", map(str, tile_under(f"{village}-g2")), strict=True)),
    }


def tile_under(grid: str) -> tuple[int, int]:
    """Of the base map, at its one zoom."""
    lon, lat = middle(grid)
    down = 0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)
    return int((lon / 360 + 0.5) * 2**TILE_ZOOM), int(down * 2**TILE_ZOOM)


def with_a_base_map(folder: Path) -> CamerasFile:
    """One tile in each village."""
    picture = cv2.imencode(".png", np.zeros((256, 256), np.uint8))[1].tobytes()
    tiles = [(TILE_ZOOM, *tile_under(f"{village}-g2"), picture) for village in ("east", "west")]
    write_mbtiles(folder / "plan.mbtiles", tiles, {"format": "png"})
    plan = {"id": "plan", "name": "图", "kind": "file", "file": str(folder / "plan.mbtiles")}
    return CONFIG.model_copy(update={"base_maps": [BaseMap.model_validate(plan)]})


# One of each, for parameters that name no single thing of a village, or that others make anew each time.
ANYWHERE = {"layer": "roads", "action": "comment", "display_id": ABSENT_ID, "session_id": ABSENT_ID, "path": "village",
            "token": "1", "first_day": "2031-01-01", "import_id": ABSENT_ID, "which": "picture", "form": "html",
            "name": "gate", "trial_id": ABSENT_ID, "outbox_id": ABSENT_ID, "source_id": ABSENT_ID,
            "token_id": ABSENT_ID, "code": ABSENT_ID, "report_id": ABSENT_ID, "base_map": "plan",
            "z": str(TILE_ZOOM)}  # fmt: skip


FEATURES = {"cameras": "camera_id", "cases": "case_id", "workers": "worker_id", "grids": "grid"}


def every_secret(foreign: dict[str, str]) -> set[str]:
    return {value for value in foreign.values() if len(value) >= 12}


@asynccontextmanager
async def furnished(folder: Any) -> AsyncIterator[World]:
    write_leaflet(folder)
    (folder / "static" / "index.html").write_text("<!doctype html>")
    async with running_town(folder, town_map=MAP, config=with_a_base_map(folder)) as town:
        own, foreign = await furnish(town, "west"), await furnish(town, "east")
        await across_the_border(town)
        townwide = {"layout": "4", "cameras": ["east-cam", "west-cam"]}
        await made(town.client("operator@town"), "/presets", {"name": "town-wide preset", "area": "t", **townwide})
        world = World(town, {**ANYWHERE, **own}, {**ANYWHERE, **foreign})
        world.secrets = every_secret(foreign) | {
            town.account_id(f"{role}@east") for role in ("operator", "grid_worker")
        }
        yield world


async def across_the_border(town: RunningTown) -> None:
    """What lies in the west and has to do with the east: a case the eastern camera sees, a worker of both."""
    detection, blobs = detection_at("east", "across-the-border")
    lon, lat = middle("west-g2")
    # High in the picture, where nothing else of this test stands.
    here = {"location": {"lon": lon, "lat": lat, "error_m": 1.0}, "box": [0.9, 0.1, 0.05, 0.05]}
    await town.live.detect({**detection, **here}, blobs)
    root = town.incidents.accounts.authenticate(town.token("administrator@town"))
    assert root is not None
    both = (RoleGiven("grid_worker", "west-g1"), RoleGiven("grid_worker", "east-g1"))
    town.incidents.accounts.create(root, NewAccount("both", PASSWORD, "王两村", both))
    worker = town.incidents.accounts.sign_in("both", PASSWORD, address="test", device=True).caller
    town.incidents.workers.set_duty(worker, True)
    town.incidents.workers.report_positions(worker, [Position(*middle("west-g1"), 5.0, town.centre.clock.now())])
    operator = town.client("operator@town")
    eastern = (await operator.get("/cases", params={"area": "east", "state": "filed"})).json()["items"][0]
    await made(operator, f"/cases/{eastern['id']}/assign", {"worker_id": worker.account_id})


def path_of(name: str, ids: dict[str, str]) -> tuple[str, str]:
    """Method and path below the prefix, with its parameters filled in."""
    method, path = name.split(" ", 1)
    if path.startswith("/ogc/features/collections/"):
        kind = path.split("/")[4]
        ids = {**ids, "feature_id": {**ids, "grid": f"{ids['area']}-g1"}[FEATURES[kind]]}
    missing = [one for one in re.findall(r"{(\w+)", path) if one not in ids]
    assert not missing, f"{name}: say in `furnish` or ANYWHERE what {missing} names"
    filled = re.sub(r"{(\w+)(?::path)?}", lambda match: ids[match[1]], path)
    return method, filled.removeprefix("/api/v1") if filled.startswith("/api/v1") else f"../..{filled}"


Schema = dict[str, Any]


def example(schema: Schema, document: Schema, names: dict[str, str], key: str = "") -> Any:
    """The least that a JSON schema lets pass, with ids where a field is called after what it names."""
    if "$ref" in schema:
        return example(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], document, names, key)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return example(schema[several][0], document, names, key)
    if "const" in schema or "enum" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    kind = schema.get("type")
    if kind == "object":
        wanted = [one for one in schema.get("properties", {}) if one in schema.get("required", ()) or one in names]
        return {one: example(schema["properties"][one], document, names, one) for one in wanted}
    if kind == "array":
        return [example(schema.get("items", {}), document, names, key)] * max(1, schema.get("minItems", 0))
    if kind in ("integer", "number"):
        return names_number(key, schema)
    if kind == "boolean":
        return True
    return names.get(key, "x" * max(1, schema.get("minLength", 1)))


def names_number(key: str, schema: Schema) -> float:
    place = dict(zip(("lon", "lat"), middle("east-g1"), strict=True))
    return place[key] if key in place else schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)


def id_names(ids: dict[str, str]) -> dict[str, str]:
    """Fields of bodies and queries that name things, by the words the interface uses for them."""
    return {
        **{key: ids[key] for key in ("camera_id", "case_id", "worker_id", "area", "rule_id", "preset_id", "tour_id")},
        "camera": ids["camera_id"],
        "cameras": ids["camera_id"],
        "case": ids["case_id"],
        "cases": ids["case_id"],
        "before": ids["case_id"],
        "text": ids["number"],
        "display": ids["display_id"],
        "display_id": ids["display_id"],
        "moment": ABSENT_ID,
        "loudspeakers": ids["loudspeakers"],
    }


KEPT = ("layer", "action", "path", "token", "which", "form", "base_map", "z")


def absent(ids: dict[str, str]) -> dict[str, str]:
    return {key: ABSENT.get(key, value if key in KEPT else ABSENT_ID) for key, value in ids.items()} | {
        "number": "T-19700101-9999",
        "x": "1",
        "y": "1",
    }


@dataclass(frozen=True)
class Request:
    name: str
    method: str
    path: str
    params: dict[str, Any]
    json: Any = None
    files: Any = None

    async def send(self, client: httpx.AsyncClient) -> httpx.Response:
        given = {"json": self.json} if self.json is not None else {}
        return await client.request(self.method, self.path, params=self.params, files=self.files, **given)


def requests_for(name: str, document: Schema, ids: dict[str, str], *, whole: bool) -> Iterator[Request]:
    """A route asked with these ids: in its path, and in whatever of its query and body can name a thing."""
    method, path = path_of(name, ids)
    operation = document["paths"].get(ROUTES[name].path, {}).get(method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {})
    body = files = None
    if "application/json" in content:
        body = example(content["application/json"]["schema"], document, id_names(ids))
    elif "multipart/form-data" in content:
        files = {"file": ("a.jpg", b"no picture", "image/jpeg")}
    query = [one for one in operation.get("parameters", ()) if one["in"] == "query"]
    names = id_names(ids)
    must = {one["name"]: example(one["schema"], document, names, one["name"]) for one in query if one.get("required")}
    yield Request(name, method, path, must, body, files)
    for one in query if whole else ():
        if one["name"] in names:
            yield Request(name, method, path, {**must, one["name"]: names[one["name"]]}, body, files)


MAP_ELEMENT = re.compile(r"_[0-9a-f]{32}")
VOLATILE = re.compile(
    r'"(at|from_at|to_at|position_age_s|last_unit_at|since|expires_at|ring_seconds|captured_at|left_s)":[^,}]+'
)


MADE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")


def steady(text: str) -> str:
    """Without what is of this moment: ages, when a map was made, and the names it gives its elements."""
    return MADE.sub("", MAP_ELEMENT.sub("", VOLATILE.sub("", text)))


def read(reply: httpx.Response) -> str:
    """As text; of a workbook its cells, since the file itself holds when it was made."""
    if not reply.content.startswith(b"PK"):
        return reply.text
    sheets = load_workbook(io.BytesIO(reply.content)).worksheets
    return "\n".join(str(row) for sheet in sheets for row in sheet.values)


def answer_of(reply: httpx.Response, ids: dict[str, str]) -> tuple[int, str]:
    """What tells one answer from another, with what was asked for taken out: it is given back in some refusals."""
    text = read(reply)
    for value in sorted({value for value in ids.values() if len(value) > 3}, key=len, reverse=True):
        text = re.sub(rf"(?<![a-z]){re.escape(value)}", "…", text)  # "east", and not the end of "least"
    return reply.status_code, steady(text)


def test_what_is_said_at_the_door_is_little():
    citizens = {"GET /api/v1/citizen", "GET /api/v1/citizen/map"}  # the town's name and its roads, where it is on
    setup = {"GET /api/v1/setup", "GET /api/v1/openapi.json"}
    assert {name for name in DOOR if name.startswith("GET /api/")} <= setup | citizens


async def test_nothing_names_what_lies_outside(tmp_path):
    """Every route, asked for what is the village's own."""
    leaks: list[str] = []
    asked = 0
    async with furnished(tmp_path) as world:
        document = (await world.client.get("/openapi.json")).json()
        for name in ROUTES:
            # The description of the interface speaks of west and east, but of no village.
            if name in LEAVES or name.startswith("HEAD") or name.endswith("openapi.json"):
                continue
            for request in requests_for(name, document, world.own, whole=True):
                reply = await request.send(world.client)
                asked += reply.status_code < 400
                leaks += [f"{name} {request.params}: {one}" for one in world.leaks(read(reply))]
                assert reply.status_code < 500 or reply.json()["error"]["code"] == "camera_unavailable", name
    assert leaks == []
    assert asked > 25, "hardly anything was let through: the test asks for the wrong things"


async def test_what_lies_outside_is_as_what_is_not_there(tmp_path):
    """Every route, asked for the other village's things and for things that are nowhere: the same answer."""
    wrong: list[str] = []
    async with furnished(tmp_path) as world:
        document = (await world.client.get("/openapi.json")).json()
        nowhere = absent(world.foreign)
        for name in ROUTES:
            if name in LEAVES or name in DOOR:
                continue
            pairs = zip(
                requests_for(name, document, world.foreign, whole=True),
                requests_for(name, document, nowhere, whole=True),
                strict=True,
            )
            for there, not_there in pairs:
                one = answer_of(await there.send(world.client), world.foreign)
                other = answer_of(await not_there.send(world.client), nowhere)
                if one != other:
                    wrong.append(f"{name} {there.params} {there.json}: {one} but {other}")
    assert wrong == []


async def standing(world: World) -> dict[str, str]:
    """Every answer the village gets to a question that changes nothing."""
    document = (await world.client.get("/openapi.json")).json()
    answers: dict[str, str] = {}
    for name in ROUTES:
        if not name.startswith("GET ") or name in DOOR:
            continue
        for request in requests_for(name, document, world.own, whole=False):
            reply = await request.send(world.client)
            still = name.endswith((".jpg", ".mp4"))
            answers[name] = f"{reply.status_code} " + ("" if still else steady(read(reply)))
    places = {"own": middle("west-g1"), "foreign": middle("east-g1"), "border": BORDER}
    for where, (lon, lat) in places.items():
        reply = await world.client.get("/near", params={"lon": lon, "lat": lat})
        answers[f"near {where}"] = steady(reply.text)
    return answers


async def settled(world: World) -> dict[str, str]:
    """`standing`, once what furnishing set going has come to rest: cases are verified a second later."""
    before, now = {}, await standing(world)
    deadline = world.town.centre.clock.monotonic() + 30
    while before != now:
        assert world.town.centre.clock.monotonic() < deadline, "the town does not come to rest"
        before, now = now, await standing(world)
    return now


async def stir(town: RunningTown) -> None:
    """Everything that can happen outside, as far as it can be made to."""
    operator = town.client("operator@east")
    await furnish_more(town)
    worker = town.client("grid_worker@east")
    await made(worker, "/phone/duty", {"on": True})
    lon, lat = middle("east-g1")
    at = town.centre.clock.now()
    await made(worker, "/phone/positions", {"positions": [{"lon": lon, "lat": lat, "accuracy_m": 5.0, "at": at}]})
    case = (await operator.get("/cases")).json()["items"][0]
    await made(operator, f"/cases/{case['id']}/assign", {"worker_id": town.account_id("grid_worker@east")})
    await made(worker, f"/cases/{case['id']}/accept", {})
    await made(operator, "/cameras/east-cam/ptz/lock", {"minutes": 1})
    town.live.dome_moved(PtzReport("east-cam", 10.0, -20.0, 2.0, True, at))
    town.live.set_state("east-cam", StreamState.STALLED, "east fault")
    await asyncio.sleep(0.2)


async def furnish_more(town: RunningTown) -> None:
    await town.detect("east", "another")
    operator, admin = town.client("operator@east"), town.client("administrator@town")
    shown = {"layout": "4", "cameras": ["east-cam"]}
    await made(operator, "/presets", {"name": "another east preset", "area": "east", **shown})
    await made(town.client("operator@town"), "/presets", {"name": "another town-wide preset", "area": "t", **shown})
    await made(admin, "/alarm-rules", {"name": "town-wide rule", "area": "t"})
    roles = [{"role": "operator", "area": "east"}]
    await made(admin, "/accounts", {"username": "neu@east", "name": "East", "password": PASSWORD, "roles": roles})


async def test_nothing_moves_when_something_happens_outside(tmp_path):
    async with furnished(tmp_path) as world:
        before = await settled(world)
        await stir(world.town)
        after = await standing(world)
    for name, answer in before.items():
        assert after[name] == answer, name
    assert len(before) > 25


async def test_no_topic_tells_of_what_lies_outside(tmp_path):
    assert set(TOPICS) == set(get_args(Topic))
    async with furnished(tmp_path) as world:
        headers = {"authorization": f"Bearer {world.town.token(ROOM)}"}
        async with page(world.town.live_url, additional_headers=headers) as client:
            await client.say(type="events", topics=list(TOPICS))
            # Positions are told once a second: until then news of before is still on its way.
            await client.read_for(1.3)
            client.messages.clear()
            await stir(world.town)
            await client.read_for(1.5)
            assert client.of_type("event") == []
            # The page does listen: what happens at home is told, and names nothing from elsewhere.
            await world.town.detect("west", "at-home")
            world.town.live.set_state("west-cam", StreamState.STALLED)
            world.town.live.dome_moved(PtzReport("west-cam", 10.0, -20.0, 2.0, False, 1.0))
            await client.until(lambda c: {e["topic"] for e in c.of_type("event")} >= {"case", "camera", "ptz"})
            assert not any(world.leaks(json.dumps(one, ensure_ascii=False)) for one in client.of_type("event"))


async def test_events_of_what_touches_both_villages_name_only_ones_own(tmp_path):
    async with furnished(tmp_path) as world:
        headers = {"authorization": f"Bearer {world.town.token(ROOM)}"}
        async with page(world.town.live_url, additional_headers=headers) as client:
            await client.say(type="events", topics=list(TOPICS))
            await client.read_for(0.3)
            operator = world.town.client("operator@town")
            border = next(
                one
                for one in (await operator.get("/cases", params={"area": "west"})).json()["items"]
                if one["camera_id"] == "east-cam"
            )
            await made(operator, f"/cases/{border['id']}/comment", {"note": "seen"})
            worker = world.town.incidents.accounts.sign_in("both", PASSWORD, address="test", device=True).caller
            at = world.town.centre.clock.now()
            world.town.incidents.workers.report_positions(worker, [Position(*middle("west-g1"), 4.0, at)])
            await client.until(lambda c: {e["topic"] for e in c.of_type("event")} >= {"case", "worker"})
            events = {one["topic"]: one["data"] for one in client.of_type("event")}
    assert events["case"]["id"] == border["id"]
    assert (events["case"]["camera_id"], events["case"]["zone_id"]) == (None, None)
    assert (events["worker"]["grids"], events["worker"]["case_id"]) == (["west-g1"], None)
    assert world.leaks(json.dumps(events, ensure_ascii=False)) == []


@pytest.mark.parametrize("profile", ["sub", "main"])
async def test_no_stream_from_outside(tmp_path, profile):
    """A camera of the other village and one that is nowhere are refused in the same words; neither sends a picture."""
    async with furnished(tmp_path) as world:
        headers = {"authorization": f"Bearer {world.town.token(ROOM)}"}
        async with page(world.town.live_url, additional_headers=headers) as client:
            for stream, camera in enumerate(("east-cam", "no-cam", "west-cam")):
                await client.say(type="open", stream=stream, camera=camera, profile=profile)
            await client.until(lambda c: c.states(0) and c.states(1) and c.states(2))
            await client.read_for(0.5)
    told = [[{**one, "stream": 0} for one in client.of_type("stream") if one["stream"] == n] for n in (0, 1)]
    assert told[0] == told[1]
    assert [one["state"] for one in told[0]] == ["ended"]
    assert client.of_stream(0) == client.of_stream(1) == []
    assert bool(client.of_stream(2)) == (profile == "sub")


async def test_the_map_is_cut_at_the_edge_of_the_village(tmp_path):
    async with furnished(tmp_path) as world:
        roads = (await world.client.get("/map/base/roads")).json()["features"]
        everything = (await world.town.client("operator@town").get("/map/base/roads")).json()["features"]
        town = (await world.client.get("/town")).json()
        tiles = [
            (await world.client.get(f"/map/tiles/plan/{TILE_ZOOM}/{of['x']}/{of['y']}")).status_code
            for of in (world.own, world.foreign)
        ]
    assert tiles == [200, 204]
    assert {road["properties"]["name"] for road in roads} == {"west lane", "long road"}
    assert max(lon for road in roads for lon, _ in road["geometry"]["coordinates"]) <= EAST + 1e-9
    assert len(everything) == 3
    assert town["bounds"] == pytest.approx([WEST, LAT, EAST, LAT + 0.02])


async def test_the_village_sees_its_own(tmp_path):
    """All of the above would also hold for a room that is shown nothing at all."""
    async with furnished(tmp_path) as world:
        cameras = (await world.client.get("/cameras")).json()["items"]
        cases = (await world.client.get("/cases")).json()
        standing = [one for one in cases["items"] if one["state"] != "invalid"]
        border = next(one for one in standing if one["id"] != world.own["case_id"])
        detail = (await world.client.get(f"/cases/{border['id']}")).json()
        picture = await world.client.get(f"/evidence/{border['picture_evidence_id']}")
        found = (await world.client.get("/cases", params={"camera": "east-cam"})).json()
        presets = (await world.client.get("/presets")).json()["items"]
    assert [camera["id"] for camera in cameras] == ["west-cam"]
    assert (len(standing), cases["total"]) == (2, 3)
    assert detail["trace"][0]["actor"] == {"kind": "camera", "id": "", "name": ""}
    assert [entry["seq"] for entry in detail["trace"]] == list(range(1, len(detail["trace"]) + 1))
    assert picture.status_code == 200
    assert (found["items"], found["total"]) == ([], 0)
    assert [preset["name"] for preset in presets] == ["west preset"]


async def test_a_case_just_across_the_border_can_be_reported_from_ones_own_picture(tmp_path):
    lon, lat = middle("west-g1")
    near_camera, far = {"lon": lon + 0.003, "lat": lat}, dict(zip(("lon", "lat"), middle("east-g1"), strict=True))
    body = {"case_class": "01-02", "level": 1, "camera_id": "west-cam"}
    async with furnished(tmp_path) as world:
        home = await world.client.post("/cases", json={**body, **near_camera})
        beyond = await world.client.post("/cases", json={**body, **far})
    assert (home.status_code, home.json()["area"]) == (201, "west")
    assert beyond.status_code == 403
