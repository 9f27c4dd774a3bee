"""Reports of anybody, without an account: they wait for review, and whoever sent one learns how far it has got.

Synchronous; call in a thread, one at a time is not needed. Nothing is kept of who reported.
"""

import hashlib
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Literal

from sqlalchemy import func, select

from config.exchange import CITIZENS, Citizens, Source
from exchange.admission import Rate
from exchange.reports import Report, Reports
from incidents.case import DUPLICATE, IN_HAND, State
from incidents.errors import Invalid, NotFound, Throttled
from incidents.service import Incidents
from incidents.store.exchange_schema import exchange_reports
from incidents.store.schema import cases

HOUR, DAY = 3600.0, 86_400.0
GUESSES_PER_HOUR = 20
MAX_WORDS = 500
MAX_PHOTOS = 3
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without what is read for something else. Ten of them are some 49 bits."""
SECRET_LENGTH, NUMBER_LENGTH = 10, 8

Progress = Literal["received", "accepted", "in_hand", "done", "declined"]


@dataclass(frozen=True, slots=True)
class CitizenReport:
    """WGS 84. `photos`: encoded anew already."""

    case_class: str
    lon: float
    lat: float
    words: str
    photos: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Receipt:
    """Both are needed to follow the report up; `secret` is kept nowhere here."""

    number: str
    secret: str


class CitizenReports:
    def __init__(self, incidents: Incidents, reports: Reports) -> None:
        self._incidents, self._reports = incidents, reports
        self._sent, self._guesses = Rate(incidents.clock, HOUR), Rate(incidents.clock, HOUR)
        self._lock = threading.Lock()

    def admit(self, page: Citizens, address: str) -> None:
        """Counts a report from there, before anything of it is decoded. Raises Throttled."""
        key = network_of(address)
        with self._lock:
            self._sent.check(key, page.per_address_per_hour)
            since = self._incidents.clock.now() - DAY
            mine = exchange_reports.c.source == CITIZENS, exchange_reports.c.received_at > since
            with self._incidents.store.read() as connection:
                if connection.execute(select(func.count()).where(*mine)).scalar_one() >= page.per_day:
                    raise Throttled(HOUR)
            self._sent.count(key, page.per_address_per_hour)

    def take(self, page: Citizens, given: CitizenReport) -> Receipt:
        """Raises Invalid naming the field."""
        if len(given.words) > MAX_WORDS:
            raise Invalid(f"words must be a text of at most {MAX_WORDS} characters", "words")
        if len(given.photos) > MAX_PHOTOS:
            raise Invalid(f"at most {MAX_PHOTOS} photos", "photo")
        number = "".join(secrets.choice("0123456789") for _ in range(NUMBER_LENGTH))
        secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))
        report = Report(
            case_class=given.case_class,
            lon=given.lon,
            lat=given.lat,
            coordinates="wgs84",
            description=given.words,
            reference=_reference(number, secret),
        )
        self._reports.take(_source(page), report, given.photos, {"citizen_number": number})
        return Receipt(number, secret)

    def follow(self, number: str, secret: str, address: str) -> Progress:
        """How far it has got, and no more. Raises NotFound where the two do not belong together, Throttled."""
        key = network_of(address)
        with self._lock:
            self._guesses.check(key, GUESSES_PER_HOUR)
            reference = _reference(number.strip(), secret.strip().upper())
            query = (
                select(cases.c.state, cases.c.resolution)
                .join(exchange_reports, exchange_reports.c.case_id == cases.c.id)
                .where(exchange_reports.c.source == CITIZENS, exchange_reports.c.reference == reference)
            )
            with self._incidents.store.read() as connection:
                row = connection.execute(query).one_or_none()
            if row is None:
                self._guesses.count(key, GUESSES_PER_HOUR)
                raise NotFound("there is no such report", "number")
        return _progress(State(row.state), row.resolution)


def network_of(address: str) -> str:
    """An IPv6 customer has a /64 to himself, and would otherwise be as many as he likes."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped) if found.ipv4_mapped else found.exploded[:19]
    return str(found)


def _progress(state: State, resolution: str | None) -> Progress:
    if state is State.REVIEW:
        return "received"
    if state is State.CLOSED:
        return "done"
    if state is State.INVALID:
        # That another has reported it too is nothing to be told as a refusal.
        return "accepted" if resolution == DUPLICATE else "declined"
    return "in_hand" if state in IN_HAND or state is State.HANDLED else "accepted"


def _reference(number: str, secret: str) -> str:
    """What the store has instead of the secret."""
    return hashlib.sha256(f"{number}/{secret}".encode()).hexdigest()


def _source(page: Citizens) -> Source:
    return Source(
        id=CITIZENS,
        kind="webhook",
        name="群众上报",
        channel="citizen",
        credentials=CITIZENS,
        area=page.area,
        case_classes=page.case_classes,
    )
