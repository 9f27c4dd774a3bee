"""The simulated scenes: their geometry, their layouts, what the encoded segments hold, and their cache."""

import dataclasses
import math
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest

from sim.scenes import clips
from sim.scenes.catalogue import NAME_FIELDS, SCENES, Scene
from sim.scenes.clips import CacheError, EventTruth, SceneClips, Segment, load_library
from sim.scenes.encode import encode
from sim.scenes.events import dumped, stalled
from sim.scenes.film import Film
from sim.scenes.layout import PERIOD_S, Mover
from sim.scenes.motion import pose
from sim.scenes.pinhole import Pinhole, Point2
from sim.scenes.places import layout_of
from sim.scenes.truth import Box, standing_box

EVERY_SCENE = pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
DRAWN = "residential-gate"
"""The one scene these tests draw and encode whole: it knows both events."""


def inside(point: Point2, polygon: tuple[Point2, ...]) -> bool:
    return cv2.pointPolygonTest(np.array(polygon, np.float32), point, False) > 0


# The camera


@pytest.mark.parametrize(("x", "y"), [(0.0, 12.0), (-6.5, 9.0), (14.0, 45.0)], ids=["ahead", "near left", "far right"])
def test_ground_points_come_back_from_the_picture(x: float, y: float) -> None:
    camera = Pinhole(6.5, 20, 76)
    assert camera.ground(*camera.fraction(x, y)) == pytest.approx((x, y), abs=1e-6)


def test_projection_agrees_with_hand_calculation() -> None:
    # Straight down the optical axis: a camera 6 m up that looks 45° down sees the ground 6 m ahead in its centre.
    camera = Pinhole(6.0, 45.0, 90.0)
    assert camera.fraction(0.0, 6.0) == pytest.approx((0.5, 0.5))
    assert camera.focal_px == pytest.approx(320.0)
    # 1 m to the right there is 1/(6√2) of the focal length to the right.
    assert camera.fraction(1.0, 6.0)[0] == pytest.approx(0.5 + 320 / (6 * math.sqrt(2)) / 640)


def test_what_cannot_be_projected_is_refused() -> None:
    camera = Pinhole(6.0, 20.0, 76.0)
    with pytest.raises(ValueError, match="behind the lens"):
        camera.fraction(0.0, -20.0)
    with pytest.raises(ValueError, match="does not look at the ground"):
        camera.ground(0.5, 0.0)


# The catalogue and the layouts


def test_there_are_enough_scenes_of_every_sort() -> None:
    assert len(SCENES) >= 16
    assert sum(scene.can_stall for scene in SCENES.values()) >= 8
    assert sum(scene.can_dump for scene in SCENES.values()) >= 6


@EVERY_SCENE
def test_a_scene_is_plausible(scene: Scene) -> None:
    assert 5 <= scene.height_m <= 9
    assert scene.roll_deg == 0
    assert (PERIOD_S * scene.fps) % 1 == 0
    for pair in scene.names:
        for pattern in pair:
            fields = {field for _, field, _, _ in string.Formatter().parse(pattern) if field}
            assert fields
            assert fields <= set(NAME_FIELDS)
    for spot, zone in ((scene.stall, scene.stall_zone), (scene.dump, scene.dump_zone)):
        assert bool(zone) == (spot is not None)
        if spot is not None:
            assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in zone)
            assert cv2.contourArea(np.array(zone, np.float32)) > 0.01
            assert inside(scene.camera.fraction(*scene.frame.at(spot.u, spot.v)), zone)


@EVERY_SCENE
def test_a_layout_plays_the_events_its_scene_knows_at_their_spots(scene: Scene) -> None:
    layout = layout_of(scene)
    assert (layout.stall is not None) == scene.can_stall
    assert (layout.dump is not None) == scene.can_dump
    if layout.stall is not None and scene.stall is not None:
        assert math.dist(stalled(layout.stall).at, scene.frame.at(scene.stall.u, scene.stall.v)) < 0.05
    if layout.dump is not None and scene.dump is not None:
        assert math.dist(dumped(layout.dump).at, scene.frame.at(scene.dump.u, scene.dump.v)) < 0.05


def longest_stand_in(zone: tuple[Point2, ...], mover: Mover, camera: Pinhole) -> float:
    longest = standing = 0.0
    step = 0.1
    for k in range(int(mover.route.duration / step)):
        x, y, _, _, speed = pose(mover.route, k * step + 1e-3)
        still = speed < 0.05 and camera.depth(x, y) > 0.5 and inside(camera.fraction(x, y), zone)
        standing = standing + step if still else 0.0
        longest = max(longest, standing)
    return longest


