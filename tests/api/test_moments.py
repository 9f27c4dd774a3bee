"""The ring's seconds over HTTP: as a file, held back for a case; and the ground at a point of the picture."""

import asyncio
import io
import time
from urllib.parse import unquote

import av
import pytest

from api.moments import KEPT_SECONDS, PER_ACCOUNT, Moments
from api.routes.ground import ground_at
from config.cameras import Camera
from gis.plane import distance_m
from incidents.errors import Invalid
from tests.api.town import RunningTown, camera, middle, running_town
from tests.ingest.hand_clock import HandClock
from tests.wall.clips import encode_clip
from tests.wall.replay_live import ReplayLive


def length_of(clip: bytes) -> float:
    """Seconds of video, by decoding every picture."""
    with av.open(io.BytesIO(clip)) as file:
        frames = list(file.decode(video=0))
    assert frames
    return float(frames[-1].time - frames[0].time)


def roughly(length: float, span: float) -> bool:
    """The replayed camera's own clock is exact; on a busy machine its units arrive later than that says."""
    return span / 2 < length < span + 0.2


async def ring_of(town: RunningTown, seconds: float) -> None:
    """Waits until the east camera's ring spans so much."""
    started = time.monotonic()
    while town.live.rings["east-cam", "sub"].seconds < seconds:
        assert time.monotonic() - started < 20
        await asyncio.sleep(0.05)


async def test_the_last_seconds_are_played_from_the_picture_asked_for(tmp_path):
    async with running_town(tmp_path) as town:
        await ring_of(town, 3.0)
        asked = time.time()
        reply = await town.client("operator@east").get("/cameras/east-cam/clip.mp4", params={"last": 2})
        answered = time.time()
        assert reply.status_code == 200, reply.text
        assert reply.headers["content-type"] == "video/mp4"
        assert reply.headers["cache-control"] == "private, no-store"
        assert reply.headers["etag"].startswith('"')
        begins, ends = float(reply.headers["x-clip-from"]), float(reply.headers["x-clip-to"])
        # At the key frame before: those of the clip come twice a second, on a busy machine more slowly.
        assert asked - 4 < begins <= answered - 2
        assert asked - 0.5 < ends <= float(reply.headers["x-clip-now"]) <= answered
        assert roughly(length_of(reply.content), ends - begins)
        disposition = unquote(reply.headers["content-disposition"])
        assert 'filename="east-cam-' in disposition
        assert "filename*=UTF-8''east相机-" in disposition


async def test_both_ends_may_be_given_and_what_is_gone_is_said_to_be(tmp_path):
    async with running_town(tmp_path) as town:
        await ring_of(town, 2.5)
        client, now = town.client("operator@east"), time.time()
        part = await client.get("/cameras/east-cam/clip.mp4", params={"from": now - 1.6, "to": now - 0.6})
        assert 0.4 < length_of(part.content) < 2.2
        gone = await client.get("/cameras/east-cam/clip.mp4", params={"from": now - 500, "to": now - 450})
        assert (gone.status_code, gone.json()["error"]["code"]) == (503, "camera_unavailable")
        assert "in memory" in gone.json()["error"]["message"]


WRONG = [
    ("one end only", {"from": 1.0}, "to"),
    ("the other end only", {"to": 1.0}, "from"),
    ("backwards", {"from": 20.0, "to": 10.0}, "to"),
    ("no length", {"from": 20.0, "to": 20.0}, "to"),
    ("too long", {"from": 0.0, "to": 121.0}, "to"),
    ("ends and last", {"from": 1.0, "to": 2.0, "last": 5}, "last"),
    ("last too long", {"last": 121}, "query.last"),
    ("not a number", {"last": "nan"}, "query.last"),
    ("for ever", {"from": 1.0, "to": "inf"}, "query.to"),
]


