"""People: a skeleton with swinging legs and arms, dressed. Heights and gaits in metres."""
# ruff: noqa: RUF009 (rgb() gives an immutable tuple)

import math
from dataclasses import dataclass, replace
from functools import cache

from sim.scenes.solid import Limb, Point3, Solid, ball, joined, rod
from sim.scenes.textures import Colour, mix, rgb, times

SKIN = rgb("#d8a884")
STRIDE_M = 1.35
"""Ground covered by two steps."""


@dataclass(frozen=True)
class Look:
    top: Colour = rgb("#4b6584")
    legs: Colour = rgb("#2f3542")
    hair: Colour = rgb("#1d1a19")
    shoes: Colour = rgb("#3a3634")
    height: float = 1.68
    build: float = 1.0
    hat: Colour | None = None
    skirt: bool = False
    apron: Colour | None = None
    vest: Colour | None = None
    bag: Colour | None = None


@dataclass(frozen=True)
class Stance:
    """What the body does: gait phase (radians) and size 0–1, arms forwards 0–1, bend of the back, turn of the head."""

    phase: float = 0.0
    gait: float = 0.0
    reach: float = 0.0
    bend: float = 0.0
    look: float = 0.0
    seated: bool = False
    lean: float = 0.0


def figure(look: Look, stance: Stance) -> Solid:
    """A standing, walking or seated person at the origin, facing +y."""
    size = look.height
    hip_z = 0.52 * size if not stance.seated else 0.0
    bob = 0.018 * abs(math.sin(stance.phase)) * stance.gait
    hip = (0.0, 0.0, hip_z + bob)
    back = math.sin(stance.bend), math.cos(stance.bend)
    chest = (stance.lean, back[0] * 0.29 * size, hip[2] + back[1] * 0.29 * size)
    parts = [
        _legs(look, stance, hip),
        _torso(look, hip, chest),
        _arms(look, stance, chest),
        _head(look, stance, chest, back),
    ]
    return joined(parts)


def _legs(look: Look, stance: Stance, hip: Point3) -> Solid:
    size, build = look.height, look.build
    parts: list[Solid] = []
    for side in (-1, 1):
        start = (side * 0.055 * size, hip[1], hip[2])
        if stance.seated:
            knee = (side * 0.075 * size, 0.25 * size, hip[2] + 0.01)
            ankle = (side * 0.07 * size, 0.27 * size, hip[2] - 0.24 * size)
        else:
            swing = side * math.sin(stance.phase) * 0.46 * stance.gait
            flex = (0.12 + 0.75 * max(0.0, side * math.cos(stance.phase))) * stance.gait
            knee = (start[0], start[1] + math.sin(swing) * 0.25 * size, start[2] - math.cos(swing) * 0.25 * size)
            shin = swing - flex
            ankle = (
                start[0],
                knee[1] + math.sin(shin) * 0.235 * size,
                max(0.05, knee[2] - math.cos(shin) * 0.235 * size),
            )
        toe = (ankle[0], ankle[1] + 0.12, ankle[2] - 0.02)
        shin_colour = SKIN if look.skirt else look.legs
        parts.append(rod(start, knee, 0.075 * build, look.legs, 0.056 * build))
        parts.append(rod(knee, ankle, 0.055 * build, shin_colour, 0.04 * build))
        parts.append(rod(ankle, toe, 0.048, look.shoes, 0.038))
    if look.skirt and not stance.seated:
        parts.append(rod((0, hip[1], hip[2]), (0, hip[1], hip[2] - 0.2 * size), 0.13, look.legs, 0.17, lift=0.05))
    return joined(parts)


def _torso(look: Look, hip: Point3, chest: Point3) -> Solid:
    build = look.build
    parts = []
    for side in (-1, 0, 1):
        low = (side * 0.055 * build, hip[1], hip[2] + 0.02)
        high = (chest[0] + side * 0.095 * build, chest[1], chest[2])
        parts.append(Limb(low, high, 0.095 * build, 0.09 * build, look.top))
    if look.vest is not None:
        stripe = rgb("#e8e6b0")
        for side in (-1, 0, 1):
            low = (side * 0.057 * build, hip[1], hip[2] + 0.06)
            high = (chest[0] + side * 0.098 * build, chest[1], chest[2])
            parts.append(Limb(low, high, 0.104 * build, 0.1 * build, look.vest, lift=0.03))
            middle = tuple((a + b) / 2 for a, b in zip(low, high, strict=True))
            above = (middle[0], middle[1], middle[2] + 0.035)
            parts.append(
                Limb((middle[0], middle[1], middle[2]), above, 0.106 * build, 0.106 * build, stripe, lift=0.06)
            )
    if look.apron is not None:
        parts.append(
            Limb(
                (0, hip[1] + 0.06, hip[2] - 0.22),
                (chest[0], chest[1] + 0.05, chest[2] - 0.12),
                0.12,
                0.09,
                look.apron,
                lift=0.04,
            )
        )
    if look.bag is not None:
        parts.append(
            Limb(
                (chest[0] + 0.02, chest[1] - 0.13, chest[2] - 0.3),
                (chest[0], chest[1] - 0.13, chest[2] - 0.08),
                0.12,
                0.1,
                look.bag,
            )
        )
    return Solid((), tuple(parts))


