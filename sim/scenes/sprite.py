"""Solids at a place → small premultiplied pictures and their shadows, ready to be laid into a frame."""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from sim.scenes.light import Light
from sim.scenes.pinhole import Floats, Pinhole
from sim.scenes.raster import NEAR_M, SHIFT
from sim.scenes.solid import Arrays, Solid
from sim.scenes.textures import Image, Plane

VANISH_M = (85.0, 110.0)
"""What is as far as this fades out, so that far traffic does not pop up or vanish at once."""
ONE = 1 << SHIFT
MANY_FACES = 70


@dataclass(frozen=True)
class Place:
    """Where on the ground a solid stands, and how far it is turned clockwise."""

    x: float
    y: float
    turn_deg: float = 0.0


@dataclass(frozen=True)
class Patch:
    """Part of the picture from (left, top): `frame = frame * keep / 255 + add`; `depth` orders patches."""

    left: int
    top: int
    keep: Image
    add: Image | None
    depth: float

    def faded(self, share: float) -> "Patch":
        """The same, seen only by that share."""
        if share >= 1 or self.depth > VANISH_M[1]:
            return self
        share = max(share, 0.0)
        keep = np.asarray(cv2.convertScaleAbs(self.keep, alpha=share, beta=255 * (1 - share)), np.uint8)
        add = None if self.add is None else np.asarray(cv2.convertScaleAbs(self.add, alpha=share), np.uint8)
        return replace(self, keep=keep, add=add)

    def lay(self, frame: Image) -> None:
        height, width = self.keep.shape[:2]
        window = frame[self.top : self.top + height, self.left : self.left + width]
        cv2.multiply(window, self.keep, dst=window, scale=1 / 255)
        if self.add is not None:
            cv2.add(window, self.add, dst=window)


@dataclass(frozen=True)
class Backdrop:
    """What sprites must know of the still picture: its camera and light, and what stands in front."""

    camera: Pinhole
    light: Light
    nearness: Plane
    """1/depth of standing things at picture size, 0 elsewhere."""

    @cached_property
    def round_layers(self) -> Floats:
        """Rows of (share of the radius, shift towards the sun, brightness) of the strokes a limb is made of."""
        ambient, sun = self.light.ambient, self.light.sun
        return np.array(
            [(1.0, 0.0, ambient * 0.80), (0.74, 0.2, ambient + sun * 0.32), (0.42, 0.42, ambient * 1.05 + sun * 0.62)]
        )

    @cached_property
    def flat_layers(self) -> Floats:
        """The same for limbs that are small in the picture."""
        ambient, sun = self.light.ambient, self.light.sun
        return np.array([(1.0, 0.0, ambient * 0.88), (0.62, 0.3, ambient + sun * 0.5)])

    @cached_property
    def towards_sun_px(self) -> Floats:
        """The direction in the picture from which the sun shines."""
        axes = self.camera.camera_axes([self.light.towards_sun, (0, 0, 0)])
        towards = (axes[0] - axes[1])[:2]
        return np.asarray(towards / max(float(np.linalg.norm(towards)), 1e-6))


Bounds = tuple[int, int, int, int]
"""Left, top, right, bottom."""


def _bounds(pixels: Floats, camera: Pinhole, margin: int) -> Bounds | None:
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    left, top = max(int(low[0]) - margin, 0), max(int(low[1]) - margin, 0)
    right, bottom = min(int(high[0]) + 1 + margin, camera.width), min(int(high[1]) + 1 + margin, camera.height)
    return (left, top, right, bottom) if left < right and top < bottom else None


def _fixed(points: Floats) -> npt.NDArray[np.int32]:
    return np.round((points - 0.5) * ONE).astype(np.int32)


@dataclass(frozen=True)
class _Projected:
    """A solid at its place: its points in the picture, their feet straight below, and where the sun throws them."""

    parts: Arrays
    depth: float
    depths: Floats
    points: Floats
    feet: Floats
    thrown: Floats


