import struct
from dataclasses import replace

import pytest

from sim.rtsp.nal import Codec, split_annex_b
from sim.rtsp.packetise import MAX_PAYLOAD, packetise_access_unit, packetise_scene
from tests.sim.rtsp_client import Packet, nal_units
from tests.sim.tiny_clips import TinyClips


def packets_of(template: bytes) -> list[Packet]:
    packets = []
    while template:
        dollar, channel, length = struct.unpack("!cBH", template[:4])
        assert dollar == b"$"
        packets.append(Packet(channel, template[4 : 4 + length]))
        template = template[4 + length :]
    return packets


@pytest.mark.parametrize(("scene", "codec"), [("street", "h264"), ("village", "h265")])
def test_packets_give_back_every_nal_unit(scene: str, codec: Codec, tiny_library: dict[str, TinyClips]) -> None:
    segment = tiny_library[scene].segments["idle"]
    for access_unit, keyframe in zip(segment.access_units, segment.keyframes, strict=True):
        frame = packetise_access_unit(access_unit, codec)
        packets = packets_of(frame.template)
        assert nal_units(packets, codec) == split_annex_b(access_unit)
        assert [packet.marker for packet in packets] == [False] * (len(packets) - 1) + [True]
        assert max(len(packet.payload) for packet in packets) <= MAX_PAYLOAD
        assert len(frame.packets_at) == len(packets)
        assert frame.keyframe == keyframe


def test_key_frames_of_the_tiny_clips_are_large_enough_to_need_fragments(tiny_library: dict[str, TinyClips]) -> None:
    for scene in ("street", "village"):
        assert len(tiny_library[scene].segments["idle"].access_units[0]) > 3 * MAX_PAYLOAD


@pytest.mark.parametrize("codec", ["h264", "h265"])
@pytest.mark.parametrize("size", [MAX_PAYLOAD - 1, MAX_PAYLOAD, MAX_PAYLOAD + 1, 2 * (MAX_PAYLOAD - 2) + 1, 100_000])
def test_sizes_at_the_limit_of_a_packet(codec: Codec, size: int) -> None:
    header = b"\x65" if codec == "h264" else b"\x26\x01"
    unit = header + bytes(1 + i % 255 for i in range(size - len(header)))
    packets = packets_of(packetise_access_unit(b"\x00\x00\x00\x01" + unit, codec).template)
    assert nal_units(packets, codec) == [unit]
    assert max(len(packet.payload) for packet in packets) <= MAX_PAYLOAD


def test_clips_that_cannot_be_shown_are_named(tiny_library: dict[str, TinyClips]) -> None:
    clips = tiny_library["street"]
    without_idle = {name: segment for name, segment in clips.segments.items() if not name.startswith("idle")}
    with pytest.raises(ValueError, match="scene street: has no segment named idle"):
        packetise_scene(replace(clips, segments=without_idle))
    late = replace(clips.segments["idle"], access_units=clips.segments["idle"].access_units[1:])
    with pytest.raises(ValueError, match="scene street: segment idle does not begin with a key frame"):
        packetise_scene(replace(clips, segments={**clips.segments, "idle": late}))
