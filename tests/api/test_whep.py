"""WHEP through the whole API, with aiortc as the player: who gets in, what he gets, and how everything ends."""

import asyncio
import contextlib
import gc
import re
import socket
import time
from pathlib import Path

import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamError

from tests.api.test_pages import REVOKED
from tests.api.town import running_town
from tests.api.whep_player import SDP, Player, player
from tests.wall.clips import encode_clip
from tests.wall.replay_live import ReplayLive, decode_units
from wall.live_hub import HubLimits
from wall.whep_limits import WhepLimits, WhepNetwork

QUICK_HUB = HubLimits(linger_seconds=0.2)


async def until(holds, seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.02)


def sockets() -> int:
    return sum(1 for one in Path("/proc/self/fd").iterdir() if "socket:" in _target(one))


def free_port() -> int:
    """For UDP, on every address; none that the system lends to clients of whatever else runs here."""
    lent_from = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    for port in range(lent_from - 1, lent_from - 1000, -1):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, contextlib.suppress(OSError):
            one.bind(("", port))
            return port
    raise AssertionError("no port is free")


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except FileNotFoundError:
        return ""


async def test_a_player_gets_the_cameras_own_pictures_at_once_and_one_upstream_serves_all(tmp_path):
    clip = encode_clip()
    async with running_town(tmp_path) as town, player() as first, player() as second:
        client = town.client("operator@east")
        await first.play(client, "east-cam")
        pictures = await first.pictures(25)
        # Sent as they are: what the player decodes is one of the clip's pictures, bit by bit.
        known = {frame.to_ndarray().tobytes() for frame in decode_units("h264", [data for _, data in clip.units])}
        assert {frame.to_ndarray().tobytes() for frame in pictures} <= known
        assert len({frame.to_ndarray().tobytes() for frame in pictures}) > 10
        stamps = np.diff([frame.pts for frame in pictures])
        assert (stamps > 0).all()
        assert stamps[-5:].tolist() == [4500] * 5, "live pictures carry the camera's own pace of 20 a second"
        await second.play(client, "east-cam")
        await second.pictures(3)
        assert town.live.subscribed["east-cam", "sub"] == 1
        assert town.centre.hub.open_streams() == {("east-cam", "sub"): 2}


async def test_the_gop_so_far_comes_at_once_stamped_close_together(tmp_path):
    long_gop = ReplayLive({("east-cam", "sub"): encode_clip(frames=200, gop=200)}, speed=2.0)
    async with running_town(tmp_path, live=long_gop) as town, player() as one, player() as early:
        await early.play(town.client("operator@east"), "east-cam")
        await early.pictures(40)
        await one.play(town.client("operator@east"), "east-cam")
        # The next key frame is a hundred pictures away: what comes before it was kept.
        pictures = await one.pictures(41)
        assert np.diff([frame.pts for frame in pictures[:40]]).tolist() == [90] * 39


REFUSED = [
    ("nobody", None, "east-cam", {}, SDP, b"v=0", 401),
    ("another village's camera", "operator@west", "east-cam", {}, SDP, b"v=0", 404),
    ("no such camera", "operator@town", "nothing", {}, SDP, b"v=0", 404),
    ("a stream the camera has not", "operator@east", "east-cam", {"profile": "main"}, SDP, b"v=0", 404),
    ("no such profile", "operator@east", "east-cam", {"profile": "4k"}, SDP, b"v=0", 422),
    ("not SDP by its type", "operator@east", "east-cam", {}, {"content-type": "application/json"}, b"{}", 415),
    ("no type", "operator@east", "east-cam", {}, {}, b"v=0", 415),
    ("nothing", "operator@east", "east-cam", {}, SDP, b"", 400),
    ("garbage", "operator@east", "east-cam", {}, SDP, b"\xff\x00m=video\r\n", 400),
    ("too large", "operator@east", "east-cam", {}, SDP, b"v=0\r\n" * 10_000, 413),
    ("a role that sees no camera", "grid_worker@east", "east-cam", {}, SDP, b"v=0", 403),
]


