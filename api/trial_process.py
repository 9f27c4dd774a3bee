"""Plays a clip to zones in a process of its own, which has little memory, little time and nothing to lose.

`python -m api.trial_process` reads one job as a line of JSON and answers with notes (`runtime.framing`) on standard
output. It ends when its standard input does: nobody waits for it any more.
"""

import json
import os
import resource
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import av
import cv2
from pydantic import TypeAdapter

from api.view_ground import view_ground
from config.cameras import Camera, Zone
from config.dome_views import DomeView
from gis.dome_mount import Direction
from ingest.frame import Frame
from runtime.framing import encode_note
from vision.clip_trial import Played, play
from vision.footage import FootageError, Opening, open_clip, pictures
from vision.trial import TrialAnalysis, with_zones

MEMORY_BYTES = 2 << 30
"""Of addresses: libraries map a third of it before the first picture."""
CPU_SECONDS = 600
_JOB_BYTES = 1 << 20
_JPEG_QUALITY = 80
_ZONES = TypeAdapter(list[Zone])


def answers(job: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], Sequence[bytes]]]:
    """What is found, as it is found: `opened`, then `told` with a picture, `at` how far it is, at last `end` with the
    last picture; or `failed` with the reason in both languages."""
    try:
        opening = open_clip(Path(job["path"]))
        yield _opened(opening), ()
        found = play(_analysis(job, opening), _pictures(job, opening), float(job["interval"]))
        for one in found:
            yield _note(one)
    except FootageError as problem:
        yield {"note": "failed", "en": str(problem), "zh": problem.zh}, ()
    except MemoryError:
        zh = "视频需要的内存超过允许值"
        yield {"note": "failed", "en": "the clip needs more memory than it may take", "zh": zh}, ()


def _opened(opening: Opening) -> dict[str, Any]:
    return {
        "note": "opened",
        "width": opening.width,
        "height": opening.height,
        "seconds": round(opening.seconds, 3),
        "key_seconds": round(opening.key_seconds, 3),
    }


def _pictures(job: Mapping[str, Any], opening: Opening) -> Iterator[Frame]:
    return pictures(Path(job["path"]), opening, float(job["interval"]), job["camera"]["id"], float(job["begins"]))


def _analysis(job: Mapping[str, Any], opening: Opening) -> TrialAnalysis:
    camera = Camera.model_validate(job["camera"])
    view = DomeView.model_validate(job["view"]) if job["view"] is not None else None
    stands = job.get("stands")
    aimed = (Direction(stands[0], stands[1]), stands[2]) if stands else None
    ground = view_ground(camera, view, opening.width / opening.height, job.get("mount"), aimed)
    zones = [zone.model_copy(update={"hours": ["00:00-24:00"]}) for zone in _ZONES.validate_python(job["zones"])]
    proposed, proposed_view = with_zones(camera, view, zones, job.get("dwell"))
    analysis = TrialAnalysis(proposed, ground, ZoneInfo(job["timezone"]), proposed_view)
    if proposed_view is not None:
        analysis.begin_visit(ground)
    return analysis


def _note(one: Played) -> tuple[dict[str, Any], Sequence[bytes]]:
    body: dict[str, Any] = {"note": one.what, "at": round(one.at, 2)}
    if one.detection is not None:
        body |= {"detection": one.detection.to_plain(), "began": one.detection.first_seen_at}
    if one.trial is not None:
        body |= {"trial": one.trial.to_plain()}
    return body, (_jpeg(one.frame),) if one.what in ("told", "end") else ()


def _jpeg(frame: Frame) -> bytes:
    done, jpeg = cv2.imencode(".jpg", frame.colour(), [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return jpeg.tobytes() if done else b""


def confine() -> None:
    """From here on this process has few means: memory, time, no file it could write, no child."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    os.nice(10)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def _end_with_whoever_asked() -> None:
    def wait() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=wait, name="lifeline", daemon=True).start()


def main() -> int:
    av.logging.set_level(None)
    cv2.setNumThreads(1)
    job = json.loads(sys.stdin.buffer.readline(_JOB_BYTES))
    _end_with_whoever_asked()
    confine()
    for body, blobs in answers(job):
        sys.stdout.buffer.write(encode_note(body, blobs))
        sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
