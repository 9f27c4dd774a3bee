"""What a rule has decided about one thing in front of one camera."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any, Literal

from config.zones import OpensCase

Box = tuple[float, float, float, float]
"""(x, y, width, height) as fractions of the picture, from its top left."""

Point = tuple[float, float]
"""(x, y) as fractions of the picture, from its top left."""

_LOWEST = 0.9995

Phase = Literal["present", "gone"]

Kind = Literal["person", "vehicle", "other"]

MOST_SEEN = 8


@dataclass(frozen=True, slots=True)
class Seen:
    """What an object detector has a name for. `score` 0 to 1; `box` in fractions of the picture; `kind` by the
    configuration."""

    name: str
    score: float
    box: Box
    kind: Kind = "other"

    def to_plain(self) -> dict[str, Any]:
        return {"name": self.name, "score": round(self.score, 3), "box": [round(value, 5) for value in self.box]}


@dataclass(frozen=True, slots=True)
class Location:
    """WGS 84 degrees; `error_m` is one sigma."""

    lon: float
    lat: float
    error_m: float


@dataclass(frozen=True, slots=True)
class Detection:
    """One phase of one thing's stay; `docs/design/contracts.md` says what each field means to the parts behind.

    `key` is the same whenever the same phase of the same thing is told again, so that storing it twice is harmless.
    `first_seen_at` is when the thing was first seen standing there; `confirmed_at` when this phase was decided.
    `size_m` is (width, height) in metres, None where the camera has no pose. `view_id`: which of a dome's views saw it.
    `appearance`: how it looks (`vision.appearance`), at most 256 bytes; only with `present`, where enough of it showed.
    `seen_as`: what the object detector saw there, if one was asked, the surest first, at most `MOST_SEEN`.
    `aspect`: which of the things its rule looks for it is, `full` or `empty` say, where there are several.
    """

    key: str
    object_id: str
    phase: Phase
    camera_id: str
    zone_id: str
    rule: str
    case_class: str
    level: int
    opens_case: OpensCase
    first_seen_at: float
    confirmed_at: float
    box: Box
    foot: Point
    location: Location | None
    size_m: tuple[float, float] | None
    confidence: float
    view_id: str | None = None
    appearance: bytes | None = None
    seen_as: tuple[Seen, ...] = ()
    aspect: str | None = None

    def to_plain(self) -> dict[str, Any]:
        """JSON-able, as in the contract, without `blobs`."""
        place = self.location
        return {
            "key": self.key,
            "object_id": self.object_id,
            "phase": self.phase,
            "camera_id": self.camera_id,
            "zone_id": self.zone_id,
            "rule": self.rule,
            "case_class": self.case_class,
            "level": self.level,
            "opens_case": self.opens_case,
            "first_seen_at": self.first_seen_at,
            "confirmed_at": self.confirmed_at,
            "box": [round(value, 5) for value in self.box],
            "foot": [round(value, 5) for value in self.foot],
            "location": None if place is None else {"lon": place.lon, "lat": place.lat, "error_m": place.error_m},
            "size_m": None if self.size_m is None else [round(value, 3) for value in self.size_m],
            "confidence": round(self.confidence, 3),
            **({} if self.view_id is None else {"view_id": self.view_id}),
            **({} if self.appearance is None else {"appearance": b64encode(self.appearance).decode()}),
            **({} if not self.seen_as else {"seen_as": [one.to_plain() for one in self.seen_as[:MOST_SEEN]]}),
            **({} if self.aspect is None else {"aspect": self.aspect}),
        }


def detection_key(camera_id: str, zone_id: str, object_id: str, phase: Phase) -> str:
    return f"{camera_id}/{zone_id}/{object_id}/{phase}"


def foot_of(box: Box) -> Point:
    """Middle of the lower edge: where the thing stands on the ground. Always within the picture, also of what the lower
    edge of the picture cuts: a zone that reaches that far holds it."""
    x, y, width, height = box
    return x + width / 2, min(_LOWEST, y + height)
