"""Stalls and bags drawn, with shadow and grain, into real pictures: the two clips of Intel's sample-videos (CC BY 4.0).

The clips lie beside the repository, not in it; played to and fro they make hours with real people, cars, and exposure.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from bench.footage import TruthError, read_clip
from bench.scenarios import KEY_SECONDS, Score, hour_of, in_all, scored
from bench.streets import HEIGHT, WIDTH, Picture
from vision.confirming.confirmer import Confirmer

CLIPS = {"car park": "intel_car-detection.mp4", "hall": "intel_one-by-one-person.mp4"}
CONDITIONS = ("calm", "clouds", "exposure jumps", "compression pumping", "camera shake", "hidden for a while")


def ground_of(path: Path) -> Callable[[float], Picture]:
    """The clip's picture at any second. `TruthError` where it is missing."""
    if not path.is_file():
        raise TruthError(f"{path.name}: no such clip in {path.parent}")
    pictures = [
        cv2.resize(luma, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32)
        for _, luma in read_clip(path, KEY_SECONDS).pictures
    ]
    there_and_back = pictures + pictures[-2:0:-1]
    return lambda at: np.array(there_and_back[int(at / KEY_SECONDS) % len(there_and_back)], np.float32)


def measure(folder: Path, hours: int, first_seed: int, confirmer: Confirmer | None = None) -> dict[str, Any]:
    """So many hours, of both clips and the conditions in turn."""
    grounds = {name: ground_of(folder / file) for name, file in CLIPS.items()}
    scores = {name: Score() for name in grounds}
    for number in range(hours):
        name = list(grounds)[number % len(grounds)]
        condition = CONDITIONS[number // len(grounds) % len(CONDITIONS)]
        hour = hour_of(condition, first_seed + number, grounds[name])
        scores[name].add(scored(hour, confirmer))
    return in_all(scores)
