"""Which cases are alarms, and where they come up: the rules an area shares, and each operator's own switch."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, delete, insert, null, select, update

from config.hours import parse_hours, within_hours
from incidents import queries
from incidents.errors import Invalid, NotFound
from incidents.rights import Caller, Permission, Scope
from incidents.store import Store
from incidents.store.display_schema import alarm_opt_outs, alarm_rules
from incidents.store.schema import accounts, areas
from incidents.text import clean_text
from runtime.clock import Clock
from wall.display_rows import get_display

MAX_CLASSES, MAX_HOURS, MAX_RULES = 64, 8, 500
HOLD_LEAST, HOLD_MOST = 5.0, 3600.0


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """`classes` and `hours` empty: every class, all day. `hold_s` None: until acknowledged."""

    area: str
    name: str
    enabled: bool = True
    classes: tuple[str, ...] = ()
    min_level: int = 1
    hours: tuple[str, ...] = ()
    to_wall: bool = True
    display_id: str | None = None
    hold_s: float | None = None
    sound: bool = True
    new_cases: bool = True
    step_ups: bool = False
    """Raised when a case is late and is stepped up to the next tier."""


@dataclass(frozen=True, slots=True)
class AlarmRule:
    id: str
    area: str
    area_name: str
    area_path: str
    name: str
    enabled: bool
    classes: tuple[str, ...]
    min_level: int
    hours: tuple[str, ...]
    to_wall: bool
    display_id: str | None
    hold_s: float | None
    sound: bool
    new_cases: bool
    step_ups: bool
    updated_at: float
    updated_by: str
    mine: bool = True
    """False: the one who asks has switched it off for himself."""

    def concerns(
        self, case_class: str, level: int, path: str, at: float, timezone: ZoneInfo, *, stepped: bool = False
    ) -> bool:
        """Whether a case of this class and level, at this area path, opened (`stepped`: stepped up) then, is an
        alarm."""
        return (
            self.enabled
            and (self.step_ups if stepped else self.new_cases)
            and path.startswith(self.area_path)
            and level >= self.min_level
            and (not self.classes or case_class in self.classes)
            and (not self.hours or within_hours(self.hours, at, timezone))
        )


def list_rules(
    connection: Connection, scope: Scope, account_id: str = "", only: str | None = None
) -> tuple[AlarmRule, ...]:
    """The rules whose area lies inside, by area and name."""
    query = (
        _described(alarm_opt_outs.c.account_id.label("opted_out"))
        .outerjoin(
            alarm_opt_outs,
            (alarm_opt_outs.c.rule_id == alarm_rules.c.id) & (alarm_opt_outs.c.account_id == account_id),
        )
        .where(scope.where(areas.c.path))
        .order_by(areas.c.path, alarm_rules.c.name, alarm_rules.c.id)
    )
    if only is not None:
        query = query.where(alarm_rules.c.id == (only if only.isprintable() else ""))
    return tuple(_rule(row) for row in connection.execute(query))


def get_rule(connection: Connection, scope: Scope, rule_id: str, account_id: str = "") -> AlarmRule:
    """Raises NotFound."""
    found = list_rules(connection, scope, account_id, rule_id)
    if not found:
        raise NotFound("no such alarm rule", "rule")
    return found[0]


def rules_above(connection: Connection, path: str) -> tuple[AlarmRule, ...]:
    """All rules that may concern something at this area path: those of the areas it lies in."""
    codes = [code for code in path.split("/") if code]
    return tuple(_rule(row) for row in connection.execute(_ABOVE, {"codes": codes}))


class AlarmRules:
    """Synchronous and thread-safe. A rule is set by whoever manages alarms at its area; those who answer alarms read
    it and may switch it off for themselves."""

    def __init__(self, store: Store, clock: Clock, classes: frozenset[str]) -> None:
        self._store = store
        self._clock = clock
        self._classes = classes

    def concerning(self, caller: Caller) -> tuple[AlarmRule, ...]:
        """Those of the caller's areas, and of the areas above them: such a rule concerns his cases too."""
        scope = caller.scope(Permission.ALARM_ANSWER)
        with self._store.read() as connection:
            inside = list_rules(connection, scope, caller.account_id)
            known = {rule.id for rule in inside}
            above = [
                rule
                for rule in list_rules(connection, _above(scope), caller.account_id)
                if rule.id not in known and any(prefix.startswith(rule.area_path) for prefix in scope.prefixes)
            ]
        return (*above, *inside)

    def create(self, caller: Caller, draft: RuleDraft) -> AlarmRule:
        """Raises Invalid."""
        with self._store.write() as transaction:
            connection = transaction.connection
            values = self._values(connection, caller, draft)
            scope = caller.scope(Permission.ALARM_MANAGE)
            if len(list_rules(connection, scope)) >= MAX_RULES:
                raise Invalid(f"there are {MAX_RULES} alarm rules already", "name")
            rule_id = uuid4().hex
            connection.execute(insert(alarm_rules).values(id=rule_id, **values))
            return get_rule(connection, scope, rule_id, caller.account_id)

    def replace(self, caller: Caller, rule_id: str, draft: RuleDraft) -> AlarmRule:
        """Raises NotFound, Invalid."""
        scope = caller.scope(Permission.ALARM_MANAGE)
        with self._store.write() as transaction:
            connection = transaction.connection
            get_rule(connection, scope, rule_id)
            values = self._values(connection, caller, draft)
            connection.execute(update(alarm_rules).where(alarm_rules.c.id == rule_id).values(**values))
            return get_rule(connection, scope, rule_id, caller.account_id)

    def delete(self, caller: Caller, rule_id: str) -> None:
        """Raises NotFound. What it has raised stays."""
        with self._store.write() as transaction:
            connection = transaction.connection
            get_rule(connection, caller.scope(Permission.ALARM_MANAGE), rule_id)
            connection.execute(delete(alarm_opt_outs).where(alarm_opt_outs.c.rule_id == rule_id))
            connection.execute(delete(alarm_rules).where(alarm_rules.c.id == rule_id))

    def switch_mine(self, caller: Caller, rule_id: str, on: bool) -> None:
        """For the caller alone; displays are not concerned. Raises NotFound."""
        if rule_id not in {rule.id for rule in self.concerning(caller)}:
            raise NotFound("no such alarm rule", "rule")
        mine = (alarm_opt_outs.c.account_id == caller.account_id, alarm_opt_outs.c.rule_id == rule_id)
        with self._store.write() as transaction:
            transaction.connection.execute(delete(alarm_opt_outs).where(*mine))
            if not on:
                transaction.connection.execute(
                    insert(alarm_opt_outs).values(account_id=caller.account_id, rule_id=rule_id)
                )

    def _values(self, connection: Connection, caller: Caller, draft: RuleDraft) -> dict[str, Any]:
        try:
            queries.get_area(connection, caller.scope(Permission.ALARM_MANAGE), draft.area)
        except NotFound:
            raise Invalid(f"no area {draft.area[:64]}", "area") from None
        if draft.display_id is not None:
            try:
                get_display(connection, caller.scope(Permission.DISPLAY_SHOW), draft.display_id)
            except NotFound:
                raise Invalid("no such display", "display_id") from None
        unknown = [code for code in draft.classes if code not in self._classes]
        if unknown:
            raise Invalid(f"no case class {unknown[0][:16]!r} in the catalogue", "classes")
        if draft.hold_s is not None and not HOLD_LEAST <= draft.hold_s <= HOLD_MOST:
            raise Invalid(f"hold_s must lie between {HOLD_LEAST:g} and {HOLD_MOST:g}", "hold_s")
        for hours in draft.hours:
            try:
                parse_hours(hours)
            except ValueError as error:
                raise Invalid(f"hours {hours[:20]!r}: {error}", "hours") from None
        if not (draft.new_cases or draft.step_ups):
            raise Invalid("a rule is raised by new_cases, step_ups or both", "new_cases")
        name = clean_text(draft.name, "name", 100)
        if not name:
            raise Invalid("a name has 1 to 100 characters", "name")
        return {
            "area": draft.area,
            "name": name,
            "enabled": draft.enabled,
            "classes": json.dumps(sorted(set(draft.classes))),
            "min_level": draft.min_level,
            "hours": json.dumps(list(draft.hours)),
            "to_wall": draft.to_wall,
            "display_id": draft.display_id,
            "hold_s": draft.hold_s,
            "sound": draft.sound,
            "new_cases": draft.new_cases,
            "step_ups": draft.step_ups,
            "updated_at": self._clock.now(),
            "updated_by": caller.account_id,
        }


