"""Runs an ONNX file in a process of its own: what a broken or hostile file does to OpenCV's importer ends here.

`python -m vision.confirming.model_process FILE WIDTH HEIGHT`. After loading and one grey picture a byte 1 goes out, or
a byte 0 and what was wrong. Then for every picture that comes in, WIDTH × HEIGHT × 3 bytes BGR: u32 length in bytes,
u32 microseconds of CPU, and the output as float32. Ends when nobody feeds it any more.
"""

import contextlib
import os
import resource
import signal
import struct
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import cv2
import numpy as np

LARGEST_BYTES = 256 << 20
MEMORY_BYTES = 4 << 30
ANSWER_SECONDS = 60
"""Nothing takes so long but an endless loop; whoever asked has given up long before."""
ANSWER = struct.Struct("<II")


class Unusable(ValueError):
    """The file cannot be used; the message says why."""


def load(path: str) -> Any:
    """Raises Unusable."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as problem:
        raise Unusable(f"cannot be read: {problem.strerror}") from None
    if len(data) > LARGEST_BYTES:
        raise Unusable(f"is larger than {LARGEST_BYTES >> 20} MB")
    try:
        return cv2.dnn.readNetFromONNX(np.frombuffer(data, np.uint8))
    except cv2.error as problem:
        raise Unusable(f"cannot be loaded: {_last_line(problem)}") from None


def answer(net: Any, picture: bytes, width: int, height: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Rows of the output. Raises Unusable."""
    image = np.frombuffer(picture, np.uint8).reshape(height, width, 3)
    blob = np.ascontiguousarray(image.transpose(2, 0, 1), np.float32)[None]
    try:
        net.setInput(blob)
        rows = net.forward()
    except cv2.error as problem:
        raise Unusable(f"cannot be run: {_last_line(problem)}") from None
    if rows.ndim != 3 or rows.shape[0] != 1:
        raise Unusable(f"gives an output of {'×'.join(map(str, rows.shape))}")
    return np.ascontiguousarray(rows[0], np.float32)


def _last_line(problem: Exception) -> str:
    lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
    return lines[-1][-300:] if lines else "OpenCV does not say why"


def serve(path: str, width: int, height: int, pictures: BinaryIO, answers: BinaryIO) -> None:
    size = width * height * 3
    try:
        net = _within_time(lambda: load(path))
        _within_time(lambda: answer(net, bytes([114]) * size, width, height))
    except (Unusable, MemoryError) as problem:
        _write(answers, b"\0" + (str(problem) or "needs too much memory").encode()[:1000])
        return
    _write(answers, b"\1")
    while len(picture := pictures.read(size)) == size:
        begun = time.process_time()
        rows = _within_time(lambda picture=picture: answer(net, picture, width, height))
        spent = int((time.process_time() - begun) * 1e6)
        _write(answers, ANSWER.pack(rows.nbytes, spent) + rows.tobytes())


def _within_time(work: Any) -> Any:
    """The alarm's default is to end the process, wherever in foreign code it is."""
    signal.alarm(ANSWER_SECONDS)
    try:
        return work()
    finally:
        signal.alarm(0)


def _write(answers: BinaryIO, data: bytes) -> None:
    answers.write(data)
    answers.flush()


def main(arguments: Sequence[str]) -> int:
    path, width, height = arguments[0], int(arguments[1]), int(arguments[2])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    cv2.setNumThreads(1)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever OpenCV prints goes elsewhere
    with contextlib.suppress(BrokenPipeError):
        serve(path, width, height, sys.stdin.buffer, answers)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
