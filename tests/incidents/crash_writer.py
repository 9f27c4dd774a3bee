"""Writes cases until it is killed. Started by test_crash; never imported.

Each line on standard input starts one writer as a process of its own (forked, because importing takes longer than
writing), which opens the store anew and prints a case's number only when the store has acknowledged it. The line is
the number of the round; the answer `pid N` names the process to kill, `open` says that it begins to write, `over`
that it is dead.
"""

import itertools
import os
import sys
from pathlib import Path

from incidents.opening import Town
from incidents.passwords import Passwords
from incidents.service import Incidents
from incidents.store import DATABASE_FILE, open_store
from runtime.clock import SystemClock
from tests.incidents.world import AREAS, JPEG, MP4, detection, town


def say(line: str) -> None:
    """In one write, so that a kill leaves whole lines."""
    os.write(1, f"{line}\n".encode())


def write(data: Path, turn: str, where: Town, passwords: Passwords) -> None:
    store = open_store(data / DATABASE_FILE)
    incidents = Incidents(store, data / "evidence", SystemClock(), where, passwords=passwords)
    incidents.load_areas(AREAS)
    say("open")
    for number in itertools.count():
        name = f"{turn}-{number}"
        spot = {"lon": 100 + 0.01 * int(turn), "lat": 0.001 * number, "error_m": 1.0}
        blobs = {"picture.jpg": JPEG + name.encode(), "clip.mp4": MP4 + name.encode()}
        report = detection(key=name, object_id=name, camera_id=name, location=spot, blobs=list(blobs))
        taken = incidents.take_detection(report, list(blobs.values()))
        say(f"case {taken.case_id} {name}")


def main() -> None:
    data, where, passwords = Path(sys.argv[1]), town(), Passwords()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            write(data, line.strip(), where, passwords)
        say(f"pid {child}")
        os.waitpid(child, 0)
        say("over")


if __name__ == "__main__":
    main()
