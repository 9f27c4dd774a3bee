"""Things drawn into real pictures: any clip will do for the arithmetic; the clips of the bench where they are."""

import os
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from bench.composited import CLIPS, ground_of
from bench.footage import TruthError
from bench.scenarios import hour_of, judge, play
from bench.streets import HEIGHT, WIDTH
from tests.vision import scenery

FOOTAGE = Path(os.environ.get("GRIDWATCH_FOOTAGE", ""))


def test_clip_is_played_to_and_fro_and_what_is_drawn_into_it_is_found(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=Fraction(1, 2), options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for index in range(4):
            luma = scenery.frame_at(40.0 * index, [scenery.light(lambda at: 1.0 - at / 1000)]).luma
            picture = np.vstack([luma, np.full((180, 640), 128, np.uint8)])
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "yuv420p")))
        output.mux(stream.encode(None))
    ground = ground_of(path)
    assert ground(0.0).shape == (HEIGHT, WIDTH)
    assert np.array_equal(ground(2.0), ground(10.0))
    assert not np.array_equal(ground(0.0), ground(6.0))

    hour = hour_of("calm", 4, ground)
    score = judge(hour, play(hour)[0])
    assert (score.found, score.false) == ({"stall": 1, "dumping": 1}, [])


def test_missing_clip_is_named(tmp_path: Path) -> None:
    with pytest.raises(TruthError, match=r"hall\.mp4: no such clip"):
        ground_of(tmp_path / "hall.mp4")


@pytest.mark.skipif(not (FOOTAGE / CLIPS["car park"]).is_file(), reason="GRIDWATCH_FOOTAGE names no folder of clips")
def test_stall_and_bags_in_a_real_car_park_are_found() -> None:
    hour = hour_of("calm", 3, ground_of(FOOTAGE / CLIPS["car park"]))
    assert judge(hour, play(hour)[0]).found == {"stall": 1, "dumping": 1}
