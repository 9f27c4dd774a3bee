"""The kit streets are laid out with, in a street's own axes (u along it, v to its right)."""
# ruff: noqa: B008 (rgb() gives an immutable tuple)

from collections.abc import Sequence

from sim.scenes import vehicles
from sim.scenes.catalogue import Frame
from sim.scenes.facades import Facade, Style
from sim.scenes.layout import Building, Item, Mark, Mover, Polygon
from sim.scenes.motion import DRIVE, RIDE, WALK, rider, vehicle, walker
from sim.scenes.pinhole import Point2
from sim.scenes.plants import Tree
from sim.scenes.solid import Solid
from sim.scenes.textures import Colour, mix, rgb

KERB = rgb("#b7b8b2")
GUTTER = rgb("#5b5d5c")
YELLOW = rgb("#d8b04a")
WHITE = rgb("#d9dbd6")

SHOP_NAMES = (
    "老王五金店",
    "惠民超市",
    "沙县小吃",
    "兰州拉面",
    "阿芳理发",
    "中国移动",
    "便民药店",
    "永康小笼包",
    "天天水果",
    "新华书店",
    "好又多超市",
    "黄焖鸡米饭",
    "蜜雪奶茶",
    "东阳沃面",
    "福利彩票",
    "宏达电动车",
    "诚信手机",
    "金华酥饼",
    "美佳服饰",
    "平价粮油",
    "大众浴室",
    "农资经营部",
    "爱心幼儿园",
    "双喜烟酒",
    "老字号酱鸭",
    "顺丰快递",
    "红星建材",
    "美宜佳",
    "正新鸡排",
    "绍兴臭豆腐",
)

TILES = ("#e9e6df", "#d9b4a0", "#d9cd9c", "#b7c4ca", "#c2937f", "#cbd2c6", "#a5a09a", "#e3d3c4")
"""What fronts are tiled with; neighbours differ."""


def shop_names(start: int, count: int) -> tuple[str, ...]:
    return tuple(SHOP_NAMES[(start * 3 + k) % len(SHOP_NAMES)] for k in range(count))


def strip(frame: Frame, u0: float, u1: float, v0: float, v1: float) -> Polygon:
    return frame.rectangle(u0, u1, v0, v1)


def line(frame: Frame, v: float, u0: float, u1: float, width: float = 0.15, colour: Colour = WHITE) -> Mark:
    return Mark(strip(frame, u0, u1, v - width / 2, v + width / 2), colour)


def crossline(frame: Frame, u: float, v0: float, v1: float, width: float = 0.4, colour: Colour = WHITE) -> Mark:
    return Mark(strip(frame, u - width / 2, u + width / 2, v0, v1), colour)


def dashes(frame: Frame, v: float, u0: float, u1: float, dash: float = 2.5, gap: float = 4.0) -> list[Mark]:
    marks = []
    u = u0
    while u + dash <= u1:
        marks.append(line(frame, v, u, u + dash, 0.14))
        u += dash + gap
    return marks


def zebra(frame: Frame, u: float, v0: float, v1: float, depth: float = 3.2) -> list[Mark]:
    """Stripes along the street for people who cross it at u."""
    count = int((v1 - v0) / 1.0)
    return [
        Mark(strip(frame, u - depth / 2, u + depth / 2, v0 + k + 0.25, v0 + k + 0.72), strength=0.85)
        for k in range(count)
    ]


def side_zebra(frame: Frame, v: float, u0: float, u1: float, depth: float = 3.2) -> list[Mark]:
    """Stripes across the street's direction, for people who walk along it over a side road."""
    count = int((u1 - u0) / 1.0)
    return [
        Mark(strip(frame, u0 + k + 0.25, u0 + k + 0.72, v - depth / 2, v + depth / 2), strength=0.85)
        for k in range(count)
    ]


def kerb(frame: Frame, v: float, u0: float, u1: float, road_side: int) -> list[Mark]:
    """A kerb stone at v with the road on its right (+1) or left (-1): a pale top and the dark face towards the road."""
    first, second = sorted((v + 0.02 * road_side, v + 0.13 * road_side))
    return [
        Mark(
            strip(frame, u0, u1, v - 0.17, v + 0.03) if road_side > 0 else strip(frame, u0, u1, v - 0.03, v + 0.17),
            KERB,
            0.9,
        ),
        Mark(strip(frame, u0, u1, first, second), GUTTER, 0.75),
    ]


def side_kerb(frame: Frame, u: float, v0: float, v1: float, road_side: int) -> list[Mark]:
    first, second = sorted((u + 0.02 * road_side, u + 0.13 * road_side))
    top = strip(frame, u - 0.17, u + 0.03, v0, v1) if road_side > 0 else strip(frame, u - 0.03, u + 0.17, v0, v1)
    return [Mark(top, KERB, 0.9), Mark(strip(frame, first, second, v0, v1), GUTTER, 0.75)]


