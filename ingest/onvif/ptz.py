"""What turns a dome, whatever its maker: the interface, in device degrees and magnification."""

from dataclasses import dataclass
from typing import Literal, Protocol

Auxiliary = Literal["wiper", "light"]


@dataclass(frozen=True, slots=True)
class PtzCapabilities:
    """What the device offers. Limits are its ends in degrees and magnification, low end first."""

    absolute: bool
    relative: bool
    continuous: bool
    presets: int
    """How many it keeps; 0: none, or it does not say."""
    focus: bool
    iris: bool
    auxiliary: frozenset[Auxiliary]
    pan_deg: tuple[float, float]
    tilt_deg: tuple[float, float]
    zoom: tuple[float, float]


@dataclass(frozen=True, slots=True)
class PtzStatus:
    """Where it looks: pan clockwise, tilt up positive, zoom as magnification. None: it does not tell."""

    pan_deg: float | None
    tilt_deg: float | None
    zoom: float | None
    moving: bool | None


@dataclass(frozen=True, slots=True)
class Preset:
    token: str
    name: str
    pan_deg: float | None = None
    tilt_deg: float | None = None
    zoom: float | None = None


class PtzDriver(Protocol):
    """Turns one dome. Every method raises DeviceProblem; not_supported where the device cannot do it."""

    @property
    def capabilities(self) -> PtzCapabilities: ...

    async def status(self) -> PtzStatus: ...

    async def absolute(
        self, pan_deg: float | None, tilt_deg: float | None, zoom: float | None = None, speed: float | None = None
    ) -> None:
        """Goes there. Pan and tilt together or neither; None stays. `speed` 0…1, None: the device's own.

        A direction outside the limits is refused (out_of_range); zoom goes as far as it goes.
        """
        ...

    async def relative(self, pan_deg: float, tilt_deg: float, zoom: float = 0.0, speed: float | None = None) -> None:
        """By so many degrees, and so much magnification more."""
        ...

    async def continuous(self, pan: float, tilt: float, zoom: float, timeout_s: float) -> None:
        """Keeps turning at -1…1 of full speed; clockwise, up and closer positive; at most `timeout_s`, rounded up."""
        ...

    async def stop(self) -> None:
        """Stands still. Does not wait behind other requests."""
        ...

    async def presets(self) -> list[Preset]: ...

    async def set_preset(self, name: str, token: str | None = None) -> str:
        """Keeps the present view, over the preset `token` if given. Returns its token."""
        ...

    async def goto_preset(self, token: str, speed: float | None = None) -> None: ...

    async def remove_preset(self, token: str) -> None: ...

    async def focus(self, speed: float) -> None:
        """Focuses farther (positive) or nearer at -1…1 until 0 comes."""
        ...

    async def autofocus(self, on: bool) -> None: ...

    async def iris(self, opening: float) -> None:
        """Sets the iris by hand, 0 closed to 1 open, within the device's range."""
        ...

    async def auxiliary(self, what: Auxiliary, on: bool) -> None: ...


class MotionJudge:
    """Whether a dome moves, from where it is rather than from what it says.

    Hikvision's MoveStatus is stuck at IDLE on some firmware and at MOVING on other. A position that changes is movement
    whatever is said; one that stands for `still_s` is stillness whatever is said.
    """

    def __init__(self, still_s: float = 0.6, resolution_deg: float = 0.02) -> None:
        self._still_s = still_s
        self._resolution = resolution_deg
        self._position: tuple[float, ...] | None = None
        self._stirred_at = -1e9

    def commanded(self, at: float) -> None:
        """A move was sent at `at` (monotonic seconds)."""
        self._stirred_at = at

    def moving(self, position: tuple[float, ...] | None, said: str, at: float) -> bool | None:
        """`said`: IDLE, MOVING, UNKNOWN or "". None: neither position nor word tells."""
        word = said.strip().upper()
        if position is None:
            return {"MOVING": True, "IDLE": False}.get(word)
        before, self._position = self._position, position
        if before is not None and len(before) == len(position):
            changed = max(abs(a - b) for a, b in zip(before, position, strict=True)) > self._resolution
            if changed:
                self._stirred_at = at
                return True
        # Right after a command it may not have begun to turn, and IDLE may be all it ever says.
        return at - self._stirred_at < self._still_s or (before is None and word == "MOVING")
