"""kill -9 in the middle of writing cases: whatever was acknowledged is there, whole."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from incidents.check import check_store
from incidents.queries import get_case, get_trace, list_evidence
from incidents.rights import EVERYWHERE
from incidents.store import DATABASE_FILE, open_store
from tests.incidents.world import JPEG, MP4, detection, make_world

ROUNDS = 50
ROOT = Path(__file__).parents[2]


def kill_after(victim: int, seconds: float) -> bool:
    time.sleep(seconds)
    os.kill(victim, signal.SIGKILL)
    return True


def kill_writers(data: Path, chance: random.Random) -> tuple[list[tuple[str, str]], int]:
    """(case id, key) of every acknowledged case, and how many writers were killed before their first."""
    acknowledged: list[tuple[str, str]] = []
    barren = 0
    command = [sys.executable, "-m", "tests.incidents.crash_writer", str(data)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        for turn in range(ROUNDS):
            writer.stdin.write(f"{turn}\n")
            writer.stdin.flush()
            before, killed, victim, after = len(acknowledged), False, 0, chance.randint(0, 3)
            for line in writer.stdout:
                match line.split():
                    case ["case", case_id, key]:
                        acknowledged.append((case_id, key))
                        if not killed and len(acknowledged) - before == after:
                            killed = kill_after(victim, chance.uniform(0.0, 0.05))
                    case ["pid", pid]:
                        victim = int(pid)
                        if turn % 5 == 0:  # While it opens the store; the first, while it makes the tables.
                            killed = kill_after(victim, chance.uniform(0.0, 0.2))
                    case ["open"] if not killed and after == 0:
                        killed = kill_after(victim, chance.uniform(0.0, 0.05))
                    case ["over"]:
                        break
            assert killed
            barren += len(acknowledged) == before
        writer.stdin.close()
    return acknowledged, barren


@pytest.mark.slow
def test_kill_nine_fifty_times(tmp_path: Path) -> None:
    acknowledged, barren = kill_writers(tmp_path, random.Random(7))
    assert len(acknowledged) > ROUNDS, "the writers were killed too early to show anything"
    assert barren < ROUNDS
    store = open_store(tmp_path / DATABASE_FILE)
    with store.read() as connection:
        for case_id, key in acknowledged:
            view, _ = get_case(connection, EVERYWHERE, case_id)
            assert (view.state, view.camera_id, view.sightings) == ("filed", key, 1)
            assert [entry.action for entry in get_trace(connection, EVERYWHERE, case_id)] == [
                "open", "evidence", "evidence"]  # fmt: skip
            assert [one.kind for one in list_evidence(connection, EVERYWHERE, case_id)] == ["picture", "clip"]
    findings = check_store(store, tmp_path / "evidence")
    assert findings.sound, findings
    assert findings.evidence_files >= 2 * len(acknowledged)
    world = make_world(store, tmp_path)
    case_id, key = acknowledged[-1]
    again = world.incidents.take_detection(
        {**detection(key=key, object_id=key, camera_id=key), "blobs": ["picture.jpg", "clip.mp4"]}, [JPEG, MP4]
    )
    assert (again.case_id, again.repeated) == (case_id, True)
    store.close()
