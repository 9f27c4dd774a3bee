"""The scenes there are: where each camera hangs, what it looks at, what may be forbidden there. No rendering here.

Ground coordinates are camera-local metres (x right, y forward; see `pinhole`); zones are picture fractions.
"""

import math
from dataclasses import dataclass

from sim.scenes.pinhole import Pinhole, Point2

NAME_FIELDS = ("road", "road2", "village", "river", "town")
"""The placeholders a name pattern may hold; the geography generator fills the zh and the en pattern alike."""


@dataclass(frozen=True)
class Frame:
    """A street's own axes laid into the camera's: u along it, v to its right, turned clockwise by `angle_deg`."""

    x: float
    y: float
    angle_deg: float

    def at(self, u: float, v: float) -> Point2:
        angle = math.radians(self.angle_deg)
        sin, cos = math.sin(angle), math.cos(angle)
        return self.x + u * sin + v * cos, self.y + u * cos - v * sin

    def rectangle(self, u0: float, u1: float, v0: float, v1: float) -> tuple[Point2, Point2, Point2, Point2]:
        return self.at(u0, v0), self.at(u1, v0), self.at(u1, v1), self.at(u0, v1)


@dataclass(frozen=True)
class Spot:
    """Where a thing will stand (street axes), and the strip (u0, u1, v0, v1) on which it is forbidden."""

    u: float
    v: float
    strip: tuple[float, float, float, float]


@dataclass(frozen=True)
class Scene:
    id: str
    kind: str
    height_m: float
    tilt_deg: float
    hfov_deg: float
    range_m: float
    names: tuple[tuple[str, str], ...]
    frame: Frame
    stall: Spot | None = None
    dump: Spot | None = None
    fps: float = 15.0
    roll_deg: float = 0.0

    @property
    def camera(self) -> Pinhole:
        return Pinhole(self.height_m, self.tilt_deg, self.hfov_deg)

    @property
    def can_stall(self) -> bool:
        return self.stall is not None

    @property
    def can_dump(self) -> bool:
        return self.dump is not None

    @property
    def stall_zone(self) -> tuple[Point2, ...]:
        """Where stalls are forbidden, on the ground, as picture fractions; empty when the scene knows none."""
        return self._zone(self.stall)

    @property
    def dump_zone(self) -> tuple[Point2, ...]:
        return self._zone(self.dump)

    def _zone(self, spot: Spot | None) -> tuple[Point2, ...]:
        return self.camera.ground_polygon(self.frame.rectangle(*spot.strip)) if spot else ()


def _names(*pairs: str) -> tuple[tuple[str, str], ...]:
    """`zh | en` patterns."""
    return tuple((zh, en) for zh, _, en in (pair.partition(" | ") for pair in pairs))


