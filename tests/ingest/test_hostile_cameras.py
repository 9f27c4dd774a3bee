"""Cameras that break, lie or attack: what the operator sees, and that the estate comes back."""

import asyncio
import itertools
import random
import re
import socket
import struct
from collections.abc import Iterable

import pytest

from config.accounts import Account
from ingest.access_unit import Codec
from ingest.opening import Door, connect_tcp
from ingest.rtsp.address import parse_networks
from ingest.state import StreamState
from tests.ingest.clips import clip, framed, rtp
from tests.ingest.rig import LOOPBACK, estate_of, received, settled
from tests.ingest.scripted_camera import (
    Freeze,
    Reply,
    Reset,
    Script,
    ScriptedCamera,
    after,
    changed,
    instead,
    raising,
    until,
)

ACCOUNT = Account("admin", "secret-7391")
CODECS: list[Codec] = ["h264", "h265"]


HEAD = b"RTSP/1.0 200 OK\r\nCSeq: %CSEQ%\r\n"
REFUSED = {
    "endless header line": (instead("DESCRIBE", HEAD + b"X: " + b"a" * 9000), "header line"),
    "header bomb": (instead("DESCRIBE", HEAD + b"A: 1\r\n" * 2000 + b"\r\n"), "headers|message head"),
    "oversize body": (instead("DESCRIBE", HEAD + b"Content-Length: 99999999\r\n\r\n"), "body"),
    "not rtsp": (instead("OPTIONS", b"HTTP/1.1 400 Bad Request\r\n\r\n"), "not RTSP"),
    "garbage": (instead("OPTIONS", bytes(range(1, 32)) * 700), "message head|header|not RTSP"),
    "not found": (
        instead("DESCRIBE", b"RTSP/1.0 404 Not Found\r\nCSeq: %CSEQ%\r\n\r\n"),
        "DESCRIBE with 404 Not Found",
    ),
    "udp only": (
        instead("SETUP", HEAD + b"Session: 1\r\nTransport: RTP/AVP;unicast;client_port=1-2\r\n\r\n"),
        "does not send over TCP",
    ),
    "no session": (instead("SETUP", HEAD + b"Transport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n"), "without Session"),
    "no transport": (instead("SETUP", HEAD + b"Session: 1\r\n\r\n"), "without Transport"),
    "channel out of range": (changed("SETUP", rb"interleaved=\d+", b"interleaved=777"), "channel"),
    "media flood before the reply": (
        instead("PLAY", framed(rtp(b"x" * 60_000, 1, 1, marker=False)) * 30),
        "media instead of a reply",
    ),
    "replies never asked for": (
        instead("OPTIONS", b"RTSP/1.0 200 OK\r\nCSeq: 77\r\n\r\n" * 40),
        "never asked",
    ),
}


@pytest.mark.parametrize(("reply", "said"), REFUSED.values(), ids=REFUSED)
async def test_a_bad_answer_is_refused_and_named(reply: Reply, said: str) -> None:
    async with received(Script(reply=reply)) as rig:
        status = await rig.until_state(StreamState.REFUSED)
        assert re.search(said, status.error), status.error
        assert rig.keys == []


async def test_a_description_without_video_is_unsupported() -> None:
    reply = changed("DESCRIBE", rb"H264/90000", b"JPEG/90000")
    async with received(Script(reply=reply)) as rig:
        status = await rig.until_state(StreamState.UNSUPPORTED)
        assert "only JPEG" in status.error


@pytest.mark.parametrize("scheme", ["basic", "digest", "digest-qop", "sha256"])
async def test_a_wrong_password_is_asked_once_and_shown_nowhere(scheme: str) -> None:
    async with received(Script(account=Account("admin", "other"), scheme=scheme), account=ACCOUNT) as rig:
        status = await rig.until_state(StreamState.UNAUTHORISED)
        asked = len(rig.camera.requests)
        await settled(0.8)
        assert len(rig.camera.requests) == asked <= 4
        assert "refuses the user name or password" in status.error
        assert all("secret" not in repr(told) for told in rig.told)
        assert all("secret" not in uri for _, uri, _ in rig.camera.requests)


