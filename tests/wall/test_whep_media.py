"""The media side of WHEP: which label is taken, which time stamps are given, and what a slow player costs."""

import asyncio
import random
import time

import pytest
from aiortc import MediaStreamError

from ingest.access_unit import AccessUnit
from ingest.live import LiveUnit
from runtime.clock import SystemClock
from tests.api.whep_player import player
from tests.wall.clips import encode_clip
from tests.wall.replay_live import ReplayLive
from wall.live_hub import LiveHub
from wall.reordering import has_b_slices
from wall.whep import WhepSessions
from wall.whep_errors import MalformedOffer, NotAcceptable
from wall.whep_limits import WhepLimits, WhepNetwork
from wall.whep_offer import Offer, choose_codec, read_offer
from wall.whep_track import CameraTrack, MediaTime

OFFER = """v=0
o=- 1 1 IN IP4 0.0.0.0
s=-
t=0 0
a=group:BUNDLE 0
m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99
c=IN IP4 0.0.0.0
a=recvonly
a=mid:0
a=rtcp-mux
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuv
a=fingerprint:sha-256 AB:CD
a=setup:actpass
{formats}
"""


def offer_of(*labels: str) -> Offer:
    lines = []
    for payload, label in enumerate(labels, 96):
        again = payload + 20
        lines += [f"a=rtpmap:{payload} H264/90000", f"a=fmtp:{payload} packetization-mode=1;profile-level-id={label}"]
        lines += [f"a=rtpmap:{again} rtx/90000", f"a=fmtp:{again} apt={payload}"]
    return read_offer(OFFER.format(formats="\n".join(lines)).replace("\n", "\r\n"), 8)


LABELS = [
    ("the camera's own profile", ["42001f", "42e01f", "4d001f", "64001f"], "avc1.64001e", "64001f"),
    ("main", ["42e01f", "4d001f"], "avc1.4d401e", "4d001f"),
    ("constrained baseline", ["42001f", "42e01f"], "avc1.42c00c", "42e01f"),
    ("baseline", ["42e01f", "42001f"], "avc1.42001e", "42001f"),
    ("high under constrained baseline", ["42001f", "42e01f", "4d001f"], "avc1.64001e", "42e01f"),
    ("high under baseline", ["f4001f", "42001f"], "avc1.64001e", "42001f"),
    ("whatever there is", ["4d001f"], "avc1.64001e", "4d001f"),
    ("a label nobody knows", ["zzzzzz", "42e01f"], "avc1.64001e", "42e01f"),
    ("a profile outside the table", ["4d001f", "42e01f"], "avc1.7a001e", "42e01f"),
]


@pytest.mark.parametrize(("offered", "camera", "taken"), [row[1:] for row in LABELS], ids=[row[0] for row in LABELS])
def test_the_label_that_fits_the_stream_best_is_taken_with_its_retransmission(offered, camera, taken):
    chosen, again = choose_codec(offer_of(*offered), camera)
    assert chosen.parameters["profile-level-id"] == taken
    assert again.parameters["apt"] == chosen.payloadType


def test_an_offer_without_h264_is_not_acceptable():
    with pytest.raises(NotAcceptable, match="packetization-mode=1"):
        choose_codec(offer_of(), "avc1.64001e")


def test_no_mutation_of_an_offer_does_more_than_refuse_it():
    chance, sound = random.Random(7), OFFER.format(formats="a=rtpmap:96 H264/90000").replace("\n", "\r\n")
    refused = 0
    for _ in range(3000):
        text = list(sound)
        for _ in range(chance.randint(1, 12)):
            at = chance.randrange(len(text))
            text[at] = chance.choice([":", " ", "\r\n", "a=", "m=video ", "999999999999", "", "é", "-1", "/"])
        try:
            read_offer("".join(text), 8)
        except (MalformedOffer, NotAcceptable):
            refused += 1
    assert 500 < refused < 3000


def test_candidates_are_addresses_few_and_udp():
    lines = [f"a=candidate:{n} 1 udp 1 192.0.2.{n} 9 typ host" for n in range(1, 30)]
    lines.insert(0, "a=candidate:1 1 udp 1 3f2b.local 9 typ host")
    lines.insert(0, "a=candidate:1 1 tcp 1 192.0.2.99 9 typ host tcptype active")
    text = OFFER.format(formats="\n".join(lines)).replace("\n", "\r\n")
    assert [one.ip for one in read_offer(text, 8).candidates] == [f"192.0.2.{n}" for n in range(1, 9)]


