import os
import signal
import subprocess
import sys
from pathlib import Path

from runtime.spool import PARKED_AFTER, Spool


def test_what_is_put_comes_back_in_order_until_acknowledged(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    assert spool.put("a", {"n": 1}, [b"picture", b""])
    assert spool.put("b", {"n": 2})
    first, second = spool.pending()
    assert (first.key, first.body, first.blobs) == ("a", {"n": 1}, (b"picture", b""))
    assert second.key == "b"
    spool.acknowledge("a")
    assert [item.key for item in spool.pending()] == ["b"]
    assert spool.depth() == 1


def test_the_same_key_is_kept_once(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    assert spool.put("a", {"n": 1})
    assert not spool.put("a", {"n": 2})
    assert [item.body for item in spool.pending()] == [{"n": 1}]


def test_another_process_finds_what_one_left(tmp_path: Path) -> None:
    Spool(tmp_path / "spool.sqlite").put("a", {"n": 1}, [b"x"])
    assert [item.key for item in Spool(tmp_path / "spool.sqlite").pending()] == ["a"]


def test_a_full_spool_keeps_the_record_and_says_what_it_dropped(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite", max_bytes=100)
    spool.put("a", {"n": 1}, [b"x" * 90])
    spool.put("b", {"n": 2}, [b"x" * 20])
    last = spool.pending()[-1]
    assert last.body == {"n": 2, "blobs": [], "attachments_dropped": 1}
    assert last.blobs == ()


def test_a_record_refused_for_ever_is_parked_and_lets_the_next_pass(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool.put("bad", {})
    spool.put("good", {})
    for _ in range(PARKED_AFTER):
        spool.refused("bad", "no such class")
    assert [item.key for item in spool.pending()] == ["good"]
    assert spool.depth() == 2


_WRITER = """
import sys
from pathlib import Path
from runtime.spool import Spool
spool = Spool(Path(sys.argv[1]))
for n in range(100000):
    spool.put(str(n), {"n": n}, [b"y" * 1000])
    print(n, flush=True)
"""


def test_what_put_returned_for_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    seen = [int(writer.stdout.readline()) for _ in range(30)]
    os.kill(writer.pid, signal.SIGKILL)
    seen += [int(line) for line in writer.stdout.read().split()]
    writer.wait()
    writer.stdout.close()
    kept = {item.key for item in Spool(path).pending(limit=100000)}
    assert {str(n) for n in seen} <= kept
