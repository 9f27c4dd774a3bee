"""The words of a case: its states, what is done to it and in what capacity, and where it stands."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class State(StrEnum):
    REVIEW = "review"
    FILED = "filed"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    ARRIVED = "arrived"
    HANDLED = "handled"
    CLOSED = "closed"
    INVALID = "invalid"


ENDED = frozenset({State.CLOSED, State.INVALID})
OPEN = frozenset(State) - ENDED
IN_HAND = frozenset({State.ASSIGNED, State.ACCEPTED, State.ARRIVED})
"""Somebody has been sent and has not yet reported back."""


HIGHEST_TIER = 4
"""Tiers are those of the levels: 1 the grid worker, 2 the grid leader, 3 the town, 4 the district."""
MAX_SCORE = 5

NOTHING_FOUND = "nothing"
FOUND = ("removed", "left", NOTHING_FOUND)
"""What who handled it may say he came upon: it was there and was seen to; it had been there and had left; there was
nothing of what was reported."""

LEFT_BY_ITSELF = "left_by_itself"
REJECTED, DUPLICATE = "rejected", "duplicate"
"""Resolutions of a case that ended in the review queue."""


class Action(StrEnum):
    OPEN = "open"
    CONFIRM = "confirm"
    REJECT = "reject"
    DUPLICATE = "duplicate"
    TAKE_BACK = "take_back"
    MERGE = "merge"
    UNMERGE = "unmerge"
    ASSIGN = "assign"
    ACCEPT = "accept"
    DECLINE = "decline"
    ARRIVE = "arrive"
    HANDLE = "handle"
    VERIFY = "verify"
    CLOSE = "close"
    REOPEN = "reopen"
    STRIKE_OUT = "strike_out"
    COMMENT = "comment"
    EVIDENCE = "evidence"
    SIGHTED = "sighted"
    LOOK = "look"
    TALK_DOWN = "talk_down"
    PARTY = "party"
    REMIND = "remind"
    FEEDBACK = "feedback"
    GONE = "gone"
    UNANSWERED = "unanswered"
    RELEASE = "release"
    ROUTE = "route"
    RETURN = "return"
    JOIN = "join"
    PART_ACCEPT = "part_accept"
    PART_DONE = "part_done"
    PART_WITHDRAW = "part_withdraw"
    SEND_ALONG = "send_along"
    ALONG_ACCEPT = "along_accept"
    ALONG_DECLINE = "along_decline"
    ALONG_ARRIVE = "along_arrive"
    ALONG_WITHDRAW = "along_withdraw"
    TRIAGE = "triage"
    ASK_EXTENSION = "ask_extension"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    SUPERVISE = "supervise"
    URGE = "urge"
    STEP_UP = "step_up"
    EVALUATE = "evaluate"


class Duty(StrEnum):
    """In what capacity somebody acts on one case. `post`: of the post that holds it; `part`: of one that has a part;
    `along`: sent along with the one who leads."""

    TRIAGE = "triage"
    DISPATCH = "dispatch"
    HANDLE = "handle"
    POST = "post"
    PART = "part"
    ALONG = "along"
    VERIFY = "verify"
    SUPERVISE = "supervise"
    COMMENT = "comment"
    CAMERA = "camera"
    LOOK = "look"
    TALK_DOWN = "talk_down"
    REGISTER = "register"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    kind: Literal["camera", "person", "system"]
    id: str
    name: str


SYSTEM = Actor("system", "gridwatch", "Gridwatch")


class PartState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    DONE = "done"
    WITHDRAWN = "withdrawn"


OPEN_PARTS = frozenset({PartState.ASKED, PartState.ACCEPTED})


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """What a post other than the one that leads does of a case."""

    post: str
    state: PartState


class AlongState(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    ARRIVED = "arrived"


@dataclass(frozen=True, slots=True)
class Companion:
    """Who was sent along with the one who leads (两人同往)."""

    worker_id: str
    state: AlongState


@dataclass(frozen=True, slots=True)
class Transition:
    """`target` None: the case stays where it is. Some lead elsewhere by their detail, or by who holds the case."""

    action: Action
    sources: frozenset[State]
    target: State | None
    duties: frozenset[Duty]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the machine needs to know of a case.

    `extended_until`: the latest time ever granted, which no correction of class or level takes away. `urged_for` and
    `breached_for`: the deadline the system has urged for, and stepped up for, so that it does each once a deadline.
    """

    state: State
    assignee_id: str | None = None
    dispatched_by: str | None = None
    handled_by: str | None = None
    gone_at: float | None = None
    needs_person: bool = False
    reworks: int = 0
    resolution: str | None = None
    case_class: str = ""
    level: int = 1
    tier: int = 1
    deadline_at: float | None = None
    extension_until: float | None = None
    """Asked for, and neither granted nor refused yet."""
    extension_by: str | None = None
    extended_until: float | None = None
    supervised_at: float | None = None
    urged_for: float | None = None
    breached_for: float | None = None
    score: int | None = None
    dispatchers: frozenset[str] = frozenset()
    """Everybody who has dispatched it in this round, and with `handlers` everybody who has handled it: however often
    the hands change, none of them may verify."""
    handlers: frozenset[str] = frozenset()
    post: str | None = None
    """The post that holds it, or leads where several do; who accepts it for the post is then the assignee."""
    returned: frozenset[str] = frozenset()
    """Posts that have given it back in this round: it is not sent there by itself again."""
    owes_feedback: bool = False
    """An order from above whose form lacks a required answer: no camera ends it."""
    parts: tuple[Part, ...] = ()
    """Of the other posts, in order of their ids."""
    people: int = 1
    """How many are to go together."""
    companions: tuple[Companion, ...] = ()
    """Besides the assignee, in the order they were sent; while the case is in hand."""
    unanswered: frozenset[str] = frozenset()
    """Of those it is sent to, who has not accepted in time and is still waited for."""