def _described(opted_out: ColumnElement[Any]) -> Select[Any]:
    return (
        select(
            alarm_rules,
            areas.c.name.label("area_name"),
            areas.c.path,
            accounts.c.name.label("by_name"),
            opted_out,
        )
        .join(areas, areas.c.code == alarm_rules.c.area)
        .join(accounts, accounts.c.id == alarm_rules.c.updated_by)
    )


def _above(scope: Scope) -> Scope:
    """The topmost areas that hold the scope's: rules are few, what does not concern the caller is sifted out after."""
    return Scope(frozenset(f"/{prefix.split('/')[1]}/" for prefix in scope.prefixes if prefix.strip("/")))


def _rule(row: Row[Any]) -> AlarmRule:
    return AlarmRule(
        id=row.id,
        area=row.area,
        area_name=row.area_name,
        area_path=row.path,
        name=row.name,
        enabled=row.enabled,
        classes=tuple(json.loads(row.classes)),
        min_level=row.min_level,
        hours=tuple(json.loads(row.hours)),
        to_wall=row.to_wall,
        display_id=row.display_id,
        hold_s=row.hold_s,
        sound=row.sound,
        new_cases=row.new_cases is not False,
        step_ups=row.step_ups is True,
        updated_at=row.updated_at,
        updated_by=row.by_name,
        mine=row.opted_out is None,
    )


# Built once: every new case asks it.
_ABOVE = _described(null().label("opted_out")).where(
    alarm_rules.c.area.in_(bindparam("codes", expanding=True)), alarm_rules.c.enabled
)
