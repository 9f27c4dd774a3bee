"""What other systems report becomes cases: each report one case, whoever sends it twice gets the first one's answer.

Synchronous and thread-safe. Whether several reports are about one thing a person decides; cases lie beside each other
in the queue for that.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from sqlalchemy import Connection, insert, select, update

from config.case_classes import Level
from config.exchange import Source
from exchange.report_queries import ReportView, find_report, get_report
from gis.coordinate_systems import to_wgs84
from incidents import queries, trace
from incidents.acting import SYSTEM_DUTIES
from incidents.case import Actor, State
from incidents.errors import Conflict, Invalid, NotFound
from incidents.evidence_files import StoredFile
from incidents.feedback_form import ask_feedback
from incidents.opening import Draft, Place, class_of, locate, open_case
from incidents.rights import EVERYWHERE, Scope
from incidents.service import Incidents
from incidents.similar_queries import SimilarCase, list_similar
from incidents.store import Transaction
from incidents.store.exchange_schema import exchange_reports
from incidents.store.schema import cases
from incidents.text import Text, clean_text
from incidents.trace import canonical

MAX_DESCRIPTION = 4000
MAX_ADDRESS = 120
MAX_REFERENCE = 128
MAX_MEDIA_URL = 1000
MAX_DEADLINE = 5 * 366 * 86_400.0
SAME_SECONDS = 600.0
"""A report without an id of its sender's that equals one so young is that one, sent again."""


