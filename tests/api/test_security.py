"""Headers, bounds, and how refusals look."""

import asyncio
import contextlib

import cv2
import httpx
import numpy as np
import pytest

from api.photo import PhotoError, picture_size, read_photo
from api.security import JSON_BYTES, PHOTO_BYTES
from tests.api.town import running_town


def html_site(folder):
    static = folder / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html><title>Gridwatch</title>")
    (static / "assets" / "app-1a2b3c.js").write_text("export {}")
    (static / "icon.svg").write_text("<svg/>")
    (folder / "secret.txt").write_text("outside")


PAGES = [
    ("the page", "/", 200, "no-cache", "text/html"),
    ("a route of the page's own", "/cases/17", 200, "no-cache", "text/html"),
    ("the phone's own page, not built here", "/phone", 503, "no-store", "text/plain"),
    ("a hashed asset", "/assets/app-1a2b3c.js", 200, "immutable", "javascript"),
    ("another file", "/icon.svg", 200, "no-cache", "svg"),
    ("an asset of an older build", "/assets/app-999.js", 404, "no-store", "text/plain"),
    ("an unknown path of the API", "/api/v1/nothing", 404, "no-store", "json"),
    ("outside the folder", "/../secret.txt", 404, "no-store", "text/plain"),
    ("outside the folder, encoded", "/%2e%2e/secret.txt", 404, "no-store", "text/plain"),
    ("outside the folder, absolute", "//etc/passwd", 200, "no-cache", "text/html"),
]


@pytest.mark.parametrize(("path", "status", "cache", "kind"), [row[1:] for row in PAGES], ids=[row[0] for row in PAGES])
async def test_the_web_ui_and_nothing_else_is_served(tmp_path, path, status, cache, kind):
    html_site(tmp_path)
    async with running_town(tmp_path, accounts=False) as town:
        reply = await raw_get(town.address, path)
    assert reply.status_code == status
    assert cache in reply.headers["cache-control"]
    assert kind in reply.headers["content-type"]
    assert "outside" not in reply.text
    assert "root:" not in reply.text
    policy = reply.headers["content-security-policy"]
    script = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert script == "script-src 'self'"
    assert "frame-ancestors 'none'" in policy
    assert reply.headers["x-content-type-options"] == "nosniff"


async def raw_get(address: str, path: str) -> httpx.Response:
    """httpx would tidy the path up; this sends it as it stands."""
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    status, *lines = head.decode().split("\r\n")
    headers = [tuple(line.split(": ", 1)) for line in lines]
    return httpx.Response(int(status.split()[1]), headers=headers, content=body)


HEAD = b"POST /api/v1/sessions HTTP/1.1\r\nHost: %s\r\n"
ENDLESS = {
    "a request line": (b"GET /", b"a"),
    "one header": (HEAD + b"X: ", b"a"),
    "many headers": (HEAD, b"X: y\r\n"),
    "a chunk's extension": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;x=", b"a"),
    "trailers": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
}


