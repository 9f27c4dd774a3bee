"""Groups of pictures as the ring keeps them: bytes off the wire, or access units where there was no wire."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from ingest.access_unit import AccessUnit, Codec, Profile
from ingest.rtsp.depacketiser import Depacketiser, Picture
from ingest.rtsp.media_clock import ticks_between
from ingest.rtsp.nal import ParameterSets


class Gop(Protocol):
    """A key frame and what follows it up to the next. Readable from any thread while it still grows."""

    @property
    def started_at(self) -> float:
        """Unix time at which the key frame arrived."""
        ...

    @property
    def last_at(self) -> float: ...

    @property
    def bytes(self) -> int: ...

    def key_frame(self) -> AccessUnit | None:
        """None when it is not whole yet, was damaged on the way, or has been dropped."""
        ...

    def access_units(self) -> list[AccessUnit]:
        """All whole ones so far."""
        ...

    def drop(self) -> None:
        """Lets go of all content: the group alone passes the ring's cap."""
        ...


@dataclass(frozen=True, slots=True)
class WireSource:
    """What it takes to read a session's packets."""

    camera_id: str
    profile: Profile
    codec: Codec
    channel: int
    payload_type: int
    clock_rate: int


class WireGop:
    """Interleaved frames as received, in whole packets; access units are built when somebody asks.

    `sets` are the parameter sets in effect when it began, `ticks` its key frame's unwrapped timestamp.
    """

    __slots__ = (
        "_chunks",
        "_complete",
        "_discontinuity",
        "_key_chunks",
        "_ticks",
        "_timestamp",
        "bytes",
        "dropped",
        "last_at",
        "sets",
        "source",
        "started_at",
        "trust_marker",
    )

    def __init__(
        self,
        source: WireSource,
        sets: ParameterSets,
        timestamp: int,
        ticks: int,
        arrived_at: float,
        *,
        discontinuity: bool,
        trust_marker: bool = True,
    ) -> None:
        self.source = source
        self.sets = sets
        self._timestamp = timestamp
        self._ticks = ticks
        self.started_at = self.last_at = arrived_at
        self._discontinuity = discontinuity
        self._chunks: list[bytes] = []
        self._key_chunks = 0
        self.bytes = 0
        self.dropped = False
        self.trust_marker = trust_marker
        self._complete = False

    def append(self, chunk: bytes, read_at: float) -> None:
        if self.dropped:
            return
        self._chunks.append(chunk)
        self.bytes += len(chunk)
        self.last_at = read_at

    def key_frame_whole(self) -> None:
        """What has been appended so far holds the whole key frame."""
        self._key_chunks = len(self._chunks)

    def complete(self) -> None:
        """The next group has begun: the last picture is whole even without a marker bit."""
        self._complete = True

    def drop(self) -> None:
        self.dropped = True
        self._chunks, self._key_chunks, self.bytes = [], 0, 0

    def chunks(self) -> tuple[bytes, ...]:
        return tuple(self._chunks)

    def key_frame(self) -> AccessUnit | None:
        first = next(self._pictures(tuple(self._chunks[: self._key_chunks]), flush=True), None)
        return self.unit_of(first) if first is not None and first.keyframe else None

    def access_units(self) -> list[AccessUnit]:
        return [self.unit_of(picture) for picture in self._pictures(self.chunks(), flush=self._complete)]

    def _pictures(self, chunks: tuple[bytes, ...], *, flush: bool = False) -> Iterator[Picture]:
        source = self.source
        depacketiser = Depacketiser(source.codec, self.sets, trust_marker=self.trust_marker)
        for chunk in chunks:
            yield from depacketiser.push_interleaved(chunk, source.channel, source.payload_type)
        if flush:
            yield from depacketiser.flush()

    def unit_of(self, picture: Picture) -> AccessUnit:
        source = self.source
        ahead = ticks_between(self._timestamp, picture.timestamp)
        arrived = self.started_at + ahead / source.clock_rate
        return AccessUnit(
            camera_id=source.camera_id,
            profile=source.profile,
            codec=source.codec,
            keyframe=picture.keyframe,
            pts_us=max(0, (self._ticks + ahead) * 1_000_000 // source.clock_rate),
            received_at=min(arrived, max(self.last_at, self.started_at)),
            data=picture.data,
            discontinuity=picture.after_loss or (self._discontinuity and ahead == 0),
        )


class UnitGop:
    """Access units that came ready-made, from an opener that is not ours."""

    __slots__ = ("_units", "bytes")

    def __init__(self, key_frame: AccessUnit) -> None:
        self._units = [key_frame]
        self.bytes = len(key_frame.data)

    @property
    def started_at(self) -> float:
        return self._units[0].received_at if self._units else 0.0

    @property
    def last_at(self) -> float:
        return self._units[-1].received_at if self._units else 0.0

    def append(self, unit: AccessUnit) -> None:
        if self._units:
            self._units.append(unit)
            self.bytes += len(unit.data)

    def key_frame(self) -> AccessUnit | None:
        return self._units[0] if self._units else None

    def access_units(self) -> list[AccessUnit]:
        return list(self._units)

    def drop(self) -> None:
        self._units, self.bytes = [], 0


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """A key frame that has arrived whole. Cheap: the access unit is built by `unit()`, in whatever thread calls it.

    `gop_seconds` is the time since the key frame before, 0 when there was none.
    """

    camera_id: str
    received_at: float
    gop_seconds: float
    gop: Gop

    def unit(self) -> AccessUnit | None:
        """None when the camera sent it broken, or the ring's cap made it go."""
        return self.gop.key_frame()
