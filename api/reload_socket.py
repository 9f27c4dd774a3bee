"""A command on this machine asks the running command centre to read cameras.yaml again: over a Unix socket in the data
folder, which only the same user can open."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

_ANSWERS_WITHIN_S = 60.0
_MOST_BYTES = 1 << 20

Answer = dict[str, Any]


def socket_of(data: Path) -> Path:
    return data / "run" / "reload.sock"


class ReloadSocket:
    """Every connection is one question: `answer` is called, and what it gives is sent as one line of JSON."""

    def __init__(self, path: Path, answer: Callable[[], Awaitable[Answer]]) -> None:
        self._path, self._answer = path, answer
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._asked, str(self._path))
        finally:
            os.umask(before)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self._path.unlink(missing_ok=True)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _asked(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            writer.write(json.dumps(await self._answer(), ensure_ascii=False).encode() + b"\n")
            await writer.drain()
        except OSError:
            pass  # whoever asked has gone
        finally:
            writer.close()


async def ask_to_reload(data: Path) -> Answer | None:
    """What the command centre with this data folder answers; None where none runs. Raises TimeoutError."""
    try:
        reader, writer = await asyncio.open_unix_connection(str(socket_of(data)), limit=_MOST_BYTES)
    except (FileNotFoundError, ConnectionRefusedError):
        return None
    try:
        async with asyncio.timeout(_ANSWERS_WITHIN_S):
            line = await reader.readline()
    finally:
        writer.close()
    answer: Answer = json.loads(line) if line else {"error": "the command centre stopped before it answered"}
    return answer
