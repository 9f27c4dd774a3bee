"""H.265 made H.264: real clips through real encoders, decoded again to see that nothing is missing."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

import av
import numpy as np
import pytest

from ingest.access_unit import AccessUnit
from ingest.live import LiveUnit
from ingest.parameter_sets import leading_sps, read_format
from ingest.recode import FPS, Recoder, fitting
from ingest.state import StreamState, StreamStatus
from ingest.tap import Sink
from ingest.transcode import LIMIT_REACHED, Transcoders
from runtime.clock import SystemClock
from tests.wall.clips import Clip, encode_clip


def units_of(clip: Clip, camera: str = "c", start_us: int = 0) -> list[AccessUnit]:
    step = 1_000_000 // clip.fps
    return [
        AccessUnit(camera, "sub", clip.codec, key, start_us + n * step, 100 + n / clip.fps, data, n == 0)
        for n, (key, data) in enumerate(clip.units)
    ]


def decoded(units: list[AccessUnit], codec: str = "h264") -> list[np.ndarray]:
    context = av.CodecContext.create(codec, "r")
    frames = [frame for unit in units for frame in context.decode(av.Packet(unit.data))] + context.decode(None)
    assert not any(frame.is_corrupt for frame in frames)
    return [frame.to_ndarray(format="gray") for frame in frames]


def test_pictures_survive_and_keep_their_times():
    clip = encode_clip("h265", 640, 360, frames=45, gop=15, fps=15)
    source, recoder = units_of(clip), Recoder()
    out = [coded for unit in source for coded in recoder.push(unit)]
    assert out[0].keyframe
    assert out[0].discontinuity
    assert {unit.codec for unit in out} == {"h264"}
    seconds = len(source) / clip.fps
    assert abs(len(out) - seconds * FPS) <= 2
    times = {unit.pts_us: unit.received_at for unit in source}
    assert all(times[unit.pts_us] == unit.received_at for unit in out)
    assert all(b.pts_us > a.pts_us for a, b in itertools.pairwise(out))
    original = dict(zip(times, decoded(source, "hevc"), strict=True))
    for unit, picture in zip(out, decoded(out), strict=True):
        assert np.abs(picture.astype(int) - original[unit.pts_us]).mean() < 6


SIZES = [
    ("the wall's own", (640, 360), (640, 360)),
    ("a main stream", (1920, 1080), (640, 360)),
    ("upright", (720, 1280), (202, 360)),
    ("smaller stays", (320, 240), (320, 240)),
    ("PAL", (704, 576), (440, 360)),
]


@pytest.mark.parametrize(("size", "expected"), [row[1:] for row in SIZES], ids=[row[0] for row in SIZES])
def test_size(size, expected):
    assert fitting(*size) == expected


def test_a_change_of_size_and_codec_in_mid_stream_goes_on_with_a_key_frame():
    first = units_of(encode_clip("h265", 640, 360, frames=15, gop=15, fps=15))
    second = units_of(encode_clip("h264", 320, 240, frames=15, gop=15, fps=15), start_us=1_000_000)
    recoder = Recoder()
    out = [coded for unit in first + second for coded in recoder.push(unit)]
    formats = [read_format("h264", sps) for unit in out if unit.keyframe and (sps := leading_sps("h264", unit.data))]
    assert [(f.width, f.height) for f in formats] == [(640, 360), (320, 240)]


def test_garbage_is_left_out_and_the_next_key_frame_mends_it():
    clip = encode_clip("h265", 320, 180, frames=40, gop=10, fps=10)
    units = units_of(clip)
    noise = np.random.default_rng(5)
    bad = [
        AccessUnit("c", "sub", "h265", False, u.pts_us, u.received_at, bytes(noise.integers(0, 256, 400, np.uint8)))
        for u in units[3:8]
    ]
    recoder = Recoder()
    out = [coded for unit in units[:3] + bad + units[10:] for coded in recoder.push(unit)]
    assert len([unit for unit in out if unit.pts_us >= units[10].pts_us]) >= 28
    decoded(out)


@dataclass
class Source:
    """Sub-streams that play a clip at its own pace, `group` units of it at once to begin with."""

    clip: Clip
    group: int = 0
    open: dict[str, list[asyncio.Task[None]]] = field(default_factory=dict)

    def subscribe(self, camera: str, profile: str, sink: Sink) -> "Ending":
        assert profile == "sub"
        units = units_of(self.clip, camera)
        for unit in units[: self.group]:
            sink(LiveUnit(unit, catch_up=True))
        task = asyncio.create_task(self._play(units[self.group :], sink))
        self.open.setdefault(camera, []).append(task)
        return Ending(lambda: self._close(camera, task))

    def _close(self, camera: str, task: asyncio.Task[None]) -> None:
        task.cancel()
        self.open[camera].remove(task)

    async def _play(self, units: list[AccessUnit], sink: Sink) -> None:
        for unit in units:
            sink(LiveUnit(unit))
            await asyncio.sleep(1 / self.clip.fps)


@dataclass
class Ending:
    close: Callable[[], None]


async def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


def transcoders(source: Source, limit: int, told: list[StreamStatus]) -> Transcoders:
    return Transcoders(source.subscribe, limit, SystemClock(), told.append)


CLIP = ("h265", 320, 180, 60, 30, 15)


async def test_one_transcoder_serves_all_viewers_and_stops_with_the_last():
    source, told = Source(encode_clip(*CLIP)), []
    all_of_them = transcoders(source, 4, told)
    first: list[LiveUnit] = []
    second: list[LiveUnit] = []
    one = all_of_them.subscribe("a", first.append)
    await until(lambda: len(first) > 3)
    two = all_of_them.subscribe("a", second.append)
    await until(lambda: len(second) > 3)
    assert (len(all_of_them), len(source.open["a"])) == (1, 1)
    assert first[0].unit.keyframe
    assert second[0].unit.keyframe
    assert [unit.unit.pts_us for unit in second] == [unit.unit.pts_us for unit in first[-len(second) :]]
    one.close()
    one.close()
    assert len(all_of_them) == 1
    two.close()
    assert (len(all_of_them), source.open["a"], told) == (0, [], [])
    seen = len(second)
    await asyncio.sleep(0.3)
    assert len(second) == seen
    await all_of_them.stop()


async def test_above_the_limit_it_is_refused_with_the_reason_until_one_ends():
    source, told = Source(encode_clip(*CLIP)), []
    all_of_them = transcoders(source, 1, told)
    nothing: list[LiveUnit] = []
    some: list[LiveUnit] = []
    one = all_of_them.subscribe("a", some.append)
    all_of_them.subscribe("b", nothing.append).close()
    assert [(s.camera_id, s.profile, s.state) for s in told] == [("b", "transcoded", StreamState.REFUSED)]
    assert told[0].error.startswith(LIMIT_REACHED)
    assert "b" not in source.open
    one.close()
    all_of_them.subscribe("b", nothing.append)
    await until(lambda: nothing)
    assert len(told) == 1
    await all_of_them.stop()
    assert source.open == {"a": [], "b": []}


async def test_the_group_so_far_becomes_one_key_frame_of_its_newest_picture():
    source = Source(encode_clip(*CLIP), group=20)
    all_of_them = transcoders(source, 1, [])
    seen: list[LiveUnit] = []
    all_of_them.subscribe("a", seen.append)
    await until(lambda: len(seen) > 2)
    newest_of_group = units_of(source.clip)[19].pts_us
    assert seen[0].unit.keyframe
    assert seen[0].unit.pts_us >= newest_of_group
    await all_of_them.stop()
