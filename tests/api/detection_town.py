"""Judged detections in the small town: as its workers tell them and its operators judge them."""

import asyncio
from typing import Any

from tests.api.town import RunningTown, detection_at

BIN_BOX = [0.1, 0.1, 0.05, 0.1]


async def take(town: RunningTown, village: str, object_id: str, **changed: Any) -> str | None:
    """A detection into the review queue: its case, None where it was not raised."""
    detection, blobs = detection_at(village, object_id)
    told = {**detection, "opens_case": False, "location": None, **changed}
    return (await asyncio.to_thread(town.incidents.take_detection, told, blobs)).case_id


async def judge(town: RunningTown, village: str, object_id: str, action: str, box: Any = None, **detail: Any) -> str:
    """The case of a detection, told and judged at once."""
    case_id = await take(town, village, object_id, **({} if box is None else {"box": box}))
    answer = await town.client(f"operator@{village}").post(f"/cases/{case_id}/{action}", json=detail)
    assert answer.status_code == 200, answer.text
    return str(case_id)


async def cause_at(town: RunningTown, village: str) -> str:
    """A remembered cause at a village's camera that has kept back a detection: its id."""
    await judge(town, village, f"{village}-bin", "reject", BIN_BOX, cause="bin")
    assert await take(town, village, f"{village}-bin-again", box=BIN_BOX) is None
    found = (await town.client(f"operator@{village}").get("/detection/causes")).json()["items"]
    return str(found[0]["id"])