def _arms(look: Look, stance: Stance, chest: Point3) -> Solid:
    size, build = look.height, look.build
    sleeve = look.top
    parts = []
    for side in (-1, 1):
        shoulder = (chest[0] + side * 0.17 * build, chest[1], chest[2] + 0.02)
        swing = -side * math.sin(stance.phase) * 0.5 * stance.gait + stance.reach * 0.75
        fore = swing + 0.25 + stance.reach * 0.75
        elbow = (
            shoulder[0] + side * 0.02,
            shoulder[1] + math.sin(swing) * 0.17 * size,
            shoulder[2] - math.cos(swing) * 0.17 * size,
        )
        hand = (
            elbow[0] - side * 0.02,
            elbow[1] + math.sin(fore) * 0.15 * size,
            elbow[2] - math.cos(fore) * 0.15 * size,
        )
        parts.append(rod(shoulder, elbow, 0.052 * build, sleeve, 0.044 * build))
        parts.append(rod(elbow, hand, 0.042 * build, mix(sleeve, SKIN, 0.4), 0.034))
        parts.append(ball(hand, 0.04, SKIN))
    return joined(parts)


def _head(look: Look, stance: Stance, chest: Point3, back: tuple[float, float]) -> Solid:
    size = look.height
    top = (chest[0], chest[1] + back[0] * 0.13 * size + 0.02, chest[2] + back[1] * 0.125 * size)
    gaze = math.sin(stance.look), math.cos(stance.look)
    crown = (top[0] - gaze[0] * 0.022, top[1] - gaze[1] * 0.022, top[2] + 0.03)
    parts = [
        rod((chest[0], chest[1], chest[2] + 0.03), top, 0.05, times(SKIN, 0.9)),
        ball(top, 0.1, SKIN),
        ball(crown, 0.103, look.hair, lift=-0.02 if gaze[1] < 0 else 0.0),
    ]
    if look.hat is not None:
        parts.append(
            rod((top[0], top[1], top[2] + 0.06), (top[0], top[1], top[2] + 0.1), 0.17, look.hat, 0.1, lift=0.1)
        )
    return joined(parts)


GAIT_STEPS = 28
"""Pictures of the gait in one stride: enough for a smooth walk, few enough to keep the bodies."""


@cache
def _striding(look: Look, step: int, gait: float) -> Solid:
    return figure(look, Stance(phase=2 * math.pi * step / GAIT_STEPS, gait=gait))


def walking(look: Look, distance_m: float, gait: float = 1.0) -> Solid:
    """Somebody who has walked so far, with strides of the size `gait` (0–1)."""
    return _striding(look, round(distance_m / STRIDE_M * GAIT_STEPS) % GAIT_STEPS, round(gait, 1))


_TOPS = (
    "#7a2f35",
    "#3d5a73",
    "#c9c4b8",
    "#2d2f36",
    "#56684a",
    "#a8653e",
    "#d8d6d2",
    "#6b4f78",
    "#b48a2f",
    "#37474f",
    "#8c9aa8",
    "#c4606a",
)
_LEGS = ("#2b2f3a", "#3f3a36", "#26303f", "#55504a", "#1e1f24", "#6a6258", "#34465a")
_HAIR = ("#1a1716", "#241d19", "#12110f", "#3b2f28", "#77716c")


def passer(number: int) -> Look:
    """One of a long row of differently dressed people; the same number is always the same person."""
    tops, legs = rgb(_TOPS[(number * 5 + 1) % len(_TOPS)]), rgb(_LEGS[(number * 3) % len(_LEGS)])
    look = Look(
        top=tops,
        legs=legs,
        hair=rgb(_HAIR[(number * 7) % len(_HAIR)]),
        height=1.56 + 0.035 * ((number * 11) % 7),
        build=0.94 + 0.05 * ((number * 13) % 4),
    )
    if number % 5 == 2:
        look = replace(look, skirt=True, hair=rgb("#221a17"), height=1.6)
    if number % 4 == 1:
        look = replace(look, bag=rgb(_TOPS[(number * 3 + 4) % len(_TOPS)]))
    return look


CHILD = Look(top=rgb("#c8d4e2"), legs=rgb("#26406e"), height=1.25, build=0.82, bag=rgb("#d0507a"))
CLEANER = Look(top=rgb("#d9762b"), legs=rgb("#3a4250"), vest=rgb("#f07818"), height=1.65, hat=rgb("#e8892f"))