def _projected(solid: Solid, backdrop: Backdrop, place: Place) -> _Projected | None:
    """None when it is out of the picture, too far, or reaches behind the lens."""
    camera, light = backdrop.camera, backdrop.light
    depth = camera.depth(place.x, place.y)
    if depth < NEAR_M or depth > VANISH_M[1] or not _may_be_seen(solid.arrays, backdrop, place):
        return None
    parts = solid.arrays.placed(place.x, place.y, place.turn_deg)
    feet = parts.points * (1.0, 1.0, 0.0)
    dx, dy = light.shadow_per_metre if light.shadow > 0 else (0.0, 0.0)
    thrown = feet + parts.points[:, 2:] * (dx, dy, 0.0)
    axes = camera.camera_axes(np.concatenate([parts.points, feet, thrown]))
    if axes[:, 2].min() < NEAR_M:
        return None
    pixels, count = camera.on_picture(axes), len(feet)
    return _Projected(parts, depth, axes[:count, 2], pixels[:count], pixels[count : 2 * count], pixels[2 * count :])


def _may_be_seen(arrays: Arrays, backdrop: Backdrop, place: Place) -> bool:
    """By a ball around the solid and its shadow alone."""
    camera, light = backdrop.camera, backdrop.light
    reach, top = arrays.extent
    dx, dy = light.shadow_per_metre if light.shadow > 0 else (0.0, 0.0)
    ball = reach + top * max(1.0, math.hypot(dx, dy))
    depth = camera.depth(place.x, place.y)
    if depth <= ball + NEAR_M:
        return True
    u, v = camera.fraction(place.x, place.y)
    margin = ball * camera.focal_px / (depth - ball)
    across, down = margin / camera.width, margin / camera.height
    return -across < u < 1 + across and -down < v < 1 + down


def picture(solid: Solid, backdrop: Backdrop, place: Place) -> Patch | None:
    """The solid as seen at its place; None when it cannot be seen."""
    projected = _projected(solid, backdrop, place)
    return None if projected is None else _picture(projected, backdrop, place)


def shadow_and_picture(solid: Solid, backdrop: Backdrop, place: Place) -> tuple[Patch | None, Patch | None]:
    """What it takes from the ground's light, and the solid itself."""
    projected = _projected(solid, backdrop, place)
    if projected is None:
        return None, None
    return _shadow(projected, backdrop), _picture(projected, backdrop, place)


def _picture(projected: _Projected, backdrop: Backdrop, place: Place) -> Patch | None:
    camera, parts, pixels = backdrop.camera, projected.parts, projected.points
    thickest = float(parts.radii.max()) if len(parts.radii) else 0.0
    bounds = _bounds(pixels, camera, 2 + int(thickest * camera.focal_px / float(projected.depths.min())))
    if bounds is None:
        return None
    left, top, right, bottom = bounds
    size = right - left, bottom - top
    scale = 4 if max(size) < 60 else 2
    enlarged: Image = np.zeros((size[1] * scale, size[0] * scale, 4), np.uint8)
    placed = (pixels - (left, top)) * scale
    _draw(enlarged, parts, placed, projected.depths, backdrop, backdrop.light.at(place.x, place.y), scale)
    small = _halved(enlarged) if scale == 2 else _halved(_halved(enlarged))
    return _finished(small, backdrop, bounds, projected.depth)


def _halved(image: Image) -> Image:
    """By two each way: the one reduction OpenCV does fast."""
    size = image.shape[1] // 2, image.shape[0] // 2
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _draw(
    canvas: Image, parts: Arrays, placed: Floats, depths: Floats, backdrop: Backdrop, gain: Floats, scale: int
) -> None:
    """Faces and limbs from far to near."""
    lens = (0.0, 0.0, backdrop.camera.height_m)
    towards = lens - parts.centres
    distance = np.sqrt(np.einsum("ij,ij->i", towards, towards)) - parts.lifts
    faces = len(parts.spans)
    corners = _fixed(placed)
    colours, hidden = _face_colours(parts, towards[:faces], backdrop.light, gain) if faces else ([], [])
    strokes = _strokes(parts, placed, depths, backdrop, gain, scale) if len(parts.radii) else []
    for index in np.argsort(-distance, kind="stable").tolist():
        if index >= faces:
            for start, end, girth, colour, radii in strokes[index - faces]:
                if girth > 0:
                    cv2.line(canvas, start, end, colour, girth, cv2.LINE_8, SHIFT)
                elif girth == 0:
                    cv2.circle(canvas, start, max(int(radii[0] * ONE), 1), colour, -1, cv2.LINE_8, SHIFT)
                else:
                    _tapered(canvas, start, end, radii, colour)
        elif not hidden[index]:
            first_corner, stop = parts.spans[index]
            cv2.fillConvexPoly(canvas, corners[first_corner:stop], colours[index], cv2.LINE_8, SHIFT)


