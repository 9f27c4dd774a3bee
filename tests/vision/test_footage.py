"""Clips people bring: played as key frames come, and files that are none refused with the reason."""

import struct
import tempfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from tests.vision.scenery import SHANGHAI, Happening, Stands, camera, frame_at, zone
from vision import footage
from vision.clip_trial import play
from vision.footage import FootageError, open_clip, pictures
from vision.trial import TrialAnalysis

FPS = 4
CART = Stands(300, 220, 90, 60, begins=20, ends=70)


def write_clip(path: Path, seconds: float, *happenings: Happening, gop: int = 8, codec: str = "libx264") -> Path:
    """640×360 of the drawn street, four pictures a second, a key frame every `gop`."""
    with av.open(str(path), "w") as target:
        track = target.add_stream(codec, rate=FPS)
        track.width, track.height, track.pix_fmt = 640, 360, "yuvj420p" if codec == "mjpeg" else "yuv420p"
        track.codec_context.time_base = Fraction(1, FPS)
        track.codec_context.gop_size = gop
        if codec == "libx264":
            track.options = {"preset": "ultrafast", "x264-params": f"keyint={gop}:min-keyint={gop}:scenecut=0"}
        for number in range(round(seconds * FPS)):
            luma = frame_at(number / FPS, happenings).luma
            picture = av.VideoFrame.from_ndarray(np.repeat(luma[:, :, None], 3, axis=2), format="bgr24")
            picture.pts = number
            target.mux(track.encode(picture))
        target.mux(track.encode(None))
    return path


@pytest.fixture(scope="session")
def street_clip(tmp_path_factory) -> Path:
    """90 s; a cart stands from second 20 to 70."""
    return write_clip(tmp_path_factory.mktemp("clips") / "street.mp4", 90.0, CART)


def played(path: Path, interval: float, *zones):
    opening = open_clip(path)
    analysis = TrialAnalysis(camera(*zones), None, SHANGHAI)
    return list(play(analysis, pictures(path, opening, interval, "c1", 1_790_000_000.0), interval))


def test_a_clip_tells_what_the_zone_would_have_told_and_when(street_clip):
    found = played(street_clip, 2.0, zone("stall", 20.0))
    told = [(one.what, one.at, one.detection) for one in found if one.detection is not None]
    assert [what for what, _, _ in told] == ["told", "gone"]
    present = told[0][2]
    assert 38 <= told[0][1] <= 48
    assert 70 <= told[1][1] <= 84
    assert abs(present.box[0] - CART.box[0]) < 0.03
    assert abs(present.first_seen_at - 1_790_000_020.0) <= 4
    assert found[-1].what == "end"
    assert sum(one.what == "picture" for one in found) == 45


def test_what_is_still_waited_for_at_the_end_is_told_with_how_long(street_clip):
    end = played(street_clip, 2.0, zone("stall", 300.0, size={"min_m": 0.2, "max_m": 8.0}))[-1]
    assert end.trial is not None
    assert end.trial.learnt
    assert end.trial.things == ()
    (_, *_, last) = played(street_clip, 2.0, zone("pile", 3600.0))
    assert last.trial is not None


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts", ".mpg", ".avi"])
def test_every_container_and_key_frames_far_apart(tmp_path, suffix):
    codec = {".avi": "mjpeg", ".mpg": "mpeg2video"}.get(suffix, "libx264")
    path = tmp_path / f"clip{suffix}"
    if codec == "mpeg2video":
        global_fps = 25
        with av.open(str(path), "w", format="mpeg") as target:
            track = target.add_stream(codec, rate=global_fps)
            track.width, track.height, track.pix_fmt = 320, 192, "yuv420p"
            for number in range(8 * global_fps):
                picture = av.VideoFrame.from_ndarray(np.full((192, 320, 3), 40 + number % 100, np.uint8), "bgr24")
                picture.pts = number
                target.mux(track.encode(picture))
            target.mux(track.encode(None))
    else:
        write_clip(path, 8.0, gop=1000)
    opening = open_clip(path)
    assert 7.0 <= opening.seconds <= 8.2
    times = [frame.captured_at for frame in pictures(path, opening, 1.0, "c1", 100.0)]
    assert len(times) == 8
    assert np.allclose(np.diff(times), 1.0, atol=0.5)
    frame = next(pictures(path, opening, 1.0, "c1", 100.0))
    assert frame.luma.shape == frame.colour().shape[:2]


