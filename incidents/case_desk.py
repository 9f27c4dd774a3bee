"""What the command room's desk shows beside its queue, as a caller may see it."""

from dataclasses import dataclass, replace

from incidents.case import OPEN
from incidents.deadline import TimeLeft, time_left
from incidents.queries import get_case
from incidents.rights import Caller, Permission
from incidents.service import Incidents
from incidents.similar_queries import SimilarCase, get_cases, list_similar
from incidents.stuck_queries import Stuck, StuckGroup, list_stuck
from incidents.views import CaseView


@dataclass(frozen=True, slots=True)
class CaseDesk:
    incidents: Incidents

    def similar(self, caller: Caller, case_id: str) -> tuple[SimilarCase, ...]:
        """See `similar_queries.list_similar`."""
        scope = caller.scope(Permission.CASE_SEE)
        with self.incidents.store.read() as connection:
            found = list_similar(connection, scope, case_id)
        return tuple(replace(one, case=self.incidents.telling.case(scope, one.case)) for one in found)

    def stuck(self, caller: Caller, area: str | None) -> Stuck:
        """See `stuck_queries.list_stuck`."""
        with self.incidents.store.read() as connection:
            found = list_stuck(connection, caller.scope(Permission.CASE_SEE), self.incidents.clock.now(), area)
        return replace(found, groups=tuple(self._named(one) for one in found.groups))

    def _named(self, group: StuckGroup) -> StuckGroup:
        post = self.incidents.town.posts.by_id.get(group.holder or "") if group.holder_kind == "post" else None
        return replace(group, holder_name=post.zh) if post else group

    def chosen(self, caller: Caller, ids: tuple[str, ...]) -> tuple[CaseView, ...]:
        """Those of them the caller sees, in the order given."""
        scope = caller.scope(Permission.CASE_SEE)
        with self.incidents.store.read() as connection:
            found = get_cases(connection, scope, ids)
        return tuple(self.incidents.telling.case(scope, one) for one in found)

    def time_left(self, caller: Caller, case_id: str) -> TimeLeft | None:
        """None for a case without a deadline, or ended. Raises NotFound."""
        with self.incidents.store.read() as connection:
            view, _ = get_case(connection, caller.scope(Permission.CASE_SEE), case_id)
        if view.deadline_at is None or view.state not in OPEN:
            return None
        town = self.incidents.town
        known = town.case_classes.get(view.case_class)
        allowed = town.case_classes.deadline(view.case_class, view.level) if known else None  # type: ignore[arg-type]
        now = self.incidents.clock.now()
        return time_left(view.opened_at, view.deadline_at, now, allowed, town.timezone, town.calendar)
