"""Who may do what, where: a role at an area holds for everything below it; what is not granted is denied."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import ColumnElement, false, or_, true

from incidents.case import Actor


class Permission(StrEnum):
    CASE_SEE = "case.see"
    CASE_CREATE = "case.create"
    CASE_TRIAGE = "case.triage"
    CASE_DISPATCH = "case.dispatch"
    CASE_HANDLE = "case.handle"
    CASE_VERIFY = "case.verify"
    CASE_SUPERVISE = "case.supervise"
    CASE_COMMENT = "case.comment"
    TRACE_CHECK = "trace.check"
    CAMERA_SEE = "camera.see"
    WORKER_SEE = "worker.see"
    WORKER_REPORT = "worker.report"
    HEALTH_SEE = "health.see"
    ACCOUNT_SEE = "account.see"
    ACCOUNT_MANAGE = "account.manage"
    AUDIT_SEE = "audit.see"
    DISPLAY_SHOW = "display.show"
    DISPLAY_MANAGE = "display.manage"
    ALARM_ANSWER = "alarm.answer"
    ALARM_MANAGE = "alarm.manage"
    WALL_ARRANGE = "wall.arrange"
    PTZ_CONTROL = "ptz.control"
    PTZ_CALIBRATE = "ptz.calibrate"
    ESTATE_MANAGE = "estate.manage"
    REGISTER_SEE = "register.see"
    REGISTER_EDIT = "register.edit"
    LOUDSPEAKER_SPEAK = "loudspeaker.speak"


_P = Permission
_WATCH = frozenset({_P.CASE_SEE, _P.CAMERA_SEE, _P.WORKER_SEE})
_DESK = _WATCH | {_P.CASE_CREATE, _P.CASE_COMMENT, _P.CASE_VERIFY, _P.TRACE_CHECK, _P.HEALTH_SEE}
_REGISTERS = frozenset({_P.REGISTER_SEE, _P.REGISTER_EDIT})
_ROOM = frozenset({_P.DISPLAY_SHOW, _P.ALARM_ANSWER, _P.WALL_ARRANGE, _P.PTZ_CONTROL, _P.LOUDSPEAKER_SPEAK})

ROLES: Mapping[str, frozenset[Permission]] = {
    "administrator": frozenset(Permission) - {_P.CASE_HANDLE, _P.WORKER_REPORT},
    "operator": _DESK | _ROOM | _REGISTERS | {_P.CASE_TRIAGE, _P.CASE_DISPATCH},
    "supervisor": _DESK | _ROOM | {_P.CASE_TRIAGE, _P.CASE_SUPERVISE, _P.REGISTER_SEE},
    "dispatcher": _WATCH | {_P.CASE_CREATE, _P.CASE_COMMENT, _P.CASE_DISPATCH, _P.REGISTER_SEE, _P.LOUDSPEAKER_SPEAK},
    "grid_leader": _WATCH
    | _REGISTERS
    | {_P.CASE_CREATE, _P.CASE_COMMENT, _P.CASE_DISPATCH, _P.CASE_HANDLE, _P.WORKER_REPORT},
    "grid_worker": _REGISTERS | {_P.CASE_SEE, _P.CASE_CREATE, _P.CASE_HANDLE, _P.CASE_COMMENT, _P.WORKER_REPORT},
    "post_staff": _REGISTERS | {_P.CASE_SEE, _P.CASE_HANDLE, _P.CASE_COMMENT},
    "village_room": _WATCH | {_P.CASE_CREATE, _P.CASE_COMMENT, _P.LOUDSPEAKER_SPEAK},
    "auditor": frozenset({_P.CASE_SEE, _P.TRACE_CHECK, _P.ACCOUNT_SEE, _P.AUDIT_SEE}),
    "display": _WATCH,
}
FIELD_ROLES = frozenset({"grid_worker", "grid_leader"})
"""Those who are sent to cases and report where they are: each has a row in `workers`."""
OF_HOLDERS = _REGISTERS | {_P.CASE_SEE}
"""What these grant in the field holds also for the cases one is sent to, wherever they lie."""
POST_ROLES = frozenset({"post_staff"})
"""What these grant holds for what the account's post has in hand, wherever that lies, and not for the area."""
NOT_PASSED_ON = frozenset({_P.ACCOUNT_MANAGE, _P.WORKER_REPORT})
"""What a stand-in does not take over: rights he gave out would outlast it; a position is of who carries the phone."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where one permission holds. `prefixes` are area paths; `assignees`: also the cases these accounts are sent to,
    `posts`: and those that these posts hold, wherever they are. An empty scope sees nothing."""

    prefixes: frozenset[str] = frozenset()
    assignees: frozenset[str] = frozenset()
    posts: frozenset[str] = frozenset()

    @property
    def by_holder(self) -> bool:
        """Whether it reaches beyond its areas, to cases by who holds them."""
        return bool(self.assignees or self.posts)

    def __bool__(self) -> bool:
        return bool(self.prefixes) or self.by_holder

    def covers(self, path: str, assignee: str | None = None, post: str | None = None) -> bool:
        """Whether something at this area path (a case: with this assignee, held by this post) lies inside."""
        return any(path.startswith(prefix) for prefix in self.prefixes) or (
            assignee in self.assignees or post in self.posts
        )

    def where(
        self,
        path: ColumnElement[str],
        assignee: ColumnElement[str | None] | None = None,
        post: ColumnElement[str | None] | None = None,
    ) -> ColumnElement[bool]:
        """The same as a condition on rows."""
        conditions: list[ColumnElement[bool]] = [
            path.startswith(prefix, autoescape=True) if prefix != "/" else true() for prefix in sorted(self.prefixes)
        ]
        return or_(false(), *conditions, *self.held(assignee, post))

    def held(
        self, assignee: ColumnElement[str | None] | None = None, post: ColumnElement[str | None] | None = None
    ) -> list[ColumnElement[bool]]:
        """Of `where`, the conditions on who holds a case."""
        pairs = ((assignee, self.assignees), (post, self.posts))
        return [column.in_(sorted(ids)) for column, ids in pairs if column is not None and ids]