async def test_who_and_what_is_refused(tmp_path):
    async with running_town(tmp_path) as town:
        wrong = []
        for name, account, camera, params, headers, body, status in REFUSED:
            answer = await town.client(account).post(f"/whep/{camera}", content=body, headers=headers, params=params)
            if answer.status_code != status or not answer.json()["error"]["message"]:
                wrong.append(f"{name}: {answer.status_code} {answer.text}")
        assert wrong == []
        assert len(town.centre.whep) == 0


def without(pattern: str):
    return lambda sdp: re.sub(pattern, "", sdp)


SPOILED = [
    ("no password", without(r"a=ice-pwd:.*\r\n"), 400),
    ("a password too short", lambda sdp: re.sub(r"a=ice-pwd:.*", "a=ice-pwd:short", sdp), 400),
    ("no fingerprint", without(r"a=fingerprint:.*\r\n"), 400),
    ("a fingerprint of md5 only", lambda sdp: re.sub(r"fingerprint:sha-\d+", "fingerprint:md5", sdp), 400),
    ("no setup", without(r"a=setup:.*\r\n"), 400),
    ("a setup nobody knows", lambda sdp: sdp.replace("a=setup:actpass", "a=setup:perhaps"), 400),
    ("a format without its map", lambda sdp: sdp + "a=fmtp:55 apt=1\r\n", 400),
    ("a candidate cut short", lambda sdp: sdp + "a=candidate:1 1 udp\r\n", 400),
    ("no rtcp-mux", without(r"a=rtcp-mux\r\n"), 406),
    ("only VP8", without(r"a=rtpmap:\d+ H264.*\r\na=rtcp-fb:.*\r\na=rtcp-fb:.*\r\na=rtcp-fb:.*\r\na=fmtp:.*\r\n"), 406),
    ("H.264 in single NAL units only", lambda sdp: sdp.replace("packetization-mode=1", "packetization-mode=0"), 406),
    ("it wants to send", lambda sdp: sdp.replace("a=recvonly", "a=sendonly"), 406),
]


async def test_an_offer_that_cannot_be_answered_is_refused_with_a_reason(tmp_path):
    async with running_town(tmp_path) as town, player() as one:
        offer, client, wrong = await one.offer(), town.client("operator@east"), []
        for name, spoil, status in SPOILED:
            assert spoil(offer) != offer, name
            answer = await client.post("/whep/east-cam", content=spoil(offer), headers=SDP)
            if answer.status_code != status:
                wrong.append(f"{name}: {answer.status_code} {answer.text}")
        assert wrong == []
        assert len(town.centre.whep) == 0


UNSUITABLE = [
    ("H.265", encode_clip("h265"), "H.264"),
    ("B-frames", encode_clip(b_frames=2), "B-frames"),
]


@pytest.mark.parametrize(("clip", "told"), [row[1:] for row in UNSUITABLE], ids=[row[0] for row in UNSUITABLE])
async def test_a_stream_webrtc_cannot_carry_is_refused_with_the_reason(tmp_path, clip, told):
    async with running_town(tmp_path, live=ReplayLive({("east-cam", "sub"): clip})) as town, player() as one:
        await asyncio.sleep(0.3)
        answer = await one.ask(town.client("operator@east"), "east-cam")
        assert (answer.status_code, answer.json()["error"]["code"]) == (406, "not_acceptable")
        assert told in answer.json()["error"]["message"]
        await until(lambda: not len(town.centre.whep) and not any(town.centre.hub.open_streams().values()))


async def test_a_camera_that_sends_nothing_is_said_to_be_unavailable(tmp_path):
    limits = WhepLimits(first_picture_seconds=0.5)
    async with running_town(tmp_path, live=ReplayLive({}), whep=limits) as town, player() as one:
        answer = await one.ask(town.client("operator@east"), "east-cam")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert len(town.centre.whep) == 0


