"""Access units as they come, for those who watch a stream now."""

from collections.abc import Callable

from ingest.access_unit import AccessUnit
from ingest.gop import WireGop
from ingest.live import LiveUnit
from ingest.rtsp.depacketiser import Depacketiser

Sink = Callable[[LiveUnit], None]


class Fanout:
    """The sinks of one stream. A sink must return at once; who is slow bounds its own queue."""

    def __init__(self) -> None:
        self.sinks: list[Sink] = []

    def send(self, unit: AccessUnit) -> None:
        live = LiveUnit(unit)
        for sink in tuple(self.sinks):
            sink(live)


class WireTap:
    """Builds access units from a session's bytes, from the beginning of a group of pictures on."""

    def __init__(self, gop: WireGop) -> None:
        self._gop = gop
        self._depacketiser = Depacketiser(gop.source.codec, gop.sets, trust_marker=gop.trust_marker)

    def follow(self, gop: WireGop) -> None:
        """The next bytes belong to `gop`."""
        self._gop = gop

    def push(self, chunk: bytes) -> list[AccessUnit]:
        gop, source = self._gop, self._gop.source
        pictures = self._depacketiser.push_interleaved(chunk, source.channel, source.payload_type)
        return [gop.unit_of(picture) for picture in pictures]
