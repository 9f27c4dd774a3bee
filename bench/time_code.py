"""Pictures that say which they are: a row of black and white cells holds the clip's number and the frame's.

Read back from what a browser shows, they tell whose picture it is and how long ago it was sent.
"""

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from bench.simulated_cameras import SyntheticClips, SyntheticSegment
from sim.scenes.encode import encode, fitting_crf

WIDTH, HEIGHT, FPS = 640, 360, 15.0
GOP_FRAMES, FRAMES = 30, 90
CELL, CLIP_BITS, FRAME_BITS, CHECK_BITS = 16, 8, 8, 8
CELLS = CLIP_BITS + FRAME_BITS + CHECK_BITS
BLACK, WHITE = 24, 224

Planar = npt.NDArray[np.uint8]


def code_of(clip: int, frame: int) -> int:
    """The cells as one number, most significant first: clip, frame, and a check over both."""
    return clip << 16 | frame << 8 | (clip * 7 + frame * 13 + 29) & 0xFF


def pictures(clip: int) -> Iterator[Planar]:
    """One loop: a street-like texture that drifts, so that coding it costs what a camera's picture costs."""
    rng = np.random.default_rng(clip)
    coarse = rng.integers(60, 200, (12, 40), dtype=np.uint8)
    texture = cv2.resize(coarse, (WIDTH * 2, HEIGHT), interpolation=cv2.INTER_CUBIC)
    grain = rng.normal(0.0, 7.6, (HEIGHT + 16, WIDTH + 16)).astype(np.float32)
    for number in range(FRAMES):
        # Forth and back, so that the loop closes.
        shift = 3 * min(number, FRAMES - number)
        luma = texture[:, shift : shift + WIDTH].astype(np.float32)
        at = int(rng.integers(0, 16))
        luma += grain[at : at + HEIGHT, 15 - at : 15 - at + WIDTH]
        picture = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
        picture[:HEIGHT] = np.clip(luma, 16, 235)
        bits = code_of(clip, number)
        for cell in range(CELLS):
            on = bits >> (CELLS - 1 - cell) & 1
            picture[:CELL, cell * CELL : (cell + 1) * CELL] = WHITE if on else BLACK
        yield picture


def make(clip: int) -> SyntheticClips:
    frames = list(pictures(clip))
    crf = fitting_crf(frames[:GOP_FRAMES], FPS)
    units = encode(frames, FPS, crf).access_units
    return SyntheticClips(f"code-{clip}", {"idle": SyntheticSegment("idle", "h264", FPS, units)})