def arrow(frame: Frame, u: float, v: float, towards: int = 1) -> list[Mark]:
    """A straight-ahead arrow on a lane."""
    t = towards
    shaft = strip(frame, u, u + 2.4 * t, v - 0.08, v + 0.08)
    head = (frame.at(u + 2.3 * t, v - 0.38), frame.at(u + 3.8 * t, v), frame.at(u + 2.3 * t, v + 0.38))
    return [Mark(shaft), Mark(head)]


def bays(frame: Frame, u0: float, count: int, v0: float, v1: float, width: float = 2.6) -> list[Mark]:
    """Parking bays side by side along u."""
    marks = [crossline(frame, u0 + k * width, v0, v1, 0.12) for k in range(count + 1)]
    return [*marks, line(frame, v0, u0, u0 + count * width, 0.12)]


def row(
    frame: Frame,
    v: float,
    u0: float,
    specs: Sequence[tuple[float, float, Style, str]],
    *,
    depth: float = 10.0,
    names_from: int = 0,
    lit: float = 0.0,
    gap: float = 0.0,
    awnings: Sequence[tuple[Colour, Colour] | None] = (),
    ridge_m: float = 0.0,
) -> list[Building]:
    """Houses wall to wall along the street at v: (width, height, style, colour)."""
    found = []
    u = u0
    for k, (width, height, style, colour) in enumerate(specs):
        names = shop_names(names_from + k, 6) if style == "shops" else ()
        tile = mix(rgb(colour), rgb(TILES[(3 * names_from + 5 * k) % len(TILES)]), 0.6)
        facade = Facade(style, tile, names, lit=lit, seed=names_from + k)
        awning = awnings[k % len(awnings)] if awnings and style == "shops" else None
        roof = rgb("#4d5054") if ridge_m else rgb("#77797a")
        found.append(Building(frame.at(u, v), frame.at(u + width, v), height, depth, facade, ridge_m, roof, awning))
        u += width + gap
    return found


def block(
    frame: Frame,
    corners: tuple[float, float, float, float],
    height: float,
    facade: Facade,
    *,
    depth: float = 10.0,
    ridge_m: float = 0.0,
    roof: Colour = rgb("#77797a"),
    awning: tuple[Colour, Colour] | None = None,
) -> Building:
    """One house whose front runs from (u0, v0) to (u1, v1)."""
    u0, v0, u1, v1 = corners
    return Building(frame.at(u0, v0), frame.at(u1, v1), height, depth, facade, ridge_m, roof, awning)


def things(frame: Frame, solid: Solid, spots: Sequence[tuple[float, float]], turn: float = 0.0) -> list[Item]:
    """The same thing at several (u, v), turned against the street's direction."""
    return [Item(solid, frame.at(u, v), frame.angle_deg + turn) for u, v in spots]


def trees(
    frame: Frame,
    spots: Sequence[tuple[float, float]],
    height: float = 6.0,
    crown: float = 3.8,
    trunk: float = 2.3,
    tone: str = "#4f7a3a",
    *,
    weeping: bool = False,
) -> list[Tree]:
    found = []
    for k, (u, v) in enumerate(spots):
        x, y = frame.at(u, v)
        scale = 0.9 + 0.07 * ((k * 5) % 4)
        found.append(Tree(x, y, height * scale, crown * scale, trunk, rgb(tone), weeping, k))
    return found


def path(frame: Frame, *spots: tuple[float, float]) -> tuple[Point2, ...]:
    return tuple(frame.at(u, v) for u, v in spots)


def drive(
    frame: Frame,
    solid: Solid,
    start_s: float,
    *spots: tuple[float, float],
    speed: float = DRIVE,
    pauses: dict[int, float] | None = None,
    wraps: bool = False,
    lights: bool = False,
) -> Mover:
    return vehicle(solid, path(frame, *spots), start_s, speed=speed, pauses=pauses, wraps=wraps, headlights=lights)


def ride(
    frame: Frame,
    number: int,
    start_s: float,
    *spots: tuple[float, float],
    speed: float = RIDE,
    wraps: bool = False,
    lights: bool = False,
) -> Mover:
    paint = vehicles.PAINTS[(number * 3 + 1) % len(vehicles.PAINTS)]
    helmet = (rgb("#d8d8d8"), rgb("#c03a30"), rgb("#3a6ea8"), None)[number % 4]
    box = rgb("#2a78c8") if number % 5 == 0 else rgb("#e6b41e") if number % 5 == 3 else None
    return rider(
        paint, number, path(frame, *spots), start_s, speed=speed, box=box, helmet=helmet, wraps=wraps, headlights=lights
    )


def walk(
    frame: Frame,
    number: int,
    start_s: float,
    *spots: tuple[float, float],
    speed: float = WALK,
    pauses: dict[int, float] | None = None,
    facing: float | None = None,
    wraps: bool = False,
) -> Mover:
    facing_deg = None if facing is None else frame.angle_deg + facing
    return walker(number, path(frame, *spots), start_s, speed=speed, pauses=pauses, facing_deg=facing_deg, wraps=wraps)
