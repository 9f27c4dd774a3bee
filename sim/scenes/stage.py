"""A layout → the still picture of a scene: its light and shadow, what stands where, how leaves and water move."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from sim.scenes import facades, ground, plants
from sim.scenes.layout import Board, Building, Layout
from sim.scenes.lettering import signboard
from sim.scenes.light import Light
from sim.scenes.pinhole import Pinhole, Point2
from sim.scenes.raster import OVERSAMPLING, Canvas, fixed
from sim.scenes.solid import normal
from sim.scenes.sprite import Backdrop, Place, light_level, shadow_and_picture
from sim.scenes.textures import Colour, Image, Plane, noise, sample, times


@dataclass(frozen=True)
class Stage:
    """`still` is the finished picture without movers; `bare` the same as by plain daylight (what headlights reveal)."""

    still: Image
    bare: Image
    sway: Plane
    water: Plane
    backdrop: Backdrop


def build(camera: Pinhole, layout: Layout) -> Stage:
    canvas = Canvas(camera)
    _sky(canvas, layout)
    _ground(canvas, layout)
    before = canvas.nearness.copy()
    for building in layout.buildings:
        _building(canvas, building, layout.light)
    for board in layout.boards:
        _board(canvas, board, layout.light)
    for tree in layout.trees:
        plants.draw(canvas, tree, layout.light)
    water = _water_mask(canvas, layout)
    shaded = _with_shadows(canvas, layout, before)
    if water.any():
        shaded = _reflected(shaded, water, layout.light)
    lit = _lit(canvas, shaded, layout)
    return _with_items(camera, canvas, layout, lit, shaded, water)


def _sky(canvas: Canvas, layout: Layout) -> None:
    light, camera = layout.light, canvas.camera
    height, width = canvas.colour.shape[:2]
    share = np.clip(np.arange(height) / max(camera.horizon_px, 1.0), 0, 1)[:, None, None] ** 1.4
    canvas.colour[:] = np.array(light.sky_top) * (1 - share) + np.array(light.sky_low) * share
    if camera.horizon_px < 8:
        return
    rows = int(camera.horizon_px)
    y, x = np.mgrid[0:rows, 0:width].astype(np.float32)
    reach = 1.0 / np.maximum(camera.horizon_px + 30 - y, 6)
    cloud = np.clip(sample(noise(12, 5, 21), x * reach * 0.02 + 0.3, reach * 9) * 0.6 - 0.1, 0, 1)[..., None] * 0.4
    sky = canvas.colour[:rows].astype(np.float32)
    white = np.array(light.sky_low, np.float32) * 1.06
    canvas.colour[:rows] = np.clip(sky + (white - sky) * cloud, 0, 255).astype(np.uint8)
    _far(canvas, layout)


def _far(canvas: Canvas, layout: Layout) -> None:
    """Hills and far roofs along the horizon, paler the farther."""
    light, camera = layout.light, canvas.camera
    width, horizon = camera.width, camera.horizon_px
    columns = np.arange(width)
    for level, (size, share, seed) in enumerate(((0.085, 0.30, 31), (0.055, 0.45, 32))):
        if layout.hills <= 0:
            break
        ridge = sample(
            noise(6, 4, seed),
            (columns / 2600 + 0.13 * level)[None, :].astype(np.float32),
            np.full((1, width), 0.4, np.float32),
        )[0]
        top = horizon - camera.focal_px * size * layout.hills * np.clip(0.7 + 0.5 * ridge, 0.1, 2)
        green = np.array(light.haze) * (1 - share) + np.array((92.0, 104.0, 86.0)) * share
        outline = np.concatenate([np.stack([columns, top], axis=1), [[width, horizon + 4], [0, horizon + 4]]])
        cv2.fillPoly(canvas.colour, [fixed(outline)], tuple(map(float, green * light_level(light))), cv2.LINE_AA, 4)
    rng = np.random.default_rng(int(horizon * 10) + 5)
    for x in np.arange(-20, width, 26):
        if rng.random() > layout.skyline:
            continue
        tall = camera.focal_px * rng.uniform(0.012, 0.05)
        wide = rng.uniform(18, 60)
        tone = np.array(light.haze) * 0.72 + rng.uniform(90, 190) * 0.28
        tone = tone * max(light_level(light), 0.12)
        top = (int(x), int(horizon - tall))
        cv2.rectangle(canvas.colour, top, (int(x + wide), int(horizon + 6)), tuple(map(float, tone * 0.97)), -1)


def _ground(canvas: Canvas, layout: Layout) -> None:
    if layout.base is not None:
        everywhere = [(-400.0, 0.2), (-400.0, 900.0), (400.0, 900.0), (400.0, 0.2)]
        ground.area(canvas, everywhere, layout.base)
    for laid in layout.ground:
        ground.area(canvas, laid.polygon, laid.material)
    for mark in layout.marks:
        ground.mark(canvas, mark.polygon, mark.colour, mark.strength)


def _outward(building: Building) -> tuple[Point2, Point2, Point2]:
    """Left end, right end (as seen) and the unit normal of the front, which faces the camera."""
    (x0, y0), (x1, y1) = building.start, building.end
    length = math.hypot(x1 - x0, y1 - y0)
    n = ((y1 - y0) / length, -(x1 - x0) / length)
    if n[0] * (x0 + x1) + n[1] * (y0 + y1) > 0:
        n = (-n[0], -n[1])
    right = (-n[1], n[0])
    ahead = (x1 - x0) * right[0] + (y1 - y0) * right[1] > 0
    return (building.start, building.end, n) if ahead else (building.end, building.start, n)


def _shaded(image: Image, factor: float) -> Image:
    return np.asarray(np.clip(image.astype(np.float32) * factor, 0, 255), np.uint8)


def _building(canvas: Canvas, building: Building, light: Light) -> None:
    left, right, n = _outward(building)
    width = math.hypot(right[0] - left[0], right[1] - left[1])
    back_left = (left[0] - n[0] * building.depth, left[1] - n[1] * building.depth)
    back_right = (right[0] - n[0] * building.depth, right[1] - n[1] * building.depth)
    colour, glow = facades.paint(building.facade, width, building.height)
    along = (right[0] - left[0], right[1] - left[1], 0.0)
    up = (0.0, 0.0, building.height)
    shade = light.shade((n[0], n[1], 0.0))
    canvas.picture((*left, 0.0), along, up, _shaded(colour, shade), glow if building.facade.lit > 0 else None)
    side = facades.Facade("plain", building.facade.colour, lit=building.facade.lit, seed=building.facade.seed + 1)
    plain, plain_glow = facades.paint(side, building.depth, building.height)
    for corner, other in ((back_left, left), (right, back_right)):
        outward = normal([(*corner, 0.0), (*other, 0.0), (*other, 1.0)])
        if outward[0] * corner[0] + outward[1] * corner[1] < 0:
            vector = (other[0] - corner[0], other[1] - corner[1], 0.0)
            canvas.picture(
                (*corner, 0.0), vector, up, _shaded(plain, light.shade(outward)), plain_glow if side.lit > 0 else None
            )
    _roof(canvas, building, light, (left, right, back_right, back_left))
    if building.awning is not None:
        _awning(canvas, building, light, left, along, n, width)


def _roof(canvas: Canvas, building: Building, light: Light, corners: tuple[Point2, ...]) -> None:
    h = building.height
    if building.ridge_m <= 0:
        canvas.polygon([(x, y, h) for x, y in corners], times(building.roof, light.shade((0, 0, 1))))
        return
    left, right, back_right, back_left = corners

    def between(p: Point2, q: Point2, share: float, z: float) -> tuple[float, float, float]:
        return p[0] + (q[0] - p[0]) * share, p[1] + (q[1] - p[1]) * share, z

    over = 0.07
    ridge = between(left, back_left, 0.5, h + building.ridge_m), between(right, back_right, 0.5, h + building.ridge_m)
    for step in (-over, over + 1):
        first = between(left, back_left, step, h - 0.1)
        second = between(right, back_right, step, h - 0.1)
        facing = normal([first, second, ridge[1]])
        if facing[2] < 0:
            facing = (-facing[0], -facing[1], -facing[2])
        tiles = _tiles(building.roof, math.dist(first, second), math.dist(second, ridge[1]))
        along = tuple(b - a for a, b in zip(first, second, strict=True))
        rise = tuple(b - a for a, b in zip(first, ridge[0], strict=True))
        canvas.picture(first, along, rise, _shaded(tiles, light.shade(facing)))
    gable = times(building.facade.colour, light.ambient)
    for a, b, top in ((left, back_left, ridge[0]), (right, back_right, ridge[1])):
        canvas.polygon([(*a, h), (*b, h), top], gable)


def _tiles(colour: Colour, width: float, height: float) -> Image:
    scale = 30
    rows, columns = max(8, int(height * scale)), max(8, int(width * scale))
    value = (
        1
        + 0.16 * np.cos(np.arange(columns) * (2 * math.pi / (0.26 * scale)))[None, :]
        - 0.1 * (np.arange(rows) % 12 < 2)[:, None]
    )
    tile = noise(32, 3, 4)
    value = value + 0.07 * tile[np.ix_(np.arange(rows) % 512, np.arange(columns) % 512)]
    return np.asarray(np.clip(value[..., None] * np.array(colour), 0, 255), np.uint8)


def _awning(
    canvas: Canvas, building: Building, light: Light, left: Point2, along: Sequence[float], n: Point2, width: float
) -> None:
    assert building.awning is not None
    strips = max(4, round(width / 0.7))
    for k in range(strips):
        a, b = k / strips, (k + 1) / strips
        colour = building.awning[k % 2]
        near = [(left[0] + along[0] * s + n[0] * 1.4, left[1] + along[1] * s + n[1] * 1.4, 2.45) for s in (a, b)]
        far = [(left[0] + along[0] * s, left[1] + along[1] * s, 2.95) for s in (a, b)]
        hem = [(x, y, z - 0.22) for x, y, z in near]
        canvas.polygon([*near, far[1], far[0]], times(colour, light.shade((n[0] * 0.3, n[1] * 0.3, 0.95))))
        canvas.polygon([*hem, near[1], near[0]], times(colour, light.shade((n[0], n[1], 0.0)) * 0.9))


def _board(canvas: Canvas, board: Board, light: Light) -> None:
    width = math.dist(board.start, board.end)
    image = signboard(
        board.text, max(12, round(width * 60)), max(8, round((board.high - board.low) * 60)), board.ground, board.ink
    )
    along = (board.end[0] - board.start[0], board.end[1] - board.start[1], 0.0)
    facing = (along[1] / width, -along[0] / width, 0.0)
    glow = _shaded(image, board.glow) if board.glow > 0 else None
    canvas.picture(
        (*board.start, board.low), along, (0.0, 0.0, board.high - board.low), _shaded(image, light.shade(facing)), glow
    )


def _blot(mask: Image, canvas: Canvas, polygon: Sequence[Point2]) -> None:
    outline = canvas.ground_outline(polygon)
    if len(outline) and np.abs(outline).max() < 3e6:
        cv2.fillPoly(mask, [fixed(outline)], 255, cv2.LINE_AA, 4)


def _with_shadows(canvas: Canvas, layout: Layout, before: Plane) -> Image:
    """Sun shadows on the ground, and the darkness at the foot of walls and under trees."""
    light = layout.light
    dx, dy = light.shadow_per_metre
    cast: Image = np.zeros(canvas.nearness.shape, np.uint8)
    close: Image = np.zeros(canvas.nearness.shape, np.uint8)
    for building in layout.buildings:
        left, right, n = _outward(building)
        foot = [
            left,
            right,
            (right[0] - n[0] * building.depth, right[1] - n[1] * building.depth),
            (left[0] - n[0] * building.depth, left[1] - n[1] * building.depth),
        ]
        if building.shadow:
            thrown = [(x + dx * building.height, y + dy * building.height) for x, y in foot]
            hull = cv2.convexHull(np.array(foot + thrown, np.float32)).reshape(-1, 2)
            _blot(cast, canvas, [(float(x), float(y)) for x, y in hull])
        rim = 0.7
        _blot(
            close,
            canvas,
            [(left[0] + n[0] * rim, left[1] + n[1] * rim), (right[0] + n[0] * rim, right[1] + n[1] * rim), right, left],
        )
    for tree in layout.trees:
        for (x, y), radius in plants.shadow_outlines(tree, light):
            _blot(
                cast,
                canvas,
                [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in np.linspace(0, 2 * math.pi, 9)[:-1]],
            )
        r = 0.35 * tree.crown
        _blot(
            close,
            canvas,
            [(tree.x + r * math.cos(a), tree.y + r * math.sin(a)) for a in np.linspace(0, 2 * math.pi, 11)[:-1]],
        )
    sun = cv2.GaussianBlur(cast, (0, 0), 2.2).astype(np.float32)[..., None] / 255 * light.shadow
    soft = cv2.GaussianBlur(close, (0, 0), 9).astype(np.float32)[..., None] / 255 * 0.38
    on_ground = (canvas.nearness == before)[..., None] & (
        np.arange(canvas.camera.height)[:, None, None] > canvas.camera.horizon_px
    )
    # Shade is lit by the blue of the sky: it keeps more blue than red.
    keep = (1 - sun * np.array([0.90, 1.0, 1.06], np.float32)) * (1 - soft)
    return np.where(on_ground, np.clip(canvas.colour * keep, 0, 255), canvas.colour).astype(np.uint8)


def _water_mask(canvas: Canvas, layout: Layout) -> Plane:
    mask: Image = np.zeros(canvas.nearness.shape, np.uint8)
    for polygon in layout.water:
        _blot(mask, canvas, polygon)
    mask[canvas.nearness > 0] = 0
    return (mask > 127).astype(np.float32)


def _reflected(colour: Image, water: Plane, light: Light) -> Image:
    """Water mirrors what stands above its far edge, the more the flatter one looks at it."""
    height, width = water.shape
    rows = np.arange(height, dtype=np.float32)[:, None]
    first = np.where(water.any(axis=0), water.argmax(axis=0), 0).astype(np.float32)[None, :]
    mirrored = np.clip(2 * first - rows, 0, height - 1)
    columns = np.broadcast_to(np.arange(width, dtype=np.float32)[None, :], (height, width))
    mirror = cv2.remap(
        colour,
        np.ascontiguousarray(columns),
        np.ascontiguousarray(np.broadcast_to(mirrored, (height, width)), np.float32),
        cv2.INTER_LINEAR,
    )
    mirror = cv2.GaussianBlur(mirror, (0, 0), sigmaX=3, sigmaY=9).astype(np.float32)
    share = (np.clip(0.75 - (rows - first) / height * 0.8, 0.25, 0.75) * water)[..., None]
    deep = np.array((96.0, 104.0, 78.0), np.float32) * max(light.ambient + light.sun * 0.4, 0.2)
    tinted = mirror * np.array([0.92, 0.97, 0.84], np.float32)
    body = colour * (1 - water[..., None]) + deep * water[..., None]
    return np.asarray(np.clip(body + (tinted - body) * share, 0, 255), np.uint8)


def _lit(canvas: Canvas, colour: Image, layout: Layout) -> Image:
    """Tint, lamp light and haze for every pixel, from where it lies in the scene."""
    light, camera = layout.light, canvas.camera
    rays = ground.rays(canvas, slice(0, camera.height), slice(0, camera.width))
    below = np.arange(camera.height)[:, None] > camera.horizon_px + 1
    tilt = math.radians(camera.tilt_deg)
    ground_depth = rays.y * math.cos(tilt) + camera.height_m * math.sin(tilt)
    far = np.where(below, np.minimum(ground_depth, 2000), 2000)
    depth = np.where(canvas.nearness > 0, 1 / np.maximum(canvas.nearness, 1e-4), far).astype(np.float32)
    sky = (canvas.nearness == 0) & ~below
    result = colour.astype(np.float32)
    gain = np.ones((*depth.shape, 3), np.float32) * np.array(light.tint, np.float32)
    if light.lamps:
        gain += _lamp_light(canvas, light, depth)
    gain[sky] = 1.0
    result *= gain
    haze = (1 - np.exp(-np.maximum(depth - 8, 0) / light.haze_m))[..., None]
    haze[sky] = 0
    result += (np.array(light.haze, np.float32) * light_level(light) - result) * haze
    return np.clip(result, 0, 255).astype(np.uint8)


def _lamp_light(canvas: Canvas, light: Light, depth: Plane) -> Plane:
    camera = canvas.camera
    tilt = math.radians(camera.tilt_deg)
    right = ((np.arange(camera.width) + 0.5 - camera.width / 2) / camera.focal_px)[None, :].astype(np.float32)
    down = ((np.arange(camera.height) + 0.5 - camera.height / 2) / camera.focal_px)[:, None].astype(np.float32)
    x = right * depth
    y = (math.cos(tilt) - down * math.sin(tilt)) * depth
    z = np.float32(camera.height_m) - (down * math.cos(tilt) + math.sin(tilt)) * depth
    total = np.zeros((*depth.shape, 3), np.float32)
    for lamp in light.lamps:
        distance2 = (x - lamp.x) ** 2 + (y - lamp.y) ** 2 + 0.6 * (np.maximum(lamp.z - z, 0.6)) ** 2 + 1.0
        total += (lamp.power * lamp.z**2 / distance2)[..., None].astype(np.float32) * (
            np.array(lamp.colour, np.float32) / 255
        )
    return total


def _shrink(image: Image) -> Image:
    height, width = image.shape[0] // OVERSAMPLING, image.shape[1] // OVERSAMPLING
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _with_items(camera: Pinhole, canvas: Canvas, layout: Layout, lit: Image, bare: Image, water: Plane) -> Stage:
    still, plain = _shrink(lit), _shrink(bare)
    nearness = canvas.nearness[::OVERSAMPLING, ::OVERSAMPLING].copy()
    sway = cv2.resize(canvas.sway, (camera.width, camera.height), interpolation=cv2.INTER_AREA)
    backdrop = Backdrop(camera, layout.light, nearness)
    # Far ones first, so that near ones lie over them.
    for item in sorted(layout.items, key=lambda i: -math.hypot(*i.at)):
        place = Place(*item.at, item.turn_deg)
        dark, seen = shadow_and_picture(item.solid, backdrop, place)
        if dark is not None:
            dark.lay(still)
        if seen is not None:
            seen.lay(still)
            solid_part = seen.keep[..., 0] < 128
            rows, columns = (
                slice(seen.top, seen.top + solid_part.shape[0]),
                slice(seen.left, seen.left + solid_part.shape[1]),
            )
            nearness[rows, columns][solid_part] = 1 / max(seen.depth, 0.1)
            sway[rows, columns][solid_part] = 0
    glow = _shrink(canvas.glow).astype(np.float32)
    glow[
        nearness > cv2.resize(canvas.nearness, (camera.width, camera.height), interpolation=cv2.INTER_NEAREST) * 1.05
    ] = 0
    finished = _bloomed(still, glow, layout.light, camera)
    small_water = cv2.resize(water, (camera.width, camera.height), interpolation=cv2.INTER_AREA)
    small_water[nearness > 0] = 0
    finished = np.asarray(cv2.GaussianBlur(finished, (3, 3), 0.5), np.uint8)
    return Stage(finished, plain, sway.astype(np.float32), small_water.astype(np.float32), backdrop)


def _bloomed(still: Image, glow: Plane, light: Light, camera: Pinhole) -> Image:
    for lamp in light.lamps:
        if camera.depth(lamp.x, lamp.y, lamp.z) > 1.0:
            u, v = camera.project([[lamp.x, lamp.y, lamp.z]])[0]
            radius = max(1, round(0.16 * camera.focal_px / camera.depth(lamp.x, lamp.y, lamp.z)))
            cv2.circle(glow, (int(u), int(v)), radius, tuple(min(255.0, c * 1.4) for c in lamp.colour), -1, cv2.LINE_AA)
    if not glow.any():
        return still
    halo = cv2.GaussianBlur(glow, (0, 0), 5) * 0.55 + cv2.GaussianBlur(glow, (0, 0), 18) * 0.5
    strength = 0.35 + 0.65 * light.night
    base = np.maximum(still.astype(np.float32), glow)
    return np.clip(base + halo * strength, 0, 255).astype(np.uint8)