@pytest.mark.parametrize("revoke", [row[1] for row in REVOKED], ids=[row[0] for row in REVOKED])
async def test_revocation_cuts_the_pictures_within_seconds(tmp_path, revoke):
    async with running_town(tmp_path) as town, player() as one:
        await one.play(town.client("operator@east"), "east-cam")
        await one.pictures(5)
        await revoke(town)
        revoked = time.monotonic()
        with pytest.raises((MediaStreamError, TimeoutError)):
            await one.pictures(10_000, seconds=5.0)
        assert time.monotonic() - revoked < 5.0
        await until(lambda: not len(town.centre.whep))


async def test_delete_ends_the_session_and_only_its_own_account_may(tmp_path):
    async with running_town(tmp_path) as town, player() as one:
        await one.play(town.client("operator@east"), "east-cam")
        await one.pictures(3)
        for stranger in ("operator@town", "supervisor@east"):
            assert (await town.client(stranger).delete(one.location)).status_code == 404
        assert (await town.client().delete(one.location)).status_code == 401
        assert (await town.client("operator@east").delete(one.location)).status_code == 200
        await until(lambda: not len(town.centre.whep))
        assert (await town.client("operator@east").delete(one.location)).status_code == 404


FRAGMENT = {"content-type": "application/trickle-ice-sdpfrag"}
CANDIDATE = "m=video 9 RTP/AVP 0\r\na=mid:0\r\na=candidate:1 1 udp 2130706431 127.0.0.1 9 typ host\r\n"
PATCHES = [
    ("a candidate", CANDIDATE, {}, 204),
    ("the end of candidates", "m=video 9 RTP/AVP 0\r\na=mid:0\r\na=end-of-candidates\r\n", {}, 204),
    ("more than are taken", CANDIDATE * 300, {}, 204),
    ("a name instead of an address", CANDIDATE.replace("127.0.0.1", "a.local"), {}, 204),
    ("another session's tag", CANDIDATE, {"if-match": '"other"'}, 412),
    ("an ICE restart", "a=ice-ufrag:new1\r\na=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa\r\n", {"if-match": "*"}, 422),
    ("another type", CANDIDATE, {"content-type": "text/plain"}, 415),
    ("a candidate cut short", "a=candidate:1 1\r\n", {}, 400),
]


async def test_trickled_candidates(tmp_path):
    async with running_town(tmp_path) as town, player() as one:
        client, wrong = town.client("operator@east"), []
        await one.ask(client, "east-cam")
        for name, body, headers, status in PATCHES:
            answer = await client.patch(one.location, content=body, headers={**FRAGMENT, **headers})
            if answer.status_code != status:
                wrong.append(f"{name}: {answer.status_code} {answer.text}")
        assert wrong == []
        await one.connect()
        await one.pictures(2)


async def test_an_offer_without_candidates_plays_since_the_players_checks_tell_its_address(tmp_path):
    async with running_town(tmp_path) as town, player() as one:
        offer = re.sub(r"a=(candidate|end-of-candidates).*\r\n", "", await one.offer())
        one.answer = await town.client("operator@east").post("/whep/east-cam", content=offer, headers=SDP)
        await one.connect()
        await one.pictures(3)


async def test_twenty_sessions_opened_and_abandoned_leave_nothing(tmp_path):
    limits = WhepLimits(sessions_per_account=20, connect_seconds=10.0, peer_silence_seconds=3.0)
    async with running_town(tmp_path, whep=limits, hub=QUICK_HUB) as town:
        client = town.client("operator@east")
        await client.get("/me")
        tasks, before = asyncio.all_tasks(), sockets()
        players = [Player() for _ in range(20)]
        # Half of them connect and then vanish without a word, the others never come at all.
        for one in players[10:]:
            await one.play(client, "east-cam")
        for one in players[:10]:
            assert (await one.ask(client, "east-cam")).status_code == 201
        async with player() as one_too_many:
            assert (await one_too_many.ask(client, "east-cam")).status_code == 429
        await asyncio.gather(*(one.pictures(2) for one in players[10:]))
        assert len(town.centre.whep) >= 10
        await asyncio.gather(*(vanish(one) for one in players))
        await until(lambda: len(town.centre.whep) == 0)
        await until(lambda: town.centre.hub.open_streams() == {})
        assert town.live.subscriptions == []
        gc.collect()
        await until(lambda: {task for task in asyncio.all_tasks() - tasks if not task.done()} == set())
        await until(lambda: sockets() == before)


