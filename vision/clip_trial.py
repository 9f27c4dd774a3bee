"""Zones tried out on a clip: played at the rate of key frames to an analysis of its own."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from ingest.frame import Frame
from vision.detection import Detection
from vision.trial import Trial, TrialAnalysis

RING_SECONDS = 20.0
LEAD_SECONDS = 16.0
"""A scene is learnt in 12 s; the analysis is shown the clip's beginning to and fro for so long before it."""

BEGINNING_SECONDS = 4.0
MOST_TOLD = 100

What = Literal["picture", "told", "gone", "end"]


@dataclass(frozen=True, slots=True)
class Played:
    """`at` in seconds of the clip. `told` and `gone` have their `detection`, `end` what was known then."""

    what: What
    at: float
    frame: Frame
    detection: Detection | None = None
    trial: Trial | None = None


def play(analysis: TrialAnalysis, pictures: Iterable[Frame], interval: float) -> Iterator[Played]:
    """Everything the zones would have told, in order, with every picture looked at, and at the end what was still
    waited for. Whatever stands there from the beginning is background. Nothing where there is no picture."""
    source = iter(pictures)
    first = list(islice(source, max(2, round(BEGINNING_SECONDS / interval))))
    if not first:
        return
    begins, told = first[0].captured_at, 0
    _learn(analysis, first, interval)
    ring: deque[Frame] = deque(maxlen=max(2, round(RING_SECONDS / interval)))
    frame = first[0]
    for frame in _all(first, source):
        seen = analysis.observe(frame)
        if seen.wants_past:
            analysis.look_back(list(ring))
        ring.append(frame)
        at = frame.captured_at - begins
        for detection in seen.detections:
            told += 1
            if told <= MOST_TOLD:
                yield Played("told" if detection.phase == "present" else "gone", at, frame, detection)
        yield Played("picture", at, frame)
    now = frame.captured_at
    tried = analysis.tried(analysis.things(), now)
    trial = Trial(analysis.ready, tuple(tried), analysis.areas(now), analysis.unseen)
    yield Played("end", now - begins, frame, trial=trial)


def _learn(analysis: TrialAnalysis, first: list[Frame], interval: float) -> None:
    """To and fro, so that nothing jumps, ending next to where the clip begins."""
    there_and_back = [*first[1:], *first[-2:0:-1], first[0]]
    count = max(6, round(LEAD_SECONDS / interval))
    begins = first[0].captured_at - count * interval
    for number in range(count):
        frame = there_and_back[(count - 1 - number) % len(there_and_back)]
        at = begins + number * interval
        analysis.observe(Frame(frame.camera_id, at, frame.pts_us, frame.luma, frame.colour, frame.chroma))


def _all(first: list[Frame], rest: Iterator[Frame]) -> Iterator[Frame]:
    yield from first
    yield from rest
