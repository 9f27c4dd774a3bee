"""The estate against a real camera on loopback that keeps to the rules."""

import asyncio
import itertools

import pytest

from config.accounts import Account
from ingest.access_unit import AccessUnit, Codec
from ingest.gop import KeyFrame
from ingest.state import StreamState
from tests.ingest.clips import Clip, clip
from tests.ingest.rig import Rig, estate_of, received, settled
from tests.ingest.scripted_camera import Script, ScriptedCamera, until

CODECS: list[Codec] = ["h264", "h265"]
ACCOUNT = Account('ad"min', "p@ss: wörd/?")


def _assert_source(source: Clip, units: list[AccessUnit]) -> None:
    """The units are pictures of the clip, in order, byte for byte, beginning with a key frame."""
    wanted = [source.annex_b(picture) for picture in source.pictures]
    assert units
    assert units[0].keyframe
    place = wanted.index(units[0].data)
    for number, unit in enumerate(units):
        assert unit.data == wanted[(place + number) % len(wanted)]
        assert unit.keyframe == source.pictures[(place + number) % len(wanted)].keyframe
    assert all(later.pts_us > earlier.pts_us for earlier, later in itertools.pairwise(units))
    assert all(later.received_at >= earlier.received_at for earlier, later in itertools.pairwise(units))


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(
    "how",
    [
        {},
        {"aggregate": True},
        {"markers": "none"},
        {"odd": True},
        {"channel": 6},
        {"audio_first": True},
        {"in_band_sets": False},
        {"sprop": False},
        {"content_base": False},
    ],
    ids=lambda how: next(iter(how), "plain"),
)
async def test_key_frames_and_ring_are_byte_for_byte_the_source(codec: Codec, how: dict[str, object]) -> None:
    source = clip(codec)
    async with received(Script(clip=source, **how)) as rig:  # type: ignore[arg-type]
        await rig.until_keys(3)
        wanted = [source.annex_b(picture) for picture in source.pictures if picture.keyframe]
        for number, key in enumerate(rig.keys[:3]):
            unit = key.unit()
            assert unit is not None
            assert unit.data == wanted[number % len(wanted)]
            assert (unit.camera_id, unit.profile, unit.codec, unit.keyframe) == ("c1", "sub", codec, True)
            assert unit.discontinuity == (number == 0)
        ring = rig.estate.ring("c1")
        _assert_source(source, ring.access_units(0.0, 1e12))
        status = await rig.until_state(StreamState.LIVE)
        assert (status.codec, status.width, status.height) == (codec, source.width, source.height)
        assert status.packets_lost == 0
        assert status.ring_bytes == ring.bytes > 0


@pytest.mark.parametrize("scheme", ["basic", "digest", "digest-qop", "sha256"])
async def test_every_kind_of_authentication(scheme: str) -> None:
    async with received(Script(account=ACCOUNT, scheme=scheme), account=ACCOUNT) as rig:
        await rig.until_keys(1)
    assert rig.camera.methods()[-1] == "TEARDOWN"


async def test_no_key_frame_is_lost() -> None:
    async with received(Script()) as rig:
        await rig.until_keys(10)
        rig.camera.paused = True
        await settled(0.1)
        sent = rig.camera.keyframes_sent
        await rig.until_keys(sent)
        await settled(0.6)
        assert len(rig.keys) == sent == rig.status.keyframes


@pytest.mark.parametrize("codec", CODECS)
async def test_a_viewer_gets_the_group_so_far_and_then_everything(codec: Codec) -> None:
    source = clip(codec)
    async with received(Script(clip=source, fps=25)) as rig:
        await rig.until_keys(2)
        close = rig.watch()
        caught_up = [live.unit for live in rig.units]
        assert caught_up
        assert all(live.catch_up for live in rig.units)
        await until(lambda: len(rig.units) >= len(caught_up) + 20)
        assert not any(live.catch_up for live in rig.units[len(caught_up) :])
        _assert_source(source, [live.unit for live in rig.units])
        close()
        close()
        count = len(rig.units)
        await settled()
        assert len(rig.units) == count
        await rig.until_keys(len(rig.keys) + 2)


async def test_viewers_share_one_session_and_units() -> None:
    async with received(Script(fps=25)) as rig:
        await rig.until_keys(1)
        first, second = rig.watch(), rig.watch()
        await until(lambda: len(rig.units) > 40)
        assert rig.camera.connections == 1
        live = [one.unit for one in rig.units if not one.catch_up]
        assert all(live[n] is live[n + 1] for n in range(0, 20, 2))
        first()
        second()


