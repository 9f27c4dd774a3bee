"""Faults of the small town's cameras, put where the worker's messages would put them."""

from incidents.queries import QualityFilter
from incidents.rights import EVERYWHERE
from tests.api.town import RunningTown

PICTURE, HEALTHY = b"\xff\xd8\xff a picture", b"\xff\xd8\xff when well"


def message(village: str, fault: str, turn: str, at: float, since: float) -> dict[str, object]:
    key = f"quality/{village}-cam/{fault}/{since}/{turn}"
    told = {"what": "quality", "key": key, "camera_id": f"{village}-cam", "fault": fault, "turn": turn}
    return {**told, "at": at, "since": since, "blobs": ["picture.jpg", "healthy.jpg"] if turn == "began" else []}


def episode_at(town: RunningTown, village: str, fault: str = "covered", since: float = 1_790_000_000.0) -> str:
    """A fault that goes on at a village's camera: its episode's id."""
    blobs = (PICTURE + village.encode(), HEALTHY + village.encode())
    town.centre.quality.take(message(village, fault, "began", since + 90, since), blobs)
    wanted = QualityFilter(camera=f"{village}-cam", fault=fault)
    return town.centre.quality.episodes(EVERYWHERE, wanted)[0].id