@dataclass(frozen=True, slots=True)
class Report:
    """`lon`, `lat` in `coordinates`, or in those of the source where that is None. `reference`: the sender's own id."""

    case_class: str
    lon: float | None = None
    lat: float | None = None
    coordinates: str | None = None
    description: str = ""
    address: str = ""
    media_url: str = ""
    level: Level | None = None
    reference: str | None = None
    deadline_at: float | None = None
    """Of an order: Unix seconds, and no correction of its class or level moves it."""

    def fingerprint(self) -> str:
        """Of all it says."""
        said = asdict(self)
        if self.deadline_at is None:
            del said["deadline_at"]  # reports taken before there was such a thing are still known again
        return hashlib.sha256(canonical(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class TakenReport:
    """`again`: it had been taken before. `doubles`: the open case in the source's area that a new one may be about,
    for a person to decide; nothing is merged."""

    report: ReportView
    again: bool
    doubles: SimilarCase | None = None


class Reports:
    def __init__(self, incidents: Incidents) -> None:
        self._incidents = incidents

    def take(
        self,
        source: Source,
        given: Report,
        photos: Sequence[bytes] = (),
        told: Mapping[str, str] = MappingProxyType({}),
        by: Actor | None = None,
    ) -> TakenReport:
        """`photos` become evidence, `told` goes into the first entry of the trace, whose actor is the source, or the
        person who typed it in (`by`). Raises Invalid naming the field;
        Conflict where the reference was given to another report."""
        incidents = self._incidents
        report = self._clean(source, given)
        pictures = [incidents.files.store(one, "photo") for one in photos]
        with incidents.store.write() as transaction:
            connection = transaction.connection
            # Also makes two of one reference, sent at once, come one after the other.
            trace.lock(connection)
            if (before := self._taken_before(connection, source, report)) is not None:
                return TakenReport(before, True)
            place = self._place(connection, source, report)
            case_class = class_of(incidents.town, report.case_class)
            draft = Draft(
                state=State.FILED if source.files else State.REVIEW,
                case_class=report.case_class,
                level=report.level or source.level or case_class.level,
                source=source.channel,
                camera_id=None,
                place=place,
                opened_at=incidents.clock.now(),
            )
            view = self._opened(transaction, source, report, draft, pictures, told, by)
            return TakenReport(view, False, self._doubled(connection, source, view))

    def _doubled(self, connection: Connection, source: Source, view: ReportView) -> SimilarCase | None:
        """By class, distance and time, as the desk proposes it, and within what the source may report on."""
        home = queries.get_area(connection, EVERYWHERE, source.area or self._incidents.town.area)
        case_id = connection.execute(select(cases.c.id).where(cases.c.number == view.case_number)).scalar_one()
        found = list_similar(connection, Scope(frozenset({home.path})), case_id)
        return next((one for one in found if one.doubled), None)

    def _opened(
        self,
        transaction: Transaction,
        source: Source,
        report: Report,
        draft: Draft,
        pictures: Sequence[StoredFile],
        more: Mapping[str, str],
        by: Actor | None,
    ) -> ReportView:
        report_id = uuid4().hex
        reference = report.reference or report_id
        detail = {"note": report.description, "address": report.address, "media_url": report.media_url}
        said = {name: value for name, value in detail.items() if value}
        actor = by or Actor("system", f"source:{source.id}", source.name)
        told: dict[str, Any] = {**said, "source": source.id, "reference": reference, **more}
        if report.deadline_at is not None:
            told["deadline_at"] = report.deadline_at
        case_id = open_case(transaction, self._incidents.town, draft, actor, told)
        self._incidents.acting.opened(transaction, case_id, draft.level, draft.opened_at)
        for one in pictures:
            self._incidents.acting.add_evidence(
                transaction, case_id, one, actor, SYSTEM_DUTIES, at=draft.opened_at, caption=source.name
            )
        if report.deadline_at is not None:
            mine = cases.c.id == case_id
            transaction.connection.execute(update(cases).where(mine).values(deadline_at=report.deadline_at))
        if source.feedback:
            ask_feedback(transaction.connection, case_id, source.feedback)
        row: dict[str, Any] = {
            "id": report_id,
            "source": source.id,
            "reference": reference,
            "fingerprint": report.fingerprint(),
            "case_id": case_id,
            "description": report.description,
            "address": report.address,
            "media_url": report.media_url,
            "received_at": draft.opened_at,
        }
        transaction.connection.execute(insert(exchange_reports).values(**row))
        self._incidents.acting.announce(transaction, case_id)
        return get_report(transaction.connection, source.id, report_id)

    def _taken_before(self, connection: Connection, source: Source, report: Report) -> ReportView | None:
        if report.reference is None:
            since = self._incidents.clock.now() - SAME_SECONDS
            return find_report(connection, source.id, fingerprint=report.fingerprint(), since=since)
        where = exchange_reports.c.source == source.id, exchange_reports.c.reference == report.reference
        row = connection.execute(select(exchange_reports).where(*where)).one_or_none()
        if row is None:
            return None
        if row.fingerprint != report.fingerprint():
            raise Conflict("another report was taken under this reference", "reference")
        return get_report(connection, source.id, row.id)

    def _place(self, connection: Connection, source: Source, report: Report) -> Place:
        town = self._incidents.town
        within = source.area or town.area
        try:
            home = queries.get_area(connection, EVERYWHERE, within)
        except NotFound:
            raise Invalid(f"this source is configured for the area {within}, which there is not", "source") from None
        if report.lon is None or report.lat is None:
            return Place(home.code, home.code, None, None, None, None, Text(report.address, report.address))
        place = locate(connection, town, lon=report.lon, lat=report.lat, error_m=None, camera_id=None)
        if place.grid is None and town.area != within:
            raise Invalid("the place lies in none of the town's grids", "lon")
        if not queries.get_area(connection, EVERYWHERE, place.finest).path.startswith(home.path):
            raise Invalid("the place lies outside the area this source may report from", "lon")
        return place

    def _clean(self, source: Source, given: Report) -> Report:
        """Bounded, in WGS 84. Raises Invalid."""
        if given.case_class not in allowed_classes(self._incidents, source):
            raise Invalid("no such case class for this source", "case_class")
        lon, lat = _wgs84(given, given.coordinates or source.coordinates)
        address = clean_text(given.address, "address", MAX_ADDRESS)
        if lon is None and not address:
            raise Invalid("a place is needed: lon and lat, or an address", "lon")
        reference = None
        if given.reference is not None:
            reference = clean_text(given.reference, "reference", MAX_REFERENCE)
            if not reference:
                raise Invalid("reference is empty", "reference")
        return Report(
            case_class=given.case_class,
            lon=lon,
            lat=lat,
            description=clean_text(given.description, "description", MAX_DESCRIPTION),
            address=address,
            media_url=_media_url(given.media_url),
            level=given.level,
            reference=reference,
            deadline_at=_deadline(source, given.deadline_at, self._incidents.clock.now()),
        )


def allowed_classes(incidents: Incidents, source: Source) -> frozenset[str]:
    known = frozenset(one.code for one in incidents.town.case_classes.classes)
    return known if source.case_classes is None else known & frozenset(source.case_classes)


def w3c_time(at: float) -> str:
    """As Open311 writes times: seconds, UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _deadline(source: Source, at: float | None, now: float) -> float | None:
    if at is None:
        return None
    if source.channel != "order":
        raise Invalid("only orders have a deadline of their own", "deadline_at")
    if not now < at <= now + MAX_DEADLINE:
        raise Invalid("deadline_at must lie ahead, and within five years", "deadline_at")
    return at


def _wgs84(given: Report, system: str) -> tuple[float | None, float | None]:
    if given.lon is None and given.lat is None:
        return None, None
    if given.lon is None or given.lat is None:
        raise Invalid("lon and lat go together", "lon")
    try:
        lon, lat = to_wgs84(system, given.lon, given.lat)
    except ValueError as problem:
        raise Invalid(f"lon and lat {problem}", "lon") from None
    return round(lon, 7), round(lat, 7)


def _media_url(given: str) -> str:
    """Kept as text for people to open, or not."""
    url = clean_text(given, "media_url", MAX_MEDIA_URL)
    if not url:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Invalid("media_url is no address", "media_url") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or any(one.isspace() for one in url):
        raise Invalid("media_url must begin with https:// or http://", "media_url")
    return url