@EVERY_SCENE
def test_nobody_stays_in_a_forbidden_zone_while_nothing_happens(scene: Scene) -> None:
    layout = layout_of(scene)
    for mover in (*layout.always, *layout.crowds[0], *layout.crowds[1]):
        for zone in filter(None, (scene.stall_zone, scene.dump_zone)):
            assert longest_stand_in(zone, mover, scene.camera) <= 8.0


def test_every_scene_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "simulated-scenes.md").read_text()
    for scene in SCENES.values():
        view = f"{scene.height_m:g} m, {scene.tilt_deg:g}°, {scene.hfov_deg:g}° | {scene.fps:g}"
        events = ", ".join(event for event, known in (("stall", scene.can_stall), ("dumping", scene.can_dump)) if known)
        assert any(
            line.startswith(f"| `{scene.id}` |") and line.endswith(f"| {view} | {events or '–'} |")
            for line in page.splitlines()
        )


# Frames before encoding


@cache
def film(scene_id: str) -> Film:
    scene = SCENES[scene_id]
    return Film(scene.camera, layout_of(scene), scene.fps)


def changed(first: npt.NDArray[np.uint8], second: npt.NDArray[np.uint8], boxes: list[Box]) -> int:
    """Pixels that differ visibly outside the boxes, which are taken with a broad margin for shadows and people."""
    difference = cv2.absdiff(first, second).max(axis=2)
    height, width = difference.shape
    for x, y, w, h in boxes:
        left, right = int((x - 2 * w) * width), int((x + 3 * w) * width)
        top, bottom = int((y - 0.3 * h) * height), int((y + 1.5 * h) * height)
        difference[max(top, 0) : bottom, max(left, 0) : right] = 0
    return int((difference > 40).sum())


def most_changed(shot: Film, segment: str, boxes: list[Box]) -> int:
    """Between consecutive frames near the segment's ends; what crawls is redrawn every second or third frame only."""
    last = shot.frames - 1
    pairs = ((0, 1), (1, 2), (2, 3), (last - 2, last - 1), (last - 1, last))
    return max(changed(shot.composed(segment, a), shot.composed(segment, b), boxes) for a, b in pairs)


@pytest.mark.parametrize("scene_id", [DRAWN, "crossing-main"])
def test_any_segment_joins_any_other(scene_id: str) -> None:
    shot = film(scene_id)
    layout, last = shot.layout, shot.frames - 1
    boxes = []
    if layout.stall is not None:
        boxes.append(standing_box(shot, stalled(layout.stall))[0])
    if layout.dump is not None:
        boxes.append(standing_box(shot, dumped(layout.dump))[0])
    starts = {name: shot.composed(name, 0) for name in shot.casts}
    ends = {name: shot.composed(name, last) for name in shot.casts}
    usual = max(most_changed(shot, name, boxes) for name in shot.casts)
    for ending, end in ends.items():
        for beginning, start in starts.items():
            assert changed(end, start, boxes) <= 1.3 * usual + 40, (ending, beginning)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("stall_arrive", "stall_serve"), ("stall_serve", "stall_serve"), ("stall_serve", "stall_leave"),
        ("stall_leave", "idle"),
        ("idle", "stall_arrive"), ("idle", "dump_bring"), ("dump_bring", "dump_rest"), ("dump_rest", "dump_rest"),
        ("dump_rest", "dump_clear"), ("dump_clear", "idle-2"), ("stall_arrive", "stall_leave"),
        ("dump_bring", "dump_clear"),
    ],
)  # fmt: skip
def test_the_story_of_an_event_has_no_jump(before: str, after: str) -> None:
    shot = film(DRAWN)
    end, start = shot.composed(before, shot.frames - 1), shot.composed(after, 0)
    usual = max(most_changed(shot, before, []), most_changed(shot, after, []))
    assert changed(end, start, []) <= 1.3 * usual + 40


def test_a_stall_stands_still_while_it_serves() -> None:
    shot = film("crossing-main")
    layout = shot.layout
    assert layout.stall is not None
    x, y, w, h = standing_box(shot, stalled(layout.stall))[0]
    # The parasol's upper half: customers pass below it.
    rows, columns = slice(int(y * 360), int((y + 0.25 * h) * 360)), slice(int(x * 640), int((x + w) * 640))
    first = shot.composed("stall_serve", 3)[rows, columns].astype(int)
    later = shot.composed("stall_serve", 100)[rows, columns].astype(int)
    assert np.abs(first - later).mean() < 6


