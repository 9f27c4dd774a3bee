"""A process that has settled its heap looks through less, and still finds what is thrown away."""

import subprocess
import sys

PROGRAM = """
import gc, weakref
from runtime.collector import settle_heap

class Node: pass

standing = [Node() for _ in range(1000)]
settle_heap()
assert gc.get_freeze_count() > 1000
assert len(gc.get_objects()) < 500, len(gc.get_objects())
ring = Node()
ring.me, gone = ring, weakref.ref(ring)
del ring
gc.collect()
assert gone() is None
"""


def test_what_stands_is_left_alone_and_rings_are_found() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