def unit(pts_ms: int, *, received: float = 0.0, size: int = 100, key: bool = False, jump: bool = False) -> AccessUnit:
    return AccessUnit("c", "sub", "h264", key, pts_ms * 1000, received, bytes(size), jump)


TIMES = [
    ("the camera's pace", [(0, False), (40, False), (80, False)], [0, 3600, 7200]),
    ("catch-up a millisecond apart", [(0, True), (40, True), (80, True), (120, False)], [0, 90, 180, 3780]),
    ("a camera that stands still", [(0, False), (0, False)], [0, 90]),
    ("a camera that runs back", [(80, False), (0, False)], [0, 90]),
    ("a leap of an hour", [(0, False), (3_600_000, False)], [0, 900_000]),
]


@pytest.mark.parametrize(("units", "stamps"), [row[1:] for row in TIMES], ids=[row[0] for row in TIMES])
def test_time_stamps_only_grow(units, stamps):
    media = MediaTime()
    assert [media.stamp(LiveUnit(unit(pts), catch_up)) for pts, catch_up in units] == stamps


def test_after_a_new_session_of_the_camera_the_time_of_arrival_tells_the_gap():
    media = MediaTime()
    media.stamp(LiveUnit(unit(90_000, received=100.0)))
    assert media.stamp(LiveUnit(unit(0, received=102.5, jump=True))) == 225_000


async def test_what_a_player_does_not_take_is_dropped_up_to_the_next_key_frame():
    track = CameraTrack(WhepLimits(queue_bytes=1000), SystemClock(), lambda: 0)
    track.put(LiveUnit(unit(0)))
    for step in range(12):
        track.put(LiveUnit(unit(step * 40, key=step in (0, 11))))
    assert track.waiting_bytes == 100, "only the newest key frame is left"
    assert track.lost == 12
    packet = await track.recv()
    assert bytes(packet) == bytes(100)


async def test_a_full_socket_holds_back_even_key_frames():
    unsent = 2_000_000
    track = CameraTrack(WhepLimits(unsent_bytes=1_000_000), SystemClock(), lambda: unsent)
    track.put(LiveUnit(unit(0, key=True)))
    assert track.waiting_bytes == 0
    unsent = 0
    track.put(LiveUnit(unit(40)))
    assert track.waiting_bytes == 0, "its reference was dropped"
    track.put(LiveUnit(unit(80, key=True)))
    assert track.waiting_bytes == 100


async def test_the_gop_so_far_is_paced():
    track = CameraTrack(WhepLimits(bytes_per_second=100_000), SystemClock(), lambda: 0)
    for step in range(4):
        track.put(LiveUnit(unit(step * 40, size=10_000, key=step == 0), catch_up=True))
    began = time.monotonic()
    for _ in range(4):
        await track.recv()
    assert time.monotonic() - began >= 0.3


async def test_a_track_that_ends_lets_its_reader_go():
    track = CameraTrack(WhepLimits(), SystemClock(), lambda: 0)
    reading = asyncio.create_task(track.recv())
    await asyncio.sleep(0)
    track.stop()
    with pytest.raises(MediaStreamError):
        await reading


async def test_a_stream_that_cannot_be_sent_gives_way_to_one_that_can():
    live = ReplayLive({("c", "sub"): encode_clip("h265"), ("c", "main"): encode_clip()})
    hub = LiveHub(live, SystemClock())
    sessions = WhepSessions(hub, SystemClock(), WhepLimits(), WhepNetwork(), random.Random(1))
    live.start()
    async with player() as one:
        session = await sessions.open("somebody", [("c", "sub"), ("c", "main")], await one.offer())
        assert session.key == ("c", "main")
        assert {key: count for key, count in hub.open_streams().items() if count} == {("c", "main"): 1}
        session.end(0, "seen enough")
        await session.run()
        assert not any(hub.open_streams().values())
    await hub.stop()
    await live.stop()


STREAMS = [("baseline", 0, "", False), ("high", 0, "high", False), ("B-frames", 2, "", True)]


@pytest.mark.parametrize(("b_frames", "profile", "found"), [row[1:] for row in STREAMS], ids=[r[0] for r in STREAMS])
def test_b_frames_are_told_by_their_slices(b_frames, profile, found):
    clip = encode_clip(b_frames=b_frames, profile=profile)
    assert any(has_b_slices(data) for _, data in clip.units) is found


@pytest.mark.parametrize("data", [b"", b"\x00\x00\x01", b"\x00\x00\x01\x41", b"\x00\x00\x01\x41\x00\x00\x00\x00\x00"])
def test_a_slice_that_cannot_be_read_is_no_b_slice(data):
    assert not has_b_slices(data)
