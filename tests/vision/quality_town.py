"""Six cameras over as many streets, judged as in the field: pictures every few seconds, each with grain of its own."""

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np

from ingest.frame import Frame
from sim.picture_faults import Planar, Spoilt
from vision.quality.camera_quality import Aim, CameraQuality, Change
from vision.quality.fault import Fault
from vision.quality.neighbours import Neighbours

WIDTH, HEIGHT = 640, 360
START = 1_790_000_000.0
STEP = 10.0
PICTURES = 3
CAMERAS = tuple(f"c{n}" for n in range(6))
State = Sequence[Spoilt]


def street(seed: int) -> Planar:
    """Houses with windows, a road with joints, some trees; colours as in a street."""
    rng = np.random.default_rng(seed)
    bgr = np.full((HEIGHT, WIDTH, 3), (118, 122, 126), np.float32)
    left = 0
    while left < WIDTH:
        wide, tone = int(rng.integers(60, 150)), rng.uniform(90, 185)
        top = int(rng.integers(5, 60))
        bgr[top:170, left : left + wide] = tone + rng.uniform(-9, 9, 3)
        for row in range(top + 12, 150, int(rng.integers(24, 40))):
            for column in range(left + 8, min(left + wide - 20, WIDTH), int(rng.integers(22, 34))):
                bgr[row : row + 14, column : column + 11] = tone - rng.uniform(40, 75)
        left += wide
    for row in range(178, HEIGHT, int(rng.integers(20, 30))):
        bgr[row : row + 2] -= 26
    for column in range(int(rng.integers(0, 30)), WIDTH, int(rng.integers(34, 58))):
        bgr[170:, column : column + 2] -= 22
    for _ in range(3):
        centre = int(rng.integers(40, WIDTH - 40)), int(rng.integers(120, 210))
        cv2.circle(bgr, centre, int(rng.integers(18, 34)), (52, 96, 60), -1)
    texture = cv2.GaussianBlur(rng.normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32), (0, 0), 1.3)
    bgr += (texture * 16)[..., None]
    return np.asarray(cv2.cvtColor(np.clip(bgr, 0, 255).astype(np.uint8), cv2.COLOR_BGR2YUV_I420), np.uint8)


@cache
def pictures(camera: int, state: tuple[Spoilt, ...], amount: int = PICTURES) -> tuple[Planar, ...]:
    base, made = street(camera + 1), []
    for number in range(amount):
        rng = np.random.default_rng([camera, number])
        grainy = base.astype(np.int16)
        grainy[:HEIGHT] += np.round(rng.standard_normal((HEIGHT, WIDTH)) * 1.3).astype(np.int16)
        picture: Planar = np.clip(grainy, 0, 255).astype(np.uint8)
        for spoilt in state:
            picture = spoilt(picture, number)
        made.append(picture)
    return tuple(made)


def frame_of(camera: str, at: float, planar: Planar) -> Frame:
    u, v = planar[HEIGHT : HEIGHT * 5 // 4], planar[HEIGHT * 5 // 4 :]
    half = (HEIGHT // 2, WIDTH // 2)
    bgr = cv2.cvtColor(planar, cv2.COLOR_YUV2BGR_I420)
    return Frame(camera, at, 0, planar[:HEIGHT], lambda: np.asarray(bgr, np.uint8), (u.reshape(half), v.reshape(half)))


class QualityTown:
    """`play` lets time pass in a state: of the first camera, and of all the others."""

    def __init__(self, *, dome: bool = False) -> None:
        neighbours = Neighbours(dict.fromkeys(CAMERAS))
        self.cameras = [CameraQuality(name, neighbours, dome=dome) for name in CAMERAS]
        self.at = START
        self.number = 0
        self.changes: list[Change] = []

    @property
    def first(self) -> CameraQuality:
        return self.cameras[0]

    def play(
        self,
        seconds: float,
        first: State = (),
        others: State = (),
        *,
        frozen: bool = False,
        aim: Aim | None = None,
        clock_offset_s: float | None = None,
    ) -> list[tuple[str, Fault, str]]:
        """What began and ended meanwhile."""
        before, end = len(self.changes), self.at + seconds
        while self.at < end:
            for n, camera in enumerate(self.cameras):
                if self.at < camera.due_at:
                    continue
                state = tuple(others if n else first)
                shown = 0 if frozen and n == 0 else self.number
                frame = frame_of(CAMERAS[n], self.at, pictures(n, state)[shown % PICTURES])
                self.changes += camera.observe(frame, aim=aim, clock_offset_s=None if n else clock_offset_s)
            self.at, self.number = self.at + STEP, self.number + 1
        return [(one.camera_id, one.fault, one.turn) for one in self.changes[before:]]