# The encoded library


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> SceneClips:
    seen: list[tuple[int, int]] = []
    folder = tmp_path_factory.mktemp("clips")
    library = load_library(folder, [DRAWN], processes=1, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 1), (1, 1)]
    assert [path.suffix for path in folder.iterdir()] == [".clips"]
    return library[DRAWN]


def nal_units(unit: bytes) -> list[bytes]:
    return [part.rstrip(b"\0") for part in unit.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if part]


def parameter_sets(segment: Segment) -> set[bytes]:
    return {nal for unit in segment.access_units for nal in nal_units(unit) if nal[0] & 31 in (7, 8)}


def decoded(segment: Segment) -> Iterator[av.VideoFrame]:
    context = av.CodecContext.create({"h264": "h264", "h265": "hevc"}[segment.codec], "r")
    assert isinstance(context, av.VideoCodecContext)
    context.thread_count = 1
    for unit in (*segment.access_units, None):
        yield from context.decode(None if unit is None else av.Packet(unit))


def grey(segment: Segment, number: int) -> npt.NDArray[np.int32]:
    return next(f.to_ndarray(format="gray") for k, f in enumerate(decoded(segment)) if k == number).astype(np.int32)


def test_segments_are_those_of_the_events(drawn: SceneClips) -> None:
    events = {"stall_arrive", "stall_serve", "stall_leave", "dump_bring", "dump_rest", "dump_clear"}
    assert set(drawn.segments) == {"idle", "idle-2"} | events
    assert set(drawn.truth) == {"stall", "dumping"}
    assert (drawn.width, drawn.height) == (640, 360)


def test_segments_are_whole_closed_gops_with_their_parameter_sets(drawn: SceneClips) -> None:
    for segment in drawn.segments.values():
        assert len(segment.access_units) == len(segment.keyframes) == PERIOD_S * segment.fps
        gop = round(2 * segment.fps)
        assert [number for number, key in enumerate(segment.keyframes) if key] == list(
            range(0, len(segment.keyframes), gop)
        )
        for unit, key in zip(segment.access_units, segment.keyframes, strict=True):
            kinds = [nal[0] & 31 for nal in nal_units(unit)]
            assert unit.startswith((b"\0\0\1", b"\0\0\0\1"))
            if key:
                assert [kind for kind in kinds if kind in (5, 7, 8)] == [7, 8, 5]
            else:
                assert kinds == [1]


def test_parameter_sets_are_the_same_in_all_segments(drawn: SceneClips) -> None:
    sets = [parameter_sets(segment) for segment in drawn.segments.values()]
    assert len(sets[0]) == 2
    assert all(other == sets[0] for other in sets)


def test_rates_are_those_of_a_sub_stream(drawn: SceneClips) -> None:
    for segment in drawn.segments.values():
        kbits = sum(map(len, segment.access_units)) * 8 / 1000 / PERIOD_S
        assert 200 < kbits < 600
        keys = [len(unit) for unit, key in zip(segment.access_units, segment.keyframes, strict=True) if key]
        assert min(keys) > 15_000
        assert max(keys) < 60_000


def test_frames_come_out_in_order_and_without_b_frames(drawn: SceneClips) -> None:
    frames = list(decoded(drawn.segments["stall_serve"]))
    assert len(frames) == PERIOD_S * drawn.segments["stall_serve"].fps
    assert {av.video.frame.PictureType(frame.pict_type).name for frame in frames} == {"I", "P"}


