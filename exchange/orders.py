"""Orders from above that come by paper or telephone: typed in at the desk, and taken as those of a webhook are."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from config.case_classes import Level
from config.exchange import Source
from exchange.reports import Report, Reports, TakenReport
from incidents import queries
from incidents.errors import Invalid, NotAllowed, NotFound
from incidents.rights import EVERYWHERE, Caller, Permission, Scope
from incidents.service import Incidents
from incidents.text import clean_text

DESK = "desk.orders"
"""Source of orders whose sender is not configured; no configured one can be called so."""
MAX_SENDER = 60
MAX_NUMBER = 60


@dataclass(frozen=True, slots=True)
class TypedOrder:
    """`source`: id of a configured one, whose name and form then hold; else `sender` in words, and `form`, the id of a
    configured one whose form is asked, if any. WGS 84; without a place `address` says where, inside `area`."""

    case_class: str
    area: str
    source: str | None = None
    sender: str = ""
    form: str | None = None
    number: str = ""
    level: Level | None = None
    description: str = ""
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    deadline_at: float | None = None


class OrderDesk:
    """Synchronous and thread-safe. An order is typed in by whoever triages cases of its area."""

    def __init__(self, incidents: Incidents, reports: Reports) -> None:
        self._incidents, self._reports = incidents, reports

    def senders(self, caller: Caller, sources: Sequence[Source]) -> tuple[Source, ...]:
        """The configured ones that order something in the caller's areas."""
        scope = caller.scope(Permission.CASE_TRIAGE)
        with self._incidents.store.read() as connection:
            return tuple(one for one in _ordering(sources) if _touches(scope, self._path(connection, one)))

    def take(self, caller: Caller, sources: Sequence[Source], order: TypedOrder) -> TakenReport:
        """Filed at once. With a number it is taken once, however often it is typed. Raises Invalid naming the field,
        NotAllowed, Conflict where the number was given to another order."""
        known = {one.id: one for one in self.senders(caller, sources)}
        sender = clean_text(order.sender, "sender", MAX_SENDER)
        number = clean_text(order.number, "number", MAX_NUMBER)
        with self._incidents.store.read() as connection:
            path = self._covered(connection, caller, order.area)
            if order.source is not None:
                source = _among(known, order.source, "source")
                if not path.startswith(self._path(connection, source)):
                    raise Invalid("this sender orders nothing in that area", "area", "该单位不能向此区域交办")
                source = source.model_copy(update={"area": order.area, "files": True})
            elif sender:
                fields = _among(known, order.form, "form").feedback if order.form is not None else []
                source = Source.model_construct(
                    id=DESK, kind="webhook", name=sender, channel="order", feedback=fields, area=order.area, files=True
                )
                number = f"{sender} {number}" if number else ""
            else:
                raise Invalid("an order has a source or a sender", "sender", "请填写交办单位")
        report = Report(
            case_class=order.case_class,
            lon=order.lon,
            lat=order.lat,
            coordinates="wgs84",
            description=order.description,
            address=order.address,
            level=order.level,
            reference=number or None,
            deadline_at=order.deadline_at,
        )
        return self._reports.take(source, report, told={"ordered_by": source.name}, by=caller.actor())

    def _covered(self, connection: Connection, caller: Caller, area: str) -> str:
        """Its path. Raises NotAllowed, also where there is no such area."""
        scope = caller.scope(Permission.CASE_TRIAGE)
        try:
            return queries.get_area(connection, scope, area).path
        except NotFound:
            raise NotAllowed("you may not enter orders for this area") from None

    def _path(self, connection: Connection, source: Source) -> str:
        """Of the area it orders in; of one that is configured for an area there is not, a path nothing lies at."""
        try:
            return queries.get_area(connection, EVERYWHERE, source.area or self._incidents.town.area).path
        except NotFound:
            return "//"


def _ordering(sources: Sequence[Source]) -> Sequence[Source]:
    return [one for one in sources if one.channel == "order"]


def _touches(scope: Scope, path: str) -> bool:
    return scope.covers(path) or any(prefix.startswith(path) for prefix in scope.prefixes)


def _among(known: dict[str, Source], wanted: str, where: str) -> Source:
    if wanted not in known:
        raise Invalid(f"no sender of orders {wanted[:40]!r}", where, "没有该交办单位")
    return known[wanted]
