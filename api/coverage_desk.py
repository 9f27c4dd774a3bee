"""What cameras cover, worked out in small steps behind whoever asks, and kept until cameras or grids change."""

import asyncio
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from api.gate import Gate
from api.view_sheds import ViewSheds
from config.cameras import Camera
from gis.coverage import GridCoverage, coverage
from gis.grids import Grid
from gis.view_shed import Area

T = TypeVar("T")

MOST_JOBS = 6
"""Kept or under way: one for each choice of cameras somebody looks at. The oldest goes."""
_CAMERAS_AT_ONCE, _GRIDS_AT_ONCE = 48, 64
"""So that a calibration or a question about one place need not wait for a whole town."""
_SHEDS_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Asked:
    """`cameras` are those that count, domes among them where they do; `key` is another one when any of this is."""

    key: Hashable
    cameras: Sequence[Camera]
    domes: bool
    fixed: bool
    grids: Sequence[Grid]
    least_blind_m2: float


@dataclass(eq=False)
class CoverageJob:
    """`done` from 0 to 1; `found` in the order of the grids, once it is there."""

    asked: Asked
    done: float = 0.0
    found: list[GridCoverage] | None = None
    task: asyncio.Task[None] | None = field(default=None, repr=False)


class CoverageDesk:
    """On one event loop. What it computes passes `gate` step by step."""

    def __init__(self, sheds: ViewSheds, gate: Gate) -> None:
        self._sheds, self._gate = sheds, gate
        self._jobs: dict[Hashable, CoverageJob] = {}

    async def answer(self, asked: Asked, wait_seconds: float) -> CoverageJob:
        """The job, after at most so long; its `found` may be there or not. Raises Throttled when too many others wait
        for geometry."""
        job = self._jobs.pop(asked.key, None)
        if job is None or _failed(job):
            job = CoverageJob(asked)
            job.task = asyncio.create_task(self._work(job))
        self._jobs[asked.key] = job  # the newest asked for is the last to go
        while len(self._jobs) > MOST_JOBS:
            _drop(self._jobs.pop(next(iter(self._jobs))))
        assert job.task is not None
        done, _ = await asyncio.wait({job.task}, timeout=wait_seconds)
        if done and not job.task.cancelled():
            job.task.result()
        return job

    async def stop(self) -> None:
        jobs, self._jobs = list(self._jobs.values()), {}
        for job in jobs:
            _drop(job)
        await asyncio.gather(*(job.task for job in jobs if job.task is not None), return_exceptions=True)

    async def _work(self, job: CoverageJob) -> None:
        asked, found = job.asked, list[GridCoverage]()
        seen: dict[str, Area] = {}
        for number, cameras in _parts(asked.cameras, _CAMERAS_AT_ONCE):
            async with self._gate.passing():
                seen |= await asyncio.to_thread(self._seen, asked, cameras)
            job.done = _SHEDS_SHARE * number / len(asked.cameras)
        for number, grids in _parts(asked.grids, _GRIDS_AT_ONCE):
            async with self._gate.passing():
                found += await asyncio.to_thread(coverage, grids, seen, self._sheds.skyline, asked.least_blind_m2)
            job.done = _SHEDS_SHARE + (1 - _SHEDS_SHARE) * number / len(asked.grids)
        job.done, job.found = 1.0, found

    def _seen(self, asked: Asked, cameras: Sequence[Camera]) -> Mapping[str, Area]:
        fixed = self._sheds.fixed(cameras) if asked.fixed else {}
        return {**fixed, **(self._sheds.domes(cameras) if asked.domes else {})}


def _parts(all_: Sequence[T], size: int) -> Iterator[tuple[int, Sequence[T]]]:
    """Parts of it, each with how many are behind one then."""
    for begins in range(0, len(all_), size):
        part = all_[begins : begins + size]
        yield begins + len(part), part


def _failed(job: CoverageJob) -> bool:
    return job.task is not None and job.task.done() and job.found is None


def _drop(job: CoverageJob) -> None:
    assert job.task is not None
    job.task.cancel()
    if job.task.done() and not job.task.cancelled():
        job.task.exception()  # nobody asks for it any more