_ALL = (
    Scene(
        "crossing-main", "crossing", 7.5, 20, 80, 55,
        _names(
            "{road}与{road2}路口 | {road} × {road2}",
            "{road}{road2}交叉口东北角 | {road} × {road2}, north-east corner",
        ),
        Frame(0, 0, -16),
        stall=Spot(14.0, -1.2, (9.5, 17.5, -3.4, 1.2)),
    ),
    Scene(
        "crossing-factory", "crossing", 8.0, 22, 76, 50,
        _names(
            "{road}与{road2}路口（工业区） | {road} × {road2}, industrial zone",
            "{road2}与{road}路口西侧 | {road2} × {road}, west side",
        ),
        Frame(0, 0, 18),
        stall=Spot(13.5, 1.6, (9.0, 17.0, -1.2, 3.8)),
        fps=12.5,
    ),
    Scene(
        "main-road", "main road", 8.5, 17, 72, 70,
        _names(
            "{road}主干道 | {road}, main road",
            "{road}绿化带 | {road}, green belt",
            "{road}中段 | {road}, middle section",
        ),
        Frame(0, 0, -9),
        dump=Spot(15.5, 1.4, (10.0, 19.0, -0.4, 3.4)),
    ),
    Scene(
        "market-street", "market street", 6.0, 19, 74, 45,
        _names(
            "{road}商业街 | {road}, shopping street",
            "{town}老街 | {town} old street",
            "{road}步行街 | {road}, pedestrian street",
        ),
        Frame(0, 0, -6),
        stall=Spot(12.5, 2.2, (8.8, 16.5, 0.6, 4.6)),
        fps=12.5,
    ),
    Scene(
        "school-gate", "school gate", 6.5, 21, 78, 40,
        _names(
            "{village}小学门口 | {village} primary school gate",
            "{town}中学门口 | {town} middle school gate",
        ),
        Frame(0, 0, 74),
        stall=Spot(4.6, -11.2, (1.0, 9.0, -13.2, -9.4)),
    ),
    Scene(
        "village-lane", "village lane", 5.5, 17, 76, 40,
        _names(
            "{village}村道 | {village}, village lane",
            "{village}村口 | {village}, village entrance",
            "{village}文化礼堂旁 | {village}, beside the hall",
        ),
        Frame(0, 0, 10),
        dump=Spot(11.5, 1.9, (7.5, 15.5, 0.4, 3.8)),
        fps=12.5,
    ),
    Scene(
        "riverside", "riverside", 6.5, 19, 76, 60,
        _names(
            "{river}滨河步道 | {river}, riverside walk",
            "{river}{village}段 | {river}, {village} reach",
            "{river}亲水平台 | {river}, waterside deck",
        ),
        Frame(0, 0, -14),
        stall=Spot(14.0, 1.8, (9.5, 18.5, -0.4, 4.2)),
        dump=Spot(9.6, -2.9, (6.8, 13.0, -4.3, -1.4)),
    ),
    Scene(
        "bridge", "bridge", 7.0, 18, 74, 60,
        _names(
            "{river}{road}桥 | {road} bridge over the {river}",
            "{village}大桥桥面 | {village} bridge deck",
        ),
        Frame(0, 0, 12),
        stall=Spot(13.5, 2.6, (9.2, 18.0, 0.9, 4.0)),
    ),
    Scene(
        "factory-gate", "factory gate", 6.8, 20, 78, 45,
        _names(
            "{road}工业园大门 | {road}, industrial park gate",
            "{village}工业区厂门口 | {village} industrial area, factory gate",
        ),
        Frame(0, 0, 104),
        stall=Spot(-4.8, -11.6, (-9.0, -1.4, -13.6, -9.8)),
        fps=12.5,
    ),
    Scene(
        "square", "square", 8.5, 24, 76, 50,
        _names(
            "{town}文化广场 | {town} culture square",
            "{village}文化广场 | {village} culture square",
        ),
        Frame(0, 0, 6),
        stall=Spot(14.0, 3.4, (10.0, 18.0, 0.6, 6.4)),
    ),
    Scene(
        "bus-stop", "bus stop", 6.2, 18, 76, 45,
        _names(
            "{road}公交站 | {road} bus stop",
            "{village}公交站 | {village} bus stop",
        ),
        Frame(0, 0, 14),
        stall=Spot(10.4, 1.7, (7.0, 15.0, -0.6, 3.9)),
        fps=12.5,
    ),
    Scene(
        "bicycle-station", "bicycle station", 5.8, 20, 78, 40,
        _names(
            "{road}公共自行车站点 | {road} public bicycle station",
            "{town}公共自行车租赁点 | {town} public bicycle rental",
        ),
        Frame(0, 0, 76),
    ),
    Scene(
        "car-park", "car park", 8.8, 23, 78, 50,
        _names(
            "{town}公共停车场 | {town} public car park",
            "{road}停车场 | {road} car park",
        ),
        Frame(0, 0, 0),
        dump=Spot(11.6, 6.6, (8.4, 15.0, 4.4, 8.6)),
        fps=12.5,
    ),
    Scene(
        "farmers-market", "farmers' market", 6.6, 20, 78, 40,
        _names(
            "{town}农贸市场 | {town} farmers' market",
            "{village}农贸市场门口 | {village} farmers' market, entrance",
        ),
        Frame(0, 0, 82),
        stall=Spot(-4.4, -11.0, (-8.4, -0.8, -13.0, -9.2)),
        dump=Spot(5.6, -11.4, (3.2, 9.0, -13.2, -9.6)),
    ),
    Scene(
        "temple", "temple", 6.4, 19, 74, 40,
        _names(
            "{village}庙前 | {village}, in front of the temple",
            "{village}禅寺山门 | {village} temple gate",
        ),
        Frame(0, 0, 4),
        stall=Spot(11.6, -4.2, (8.0, 15.5, -7.0, -1.6)),
        fps=12.5,
    ),
    Scene(
        "residential-gate", "residential gate", 6.0, 20, 76, 40,
        _names(
            "{road}小区南门 | {road} estate, south gate",
            "{village}安置小区门口 | {village} estate gate",
        ),
        Frame(0, 0, 100),
        stall=Spot(-4.6, -11.4, (-8.4, -1.0, -13.4, -9.6)),
        dump=Spot(5.4, -11.0, (3.0, 8.6, -12.8, -9.2)),
    ),
    Scene(
        "field-road", "field road", 5.6, 14, 70, 60,
        _names(
            "{village}机耕路 | {village} farm road",
            "{village}田间路口 | {village} field road junction",
        ),
        Frame(0, 0, -8),
        dump=Spot(12.2, 2.0, (8.0, 17.0, 0.2, 4.0)),
        fps=12.5,
    ),
    Scene(
        "night-street", "night street", 6.4, 20, 76, 40,
        _names(
            "{road}夜市口 | {road}, night market corner",
            "{road}夜宵街 | {road}, late-night food street",
        ),
        Frame(0, 0, 13),
        stall=Spot(12.0, 1.4, (8.0, 16.0, -0.8, 3.8)),
    ),
    Scene(
        "dusk-street", "street at dusk", 7.0, 17, 74, 55,
        _names(
            "{road}南段 | {road}, southern section",
            "{road}与滨河路口 | {road} near the riverside road",
        ),
        Frame(0, 0, -13),
        stall=Spot(13.6, -1.6, (9.4, 18.0, -3.7, 0.8)),
    ),
    Scene(
        "back-alley", "back lane", 5.4, 21, 76, 35,
        _names(
            "{road}后巷 | {road}, back lane",
            "{village}垃圾投放点 | {village} waste collection point",
        ),
        Frame(0, 0, -5),
        dump=Spot(9.6, -2.0, (7.0, 13.4, -3.6, -0.4)),
        fps=12.5,
    ),
)  # fmt: skip

SCENES: dict[str, Scene] = {scene.id: scene for scene in _ALL}
