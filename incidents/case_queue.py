"""The queue as a caller sees it: within his scope, and told without what he may not know."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from incidents import case_places, case_queries, case_times
from incidents.case_filter import CaseFilter
from incidents.case_places import CasePlaces
from incidents.case_queries import By, CaseCount
from incidents.rights import Caller, Permission, Scope
from incidents.store import Store
from incidents.telling import Telling
from incidents.views import CasePage, CaseView


@dataclass(frozen=True, slots=True)
class CaseQueue:
    store: Store
    telling: Telling

    def page(self, caller: Caller, wanted: CaseFilter) -> CasePage:
        """See `case_queries.list_cases`."""
        scope, wanted = self._asked(caller, wanted)
        with self.store.read() as connection:
            found = case_queries.list_cases(connection, scope, wanted)
        return replace(found, items=tuple(self.telling.case(scope, one) for one in found.items))

    def walk(self, caller: Caller, wanted: CaseFilter) -> CasePage:
        """See `case_queries.walk_cases`."""
        scope, wanted = self._asked(caller, wanted)
        with self.store.read() as connection:
            found = case_queries.walk_cases(connection, scope, wanted)
        return replace(found, items=tuple(self.telling.case(scope, one) for one in found.items))

    def count(self, caller: Caller, wanted: CaseFilter, by: By) -> tuple[CaseCount, ...]:
        """See `case_queries.count_cases`."""
        scope, wanted = self._asked(caller, wanted)
        with self.store.read() as connection:
            return case_queries.count_cases(connection, scope, wanted, by)

    def times(self, caller: Caller, wanted: CaseFilter) -> tuple[tuple[int, int], ...]:
        """See `case_times.count_quarters`."""
        scope, wanted = self._asked(caller, wanted)
        with self.store.read() as connection:
            return case_times.count_quarters(connection, scope, wanted)

    def spans(self, caller: Caller, wanted: CaseFilter, edges: Sequence[float]) -> Mapping[str, tuple[int, ...]]:
        """See `case_times.count_spans`."""
        scope, wanted = self._asked(caller, wanted)
        with self.store.read() as connection:
            return case_times.count_spans(connection, scope, wanted, edges)

    def between(self, caller: Caller, wanted: CaseFilter, edges: Sequence[float]) -> tuple[int, ...]:
        """See `case_times.count_between`."""
        scope, wanted = self._asked(caller, wanted)
        with self.store.read() as connection:
            return case_times.count_between(connection, scope, wanted, edges)

    def places(self, caller: Caller, wanted: CaseFilter) -> CasePlaces:
        """See `case_places.list_case_places`."""
        scope, wanted = self._asked(caller, wanted)
        with self.store.read() as connection:
            return case_places.list_case_places(connection, scope, wanted)

    def every(self, caller: Caller, wanted: CaseFilter) -> Iterator[CaseView]:
        """All that fit, read piece by piece, so that a long table keeps nobody from writing."""
        scope, asked = self._asked(caller, wanted)
        at: CaseFilter | None = asked
        while at is not None:
            with self.store.read() as connection:
                views, after = case_queries.export_cases(connection, scope, at)
            yield from (self.telling.case(scope, one) for one in views)
            at = replace(at, cursor=after) if after is not None else None

    def _asked(self, caller: Caller, wanted: CaseFilter) -> tuple[Scope, CaseFilter]:
        scope = caller.scope(Permission.CASE_SEE)
        if wanted.camera is not None and not self.telling.may_name(scope, wanted.camera):
            # To find a case by it would be to learn of the camera.
            wanted = replace(wanted, camera="")
        return scope, wanted
