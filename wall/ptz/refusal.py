"""Why a dome is not turned: a code, and a sentence in Chinese and English for whoever wanted it."""

from dataclasses import dataclass

from incidents.errors import Conflict, IncidentError, Invalid
from ingest.live import LiveError
from wall.ptz.lock import Locked

NOT_SUPPORTED, OUT_OF_RANGE = "not_supported", "out_of_range"
_UNREACHABLE, _UNREACHABLE_ZH = "unreachable", "设备暂时无法应答"
_REFUSED, _REFUSED_ZH = "refused", "此操作被拒绝"


class DomeCannot(Conflict):
    """The dome, or what is known of it, does not allow this."""

    def __init__(self, en: str, zh: str, code: str = NOT_SUPPORTED) -> None:
        super().__init__(en, "camera")
        self.zh, self.code = zh, code


class NotPossible(Invalid):
    """What was asked for is beyond the dome, or says too little."""

    def __init__(self, en: str, zh: str, where: str, code: str = OUT_OF_RANGE) -> None:
        super().__init__(en, where)
        self.zh, self.code = zh, code


@dataclass(frozen=True, slots=True)
class Words:
    """`code` is that of a device (`ingest.onvif.problem.Code`) where it is the device that does not."""

    code: str
    zh: str
    en: str


def words_of(problem: IncidentError | LiveError) -> Words:
    if isinstance(problem, LiveError):
        return Words(problem.code or _UNREACHABLE, problem.zh or _UNREACHABLE_ZH, str(problem))
    if isinstance(problem, Locked):
        return Words("locked", problem.zh, str(problem))
    code = getattr(problem, "code", _REFUSED)
    return Words(code, getattr(problem, "zh", "") or _REFUSED_ZH, str(problem))


def refused(problem: LiveError) -> DomeCannot | NotPossible | LiveError:
    """A worker's answer as what it means here: most are the dome's present state, two are not."""
    if problem.code in (NOT_SUPPORTED, "fault"):
        return DomeCannot(str(problem), problem.zh or _REFUSED_ZH, problem.code)
    if problem.code == OUT_OF_RANGE:
        return NotPossible(str(problem), problem.zh or _REFUSED_ZH, "pan_deg")
    return problem