async def test_a_viewer_may_come_before_the_camera() -> None:
    async with ScriptedCamera(Script()) as camera:
        await camera.fall()
        async with estate_of(camera) as rig:
            await rig.until_state(StreamState.REFUSED)
            rig.watch()
            await camera.listen()
            await until(lambda: len(rig.units) > 5)
            assert rig.units[0].unit.keyframe
            assert not rig.units[0].catch_up


async def test_live_delay_is_short() -> None:
    """A watched stream is read at once, not at the next sweep."""
    async with received(Script(fps=20)) as rig:
        await rig.until_keys(1)
        rig.watch()
        await until(lambda: sum(not live.catch_up for live in rig.units) > 20)
        times = [live.unit.received_at for live in rig.units if not live.catch_up]
        gaps = sorted(later - earlier for earlier, later in itertools.pairwise(times))
        assert gaps[len(gaps) // 2] < 0.15


async def test_arrival_times_of_a_stream_read_in_batches_are_spread() -> None:
    async with received(Script(fps=25)) as rig:
        await rig.until_keys(8)
        times = [key.received_at for key in rig.keys[4:]]
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert all(0.1 < gap < 0.3 for gap in gaps)


async def test_main_stream_only_while_somebody_watches() -> None:
    async with (
        ScriptedCamera(Script(clip=clip(width=256))) as large,
        ScriptedCamera(Script()) as small,
        estate_of(small, main=large.url) as rig,
    ):
        await rig.until_keys(2)
        assert large.connections == 0
        close = rig.watch("main")
        await until(lambda: len(rig.units) > 10)
        assert {live.unit.profile for live in rig.units} == {"main"}
        assert {status.profile for status in rig.told} == {"sub", "main"}
        assert rig.status.profile == "sub"
        close()
        await until(lambda: large.methods()[-1] == "TEARDOWN", 30.0)


async def test_unknown_or_missing_streams_are_key_errors() -> None:
    async with received(Script()) as rig:
        with pytest.raises(KeyError):
            rig.estate.subscribe("nobody", "sub", rig.units.append)
        with pytest.raises(KeyError):
            rig.estate.subscribe("c1", "main", rig.units.append)
        with pytest.raises(KeyError):
            rig.estate.ring("nobody")


async def test_keep_alive_at_two_fifths_of_the_session() -> None:
    async with received(Script(timeout=";timeout=2")) as rig:
        await until(lambda: rig.camera.methods().count("GET_PARAMETER") >= 2, 30.0)
        await rig.until_keys(1)
        assert rig.status.connects == 1


@pytest.mark.parametrize("watched", [False, True], ids=["unwatched", "watched"])
async def test_keep_alive_with_options_and_stale_nonces(watched: bool) -> None:
    """Each nonce is good for three requests: it goes stale during keep-alive, and again at TEARDOWN."""
    script = Script(
        account=ACCOUNT, scheme="digest-qop", nonce_requests=3, timeout=";timeout=2", public="DESCRIBE, PLAY"
    )
    async with received(script, account=ACCOUNT) as rig:
        await rig.until_keys(1)
        if watched:
            rig.watch()
        await until(lambda: rig.camera.methods().count("OPTIONS") >= 6, 30.0)
        assert rig.status.connects == 1
        assert rig.status.state is StreamState.LIVE
    assert rig.camera.methods()[-1] == "TEARDOWN"


async def test_stop_tears_down_and_leaves_nothing_running() -> None:
    before = asyncio.all_tasks()
    async with received(Script()) as rig:
        await rig.until_keys(1)
    assert rig.camera.methods().count("TEARDOWN") == 1
    assert {task for task in asyncio.all_tasks() - before if not task.done()} == set()


async def test_stop_in_the_middle_of_a_slow_hand_shake() -> None:
    async with received(Script(reply_delay=30.0)) as rig:
        await until(lambda: rig.camera.requests)
    assert rig.camera.playing == 0


async def test_a_camera_switched_off_is_shown_so_and_not_asked() -> None:
    async with ScriptedCamera(Script()) as camera:
        async with estate_of(camera, enabled=False) as rig:
            await settled()
            assert rig.states == [StreamState.DISABLED]
            assert rig.status.state is StreamState.DISABLED
        assert camera.connections == 0


def test_key_frames_can_be_built_in_any_thread() -> None:
    """What `on_keyframe` hands over holds no event loop."""
    rows: list[KeyFrame] = []

    async def collect() -> Rig:
        async with received(Script()) as rig:
            await rig.until_keys(2)
            rows.extend(rig.keys)
            return rig

    asyncio.run(collect())
    unit = rows[0].unit()
    assert unit is not None
    assert unit.keyframe