async def vanish(one: Player) -> None:
    """As when the player's plug is pulled: its sockets are gone before it could say goodbye."""
    for transceiver in one.peer.getTransceivers():
        connection = transceiver.receiver.transport.transport._connection
        for protocol in connection._protocols:
            protocol.transport.abort()
    await one.peer.close()


async def test_the_server_ends_all_sessions_when_it_stops(tmp_path):
    before = sockets()
    async with player() as one:
        async with running_town(tmp_path) as town:
            await one.play(town.client("operator@east"), "east-cam")
            await one.pictures(3)
        assert len(town.centre.whep) == 0
        assert town.live.subscriptions == []
    assert sockets() == before


async def test_ports_and_addresses_are_those_configured(tmp_path):
    network = WhepNetwork(ports=(27100, 27119), announce=("198.51.100.7",))
    async with running_town(tmp_path, whep_network=network) as town, player() as one:
        answer = await one.ask(town.client("operator@east"), "east-cam")
        found = re.findall(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", answer.text)
        assert {address for address, _ in found} == {"198.51.100.7"}
        assert all(27100 <= int(port) <= 27119 for _, port in found)


async def test_where_no_port_is_free_the_player_is_told(tmp_path):
    only = free_port()
    network = WhepNetwork(ports=(only, only))
    async with running_town(tmp_path, whep_network=network) as town, player() as one, player() as other:
        client = town.client("operator@east")
        assert (await one.ask(client, "east-cam")).status_code == 201
        answer = await other.ask(client, "east-cam")
        assert (answer.status_code, "port" in answer.json()["error"]["message"]) == (406, True)


SITE = "https://player.example"


async def test_other_sites_may_play_only_when_configured_and_only_by_token(tmp_path):
    async with running_town(tmp_path, whep_origins=frozenset({SITE})) as town, player() as one:
        stranger = town.client()
        asking = {"origin": SITE, "access-control-request-method": "POST"}
        preflight = await stranger.options("/whep/east-cam", headers=asking)
        assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (204, SITE)
        assert "Authorization" in preflight.headers["access-control-allow-headers"]
        evil = await stranger.options("/whep/east-cam", headers={**asking, "origin": "https://evil.example"})
        assert "access-control-allow-origin" not in evil.headers
        elsewhere = await stranger.options("/cases", headers=asking)
        assert "access-control-allow-origin" not in elsewhere.headers

        offer, token = await one.offer(), town.token("operator@east")
        by_token = {**SDP, "origin": SITE, "authorization": f"Bearer {token}"}
        answer = await stranger.post("/whep/east-cam", content=offer, headers=by_token)
        assert answer.status_code == 201
        assert "Location" in answer.headers["access-control-expose-headers"]
        by_cookie = {**SDP, "origin": SITE, "cookie": f"gridwatch_session={token}"}
        assert (await stranger.post("/whep/east-cam", content=offer, headers=by_cookie)).status_code == 403
        by_token["origin"] = "https://evil.example"
        assert (await stranger.post("/whep/east-cam", content=offer, headers=by_token)).status_code == 403


async def test_options_tells_the_same_of_every_name(tmp_path):
    async with running_town(tmp_path) as town:
        answers = [await town.client().options(f"/whep/{name}") for name in ("east-cam", "nothing")]
    assert {answer.status_code for answer in answers} == {204}
    assert {answer.headers["accept-post"] for answer in answers} == {"application/sdp"}