@pytest.mark.parametrize(("params", "where"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
async def test_a_wrong_span_is_refused_by_name(tmp_path, params, where):
    async with running_town(tmp_path) as town:
        reply = await town.client("operator@east").get("/cameras/east-cam/clip.mp4", params=params)
        assert (reply.status_code, reply.json()["error"]["where"]) == (422, where)


FOREIGN = [
    ("clip", "GET", "/cameras/west-cam/clip.mp4", {"last": 5}),
    ("ground", "GET", "/cameras/west-cam/ground", {"x": 0.5, "y": 0.9}),
    ("moment", "POST", "/cameras/west-cam/moments", {}),
]


@pytest.mark.parametrize(("method", "path", "params"), [row[1:] for row in FOREIGN], ids=[row[0] for row in FOREIGN])
async def test_another_villages_camera_does_not_exist(tmp_path, method, path, params):
    async with running_town(tmp_path) as town:
        client = town.client("village_room@east")
        there = await client.request(method, path, params=params)
        nowhere = await client.request(method, path.replace("west-cam", "no-such-cam"), params=params)
        assert there.status_code == nowhere.status_code == 404
        assert there.json() == nowhere.json()
        assert [one for one in town.live.asked if one[0] == "west-cam" and one[1] != "ptz"] == []


async def open_case_at_the_camera(town: RunningTown, account: str) -> dict:
    client = town.client(account)
    ground = (await client.get("/cameras/east-cam/ground", params={"x": 0.5, "y": 0.9})).json()["place"]
    wanted = {"case_class": "05-01", "level": 2, "note": "占道", "camera_id": "east-cam"}
    place = {key: ground[key] for key in ("lon", "lat", "error_m")}
    made = await client.post("/cases", json={**wanted, **place})
    assert made.status_code == 201, made.text
    return made.json()


async def test_a_case_gets_the_seconds_from_before_it_was_written(tmp_path):
    async with running_town(tmp_path, live=ReplayLive({("east-cam", "sub"): encode_clip()}, ring_seconds=2.0)) as town:
        await ring_of(town, 2.0)
        client = town.client("village_room@east")
        held = (await client.post("/cameras/east-cam/moments", json={"seconds": 20})).json()
        assert 1.5 < held["to_at"] - held["from_at"] < 4.5
        # Writing takes longer than the ring holds.
        await asyncio.sleep(3.0)
        case = await open_case_at_the_camera(town, "village_room@east")
        assert 0 < case["error_m"] < 5
        added = await client.post(f"/cases/{case['id']}/clip", json={"moment": held["id"], "caption": "立案前"})
        assert added.status_code == 201, added.text
        assert (added.json()["kind"], added.json()["media_type"]) == ("clip", "video/mp4")
        detail = (await client.get(f"/cases/{case['id']}")).json()
        assert detail["clip_evidence_id"] == added.json()["id"]
        entry = next(one for one in detail["trace"] if one["action"] == "evidence")
        assert (entry["detail"]["caption"], entry["actor"]["name"]) == ("立案前", "village_room@east")
        stored = await client.get(f"/evidence/{added.json()['id']}")
        assert roughly(length_of(stored.content), held["to_at"] - held["from_at"])
        again = await client.post(f"/cases/{case['id']}/clip", json={"moment": held["id"]})
        assert again.status_code == 422


async def test_held_seconds_are_the_holders_alone(tmp_path):
    async with running_town(tmp_path) as town:
        await ring_of(town, 1.0)
        held = (await town.client("operator@town").post("/cameras/east-cam/moments")).json()
        case = await open_case_at_the_camera(town, "operator@east")
        taken = await town.client("operator@east").post(f"/cases/{case['id']}/clip", json={"moment": held["id"]})
        assert (taken.status_code, taken.json()["error"]["where"]) == (422, "moment")


async def test_a_camera_without_a_picture_says_so(tmp_path):
    async with running_town(tmp_path, live=ReplayLive({})) as town:
        reply = await town.client("operator@east").post("/cameras/east-cam/moments")
        assert (reply.status_code, reply.json()["error"]["code"]) == (503, "camera_unavailable")


def test_moments_are_bounded_and_expire(tmp_path):
    clock = HandClock()
    (tmp_path / "held").mkdir()
    (tmp_path / "held" / "left-over.mp4").write_bytes(b"of an earlier run")
    moments = Moments(tmp_path / "held", clock)
    moments.begin()
    assert list((tmp_path / "held").iterdir()) == []
    held = [moments.hold("a", "cam", b"%d" % number, 1.0, 2.0) for number in range(PER_ACCOUNT + 1)]
    with pytest.raises(Invalid, match="not held"):
        moments.get("a", held[0].id)
    assert moments.get("a", held[-1].id)[1] == b"%d" % PER_ACCOUNT
    with pytest.raises(Invalid, match="not held"):
        moments.get("b", held[-1].id)
    assert len(list((tmp_path / "held").iterdir())) == PER_ACCOUNT
    clock.turn(KEPT_SECONDS + 1)
    with pytest.raises(Invalid, match="not held"):
        moments.get("a", held[-1].id)
    moments.forget_old()
    assert list((tmp_path / "held").iterdir()) == []


async def test_the_ground_below_a_box(tmp_path):
    async with running_town(tmp_path) as town:
        client = town.client("village_room@east")
        lon, lat = middle("east-g1")
        near = (await client.get("/cameras/east-cam/ground", params={"x": 0.5, "y": 0.9})).json()
        assert near["reason"] == ""
        assert near["camera"] == {"lon": lon, "lat": lat}
        # Six metres up, looking north 20° down: the ground ahead of it, some ten metres off.
        assert near["place"]["lat"] > lat
        assert near["place"]["lon"] == pytest.approx(lon, abs=1e-6)
        there = distance_m(lon, lat, near["place"]["lon"], near["place"]["lat"])
        assert near["place"]["distance_m"] == pytest.approx(there, abs=0.1)
        assert 5 < there < 12
        sky = (await client.get("/cameras/east-cam/ground", params={"x": 0.5, "y": 0.0})).json()
        assert (sky["place"], sky["reason"]) == (None, "off_ground")
        outside = await client.get("/cameras/east-cam/ground", params={"x": 1.5, "y": 0.5})
        assert (outside.status_code, outside.json()["error"]["where"]) == (422, "query.x")


FLAT = {"heading_deg": 0.0, "tilt_deg": 3.0, "hfov_deg": 70.0, "range_m": 9000.0, "tilt_error_deg": 4.0}
POSELESS = [
    ("no pose", {"view": None}, "no_pose", True),
    ("no place either", {"view": None, "position": None}, "no_pose", False),
    ("too uncertain", {"view": FLAT}, "too_uncertain", True),
]


@pytest.mark.parametrize(
    ("changed", "reason", "stands"), [row[1:] for row in POSELESS], ids=[row[0] for row in POSELESS]
)
def test_what_cannot_be_placed_says_why(changed, reason, stands):
    one = Camera.model_validate({**camera("east"), **changed})
    answer = ground_at(one, None, 0.5, 0.5)
    assert (answer.place, answer.reason, answer.camera is not None) == (None, reason, stands)
