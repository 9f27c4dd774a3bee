"""`python -m sim.renditions CACHE NICENESS`: makes the renditions asked for on standard input, one after another.

A request is a line of JSON ({"scene", "profile", "codec"}); the same line is the answer, once the rendition is in the
cache. It ends at once with its standard input, and so never outlives who asks.
"""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from sim.renditions.library import Rendition, make


def main(argv: list[str]) -> int:
    if len(argv) != 2:
        sys.stderr.write("usage: python -m sim.renditions CACHE NICENESS\n")
        return 2
    _yield_to_others(int(argv[1]))
    asked: SimpleQueue[str] = SimpleQueue()
    Thread(target=_listen, args=(asked,), name="requests", daemon=True).start()
    while True:
        line = asked.get()
        make(Path(argv[0]), Rendition(**json.loads(line)))
        sys.stdout.write(line)
        sys.stdout.flush()


def _yield_to_others(niceness: int) -> None:
    os.nice(niceness)
    # Where Linux groups processes by session, niceness counts within a group only; the group has a niceness of its own.
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(niceness))


def _listen(asked: SimpleQueue[str]) -> None:
    for line in sys.stdin:
        asked.put(line)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