@pytest.mark.parametrize(
    ("kind", "segment", "first", "last"),
    [("stall", "stall_serve", "stall_arrive", "stall_leave"), ("dumping", "dump_rest", "dump_bring", "dump_clear")],
)
def test_truth_says_what_the_pictures_show(drawn: SceneClips, kind: str, segment: str, first: str, last: str) -> None:
    scene, truth = SCENES[DRAWN], drawn.truth[kind]
    x, y, w, h = truth.box
    foot = x + w / 2, y + h
    assert math.dist(scene.camera.fraction(*truth.ground_xy_m), foot) < 0.03
    assert inside(foot, scene.stall_zone if kind == "stall" else scene.dump_zone)
    fps = drawn.segments[first].fps
    idle, present = grey(drawn.segments["idle"], 0), grey(drawn.segments[segment], 0)
    placed = grey(drawn.segments[first], math.ceil(truth.placed_offset_s * fps))
    cleared = grey(drawn.segments[last], len(drawn.segments[last].access_units) - 1)
    rows, columns = slice(int(y * 360), int((y + h) * 360)), slice(int(x * 640), int((x + w) * 640))
    outside = np.ones(idle.shape, bool)
    margin_x, margin_y = int(w * 640), int(h * 360 * 0.6)
    outside[
        max(rows.start - margin_y, 0) : rows.stop + margin_y, max(columns.start - margin_x, 0) : columns.stop + margin_x
    ] = False
    assert np.abs(present - idle)[rows, columns].mean() > 12
    assert np.abs(present - idle)[outside].mean() < 3
    assert np.abs(placed - idle)[rows, columns].mean() > 12
    assert np.abs(cleared - idle)[rows, columns].mean() < 5


def test_h265_is_encoded_the_same_way() -> None:
    fps, rng = 12.5, np.random.default_rng(3)
    still = np.asarray(cv2.GaussianBlur(rng.integers(0, 255, (540, 640), dtype=np.uint8), (0, 0), 5), np.uint8)
    frames = [np.roll(still, 2 * k, axis=1) for k in range(50)]
    coded = encode(frames, fps, 28.0, "h265")
    segment = Segment("idle", "h265", fps, coded.access_units, coded.keyframes)
    assert [number for number, key in enumerate(coded.keyframes) if key] == [0, 25]
    kinds = [(nal[0] >> 1) & 63 for nal in nal_units(coded.access_units[25])]
    assert [kind for kind in kinds if kind < 35] in ([32, 33, 34, 19], [32, 33, 34, 20])
    assert len(list(decoded(segment))) == 50


# The cache


def tiny(scene_id: str) -> SceneClips:
    segment = Segment("idle", "h264", 15.0, (b"\0\0\0\1\x67first", b"\0\0\0\1\x41second"), (True, False))
    truth = EventTruth("stall", (0.25, 0.5, 0.125, 0.25), (-1.5, 12.25), (1.75, 2.0), 8.5, 7.25)
    return SceneClips(scene_id, 640, 360, {"idle": segment}, {"stall": truth})


def test_a_cached_scene_is_loaded_and_not_drawn(tmp_path: Path) -> None:
    scene = SCENES["square"]
    clips.write(clips.cache_path(tmp_path, scene, "h264"), tiny("square"))
    seen: list[tuple[int, int]] = []
    library = load_library(tmp_path, ["square", "square"], progress=lambda done, total: seen.append((done, total)))
    assert library == {"square": tiny("square")}
    assert seen == [(1, 1)]


def test_the_cache_key_follows_the_scene_and_the_codec(tmp_path: Path) -> None:
    scene = SCENES["square"]
    paths = {
        clips.cache_path(tmp_path, other, codec)
        for other in (scene, dataclasses.replace(scene, tilt_deg=25.0))
        for codec in ("h264", "h265")
    }
    assert len(paths) == 4


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        ("empty", lambda data: b"", "not a clip file"),
        ("another kind", lambda data: b"RIFF" + data[4:], "not a clip file"),
        ("cut in the header", lambda data: data[:40], "cut short"),
        ("cut in the payload", lambda data: data[:-3], "damaged"),
        ("a flipped bit", lambda data: data[:-1] + bytes([data[-1] ^ 1]), "damaged"),
        ("absurd length", lambda data: data[:8] + b"\xff" * 4 + data[12:], "cut short"),
        ("no JSON", lambda data: data[:12] + b"!" * 20 + data[32:], "damaged header"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_damaged_cache_file_is_told_apart(tmp_path: Path, name: str, damage: object, message: str) -> None:
    path = tmp_path / "x.clips"
    clips.write(path, tiny("square"))
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(CacheError, match=message):
        clips.read(path, "square")


def test_a_cache_file_of_another_scene_is_refused(tmp_path: Path) -> None:
    clips.write(tmp_path / "x.clips", tiny("square"))
    with pytest.raises(CacheError, match="damaged"):
        clips.read(tmp_path / "x.clips", "temple")


def test_an_unknown_scene_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="no such scene: moon-base"):
        load_library(tmp_path, ["square", "moon-base"])