def _face_colours(parts: Arrays, towards: Floats, light: Light, gain: Floats) -> tuple[list[list[float]], list[bool]]:
    """Shaded colours with full alpha, and which faces are turned away."""
    facing = np.einsum("ij,ij->i", parts.normals, towards)
    turned = np.where(parts.both_sides & (facing < 0), -1.0, 1.0)[:, None]
    shades = light.shades(parts.normals * turned)[:, None]
    glow = parts.glow[:, None]
    colours = np.full((len(facing), 4), 255.0)
    np.minimum(parts.face_colours * (gain * shades * (1 - glow) + glow), 255.0, out=colours[:, :3])
    return colours.tolist(), (~parts.both_sides & (facing <= 0)).tolist()


Stroke = tuple[list[int], list[int], int, list[float], list[float]]
"""Start, end, width in pixels (0 for a ball, −1 where it tapers), colour, both radii."""


def _strokes(
    parts: Arrays, placed: Floats, depths: Floats, backdrop: Backdrop, gain: Floats, scale: int
) -> list[tuple[Stroke, ...]]:
    """Each limb as nested rods, brighter and nearer to the sun inwards: round for the price of flat strokes."""
    first = parts.spans[-1][1] if parts.spans else 0
    ends = placed[first:].reshape(-1, 2, 2)
    radii = parts.radii * (backdrop.camera.focal_px * scale) / depths[first:].reshape(-1, 2)
    layers = backdrop.round_layers if float(radii.mean()) > 4.5 else backdrop.flat_layers
    share, shift, shade = layers[:, 0], layers[:, 1], layers[:, 2]
    moved = _fixed(ends + (backdrop.towards_sun_px * shift[:, None, None, None]) * radii[..., None])
    nested = radii * share[:, None, None]
    girths = np.maximum(np.rint(nested.sum(axis=2)), 1).astype(np.int32)
    girths[:, nested[0].max(axis=1) >= 1.6 * nested[0].min(axis=1)] = -1
    girths[(moved[:, :, 0] == moved[:, :, 1]).all(axis=2)] = 0
    colours = np.full((len(layers), len(radii), 4), 255.0)
    np.minimum((parts.limb_colours * gain) * shade[:, None, None], 255.0, out=colours[..., :3])
    by_layer = [
        zip(starts, stops, widths, tones, sizes, strict=True)
        for starts, stops, widths, tones, sizes in zip(
            moved[:, :, 0].tolist(),
            moved[:, :, 1].tolist(),
            girths.tolist(),
            colours.tolist(),
            nested.tolist(),
            strict=True,
        )
    ]
    return list(zip(*by_layer, strict=True))


def _tapered(canvas: Image, start: list[int], end: list[int], radii: list[float], colour: list[float]) -> None:
    for point, radius in ((start, radii[0]), (end, radii[1])):
        cv2.circle(canvas, point, max(round(radius * ONE), 1), colour, -1, cv2.LINE_8, SHIFT)
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = max((dx * dx + dy * dy) ** 0.5, 1.0)
    ax, ay = -dy / length * ONE, dx / length * ONE
    first, second = radii
    hull = [
        (start[0] + ax * first, start[1] + ay * first),
        (end[0] + ax * second, end[1] + ay * second),
        (end[0] - ax * second, end[1] - ay * second),
        (start[0] - ax * first, start[1] - ay * first),
    ]
    cv2.fillConvexPoly(canvas, np.array(hull).astype(np.int32), colour, cv2.LINE_8, SHIFT)


