"""Who may do what, where: a role at an area holds for everything below it; what is not granted is denied."""

from collections.abc import Mapping
from dataclasses import dataclass
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
    ACCOUNT_MANAGE = "account.manage"
    DISPLAY_SHOW = "display.show"
    DISPLAY_MANAGE = "display.manage"
    ALARM_ANSWER = "alarm.answer"
    ALARM_MANAGE = "alarm.manage"
    WALL_ARRANGE = "wall.arrange"
    PTZ_CONTROL = "ptz.control"
    PTZ_CALIBRATE = "ptz.calibrate"
    ESTATE_MANAGE = "estate.manage"


_P = Permission
_WATCH = frozenset({_P.CASE_SEE, _P.CAMERA_SEE, _P.WORKER_SEE})
_DESK = _WATCH | {_P.CASE_CREATE, _P.CASE_COMMENT, _P.CASE_VERIFY, _P.TRACE_CHECK, _P.HEALTH_SEE}
_ROOM = frozenset({_P.DISPLAY_SHOW, _P.ALARM_ANSWER, _P.WALL_ARRANGE, _P.PTZ_CONTROL})

ROLES: Mapping[str, frozenset[Permission]] = {
    "administrator": frozenset(Permission) - {_P.CASE_HANDLE, _P.WORKER_REPORT},
    "operator": _DESK | _ROOM | {_P.CASE_TRIAGE, _P.CASE_DISPATCH},
    "supervisor": _DESK | _ROOM | {_P.CASE_TRIAGE, _P.CASE_SUPERVISE},
    "grid_worker": frozenset({_P.CASE_SEE, _P.CASE_CREATE, _P.CASE_HANDLE, _P.CASE_COMMENT, _P.WORKER_REPORT}),
    "village_room": _WATCH | {_P.CASE_CREATE, _P.CASE_COMMENT},
    "display": _WATCH,
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Where one permission holds. `prefixes` are area paths; `assignee`: also the cases this account is sent to,
    wherever they are. An empty scope sees nothing."""

    prefixes: frozenset[str] = frozenset()
    assignee: str | None = None

    def covers(self, path: str, assignee: str | None = None) -> bool:
        """Whether something at this area path (a case: with this assignee) lies inside."""
        return any(path.startswith(prefix) for prefix in self.prefixes) or (
            self.assignee is not None and self.assignee == assignee
        )

    def where(self, path: ColumnElement[str], assignee: ColumnElement[str | None] | None = None) -> ColumnElement[bool]:
        """The same as a condition on rows."""
        conditions: list[ColumnElement[bool]] = [
            path.startswith(prefix, autoescape=True) if prefix != "/" else true() for prefix in sorted(self.prefixes)
        ]
        if assignee is not None and self.assignee is not None:
            conditions.append(assignee == self.assignee)
        return or_(false(), *conditions)


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
class Caller:
    """Somebody signed in, with the rights held at that moment."""

    account_id: str
    username: str
    name: str
    session_id: str
    roles: tuple[RoleAt, ...]

    def scope(self, permission: Permission) -> Scope:
        """Where the caller holds the permission."""
        prefixes = frozenset(at.area_path for at in self.roles if permission in ROLES.get(at.role, frozenset()))
        own = permission is Permission.CASE_SEE and any(at.role == "grid_worker" for at in self.roles)
        return Scope(prefixes, self.account_id if own else None)

    def permissions(self) -> list[str]:
        """All permissions held anywhere, for the interface to show or hide its buttons."""
        return sorted({permission.value for at in self.roles for permission in ROLES.get(at.role, frozenset())})

    def actor(self) -> Actor:
        return Actor("person", self.account_id, self.name)


CONSOLE = Caller("console", "console", "Console", "", (RoleAt("administrator", "", "/", ""),))
"""Whoever has a shell on the machine: administers accounts everywhere. It has no account, so it cannot act on cases."""
