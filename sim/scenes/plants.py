"""Trees and bushes: leaf clusters shaded as spheres and broken up by leaf noise, drawn into the still picture."""
# ruff: noqa: RUF009 (rgb() gives an immutable tuple)

import math
from dataclasses import dataclass

import numpy as np

from sim.scenes.light import Light
from sim.scenes.pinhole import Point2
from sim.scenes.raster import Canvas
from sim.scenes.textures import Colour, noise, rgb


@dataclass(frozen=True)
class Tree:
    """`crown` metres across; `trunk` is the height where leaves begin (0 for a bush)."""

    x: float
    y: float
    height: float = 6.0
    crown: float = 3.6
    trunk: float = 2.2
    tone: Colour = rgb("#4f7a3a")
    weeping: bool = False
    seed: int = 0

    def clusters(self) -> list[tuple[float, float, float, float]]:
        """(x, y, z, radius) of each leaf cluster."""
        rng = np.random.default_rng(hash((round(self.x * 10), round(self.y * 10), self.seed)) % 2**32)
        depth = self.height - self.trunk
        found = []
        for _ in range(26 if self.trunk > 0.5 else 12):
            direction = rng.standard_normal(3)
            direction /= np.linalg.norm(direction)
            reach = rng.random() ** 0.4 * 0.62
            radius = self.crown * rng.uniform(0.15, 0.25)
            z = self.trunk + depth / 2 + direction[2] * depth / 2 * reach * 1.2
            found.append(
                (
                    self.x + direction[0] * self.crown / 2 * reach * 1.25,
                    self.y + direction[1] * self.crown / 2 * reach * 1.25,
                    z,
                    radius,
                )
            )
        if self.weeping:
            found += [(x, y, z - k * 0.55, r * 0.62) for x, y, z, r in found[:14] for k in (1, 2, 3)]
        return found


def draw(canvas: Canvas, tree: Tree, light: Light) -> None:
    camera = canvas.camera
    depth = camera.depth(tree.x, tree.y, tree.height / 2)
    if depth < 1.0:
        return
    if tree.trunk > 0.3:
        _trunk(canvas, tree, light)
    clusters = [c for c in tree.clusters() if c[2] > 0.1]
    axes = camera.camera_axes([c[:3] for c in clusters])
    keep = axes[:, 2] > 0.8
    if not keep.any():
        return
    pixels = camera.on_picture(axes[keep])
    depths = axes[keep][:, 2]
    radii = np.array([c[3] for c in clusters])[keep] * camera.focal_px / depths
    low, high = pixels.min(axis=0) - radii.max() * 1.3, pixels.max(axis=0) + radii.max() * 1.3
    window = canvas.window(np.array([low, high]))
    if window is None:
        return
    _leaves(
        canvas,
        tree,
        light,
        window,
        np.column_stack([pixels, radii, depths, [c[2] for c, k in zip(clusters, keep, strict=True) if k]]),
    )


def _trunk(canvas: Canvas, tree: Tree, light: Light) -> None:
    bark, top = rgb("#6a5848"), tree.trunk + (tree.height - tree.trunk) * 0.35
    away = math.hypot(tree.x, tree.y) or 1.0
    side = tree.y / away, -tree.x / away
    width = 0.05 + 0.016 * tree.height
    for share, shade in ((-1.0, 0.62), (-0.2, 0.95), (0.45, 0.78)):
        a, b = width * share, width * min(share + 0.85, 1.0)
        corners = [
            (tree.x + side[0] * s, tree.y + side[1] * s, z)
            for s, z in ((a, 0.0), (b, 0.0), (b * 0.6, top), (a * 0.6, top))
        ]
        gain = light.at(tree.x, tree.y) if light.night == 0 else np.ones(3)
        canvas.polygon(corners, tuple(np.array(bark) * shade * (light.ambient + light.sun * 0.4) * gain))


def _leaves(
    canvas: Canvas,
    tree: Tree,
    light: Light,
    window: tuple[slice, slice],
    clusters: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> None:
    rows, columns = window
    height, width = rows.stop - rows.start, columns.stop - columns.start
    sun = light.towards_sun
    towards = canvas.camera.camera_axes([sun, (0, 0, 0)])
    sx, sy, sz = (towards[0] - towards[1]).astype(np.float32)
    shade = np.zeros((height, width), np.float32)
    best = np.full((height, width), -1e9, np.float32)
    leaf = noise(96, 3, 3)[:, :]
    ty, tx = np.arange(height) % 512, np.arange(width) % 512
    texture = np.roll(leaf, (tree.seed * 61, int(tree.x * 31)), axis=(0, 1))[np.ix_(ty, tx)]
    for px, py, radius, depth, z in clusters:
        x0, x1 = max(int(px - radius * 1.3) - columns.start, 0), min(int(px + radius * 1.3) + 1 - columns.start, width)
        y0, y1 = max(int(py - radius * 1.3) - rows.start, 0), min(int(py + radius * 1.3) + 1 - rows.start, height)
        if x0 >= x1 or y0 >= y1:
            continue
        dx = ((np.arange(x0, x1) + 0.5 + columns.start - px) / radius).astype(np.float32)[None, :]
        dy = ((np.arange(y0, y1) + 0.5 + rows.start - py) / radius).astype(np.float32)[:, None]
        rough = texture[y0:y1, x0:x1]
        out = dx * dx + dy * dy + 0.30 * rough
        bulge = np.sqrt(np.clip(1 - out, 0, 1))
        front = np.float32(-depth) + bulge * np.float32(radius / 60)
        here = (out < 1.0) & (front > best[y0:y1, x0:x1])
        lit = np.clip(dx * sx + dy * sy - bulge * sz, -0.4, 1)
        rise = (z - tree.trunk * 0.7) / max(tree.height - tree.trunk * 0.7, 0.5)
        value = (light.ambient * (0.45 + 0.5 * min(max(rise, 0.0), 1.0)) + light.sun * 0.85 * lit) * (1 + 0.22 * rough)
        shade[y0:y1, x0:x1][here] = value[here]
        best[y0:y1, x0:x1][here] = front[here]
    inside = best > -1e8
    near = np.where(inside, 1 / np.maximum(-best, 0.5), 0).astype(np.float32)
    seen = inside & (near > canvas.nearness[window])
    warm = np.array([0.82, 1.0, 1.05], np.float32)
    base = np.array(tree.tone, np.float32)
    strength = np.clip(shade, 0.12, 1.25)[..., None]
    colour = base * strength * (1 + (warm - 1) * np.clip(strength - 0.5, 0, 0.6))
    canvas.colour[window][seen] = np.clip(colour, 0, 255).astype(np.uint8)[seen]
    canvas.nearness[window][seen] = near[seen]
    canvas.glow[window][seen] = 0
    canvas.sway[window][seen] = np.clip(2.2 * canvas.camera.focal_px * 0.012 / -best[seen] * 6, 0.4, 2.2)


def shadow_outlines(tree: Tree, light: Light) -> list[tuple[Point2, float]]:
    """(ground point, radius) of the blots its clusters throw."""
    dx, dy = light.shadow_per_metre
    return [((x + dx * z, y + dy * z), radius * 0.9) for x, y, z, radius in tree.clusters()]
