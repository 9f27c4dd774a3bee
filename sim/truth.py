"""What really happened in the simulated town, for whoever judges what the command centre made of it."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from sim.rtsp.clip import EventKind


class EventState(StrEnum):
    COMING = "coming"  # on its way: begins at the camera's next segment
    STANDING = "standing"
    LEAVING = "leaving"  # told to go, still there
    GONE = "gone"


@dataclass(slots=True)
class TownEvent:
    """One event. Times are Unix seconds, `box` x, y, width, height as fractions of the picture while it stands.

    `planned_at` is when it was to begin; `placed_at` and `cleared_at` are when the frames showing it still, and gone,
    were sent. `asked_to_leave_at` is None where it went by itself. lon and lat are None for a camera without a pose.
    """

    event_id: str
    camera_id: str
    kind: EventKind
    planned_at: float
    stand_seconds: float
    box: tuple[float, float, float, float]
    lon: float | None
    lat: float | None
    state: EventState = EventState.COMING
    placed_at: float | None = None
    asked_to_leave_at: float | None = None
    cleared_at: float | None = None


class TruthLog:
    """Appends an event to the file whenever its state changes: one JSON object a line, the last of an id counts."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")

    def write(self, event: TownEvent) -> None:
        self._file.write(json.dumps(asdict(event), ensure_ascii=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def read_truth(path: Path) -> dict[str, TownEvent]:
    """The newest state of every event of the file, by id. A last line cut short by a crash is left out."""
    events: dict[str, TownEvent] = {}
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            row = json.loads(line)
            row["state"], row["box"] = EventState(row["state"]), tuple(row["box"])
            events[row["event_id"]] = TownEvent(**row)
    return events