async def test_missing_credentials_are_named() -> None:
    async with received(Script(account=ACCOUNT)) as rig:
        status = await rig.until_state(StreamState.UNAUTHORISED)
        assert "none are configured" in status.error


async def test_a_camera_that_challenges_for_ever_is_not_argued_with() -> None:
    """Every reply a 401 with a fresh nonce."""
    nonces = itertools.count()

    def always(_method: str, headers: dict[str, str], _good: bytes) -> bytes:
        cseq, nonce = headers["cseq"], next(nonces)
        return (
            f'RTSP/1.0 401 No\r\nCSeq: {cseq}\r\nWWW-Authenticate: Digest realm="x", nonce="{nonce}"\r\n\r\n'.encode()
        )

    async with received(Script(reply=always), account=ACCOUNT) as rig:
        await rig.until_state(StreamState.UNAUTHORISED)
        assert next(nonces) <= 4


async def test_a_redirect_off_the_list_is_not_followed() -> None:
    reply = instead("DESCRIBE", b"RTSP/1.0 302 Moved\r\nCSeq: %CSEQ%\r\nLocation: rtsp://203.0.113.9/x\r\n\r\n")
    tried: list[str] = []

    async def connect(address: str, port: int) -> socket.socket:
        tried.append(address)
        return await connect_tcp(address, port)

    door = Door(parse_networks(LOOPBACK), random.Random(1), connect=connect)
    async with ScriptedCamera(Script(reply=reply)) as camera, estate_of(camera, door=door) as rig:
        status = await rig.until_state(StreamState.REFUSED)
        assert "do not follow" in status.error
        assert set(tried) == {"127.0.0.1"}


async def test_a_redirect_within_the_list_is_followed() -> None:
    async with ScriptedCamera(Script()) as target:
        location = f"RTSP/1.0 302 Moved\r\nCSeq: %CSEQ%\r\nLocation: {target.url}\r\n\r\n".encode()
        async with received(Script(reply=instead("DESCRIBE", location))) as rig:
            await rig.until_keys(2)
            assert target.playing == 1


async def test_a_circle_of_redirects_ends() -> None:
    async with ScriptedCamera(Script()) as camera:
        location = f"RTSP/1.0 302 Moved\r\nCSeq: %CSEQ%\r\nLocation: {camera.url}\r\n\r\n".encode()
        camera.script.reply = instead("DESCRIBE", location)
        async with estate_of(camera) as rig:
            status = await rig.until_state(StreamState.REFUSED)
            assert "more than 2 times" in status.error


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("rtsp://127.0.0.1:{port}/x", "not within allowed_networks"),
        ("rtsps://10.0.0.1/x", "opener: pyav"),
    ],
    ids=["off the list", "tls"],
)
async def test_an_address_we_may_not_or_cannot_open_is_never_connected(url: str, said: str) -> None:
    async with ScriptedCamera(Script()) as camera:
        where = url.format(port=camera.port)
        async with estate_of(camera, url=where, networks=["10.0.0.0/8"]) as rig:
            status = await rig.until_state(StreamState.REFUSED)
            assert said in status.error
        assert camera.connections == 0


async def test_a_name_is_connected_at_the_address_that_was_checked() -> None:
    """A name server that answers differently the second time gains nothing."""
    answers = iter([["203.0.113.1", "127.0.0.1"], ["203.0.113.1"]])

    async def resolve(_host: str, _port: int) -> list[str]:
        return next(answers)

    async with ScriptedCamera(Script()) as camera:
        door = Door(parse_networks(LOOPBACK), random.Random(1), resolve=resolve)
        async with estate_of(camera, url=f"rtsp://camera.lan:{camera.port}/x", door=door) as rig:
            await rig.until_keys(1)


async def test_a_refused_connection_is_said_and_tried_again() -> None:
    async with ScriptedCamera(Script()) as camera:
        await camera.fall()
        async with estate_of(camera) as rig:
            status = await rig.until_state(StreamState.REFUSED)
            assert "refused" in status.error.lower()
            await camera.listen()
            await rig.until_state(StreamState.LIVE)
            assert rig.status.error == ""


