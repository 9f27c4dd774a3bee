"""Makes the clips of the web tests, kept with their bytes: `python -m tests.wall.web_clips`."""

import base64
import json
from fractions import Fraction
from pathlib import Path

import av

from ingest.parameter_sets import leading_sps, read_format
from tests.wall.clips import pictures

FPS, GOP = 20, 10
FOLDER = Path(__file__).parent.parent.parent / "wall" / "web" / "tests" / "clips"


def make(name: str, width: int, height: int, frames: int, extra: str, preset: str) -> None:
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base, context.framerate = Fraction(1, FPS), Fraction(FPS)
    params = f"keyint={GOP}:min-keyint={GOP}:scenecut=0:repeat-headers=1:annexb=1:open-gop=0:{extra}"
    context.options = {"preset": preset, "crf": "32", "x264-params": params}
    packets = []
    for index, picture in enumerate(pictures(width, height, frames)):
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts = index
        packets += context.encode(frame)
    packets += context.encode(None)
    sps = leading_sps("h264", bytes(packets[0]))
    assert sps is not None
    units = [
        {
            "key": packet.is_keyframe,
            "ptsUs": packet.pts * 1_000_000 // FPS,
            "data": base64.b64encode(bytes(packet)).decode(),
        }
        for packet in packets
    ]
    row = {"codec": read_format("h264", sps).codec, "width": width, "height": height, "units": units}
    (FOLDER / f"{name}.json").write_text(json.dumps(row, indent=0) + "\n")


if __name__ == "__main__":
    make("h264-320x180", 320, 180, 30, "bframes=0", "ultrafast")
    make("h264-640x360", 640, 360, 20, "bframes=0", "ultrafast")
    make("h264-bframes", 320, 180, 30, "bframes=2:b-adapt=0:b-pyramid=none", "veryfast")