def huge(_: Path) -> bytes:
    """Motion JPEG whose pictures say of themselves, not in the container's headers, that they are 65500×65500."""
    with tempfile.TemporaryDirectory() as folder:
        data = write_clip(Path(folder) / "clip.avi", 4.0, codec="mjpeg").read_bytes()
    assert data.count(struct.pack(">HH", 360, 640)) >= 4
    return data.replace(struct.pack(">HH", 360, 640), struct.pack(">HH", 65500, 65500))


@pytest.mark.parametrize(
    ("name", "spoil", "reason"),
    [
        ("a text", lambda _: b"#!/bin/sh\n" * 100, "not an MP4"),
        ("nothing", lambda _: b"", "not an MP4"),
        ("a playlist", lambda _: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "not an MP4"),
        ("a list of files", lambda _: b"ffconcat version 1.0\nfile /etc/passwd\n", "not an MP4"),
        ("a picture", lambda _: b"\xff\xd8\xff\xe0" + bytes(500), "not an MP4"),
        ("only the front", lambda path: path.read_bytes()[:3000], "cannot be read|no pictures|no video"),
        ("noise in a container", lambda _: b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 40, "cannot be read"),
        ("an endless box", lambda _: struct.pack(">I", 0xFFFFFFF0) + b"moov" + bytes(4000), "cannot be read|no video"),
        ("pictures too large", huge, "out of bounds|cannot be read"),
        ("a flood of zeros", lambda _: b"RIFF\xff\xff\xff\x7fAVI " + bytes(200_000), "cannot be read|no video"),
    ],
)
def test_what_is_no_clip_is_refused(tmp_path, street_clip, name, spoil, reason):
    path = tmp_path / "clip.mp4"
    path.write_bytes(spoil(street_clip))
    with pytest.raises(FootageError, match=reason) as refusal:
        list(pictures(path, open_clip(path), 2.0, "c1", 100.0))
    assert refusal.value.zh
    assert name


def test_a_clip_cut_off_in_the_middle_is_played_as_far_as_it_goes(tmp_path, street_clip):
    path = tmp_path / "clip.ts"
    with av.open(str(street_clip)) as source, av.open(str(path), "w") as target:
        track = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = track
                target.mux(packet)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert 10 < len(list(pictures(path, open_clip(path), 2.0, "c1", 100.0))) < 40


def test_a_clip_that_is_too_long_is_refused(street_clip, monkeypatch):
    monkeypatch.setattr(footage, "MAX_SECONDS", 60.0)
    with pytest.raises(FootageError, match="min long"):
        open_clip(street_clip)


def test_references_to_other_files_are_not_followed(tmp_path, street_clip):
    """An MP4 may name another file as its data (dref). It is not opened."""
    data = street_clip.read_bytes()
    other = tmp_path / "other.bin"
    other.write_bytes(data)
    name = str(other).encode() + b"\x00"
    entry = struct.pack(">I4sI", 12 + len(name), b"url ", 0) + name
    own = struct.pack(">I4sI", 12, b"url ", 1)
    assert data.count(own) == 1
    path = tmp_path / "clip.mp4"
    spoilt = data.replace(own, entry[:12])  # same length: the flag "in this file" is taken away
    path.write_bytes(spoilt)
    first = next(pictures(path, open_clip(path), 2.0, "c1", 100.0), None)
    assert first is not None
