"""Pictures and clips as evidence, read back by independent readers."""

import io
import json
import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from ingest.access_unit import AccessUnit, Codec
from tests.vision.scenery import SHANGHAI, START, STREET, frame_at
from vision.clip import ClipError, clip, parameter_sets
from vision.detection import Detection, Location
from vision.evidence import marked_picture, picture

STEP_US = 80_000
GOP = 10
ENCODERS: dict[Codec, tuple[str, str, dict[str, str]]] = {
    "h264": ("libx264", "h264", {"x264-params": f"keyint={GOP}:min-keyint={GOP}:bframes=0:scenecut=0"}),
    "h265": (
        "libx265",
        "hevc",
        {"x265-params": f"keyint={GOP}:min-keyint={GOP}:bframes=0:scenecut=0:repeat-headers=1:log-level=none"},
    ),
}


def encoded(codec: Codec, count: int = 30, size: tuple[int, int] = (320, 180)) -> list[AccessUnit]:
    name, container, options = ENCODERS[codec]
    buffer = io.BytesIO()
    packets = []
    with av.open(buffer, "w", format=container) as output:
        stream = output.add_stream(name, rate=Fraction(25, 2), options=options)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(count):
            image = np.full((size[1], size[0], 3), 40 + number * 5, np.uint8)
            packets += stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24"))
        packets += stream.encode(None)
        sets = bytes(stream.codec_context.extradata or b"") if codec == "h264" else b""
    return [
        AccessUnit(
            camera_id="c1",
            profile="sub",
            codec=codec,
            keyframe=packet.is_keyframe,
            pts_us=number * STEP_US,
            received_at=START + number * STEP_US / 1e6,
            data=(sets if packet.is_keyframe and not bytes(packet).startswith(sets[:5] or b"\xff") else b"")
            + bytes(packet),
        )
        for number, packet in enumerate(packets)
    ]


def decoded_times(data: bytes) -> list[float]:
    with av.open(io.BytesIO(data)) as container:
        return [float(frame.time) for frame in container.decode(video=0)]


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_clip_keeps_every_picture_and_its_time(codec: Codec) -> None:
    units = encoded(codec)
    data = clip(units)
    assert decoded_times(data) == pytest.approx([number * 0.08 for number in range(30)], abs=0.001)
    assert data.find(b"moov") < data.find(b"mdat"), "the index stands in front"
    assert (b"avcC" if codec == "h264" else b"hvc1") in data
    assert b"moof" not in data


def test_clip_begins_at_the_first_key_frame() -> None:
    assert len(decoded_times(clip(encoded("h264")[3:]))) == 20


def test_clip_is_not_transcoded() -> None:
    units = encoded("h264")
    longest = max(units, key=lambda unit: len(unit.data))
    slice_bytes = longest.data[longest.data.rfind(b"\x00\x00\x01") + 3 :]
    assert slice_bytes in clip(units)


def test_after_a_change_of_resolution_only_the_newest_part_is_kept() -> None:
    large = encoded("h264", 20)
    small = [
        replace(unit, pts_us=unit.pts_us, received_at=unit.received_at + 9, discontinuity=number == 0)
        for number, unit in enumerate(encoded("h264", 10, (160, 90)))
    ]
    data = clip(large + small)
    with av.open(io.BytesIO(data)) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (160, 90)
    assert len(decoded_times(data)) == 10


def test_a_new_session_is_bridged_by_the_time_of_arrival() -> None:
    units = encoded("h264", 20)
    second = [
        replace(unit, pts_us=unit.pts_us - 10 * STEP_US, received_at=unit.received_at + 3.0, discontinuity=index == 0)
        for index, unit in enumerate(units[10:])
    ]
    times = decoded_times(clip(units[:10] + second))
    assert times == sorted(times)
    assert times[10] - times[9] == pytest.approx(3.08, abs=0.01)


BROKEN: dict[str, list[AccessUnit]] = {
    "nothing": [],
    "no key frame": encoded("h264")[1:9],
    "not a stream": [AccessUnit("c1", "sub", "h264", True, 0, START, b"\x00\x00\x00\x01\x65nonsense")],
    "empty": [AccessUnit("c1", "sub", "h265", True, 0, START, b"")],
}


@pytest.mark.parametrize("name", BROKEN)
def test_no_clip_without_a_readable_key_frame(name: str) -> None:
    with pytest.raises(ClipError):
        clip(BROKEN[name])


def test_parameter_sets_stop_at_the_picture() -> None:
    data = b"\0\0\0\1\x67sps\0\0\0\1\x68pps\0\0\1\x65idr\0\0\0\1\x68late"
    assert parameter_sets("h264", data) == b"\0\0\0\1\x67sps\0\0\0\1\x68pps"


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
def test_ffprobe_reads_the_clip(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(clip(encoded("h264")))
    shown = subprocess.run(
        ["ffprobe", "-v", "error", "-count_packets", "-show_streams", "-of", "json", str(path)],
        capture_output=True,
        check=True,
    )
    assert shown.stderr == b""
    stream = json.loads(shown.stdout)["streams"][0]
    assert (stream["codec_tag_string"], stream["nb_read_packets"]) == ("avc1", "30")


DETECTION = Detection(
    key="c1/no-stall/object-1/present",
    object_id="object-1",
    phase="present",
    camera_id="c1",
    zone_id="no-stall",
    rule="stall",
    case_class="05-01",
    level=2,
    opens_case=True,
    first_seen_at=START,
    confirmed_at=START + 180.0,
    box=(0.25, 0.25, 0.25, 0.5),
    foot=(0.375, 0.75),
    location=Location(120.43, 30.05, 1.8),
    size_m=(1.9, 1.6),
    confidence=0.82,
)


def test_picture_shows_the_frame_the_box_and_a_caption() -> None:
    frame = frame_at(60.0, [])
    shown = cv2.imdecode(np.frombuffer(picture(frame, DETECTION, "北门口", SHANGHAI), np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape[1] == 640
    assert shown.shape[0] > 360
    red = (shown[:, :, 2] > 180) & (shown[:, :, 1] < 110)
    rows, columns = np.nonzero(red[:360])
    assert abs(int(columns.min()) - 160) <= 3
    assert abs(int(columns.max()) - 320) <= 3
    assert abs(int(rows.min()) - 90) <= 3
    assert abs(int(rows.max()) - 270) <= 3
    assert shown[360:].max() > 200, "the caption is written"
    assert np.abs(shown[:80].mean(axis=2) - STREET[:80]).mean() < 6, "the picture itself is untouched"


def test_caption_names_the_camera() -> None:
    frame = frame_at(60.0, [])
    assert marked_picture(frame, None, "北门口") != marked_picture(frame, None, "南门口")


def test_plain_form_is_json_and_follows_the_contract() -> None:
    plain = json.loads(json.dumps(DETECTION.to_plain()))
    assert plain["box"] == [0.25, 0.25, 0.25, 0.5]
    assert plain["location"] == {"lon": 120.43, "lat": 30.05, "error_m": 1.8}
    assert plain["size_m"] == [1.9, 1.6]
    assert replace(DETECTION, location=None, size_m=None).to_plain()["location"] is None
