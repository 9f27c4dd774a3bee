"""kill -9 of an ingest worker while a stall stands: its cameras return, nothing seen is lost, nothing is told twice."""

import time
from collections.abc import Iterator
from zlib import crc32

import pytest

from tests.story.small_town import Operator, SmallTown, wait_until

DWELL = 30.0
SCENE = "crossing-main"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallTown]:
    made = SmallTown(tmp_path_factory.mktemp("killed"), (SCENE,), dwell=DWELL)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def _states(operator: Operator) -> dict[str, str]:
    return {camera["id"]: camera["state"] for camera in operator.get("/cameras")["items"]}


def _worker_of(town: SmallTown, camera_id: str) -> str:
    """Cameras are dealt to the workers by their ids."""
    shards = 2
    return f"{crc32(camera_id.encode()) % shards}/{shards}"


def test_a_killed_worker_comes_back_with_its_cameras_and_what_it_had_seen(town: SmallTown) -> None:
    operator = Operator(town)
    operator.make_first_account()
    camera_id = sorted(town.shown)[0]
    wait_until(lambda: set(_states(operator).values()) == {"live"}, 60, "all cameras are live")
    event_id = town.start_event(camera_id, "stall")
    wait_until(lambda: town.event(event_id)["placed_at"], 60, "the stall stands")
    placed_at = town.event(event_id)["placed_at"]

    # Killed after the worker has seen the stall stand still, and before its dwell time is over.
    time.sleep(max(0.0, placed_at + 14 - time.time()))
    killed_at = time.time()
    town.kill("api.worker_process", "--shard", _worker_of(town, camera_id))
    wait_until(lambda: _states(operator)[camera_id] != "live", 10, "the loss is shown")
    wait_until(lambda: set(_states(operator).values()) == {"live"}, 60, "the cameras are live again")
    back_after = time.time() - killed_at

    case = wait_until(lambda: operator.case_of(camera_id), 90, "the stall's case")
    print(
        f"cameras back {back_after:.1f} s after the kill; case {time.time() - placed_at - DWELL:.1f} s after its time"
    )
    assert case["state"] == "filed"

    # A second kill after the detection: the case stays one case, with its evidence.
    town.kill("api.worker_process", "--shard", _worker_of(town, camera_id))
    wait_until(lambda: set(_states(operator).values()) == {"live"}, 60, "the cameras are live again")
    time.sleep(20)
    cases = operator.get(f"/cases?camera={camera_id}")
    assert cases["total"] == 1
    detail = operator.get(f"/cases/{case['id']}")
    assert {"picture", "clip"} <= {one["kind"] for one in detail["evidence"]}
    operator.close()
