"""Pictures for judging video quality by: the simulated town's scenes, spoilt, and through a camera's encoder."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from av.video.codeccontext import VideoCodecContext

from ingest.frame import Frame
from sim.picture_faults import Planar, Spoilt
from sim.scenes.catalogue import SCENES
from sim.scenes.film import Film
from sim.scenes.places import layout_of

PICTURES = 8
"""Of a scene, two seconds apart, people and vehicles elsewhere in each."""
KEY_FRAME_CRF = 28
_GRAIN = 1.2


def scene_pictures(scene_id: str, cache: Path | None = None) -> list[Planar]:
    """Drawn in some two seconds, or taken from `cache`. Raises KeyError."""
    scene = SCENES[scene_id]
    path = cache / f"{scene_id}.npz" if cache is not None else None
    if path is not None and path.exists():
        return [np.asarray(one, np.uint8) for one in np.load(path).values()]
    film = Film(scene.camera, layout_of(scene), scene.fps)
    drawn = [
        np.asarray(cv2.cvtColor(film.graded(segment, int(n * 2 * scene.fps) + 1), cv2.COLOR_BGR2YUV_I420), np.uint8)
        for segment in ("idle", "idle-2")
        for n in range(PICTURES // 2)
    ]
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, *drawn)
    return drawn


def seen_by_camera(planar: Planar, spoilings: tuple[Spoilt, ...], number: int, rng: np.random.Generator) -> Planar:
    """The sensor's grain on it, spoilt in the order given, coded as a key frame and decoded again."""
    height = planar.shape[0] * 2 // 3
    grainy = planar.astype(np.int16)
    grainy[:height] += np.round(rng.standard_normal((height, planar.shape[1])) * _GRAIN).astype(np.int16)
    picture: Planar = np.clip(grainy, 0, 255).astype(np.uint8)
    for spoilt in spoilings:
        picture = spoilt(picture, number)
    return _coded(picture)


def _coded(planar: Planar) -> Planar:
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = planar.shape[1], planar.shape[0] * 2 // 3, "yuv420p"
    encoder.framerate, encoder.time_base, encoder.thread_count = Fraction(15), Fraction(1, 15), 1
    encoder.options = {"preset": "superfast", "tune": "zerolatency", "crf": str(KEY_FRAME_CRF)}
    packets = [*encoder.encode(av.VideoFrame.from_ndarray(planar, format="yuv420p")), *encoder.encode(None)]
    decoder: Any = av.CodecContext.create("h264", "r")
    frame = [*decoder.decode(packets[0]), *decoder.decode(None)][0]
    return np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8)


def frame_of(camera_id: str, at: float, planar: Planar) -> Frame:
    height, width = planar.shape[0] * 2 // 3, planar.shape[1]
    quarter = height // 4
    u = planar[height : height + quarter].reshape(height // 2, width // 2)
    v = planar[height + quarter :].reshape(height // 2, width // 2)

    def colour() -> Any:
        return cv2.cvtColor(planar, cv2.COLOR_YUV2BGR_I420)

    return Frame(camera_id, at, 0, planar[:height], colour, (u, v))