async def test_a_slow_camera_is_waited_for_within_bounds() -> None:
    async with received(Script(reply_delay=0.4)) as rig:
        await rig.until_keys(1)
    async with received(Script(reply_delay=5.0), connect_timeout_seconds=0.5) as rig:
        status = await rig.until_state(StreamState.REFUSED)
        assert status.error == "no answer within 0.5 s"


@pytest.mark.parametrize("watched", [False, True], ids=["unwatched", "watched"])
async def test_a_frozen_camera_is_stalled_and_comes_back(watched: bool) -> None:
    async with received(Script(media=after(12, raising(Freeze())))) as rig:
        if watched:
            rig.watch()
        status = await rig.until_state(StreamState.STALLED)
        assert status.error == "no video for 1 s"
        rig.camera.script.media = lambda _index, packets: packets
        await rig.until_state(StreamState.LIVE)
        assert rig.status.connects == 2
        assert rig.states == [StreamState.CONNECTING, StreamState.LIVE, StreamState.STALLED, StreamState.LIVE]
        if watched:
            await until(lambda: rig.units[-1].unit.received_at > status.since)
            assert any(live.unit.discontinuity for live in rig.units[1:])


async def test_a_camera_that_plays_nothing_is_stalled() -> None:
    async with received(Script(media=after(0, raising(Freeze())))) as rig:
        await rig.until_state(StreamState.STALLED)


async def test_reports_without_video_are_a_stall() -> None:
    report = framed(b"\x80\xc8\x00\x06" + bytes(24), 1)
    async with received(Script(media=lambda index, packets: packets if index < 12 else [report])) as rig:
        await rig.until_state(StreamState.STALLED)


async def test_a_reset_connection_comes_back() -> None:
    async with received(Script(media=after(12, raising(Reset())))) as rig:
        await rig.until_keys(2)
        await until(lambda: rig.camera.connections >= 2)
        rig.camera.script.media = lambda _index, packets: packets
        await rig.until_state(StreamState.LIVE)
        keyframes = rig.status.keyframes
        await rig.until_keys(keyframes + 2)


@pytest.mark.parametrize(
    ("junk", "said"),
    [
        (b"\x00" * 500, "neither RTP nor RTSP"),
        (b"RTSP/1.0 200 OK\r\nX: " + b"a" * 20_000, "header line|message head"),
        (b"RTSP/1.0 200 OK\r\nContent-Length: 999999999\r\n\r\n", "body"),
        (b"GET_PARAMETER " + b"x" * 20_000, "message head|header line"),
    ],
    ids=["garbage", "endless line", "oversize body", "endless request"],
)
async def test_junk_between_the_media_ends_the_session(junk: bytes, said: str) -> None:
    async with received(Script(media=after(12, lambda packets: [junk]))) as rig:
        await until(lambda: any(re.search(said, status.error) for status in rig.told))


async def test_requests_and_replies_between_the_media_are_tolerated() -> None:
    asked = b"OPTIONS rtsp://x/y RTSP/1.0\r\nCSeq: 1\r\n\r\n"
    told = b"RTSP/1.0 200 OK\r\nCSeq: 900\r\nContent-Length: 3\r\n\r\nabc"

    def media(_index: int, packets: list[bytes]) -> Iterable[bytes]:
        return [packets[0], asked, *packets[1:], told]

    source = clip()
    async with received(Script(media=media)) as rig:
        await rig.until_keys(4)
        units = rig.estate.ring("c1").access_units(0.0, 1e12)
        wanted = [source.annex_b(picture) for picture in source.pictures]
        assert [unit.data for unit in units[:15]] == wanted[:15]
        assert rig.status.packets_lost == 0


