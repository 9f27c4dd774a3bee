"""The loudspeakers of the configuration in force, as callers may see them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from config.cameras import Camera
from config.hours import within_hours
from config.loudspeakers import Loudspeaker, TalkDown
from incidents.errors import NotFound
from incidents.rights import Caller, Permission, Scope

RANKS = {"administrator": 3, "supervisor": 2}
"""By role, 1 for all others. The higher one may take a loudspeaker over."""
IN_QUIET_HOURS = 2
"""The rank from which one may speak in quiet hours, when he says so."""


class EstateFile(Protocol):
    """What of cameras.yaml is read here."""

    @property
    def talk_down(self) -> TalkDown: ...

    @property
    def loudspeakers(self) -> Sequence[Loudspeaker]: ...

    @property
    def cameras(self) -> Sequence[Camera]: ...


@dataclass(frozen=True, slots=True)
class Voice:
    """An account as one who speaks at one loudspeaker."""

    account_id: str
    name: str
    rank: int


class Speakers:
    """`file` gives cameras.yaml as it is in force now; `area_path` the path of an area, None where there is none."""

    def __init__(
        self, file: Callable[[], EstateFile], area_path: Callable[[str], str | None], timezone: ZoneInfo
    ) -> None:
        self._file, self._area_path, self._timezone = file, area_path, timezone
        self._listed: Sequence[Loudspeaker] = ()
        self._by_id: dict[str, Loudspeaker] = {}

    @property
    def rules(self) -> TalkDown:
        return self._file().talk_down

    @property
    def file(self) -> EstateFile:
        return self._file()

    def all(self) -> Sequence[Loudspeaker]:
        return self._file().loudspeakers

    def find(self, speaker_id: str) -> Loudspeaker | None:
        listed = self.all()
        if listed is not self._listed:
            self._listed, self._by_id = listed, {one.id: one for one in listed}
        return self._by_id.get(speaker_id)

    def path(self, speaker: Loudspeaker) -> str | None:
        """Area path; None where the area is not known, and so nobody may see it."""
        return self._area_path(speaker.area)

    def visible(self, scope: Scope) -> list[Loudspeaker]:
        return [one for one in self.all() if (path := self.path(one)) is not None and scope.covers(path)]

    def get(self, scope: Scope, speaker_id: str) -> Loudspeaker:
        """Raises NotFound."""
        found = self.find(speaker_id)
        path = self.path(found) if found is not None else None
        if found is None or path is None or not scope.covers(path):
            raise NotFound("no such loudspeaker", "loudspeakers", "没有该音柱")
        return found

    def voice(self, caller: Caller, speaker: Loudspeaker) -> Voice | None:
        """The caller as one who speaks there; None where he may not."""
        path = self.path(speaker)
        granting = caller.granting(Permission.LOUDSPEAKER_SPEAK)
        ranks = [RANKS.get(at.role, 1) for at in granting if path is not None and path.startswith(at.area_path)]
        return Voice(caller.account_id, caller.name, max(ranks)) if ranks else None

    def quiet(self, speaker: Loudspeaker, at: float) -> bool:
        """Whether these are its quiet hours."""
        hours = speaker.quiet_hours if speaker.quiet_hours is not None else self.rules.quiet_hours
        return within_hours(hours, at, self._timezone)
