"""Pictures and clips in and out, and detections on their way to the store."""

import asyncio
import io

import av
import cv2
import httpx
import numpy as np
import pytest

from api.intake import IntakeRefused
from tests.api.town import detection_at, running_town
from tests.wall.clips import encode_clip


def clip_mp4() -> bytes:
    """A real MP4 of a real clip."""
    clip, target = encode_clip(), io.BytesIO()
    with av.open(target, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=clip.fps, width=clip.width, height=clip.height, pix_fmt="yuv420p")
        for index in range(10):
            picture = np.full((clip.height, clip.width, 3), index * 20, np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return target.getvalue()


async def case_with_clip(town) -> tuple[dict, bytes]:
    detection, blobs = detection_at("east", "stall-1")
    content = clip_mp4()
    await town.live.detect({**detection, "blobs": ["picture.jpg", "clip.mp4"]}, (*blobs, content))
    return (await town.client("operator@east").get("/cases")).json()["items"][0], content


RANGES = [
    ("whole", None, 200, slice(None)),
    ("beginning", "bytes=0-99", 206, slice(0, 100)),
    ("middle to end", "bytes=100-", 206, slice(100, None)),
    ("last bytes", "bytes=-50", 206, slice(-50, None)),
    ("beyond the end", "bytes=99999999-", 416, slice(0, 0)),
]


@pytest.mark.parametrize(("asked", "status", "part"), [row[1:] for row in RANGES], ids=[row[0] for row in RANGES])
async def test_a_browser_may_seek_in_a_clip(tmp_path, asked, status, part):
    async with running_town(tmp_path) as town:
        case, content = await case_with_clip(town)
        headers = {"range": asked} if asked else {}
        reply = await town.client("operator@east").get(f"/evidence/{case['clip_evidence_id']}", headers=headers)
        assert reply.status_code == status
        if status != 416:
            assert reply.content == content[part]
            assert reply.headers["content-type"] == "video/mp4"
            assert reply.headers["accept-ranges"] == "bytes"
            assert reply.headers["content-security-policy"] == "sandbox"
        elsewhere = await town.client("operator@west").get(f"/evidence/{case['clip_evidence_id']}", headers=headers)
        assert elsewhere.status_code == 404


async def upload(client: httpx.AsyncClient, case: str, content: bytes, caption: str) -> httpx.Response:
    files = {"file": ("../../etc/after.jpg", content, "text/html")}
    return await client.post(f"/cases/{case}/evidence", files=files, data={"caption": caption})


async def test_a_photo_is_kept_as_an_upright_jpeg_with_its_caption(tmp_path):
    picture = np.zeros((90, 160, 3), np.uint8)
    content = bytes(cv2.imencode(".png", picture)[1].tobytes())
    async with running_town(tmp_path) as town:
        case, _ = await case_with_clip(town)
        client = town.client("operator@east")
        stored = await upload(client, case["id"], content, "处置后 after")
        assert stored.status_code == 201, stored.text
        detail = (await client.get(f"/cases/{case['id']}")).json()
        mine = next(one for one in detail["evidence"] if one["id"] == stored.json()["id"])
        assert (mine["caption"], mine["media_type"], mine["kind"]) == ("处置后 after", "image/jpeg", "picture")
        reply = await client.get(f"/evidence/{mine['id']}")
        assert cv2.imdecode(np.frombuffer(reply.content, np.uint8), cv2.IMREAD_COLOR).shape == (90, 160, 3)
        assert any(entry["action"] == "evidence" for entry in detail["trace"])


async def test_a_snapshot_is_the_cameras_picture(tmp_path):
    async with running_town(tmp_path) as town:
        reply = await town.client("operator@east").get("/cameras/east-cam/snapshot.jpg")
        assert cv2.imdecode(np.frombuffer(reply.content, np.uint8), cv2.IMREAD_COLOR).shape == (180, 320, 3)
        assert "no-store" in reply.headers["cache-control"]


async def test_a_detection_is_stored_when_it_is_acknowledged_and_only_once(tmp_path):
    detection, blobs = detection_at("east", "stall-1")
    async with running_town(tmp_path) as town:
        for _ in range(3):
            await town.live.detect(detection, blobs)
    async with running_town(tmp_path) as town:
        cases = (await town.client("operator@east").get("/cases")).json()
        assert (cases["total"], cases["items"][0]["sightings"]) == (1, 1)


async def test_a_detection_that_can_never_be_taken_is_refused_and_does_not_block_the_next(tmp_path):
    detection, blobs = detection_at("east", "stall-1")
    async with running_town(tmp_path) as town:
        with pytest.raises(IntakeRefused, match="box"):
            await town.live.detect({**detection, "box": [0.1, 0.2, 30.0, 0.1]}, blobs)
        await town.live.detect(detection, blobs)
        assert (await town.client("operator@east").get("/cases")).json()["total"] == 1


async def test_a_detection_the_store_cannot_take_now_is_acknowledged_when_it_can(tmp_path):
    detection, blobs = detection_at("east", "stall-1")
    async with running_town(tmp_path) as town:
        with town.incidents.store.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE cases RENAME TO cases_away")
        waiting = asyncio.create_task(town.live.detect(detection, blobs))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        with town.incidents.store.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE cases_away RENAME TO cases")
        await asyncio.wait_for(waiting, 10)
        assert (await town.client("operator@east").get("/cases")).json()["total"] == 1
