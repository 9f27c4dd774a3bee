"""The live interface: what the API process may ask of the ingest workers.

The worker process answers it over a Unix socket (`ingest.link`); tests may answer it in the same process.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ingest.access_unit import AccessUnit, Rendition
from ingest.state import StreamStatus


@dataclass(frozen=True, slots=True)
class LiveUnit:
    """An access unit on its way to a viewer.

    `catch_up` marks the GOP so far, sent at once after a subscription: decode it, show only the newest.
    """

    unit: AccessUnit
    catch_up: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """A worker's answer: JSON-able `body` and binary parts (pictures, clips)."""

    body: dict[str, Any]
    blobs: tuple[bytes, ...] = ()


class LiveError(Exception):
    """The camera or its worker cannot answer now; the message is fit for an operator.

    `code` says why where that is known (`ingest.onvif.problem.Code`), `zh` the same in Chinese; both may be empty.
    """

    def __init__(self, message: str, code: str = "", zh: str = "") -> None:
        super().__init__(message)
        self.code, self.zh = code, zh


@dataclass(frozen=True, slots=True)
class PtzReport:
    """Where a dome points: pan clockwise and tilt up in its own degrees, zoom as magnification.

    None: it does not tell.
    """

    camera_id: str
    pan_deg: float | None
    tilt_deg: float | None
    zoom: float | None
    moving: bool | None
    at: float


@dataclass(frozen=True, slots=True)
class Configuration:
    """cameras.yaml as plain data, and its fingerprint (`config.fingerprint`). No passwords: workers read them."""

    file: dict[str, Any]
    fingerprint: str


class Subscription(Protocol):
    def close(self) -> None: ...


DetectionHandler = Callable[[dict[str, Any], tuple[bytes, ...]], Awaitable[None]]
StatusHandler = Callable[[StreamStatus], None]
PtzHandler = Callable[[PtzReport], None]


class Live(Protocol):
    """All ingest workers together, as seen from the API process. All calls belong to its event loop."""

    def subscribe(self, camera_id: str, profile: Rendition, sink: Callable[[LiveUnit], None]) -> Subscription:
        """Calls `sink` with every access unit, the GOP so far first. The sink must return at once."""
        ...

    async def request(self, camera_id: str, op: str, **arguments: Any) -> Reply:
        """Asks the worker that holds the camera: `snapshot`, `clip`, `verify`, `ptz`. Raises `LiveError`."""
        ...

    async def configure(self, configuration: Configuration) -> list[str]:
        """Every worker changes to this configuration; streams it leaves as they are go on. Returns when that is done,
        with a line for each worker that could not; one that is away is given it when it is back."""
        ...

    def statuses(self) -> dict[str, StreamStatus]:
        """Newest known status of every camera's sub-stream, by camera id."""
        ...

    def status_of(self, camera_id: str) -> StreamStatus | None:
        """The same of one camera; None where nothing is known of it."""
        ...

    def on_status(self, handler: StatusHandler) -> None:
        """Also of main and transcoded streams while they are subscribed to: see `StreamStatus.profile`."""
        ...

    def on_detection(self, handler: DetectionHandler) -> None:
        """`handler` has stored the detection durably when it returns; only then is it acknowledged."""
        ...

    def on_ptz(self, handler: PtzHandler) -> None:
        """Where domes point, each time one that is steered or watched has moved."""
        ...