@pytest.mark.parametrize("codec", CODECS)
async def test_sequence_gaps_are_counted_and_broken_pictures_never_shown(codec: Codec) -> None:
    source = clip(codec)

    def media(index: int, packets: list[bytes]) -> Iterable[bytes]:
        return packets[: len(packets) // 2] + packets[len(packets) // 2 + 1 :] if index % 7 == 3 else packets

    async with received(Script(clip=source, fps=50, media=media)) as rig:
        await rig.until_keys(2)
        rig.watch()
        await until(lambda: len(rig.units) > 60)
        whole = {source.annex_b(picture) for picture in source.pictures}
        assert {live.unit.data for live in rig.units} <= whole
        assert any(live.unit.discontinuity for live in rig.units)
        units = rig.estate.ring("c1").access_units(0.0, 1e12)
        assert {unit.data for unit in units} <= whole
        assert rig.status.packets_lost > 0
        assert rig.status.extra["damaged_keyframes"] > 0


@pytest.mark.parametrize("codec", CODECS)
async def test_a_key_frame_cut_short_by_the_camera_is_never_given(codec: Codec) -> None:
    """The end is missing and the numbers go on: only the fragment's end bit tells."""
    offset = {"value": 0}

    def media(_index: int, packets: list[bytes]) -> Iterable[bytes]:
        kept = packets[: len(packets) // 2] if len(packets) > 8 else packets
        renumbered = [_shifted(packet, offset["value"]) for packet in kept]
        offset["value"] += len(packets) - len(kept)
        return renumbered

    source = clip(codec)
    async with received(Script(clip=source, media=media)) as rig:
        await until(lambda: rig.status.access_units > 40)
        units = [unit for key in rig.keys if (unit := key.unit()) is not None]
        assert {unit.data for unit in units} <= {source.annex_b(picture) for picture in source.pictures}
        assert len(units) < len(rig.keys) or not rig.keys


def _shifted(packet: bytes, by: int) -> bytes:
    sequence = struct.unpack_from(">H", packet, 6)[0]
    return packet[:6] + struct.pack(">H", (sequence - by) & 0xFFFF) + packet[8:]


async def test_an_endless_group_stays_within_the_cap_and_is_said() -> None:
    source = clip()
    key, rest = source.pictures[0], source.pictures[1:5]
    endless = type(source)(source.codec, source.width, source.height, (key, *(rest * 5000)), source.sets)
    async with received(Script(clip=endless, fps=2000), ring_megabytes=0.3) as rig:
        peak = 0
        async with asyncio.timeout(30):
            while "larger than the ring" not in "".join(status.error for status in rig.told):
                peak = max(peak, rig.status.ring_bytes)
                await asyncio.sleep(0.02)
        assert peak <= 300_000 + 64_000
        assert rig.estate.ring("c1").gop_so_far() == []


async def test_torn_and_absurd_packets_do_no_harm() -> None:
    """Empty frames, RTP next to nothing, foreign payload types, in the middle of good ones."""
    odd = [framed(b""), framed(b"\x80"), framed(rtp(b"", 9, 9, marker=True, payload_type=13)), framed(b"x" * 500, 200)]

    def media(_index: int, packets: list[bytes]) -> Iterable[bytes]:
        return [part for packet in packets for part in (packet, *odd)]

    source = clip()
    async with received(Script(media=media)) as rig:
        await rig.until_keys(3)
        units = rig.estate.ring("c1").access_units(0.0, 1e12)
        assert [unit.data for unit in units[:10]] == [source.annex_b(picture) for picture in source.pictures[:10]]


async def test_a_session_the_camera_has_forgotten_is_opened_anew() -> None:
    gone = b"RTSP/1.0 454 Session Not Found\r\nCSeq: %CSEQ%\r\n\r\n"
    async with received(Script(timeout=";timeout=2", reply=instead("GET_PARAMETER", gone))) as rig:
        await until(lambda: any("454" in status.error for status in rig.told), 30.0)
        await until(lambda: rig.camera.connections >= 2)


async def test_a_camera_that_ignores_teardown_does_not_hold_up_the_stop() -> None:
    def silent(method: str, _headers: dict[str, str], good: bytes) -> bytes | None:
        return None if method == "TEARDOWN" else good

    async with ScriptedCamera(Script(reply=silent)) as camera:
        async with estate_of(camera) as rig:
            await rig.until_keys(1)
            begun = asyncio.get_running_loop().time()
            await rig.estate.stop()
            assert asyncio.get_running_loop().time() - begun < 5.0
        assert camera.methods()[-1] == "TEARDOWN"
