"""The near side of a model's process: starts it, asks it within a time, and does without it when it is gone."""

import os
import select
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from config.detector import DetectorProblem
from ingest.frame import ColourImage
from runtime.clock import Clock
from vision.confirming.model_process import ANSWER, LARGEST_BYTES
from vision.confirming.onnx_graph import read_graph
from vision.confirming.yolox import Form, Rows, form_of

START_SECONDS = 60.0
_ROOT = Path(__file__).parents[2]
_FIRST_WORDS = 1001
_GIVEN_ON = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Answer:
    """`rows` as the model gave them, `cpu_seconds` what they cost."""

    rows: Rows
    cpu_seconds: float


def read_form(path: Path, classes: int) -> Form:
    """By the file alone, nothing is run. Raises DetectorProblem."""
    try:
        if not path.is_file():
            raise DetectorProblem(f"no such file: {path}")
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1) if path.stat().st_size <= LARGEST_BYTES else b""
    except OSError as problem:
        raise DetectorProblem(f"cannot be read: {problem.strerror}") from None
    except ValueError as problem:
        if isinstance(problem, DetectorProblem):
            raise
        raise DetectorProblem("is not the name of a file") from None
    if not data:
        raise DetectorProblem("is empty" if path.stat().st_size == 0 else f"is larger than {LARGEST_BYTES >> 20} MB")
    return form_of(read_graph(data), classes)


class ModelRunner:
    """One model in one process. Every failure ends that process: `alive` is False then, and asking raises. Not for
    several threads at a time."""

    def __init__(self, path: Path, form: Form, clock: Clock, seconds: float = START_SECONDS) -> None:
        """Returns when the model has answered once. Raises DetectorProblem, after `seconds` at the latest."""
        self._form, self._clock = form, clock
        command = [sys.executable, "-m", "vision.confirming.model_process", str(path.resolve())]
        # Passwords of cameras stand in the environment: none of it is for a model.
        environment = {name: os.environ[name] for name in _GIVEN_ON if name in os.environ}
        try:
            self._process = subprocess.Popen(
                [*command, str(form.width), str(form.height)],
                cwd=_ROOT,
                env=environment | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                bufsize=0,
            )
        except OSError as problem:
            raise DetectorProblem(f"its process cannot be started: {problem.strerror}") from None
        try:
            self._greet(clock.monotonic() + seconds)
        except DetectorProblem:
            self.close()
            raise

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, picture: ColourImage, seconds: float) -> Answer:
        """`picture` as `letterbox` makes it. Raises DetectorProblem; then the process is gone."""
        try:
            deadline = self._clock.monotonic() + seconds
            self._write(memoryview(picture.tobytes()), deadline)
            length, spent = ANSWER.unpack(self._read(ANSWER.size, deadline))
            if length != self._form.rows * self._form.columns * 4:
                expected = f"{self._form.rows}×{self._form.columns}"
                raise DetectorProblem(f"gives {length // 4} numbers instead of {expected}")
            rows = np.frombuffer(self._read(length, deadline), "<f4").reshape(self._form.rows, self._form.columns)
        except DetectorProblem:
            self.close()
            raise
        return Answer(rows, spent / 1e6)

    def close(self) -> None:
        """Ends the process, whatever it does."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            _opened(pipe).close()
        self._process.wait()

    def _greet(self, deadline: float) -> None:
        if self._read(1, deadline) == b"\1":
            return
        words = b""
        while len(words) < _FIRST_WORDS and (more := self._some(_FIRST_WORDS - len(words), deadline)):
            words += more
        raise DetectorProblem(words.decode(errors="replace").strip())

    def _write(self, data: memoryview, deadline: float) -> None:
        pipe = _opened(self._process.stdin)
        os.set_blocking(pipe.fileno(), False)
        while data:
            self._wait(pipe, select.POLLOUT, deadline)
            try:
                data = data[os.write(pipe.fileno(), data) :]
            except BlockingIOError:
                continue
            except OSError:
                raise DetectorProblem(self._how_it_ended()) from None

    def _read(self, length: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < length:
            some = self._some(length - len(data), deadline)
            if not some:
                raise DetectorProblem(self._how_it_ended())
            data += some
        return bytes(data)

    def _some(self, most: int, deadline: float) -> bytes:
        """At most so many bytes, at least one; none when the process closed its end."""
        pipe = _opened(self._process.stdout)
        self._wait(pipe, select.POLLIN, deadline)
        return os.read(pipe.fileno(), min(most, 1 << 20))

    def _wait(self, pipe: IO[bytes], event: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(pipe, event)
        left = deadline - self._clock.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise DetectorProblem("does not answer in time")

    def _how_it_ended(self) -> str:
        try:
            code = self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            return "has stopped answering"
        if code < 0:
            return f"made its process crash ({signal.Signals(-code).name})"
        return f"made its process end with code {code}"


def _opened(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