NOWHERE = Scope()
EVERYWHERE = Scope(frozenset({"/"}))
"""For the system's own work (intake, dispatch clock); never made from a request."""


@dataclass(frozen=True, slots=True)
class RoleAt:
    role: str
    area: str
    area_path: str
    area_name: str


@dataclass(frozen=True, slots=True)
class StandingIn:
    """Whose place somebody takes for a while, with the rights that one has now."""

    account_id: str
    name: str
    until: float
    roles: tuple[RoleAt, ...]
    post: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody signed in, with the rights held at that moment. `roles` are his own; what he holds by standing in for
    others comes on top, and whatever he does is done by himself: who sent a case may not verify it in another's place.
    """

    account_id: str
    username: str
    name: str
    session_id: str
    roles: tuple[RoleAt, ...]
    post: str | None = None
    standing_in: tuple[StandingIn, ...] = ()
    program: str | None = None
    """Name of the program that calls in his stead by a token that reads the map alone."""

    @property
    def rights(self) -> tuple[object, ...]:
        """Equal while nothing changes in what the caller may do."""
        return self.roles, self.post, self.standing_in

    @property
    def holders(self) -> frozenset[str]:
        """The accounts whose cases are his to handle: his own, and of those he stands in for."""
        return frozenset({self.account_id, *(one.account_id for one in self.standing_in)})

    def scope(self, permission: Permission) -> Scope:
        """Where the caller holds the permission."""
        prefixes: set[str] = set()
        assignees: set[str] = set()
        posts: set[str] = set()
        for account_id, post, roles in self._hats(permission):
            granting = [at for at in roles if permission in ROLES.get(at.role, frozenset())]
            prefixes |= {at.area_path for at in granting if at.role not in POST_ROLES}
            if permission in OF_HOLDERS and any(at.role in FIELD_ROLES for at in granting):
                assignees.add(account_id)
            if post is not None and any(at.role in POST_ROLES for at in granting):
                posts.add(post)
                if permission in OF_HOLDERS:  # what he has taken on stays his when another post comes to hold it
                    assignees.add(account_id)
        return Scope(frozenset(prefixes), frozenset(assignees), frozenset(posts))

    def granting(self, permission: Permission) -> tuple[RoleAt, ...]:
        """The roles that grant it, his own first."""
        return tuple(
            at
            for _, _, roles in self._hats(permission)
            for at in roles
            if permission in ROLES.get(at.role, frozenset())
        )

    def permissions(self) -> list[str]:
        """All permissions held anywhere, for the interface to show or hide its buttons."""
        return sorted(permission.value for permission in Permission if self.scope(permission))

    def permissions_in(self, path: str) -> list[str]:
        """Those that hold in the whole area of this path."""
        return sorted(permission.value for permission in Permission if self.scope(permission).covers(path))

    def in_place_of(self, allowed: "Callable[[Caller], bool]") -> dict[str, str]:
        """For a trace: whose place lets him do what `allowed` asks of a caller, where his own rights do not."""
        if not self.standing_in or allowed(replace(self, standing_in=())):
            return {}
        fitting = (one.name for one in self.standing_in if allowed(replace(self, standing_in=(one,))))
        name = next(fitting, None)
        return {} if name is None else {"in_place_of": name}

    def actor(self) -> Actor:
        return Actor("person", self.account_id, self.name)

    def _hats(self, permission: Permission) -> list[tuple[str, str | None, tuple[RoleAt, ...]]]:
        """(account, its post, its roles): his own, and those he has by standing in."""
        own = [(self.account_id, self.post, self.roles)]
        if permission in NOT_PASSED_ON:
            return own
        return own + [(one.account_id, one.post, one.roles) for one in self.standing_in]


CONSOLE = Caller("console", "console", "Console", "", (RoleAt("administrator", "", "/", ""),))
"""Whoever has a shell on the machine: administers accounts everywhere. It has no account, so it cannot act on cases."""
