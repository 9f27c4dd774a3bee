"""What simulated loudspeakers have heard, decoded, for tests and people to compare with what was said."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Encoding = Literal["PCMU", "PCMA"]
MOST_BYTES = 120 * 8000
MOST_SOUNDS = 50


def _mu_law() -> NDArray[np.int16]:
    """ITU-T G.711 table 2a, the decoder's side, by the code's bits."""
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = (((code & 0x0F) << 3) + 132 << ((code >> 4) & 7)) - 132
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _a_law() -> NDArray[np.int16]:
    """ITU-T G.711 table 1a, likewise."""
    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment, mantissa = (code >> 4) & 7, (code & 0x0F) << 4
    magnitude = np.where(segment == 0, mantissa + 8, (mantissa + 0x108) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


DECODED = {"PCMU": _mu_law(), "PCMA": _a_law()}


@dataclass(slots=True)
class Sound:
    """One thing said. `how`: back_channel, stream, wav, text; `ended`: how it ended, "" while it goes on."""

    how: str
    began_at: float
    encoding: Encoding = "PCMU"
    ended_at: float | None = None
    ended: str = ""
    text: str = ""
    volume_percent: int | None = None
    packets: int = 0
    gaps: int = 0
    data: bytearray = field(default_factory=bytearray, repr=False)
    wav: bytes = field(default=b"", repr=False)

    def take(self, data: bytes) -> None:
        self.packets += 1
        if len(self.data) < MOST_BYTES:
            self.data += data

    def samples(self) -> NDArray[np.int16]:
        """At 8 kHz."""
        return DECODED[self.encoding][np.frombuffer(bytes(self.data), np.uint8)]

    def plain(self) -> dict[str, Any]:
        return {
            "how": self.how,
            "began_at": self.began_at,
            "ended_at": self.ended_at,
            "ended": self.ended,
            "text": self.text,
            "volume_percent": self.volume_percent,
            "seconds": len(self.data) / 8000,
            "packets": self.packets,
            "gaps": self.gaps,
        }


class Hearing:
    """All that the simulated loudspeakers were told, by device, the oldest first."""

    def __init__(self) -> None:
        self._heard: dict[str, deque[Sound]] = {}

    def of(self, device_id: str) -> list[Sound]:
        return list(self._heard.get(device_id, ()))

    def begin(self, device_id: str, sound: Sound) -> Sound:
        self._heard.setdefault(device_id, deque(maxlen=MOST_SOUNDS)).append(sound)
        return sound

    def plain(self) -> dict[str, Any]:
        return {device_id: [sound.plain() for sound in sounds] for device_id, sounds in self._heard.items()}
