"""What is known of a camera's quality, as bytes that outlive a restart."""

import base64
import json
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import cv2
import numpy as np

from vision.grid import Gray
from vision.quality.blocks import SMALL
from vision.quality.camera_quality import Aim, CameraQuality
from vision.quality.fault import Fault
from vision.quality.reference import MOST_LOOKS, Look

VERSION = 1
MOST_BYTES = 256 * 1024
_FEATURES = ("noise", "acuity", "clipped", "u", "v", "pictured_at")


class UnusableMemory(ValueError):
    """Damaged, foreign, or of another version."""


@dataclass(frozen=True, slots=True)
class Remembered:
    looks: dict[str, Look] = field(default_factory=dict)
    faults: dict[Fault, float] = field(default_factory=dict)
    aim: Aim | None = None


def encode(quality: CameraQuality) -> bytes:
    """Some 10 kB a look."""
    looks = {}
    for key, look in quality.healthy.looks.items():
        _, png = cv2.imencode(".png", look.small)
        values = {name: round(float(getattr(look, name)), 4) for name in _FEATURES}
        looks[key] = {"count": look.count, "png": base64.b64encode(png.tobytes()).decode(), **values}
    plain = {
        "version": VERSION,
        "camera": quality.camera_id,
        "aim": quality.aim,
        "faults": {fault.value: since for fault, since in quality.faults.items()},
        "looks": looks,
    }
    return json.dumps(plain, separators=(",", ":")).encode()


def decode(camera_id: str, data: bytes) -> Remembered:
    """Raises UnusableMemory."""
    if len(data) > MOST_BYTES:
        raise UnusableMemory("longer than what was ever written")
    try:
        plain = json.loads(data)
        if plain["version"] != VERSION or plain["camera"] != camera_id or len(plain["looks"]) > MOST_LOOKS:
            raise UnusableMemory("of another camera or version")
        looks = {str(key): _look(values) for key, values in plain["looks"].items()}
        faults = {Fault(name): _number(since) for name, since in plain["faults"].items()}
        aim = plain["aim"]
        return Remembered(looks, faults, None if aim is None else (_number(aim[0]), _number(aim[1]), _number(aim[2])))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as problem:
        raise UnusableMemory(f"damaged: {problem}") from None


def _look(values: dict[str, Any]) -> Look:
    png = np.frombuffer(base64.b64decode(values["png"]), np.uint8)
    picture = cv2.imdecode(png, cv2.IMREAD_GRAYSCALE) if png.size else None
    if picture is None or picture.shape != (SMALL[1], SMALL[0]):
        raise UnusableMemory("a picture of another size")
    small: Gray = np.asarray(picture, np.uint8)
    return Look(small, int(values["count"]), **{name: _number(values[name]) for name in _FEATURES})


def _number(value: Any) -> float:
    number = float(value)
    if not isfinite(number):
        raise UnusableMemory("not a number")
    return number
