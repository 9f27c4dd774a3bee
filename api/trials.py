"""Zones tried out before they are saved: on a camera's ring, on a clip somebody brings, on the clip of a case."""

import asyncio
import contextlib
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from config.cameras import Camera, Zone
from config.dome_views import DomeView
from incidents.errors import Conflict, Invalid, NotFound
from ingest.live import Live
from runtime.clock import Clock
from runtime.framing import FramingError, Note, read_message
from vision.clip_trial import MOST_TOLD
from vision.footage import FootageError, container_of

MAX_CLIP_BYTES = 256 * 1024 * 1024
KEPT_SECONDS = 1800.0
AT_MOST, PER_ACCOUNT = 12, 3
UPLOAD_SECONDS = 900.0
CHUNK_SECONDS = 30.0
PLAY_SECONDS = 900.0
_HEAD_BYTES = 400
_WRITE_BYTES = 1 << 20
_KEPT_NAMES = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TZDIR", "LD_LIBRARY_PATH")
_NOWHERE = {"sub": {"url": "rtsp://192.0.2.1/trial"}}

State = Literal["waiting", "uploading", "queued", "running", "done", "failed", "cancelled"]
ENDED: frozenset[State] = frozenset({"done", "failed", "cancelled"})
COMMAND = (sys.executable, "-m", "api.trial_process")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be tried out: these zones in place of the camera's, or of its view's. `dwell` in place of theirs;
    `mount` and `stands` are for domes (`api.view_ground`)."""

    camera: Camera
    view: DomeView | None
    zones: tuple[Zone, ...]
    timezone: str
    interval: float = 2.0
    dwell: float | None = None
    mount: Mapping[str, float] | None = None
    stands: tuple[float, float, float] | None = None


@dataclass(slots=True)
class TrialRun:
    """`found` is what has been told so far, each with the number of its picture; `trial` what is known at the end."""

    id: str
    account_id: str
    asked: Asked
    made_at: float
    state: State = "waiting"
    problem: dict[str, str] | None = None
    clip: dict[str, Any] | None = None
    at: float = 0.0
    found: list[dict[str, Any]] = field(default_factory=list)
    trial: dict[str, Any] | None = None
    pictures: list[bytes] = field(default_factory=list, repr=False)
    path: Path | None = None
    own_file: bool = False
    task: asyncio.Task[None] | None = field(default=None, repr=False)


class Trials:
    """Belongs to the event loop. Clips are played one at a time; a run is kept for half an hour, in memory, and is its
    account's own."""

    def __init__(
        self,
        folder: Path,
        live: Live,
        clock: Clock,
        command: Sequence[str] = COMMAND,
        play_seconds: float = PLAY_SECONDS,
    ) -> None:
        self._folder, self._live, self._clock = folder, live, clock
        self._command, self._play_seconds = command, play_seconds
        self._runs: dict[str, TrialRun] = {}
        self._one = asyncio.Lock()

    def begin(self) -> None:
        """Drops what an earlier run of the program left."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in self._folder.glob("*.clip"):
            path.unlink(missing_ok=True)

    async def stop(self) -> None:
        for run in tuple(self._runs.values()):
            await self.cancel(run)

    def get(self, account_id: str, run_id: str) -> TrialRun:
        """Raises NotFound, also for somebody else's."""
        run = self._runs.get(run_id)
        if run is None or run.account_id != account_id:
            raise NotFound("there is no such trial; it is kept for half an hour", "trial", "试运行已失效（保留半小时）")
        return run

    async def on_ring(self, account_id: str, asked: Asked) -> TrialRun:
        """What would be told now of what the camera knows. Raises LiveError."""
        run = self._keep(account_id, asked)
        run.state = "running"
        arguments: dict[str, Any] = {"zones": _plain(asked.zones), "dwell": asked.dwell}
        if asked.view is not None:
            arguments["view"] = asked.view.id
        try:
            reply = await self._live.request(asked.camera.id, "trial", **arguments)
            run.trial, run.pictures, run.state = reply.body, list(reply.blobs[:1]), "done"
        finally:
            if run.state == "running":  # refused, or whoever asked went away: nothing stays under way for ever
                self._runs.pop(run.id, None)
        return run

    def on_upload(self, account_id: str, asked: Asked) -> TrialRun:
        """One that waits for its clip: `receive`."""
        return self._keep(account_id, asked)

    def on_file(self, account_id: str, asked: Asked, path: Path) -> TrialRun:
        """On a clip that lies on the disk and stays there."""
        run = self._keep(account_id, asked)
        run.path = path
        self._start(run)
        return run

    async def receive(self, run: TrialRun, chunks: AsyncIterator[bytes]) -> None:
        """The clip of one that waits for it; it is played as soon as it is whole. Raises Conflict, Invalid."""
        if run.state != "waiting":
            raise Conflict("this trial has its clip already", zh="该试运行已有视频")
        run.state, run.own_file = "uploading", True
        run.path = self._folder / f"{run.id}.clip"
        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                await self._write(run.path, chunks)
        except TimeoutError:
            self._fail(run, "the clip did not come in time", "视频上传超时")
            raise Invalid("the clip did not come in time", "clip", "视频上传超时") from None
        except FootageError as problem:
            self._fail(run, str(problem), problem.zh)
            raise Invalid(str(problem), "clip", problem.zh) from None
        finally:
            if run.state == "uploading":  # whole, or whoever sent it went away
                run.state = "waiting"
        if run.state == "waiting":
            self._start(run)

    async def cancel(self, run: TrialRun) -> None:
        """What was found until then stays."""
        if run.task is not None and not run.task.done():
            run.task.cancel()
            await asyncio.wait({run.task})
        if run.state not in ENDED:
            run.state = "cancelled"
        self._drop_file(run)

    async def _write(self, path: Path, chunks: AsyncIterator[bytes]) -> None:
        """Raises FootageError as soon as it is known to be no clip, TimeoutError."""
        size, held, checked = 0, bytearray(), False
        with path.open("wb") as file:
            while True:
                async with asyncio.timeout(CHUNK_SECONDS):
                    chunk = await anext(chunks, None)
                held += chunk or b""
                size += len(chunk or b"")
                if size > MAX_CLIP_BYTES:
                    megabytes = MAX_CLIP_BYTES >> 20
                    raise FootageError(f"the clip is larger than {megabytes} MB", f"视频超过 {megabytes} MB")
                if not checked and (len(held) >= _HEAD_BYTES or chunk is None):
                    container_of(bytes(held[:_HEAD_BYTES]))
                    checked = True
                if len(held) >= _WRITE_BYTES or chunk is None:
                    await asyncio.to_thread(file.write, bytes(held))
                    held.clear()
                if chunk is None:
                    return

    def _start(self, run: TrialRun) -> None:
        run.state = "queued"
        run.task = asyncio.create_task(self._played(run), name=f"trial {run.id}")

    async def _played(self, run: TrialRun) -> None:
        try:
            async with self._one:
                run.state = "running"
                async with asyncio.timeout(self._play_seconds):
                    await self._play(run)
        except TimeoutError:
            self._fail(run, "playing the clip took too long", "视频处理超时")
        except (OSError, FramingError, asyncio.IncompleteReadError, LookupError, TypeError, ValueError):
            # The last three: a player taken over by the clip, which says what no player says.
            self._fail(
                run,
                "the clip needed more memory or time than it may take, or cannot be played",
                "视频无法播放，或所需内存、时间超过允许值",
            )
        finally:
            self._drop_file(run)

    async def _play(self, run: TrialRun) -> None:
        environment = {name: value for name, value in os.environ.items() if name in _KEPT_NAMES}
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *self._command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, env=environment
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(self._job(run)).encode() + b"\n")
            await process.stdin.drain()
            while run.state == "running":
                note = await read_message(process.stdout)
                if not isinstance(note, Note):
                    raise FramingError("not a note")
                self._take(run, note)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.stdin.close()
            await process.wait()

    def _job(self, run: TrialRun) -> dict[str, Any]:
        asked = run.asked
        camera = asked.camera.model_dump(mode="json", exclude_defaults=True, exclude={"credentials", "zones"})
        return {
            "path": str(run.path),
            "camera": {**camera, "streams": _NOWHERE},
            "view": None if asked.view is None else asked.view.model_dump(mode="json", exclude_defaults=True),
            "zones": _plain(asked.zones),
            "timezone": asked.timezone,
            "interval": asked.interval,
            "dwell": asked.dwell,
            "mount": None if asked.mount is None else dict(asked.mount),
            "stands": asked.stands,
            "begins": self._clock.now(),
        }

    def _take(self, run: TrialRun, note: Note) -> None:
        body, what = note.body, note.body.get("note")
        run.at = float(body.get("at", run.at))
        if what == "opened":
            run.clip = {name: body[name] for name in ("width", "height", "seconds", "key_seconds")}
        elif what in ("told", "gone"):
            self._found(run, body, note.blobs)
        elif what == "end":
            run.trial, run.state = body["trial"], "done"
            run.pictures += note.blobs[:1]
        elif what == "failed":
            self._fail(run, str(body["en"]), str(body["zh"]))

    @staticmethod
    def _found(run: TrialRun, body: Mapping[str, Any], blobs: Sequence[bytes]) -> None:
        detection = body["detection"]
        if body["note"] == "gone":
            for one in run.found:
                if one["id"] == detection["object_id"]:
                    one["gone_at"] = body["at"]
            return
        if len(run.found) >= MOST_TOLD:
            raise FramingError("more than a player tells")
        run.found.append(
            {
                "id": detection["object_id"],
                "zone": detection["zone_id"],
                "rule": detection["rule"],
                "at": body["at"],
                "stood_seconds": round(detection["confirmed_at"] - detection["first_seen_at"], 1),
                "gone_at": None,
                "box": detection["box"],
                "size_m": detection["size_m"],
                "confidence": detection["confidence"],
                "picture": len(run.pictures),
            }
        )
        run.pictures += blobs[:1]

    def _fail(self, run: TrialRun, en: str, zh: str) -> None:
        run.state, run.problem = "failed", {"en": en, "zh": zh}
        self._drop_file(run)

    def _keep(self, account_id: str, asked: Asked) -> TrialRun:
        """Raises Conflict while too many of the account are under way."""
        now = self._clock.now()
        for run in tuple(self._runs.values()):
            if now - run.made_at >= KEPT_SECONDS and run.state in ENDED | {"waiting"}:
                self._forget(run)
        own = [run for run in self._runs.values() if run.account_id == account_id]
        for run in (*own[: -PER_ACCOUNT + 1], *tuple(self._runs.values())[: -AT_MOST + 1]):
            if run.state in ENDED | {"waiting"} and run.id in self._runs:
                self._forget(run)
        if (
            len(self._runs) >= AT_MOST
            or sum(run.account_id == account_id for run in self._runs.values()) >= PER_ACCOUNT
        ):
            raise Conflict(
                "too many trials are under way; wait for one or end it", zh="正在进行的试运行过多，请稍候或先停止"
            )
        run = TrialRun(secrets.token_urlsafe(12), account_id, asked, now)
        self._runs[run.id] = run
        return run

    def _forget(self, run: TrialRun) -> None:
        del self._runs[run.id]
        self._drop_file(run)

    @staticmethod
    def _drop_file(run: TrialRun) -> None:
        if run.own_file and run.path is not None:
            run.path.unlink(missing_ok=True)


def _plain(zones: Sequence[Zone]) -> list[dict[str, Any]]:
    return [zone.model_dump(mode="json") for zone in zones]
