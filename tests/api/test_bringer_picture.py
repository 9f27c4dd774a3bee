"""From coded key frames in a ring to what lies in the spool: with the picture of who put it down."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.api.looking_analyst import key_frames, looked_at


def test_goes_into_the_evidence_of_a_dumping(tmp_path: Path) -> None:
    spool = looked_at(tmp_path, key_frames(126.0))
    (told,) = spool.pending()
    assert told.body["blobs"] == ["picture.jpg", "clip.mp4", "bringer.jpg"]
    now, moment = (_picture(told.blobs[n]) for n in (0, 2))
    assert now.shape == moment.shape == (390, 640, 3)
    red = [np.argwhere((one[:360, :, 2] > 200) & (one[:360, :, 1] < 110)) for one in (now, moment)]
    thing_high, bringer_high = (int(np.ptp(where[:, 0])) for where in red)
    assert thing_high < 45 < 55 < bringer_high, "who brought it is marked, not what lies there"
    assert list((tmp_path / "bringers").iterdir())


def _picture(jpeg: bytes) -> NDArray[np.uint8]:
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)