async def test_a_head_without_an_end_is_cut_off(tmp_path):
    """Nobody has to be signed in to send one: it must not fill the memory."""
    async with running_town(tmp_path, accounts=False) as town:
        host, port = town.address.split(":")
        for what, (begun, more) in ENDLESS.items():
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(begun.replace(b"%s", town.address.encode()))
            sent = 0
            with contextlib.suppress(ConnectionError):
                while sent < 8 * 1024 * 1024 and not reader.at_eof():
                    writer.write(more * (8192 // len(more)))
                    await writer.drain()
                    await asyncio.sleep(0)
                    sent += 8192
            assert sent < 8 * 1024 * 1024, what
            writer.close()
            with contextlib.suppress(ConnectionError):
                assert b" 200 " not in await reader.read(), what
        cookie = "x=" + "a" * 40_000
        async with httpx.AsyncClient(base_url=f"http://{town.address}") as client:
            assert (await client.get("/api/v1/setup", headers={"Cookie": cookie})).status_code == 200


async def test_before_the_web_ui_is_built_the_page_says_what_to_do(tmp_path):
    async with running_town(tmp_path, accounts=False) as town:
        reply = await raw_get(town.address, "/")
        assert (reply.status_code, "make web" in reply.text) == (503, True)


async def chunks(size: int):
    for _ in range(size // 65536 + 1):
        yield b" " * 65536


LARGE = [("declared", b" " * (JSON_BYTES + 1)), ("in chunks", None)]


@pytest.mark.parametrize("content", [row[1] for row in LARGE], ids=[row[0] for row in LARGE])
async def test_a_body_over_its_bound_is_refused(tmp_path, content):
    async with running_town(tmp_path) as town:
        client = town.client("operator@east")
        headers = {"content-type": "application/json"}
        reply = await client.post("/cases", content=content or chunks(JSON_BYTES), headers=headers)
        assert (reply.status_code, reply.json()["error"]["code"]) == (413, "too_large")


async def test_a_photo_may_be_larger_than_json_but_not_without_bound(tmp_path):
    async with running_town(tmp_path) as town:
        await town.detect("east", "stall-1")
        client = town.client("operator@east")
        case = (await client.get("/cases")).json()["items"][0]
        path = f"/cases/{case['id']}/evidence"
        large = await client.post(path, files={"file": ("a.jpg", b"\xff\xd8\xff" + bytes(3_000_000), "image/jpeg")})
        assert large.status_code == 422
        too_large = await client.post(path, files={"file": ("a.jpg", bytes(PHOTO_BYTES + 100_000), "image/jpeg")})
        assert too_large.status_code == 413


INVALID = [
    ("a field of the wrong kind", {"case_class": "05-01", "level": 9, "lon": 1, "lat": 1}, "level"),
    ("a field missing", {"case_class": "05-01", "level": 1, "lon": 1}, "lat"),
    ("a field nobody knows", {"case_class": "05-01", "level": 1, "lon": 1, "lat": 1, "colour": 2}, "colour"),
    ("a class nobody knows", {"case_class": "99-99", "level": 1, "lon": 1, "lat": 1}, "case_class"),
]


@pytest.mark.parametrize(("body", "where"), [row[1:] for row in INVALID], ids=[row[0] for row in INVALID])
async def test_what_is_wrong_with_a_request_is_named(tmp_path, body, where):
    async with running_town(tmp_path) as town:
        reply = await town.client("operator@east").post("/cases", json=body)
        error = reply.json()["error"]
        assert (reply.status_code, error["code"], error["where"]) == (422, "invalid", where)
        assert where in error["message"] or "class" in error["message"]


async def test_a_wrong_password_field_is_not_repeated(tmp_path):
    async with running_town(tmp_path) as town:
        reply = await town.client().post("/sessions", json={"username": "x", "password": {"is": "hunter2 hunter2"}})
        assert reply.status_code == 422
        assert "hunter2" not in reply.text


REFUSED = [
    ("unknown path", "GET", "/nowhere", 404, "not_found"),
    ("wrong method", "DELETE", "/cases", 405, "method_not_allowed"),
    ("unknown action", "POST", "/cases/CASE/explode", 422, "invalid"),
    ("not in this state", "POST", "/cases/CASE/arrive", 403, "not_allowed"),
    ("nothing to confirm", "POST", "/cases/CASE/confirm", 409, "conflict"),
]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
async def test_every_refusal_has_the_body_of_the_contract(tmp_path, method, path, status, code):
    async with running_town(tmp_path) as town:
        await town.detect("east", "stall-1")
        client = town.client("operator@east")
        case = (await client.get("/cases")).json()["items"][0]
        reply = await client.request(method, path.replace("CASE", case["id"]), json={})
        error = reply.json()["error"]
        assert (reply.status_code, error["code"]) == (status, code)
        assert set(error) == {"code", "message", "where"}
        assert error["message"]


async def test_a_camera_that_does_not_answer_is_said_to(tmp_path):
    async with running_town(tmp_path) as town:
        town.live.clips.clear()
        reply = await town.client("operator@east").get("/cameras/east-cam/snapshot.jpg")
        assert (reply.status_code, reply.json()["error"]["code"]) == (503, "camera_unavailable")


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + bytes([0, 0, 0, 13]) + b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big")


PHOTOS = [
    ("not a picture", b"MZ" + bytes(100), "not a JPEG"),
    ("a bomb by its header", png(40_000, 40_000), "out of bounds"),
    ("no size", png(0, 10), "out of bounds"),
    ("cut off in the header", b"\xff\xd8\xff\xe0\x00", "cut off"),
    ("header only", png(10, 10), "cannot be decoded"),
    ("a script", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "not a JPEG"),
]


@pytest.mark.parametrize(("content", "said"), [row[1:] for row in PHOTOS], ids=[row[0] for row in PHOTOS])
def test_what_is_no_photo_is_refused(content, said):
    with pytest.raises(PhotoError, match=said):
        read_photo(content)


def encoded(extension: str, width: int = 64, height: int = 48) -> bytes:
    image = np.zeros((height, width, 3), np.uint8)
    image[:, : width // 2] = 255
    return bytes(cv2.imencode(extension, image)[1].tobytes())


@pytest.mark.parametrize("extension", [".jpg", ".png", ".webp"])
def test_size_is_read_from_the_header_alone(extension):
    assert picture_size(encoded(extension)) == (64, 48)


def test_a_photo_is_turned_upright_and_its_metadata_is_gone():
    place = b"GPS 30.05N 120.43E"
    # EXIF (TIFF, little-endian) with one entry: orientation 6, to be turned clockwise.
    tiff = b"II*\x00\x08\x00\x00\x00" + b"\x01\x00" + b"\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00" + bytes(4)
    exif = b"Exif\x00\x00" + tiff + place
    jpeg = encoded(".jpg")
    tagged = jpeg[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + jpeg[2:]
    photo = read_photo(tagged)
    assert (photo.width, photo.height) == (48, 64)
    assert place not in photo.jpeg
    assert b"Exif" not in photo.jpeg
    upright = cv2.imdecode(np.frombuffer(photo.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert upright[:20].mean() > 200 > 50 > upright[-20:].mean()


def test_a_large_photo_is_stored_smaller():
    photo = read_photo(encoded(".jpg", 4000, 3000))
    assert (photo.width, photo.height) == (2560, 1920)