def _finished(drawn: npt.NDArray[np.uint8], backdrop: Backdrop, bounds: Bounds, depth: float) -> Patch | None:
    """Lens blur, haze, and what stands in front."""
    left, top, right, bottom = bounds
    light = backdrop.light
    small = cv2.GaussianBlur(drawn, (3, 3), 0.55)
    alpha = np.ascontiguousarray(small[..., 3])
    haze = light.haze_share(depth)
    tone = [channel * light_level(light) * haze / 255 for channel in light.haze]
    # Premultiplied colours pale by the share of haze and take on its tone by their alpha.
    pale = np.zeros((3, 4), np.float32)
    pale[range(3), range(3)] = 1 - haze
    pale[:, 3] = tone
    colour = np.asarray(cv2.transform(small, pale), np.uint8)
    seen = np.float32(min(max((VANISH_M[1] - depth) / (VANISH_M[1] - VANISH_M[0]), 0.0), 1.0))
    visible: Plane | np.float32 = seen
    covered = backdrop.nearness[top:bottom, left:right] > 1 / depth * 1.01
    if covered.any():
        visible = cv2.blur((~covered).astype(np.float32), (2, 2)) * seen
        if not (alpha * visible).any():
            return None
    if isinstance(visible, np.ndarray) or seen < 1:
        colour = (colour * (visible[..., None] if isinstance(visible, np.ndarray) else visible)).astype(np.uint8)
        alpha = (alpha * visible).astype(np.uint8)
    keep = np.asarray(cv2.bitwise_not(alpha), np.uint8)
    return Patch(left, top, _thrice(keep), colour, depth)


def _thrice(plane: Image) -> Image:
    return np.asarray(cv2.merge([plane, plane, plane]), np.uint8)


def light_level(light: Light) -> float:
    """How bright the haze itself is: full by day, hardly at night."""
    return max(0.0, 1.0 - light.night * 0.93)


def _shadow(projected: _Projected, backdrop: Backdrop) -> Patch | None:
    """The sun's shadow on the ground plus the darkness right under the body."""
    camera, light, depth, parts = backdrop.camera, backdrop.light, projected.depth, projected.parts
    if depth > VANISH_M[0]:
        return None
    with_sun = light.shadow > 0
    bounds = _bounds(np.concatenate([projected.feet, projected.thrown]) if with_sun else projected.feet, camera, 8)
    if bounds is None:
        return None
    left, top, right, bottom = bounds
    dark: Image = np.zeros((bottom - top, right - left), np.uint8)
    if with_sun:
        _cast(dark, parts, projected.thrown - (left, top), camera.focal_px / depth, light)
        dark = np.asarray(cv2.GaussianBlur(dark, (5, 5), 1.0), np.uint8)
    near_ground = projected.feet[parts.points[:, 2] < 0.45] - (left, top)
    if len(near_ground) >= 3:
        spread: Image = np.zeros_like(dark)
        cv2.fillConvexPoly(spread, np.round(cv2.convexHull(near_ground.astype(np.float32))).astype(np.int32), 128)
        reach = 2 * max(1, round(0.09 * camera.focal_px / depth)) + 1
        dark = np.maximum(dark, cv2.blur(cv2.blur(spread, (reach, reach)), (reach, reach)))
    dark[backdrop.nearness[top:bottom, left:right] > 0] = 0
    return Patch(left, top, _thrice(np.asarray(cv2.bitwise_not(dark), np.uint8)), None, depth)


def _cast(mask: Image, parts: Arrays, thrown: Floats, zoom: float, light: Light) -> None:
    """Faces turned to the sun, and limbs, as they fall on the ground."""
    strength = round(255 * light.shadow)
    corners = _fixed(thrown)
    if len(parts.spans) > MANY_FACES:
        # A vehicle: without gaps to see the sun through.
        cv2.fillConvexPoly(mask, cv2.convexHull(corners), strength, cv2.LINE_8, SHIFT)
        return
    lit = parts.both_sides | (parts.normals @ np.array(light.towards_sun) > 0)
    for index, (start, stop) in enumerate(parts.spans):
        if lit[index]:
            cv2.fillConvexPoly(mask, corners[start:stop], strength, cv2.LINE_8, SHIFT)
    first = parts.spans[-1][1] if parts.spans else 0
    ends = corners[first:].reshape(-1, 2, 2).tolist()
    widths = np.maximum(np.round(parts.radii.sum(axis=1) * zoom), 1).astype(int).tolist()
    for (first_end, second_end), width in zip(ends, widths, strict=True):
        cv2.line(mask, first_end, second_end, strength, width, cv2.LINE_8, SHIFT)
