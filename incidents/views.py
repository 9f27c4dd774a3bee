"""What the rest of the system sees of the store's rows; field names are those of the HTTP contract."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Any, Literal

from sqlalchemy import Row

from incidents.class_terms import ClassTerms
from incidents.text import Text
from incidents.trace import TraceEntry


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Along:
    """Sent along with the assignee. `state`: waiting, accepted or arrived."""

    id: str
    state: str


@dataclass(frozen=True, slots=True)
class RepeatMark:
    """The `ordinal`-th case of the same thing, the first at `first_at`. `paths`: area paths of where the earlier ones
    lie, with how many and since when, for those who pass the view on."""

    ordinal: int
    first_at: float
    paths: Mapping[str, tuple[int, float]] = field(default_factory=dict)

    def within(self, paths: Collection[str]) -> "RepeatMark | None":
        """Counted over those places alone."""
        kept = {path: known for path, known in self.paths.items() if path in paths}
        if not kept:
            return None
        return RepeatMark(1 + sum(count for count, _ in kept.values()), min(at for _, at in kept.values()), kept)


@dataclass(frozen=True, slots=True)
class EarlierCase:
    """`likeness` 0 to 1, None where one of the two looks is not known."""

    id: str
    number: str
    opened_at: float
    closed_at: float | None
    picture_evidence_id: str | None
    likeness: float | None


@dataclass(frozen=True, slots=True)
class Repeat:
    """`earlier`: the newest of them, newest first."""

    ordinal: int
    first_at: float
    earlier: tuple[EarlierCase, ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    id: str
    number: str
    state: str
    case_class: str
    class_name: Text
    level: int
    title: Text
    source: str
    camera_id: str | None
    zone_id: str | None
    lon: float | None
    lat: float | None
    error_m: float | None
    area: str
    area_name: str
    grid: str | None
    grid_name: str | None
    address: str
    opened_at: float
    updated_at: float
    deadline_at: float | None
    closed_at: float | None
    resolution: str | None
    assignee: Person | None
    needs_person: bool
    reworks: int
    sightings: int
    last_seen_at: float | None
    gone_at: float | None
    picture_evidence_id: str | None
    clip_evidence_id: str | None
    version: int
    repeat: RepeatMark | None = None
    edition: str | None = None
    """Of the catalogue its class and deadline are from; None where not known."""
    tier: int = 1
    """Whom it has come up to: 1 grid worker, 2 grid leader, 3 town, 4 district."""
    extension_until: float | None = None
    """Asked for, neither granted nor refused yet."""
    supervised_at: float | None = None
    score: int | None = None
    post: str | None = None
    """The post that holds it, or leads where several do."""
    parts_open: int = 0
    """Parts of other posts that are neither done nor withdrawn."""
    joint: bool = False
    """Other posts have, or had, a part in it."""
    people: int = 1
    """How many are to go together."""
    companions: tuple[Along, ...] = ()
    unanswered: tuple[str, ...] = ()
    """Who of those it is sent to has not accepted in time and is still waited for."""


@dataclass(frozen=True, slots=True)
class EvidenceView:
    id: str
    case_id: str
    kind: str
    media_type: str
    caption: str
    at: float
    added_by: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class RoutingView:
    """Who has a case, and why in one line. `holder`: id of the post or account; None for the room."""

    tier: int
    holder_kind: Literal["post", "person", "room"]
    holder: str | None
    holder_name: Text | None
    why: Text

    @property
    def why_zh(self) -> str:
        return self.why.zh

    @property
    def why_en(self) -> str:
        return self.why.en


@dataclass(frozen=True, slots=True)
class PartView:
    """What a post other than the one that leads does of a case. `state`: asked, accepted, done or withdrawn. `note`:
    what was said at the end. `by`: who took it on."""

    post: str
    state: str
    wanted: str
    asked_at: float
    accepted_at: float | None
    ended_at: float | None
    by: str | None
    note: str
    actions: tuple[str, ...] = ()
    """What the caller may do to it now."""


@dataclass(frozen=True, slots=True)
class CaseDetail:
    """`actions`: what the caller may do to it now. `same_place`: the newest case before it there that does not look the
    same, where it repeats none."""

    case: CaseView
    trace: tuple[TraceEntry, ...]
    evidence: tuple[EvidenceView, ...]
    actions: tuple[str, ...]
    repeat: Repeat | None = None
    same_place: EarlierCase | None = None
    terms: ClassTerms | None = None
    """Of its class, as it was opened under."""
    routing: RoutingView | None = None
    """None for what has ended."""
    parts: tuple[PartView, ...] = ()


@dataclass(frozen=True, slots=True)
class CasePage:
    """`total_exact`: `total` is all there are, else at least so many. `next`: cursor of the page after, None at the
    end."""

    items: tuple[CaseView, ...]
    total: int
    total_exact: bool = True
    next: str | None = None


@dataclass(frozen=True, slots=True)
class WorkerView:
    """A grid worker; `id` is the account's. `case_id`: the case in hand, where it may be named; `busy`: he has one.
    `case_path`: area path of its place, for those who pass the view on."""

    id: str
    account_id: str
    name: str
    grids: tuple[str, ...]
    transport: str
    duty: bool
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    position_at: float | None
    case_id: str | None
    busy: bool = False
    case_path: str | None = None
    skills: tuple[str, ...] = ()
    """Ids of skills of the catalogue."""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class AreaView:
    code: str
    parent: str | None
    level: str
    name: str
    name_en: str
    path: str


@dataclass(frozen=True, slots=True)
class RoleView:
    role: str
    area: str
    area_name: str


@dataclass(frozen=True, slots=True)
class AccountView:
    id: str
    username: str
    name: str
    enabled: bool
    created_at: float
    roles: tuple[RoleView, ...]
    post: str | None = None
    leaves_at: float | None = None
    seen_at: float | None = None


CASE_COLUMNS = (
    *("id", "number", "state", "case_class", "class_name_zh", "class_name_en", "level", "title_zh", "title_en"),
    *("source", "camera_id", "zone_id", "lon", "lat", "error_m", "area", "area_name", "grid", "grid_name", "address"),
    *("opened_at", "updated_at", "deadline_at", "closed_at", "resolution", "assignee_id", "assignee_name"),
    *("needs_person", "reworks", "sightings", "last_seen_at", "gone_at", "picture_evidence_id", "clip_evidence_id"),
    *("version", "edition", "tier", "extension_until", "supervised_at", "score", "post", "parts_open", "hands"),
)
"""Of a row of `visible_cases`, what a view is made from; in the order of its fields."""
_LEVEL, _ASSIGNEE, _EDITION = (CASE_COLUMNS.index(name) for name in ("level", "assignee_id", "edition"))


def case_view(row: Row[Any], repeat: RepeatMark | None = None) -> CaseView:
    """From a row that has CASE_COLUMNS, among others."""
    return _case_view(_picker(row._fields)(row), repeat)


def case_views(rows: Sequence[Row[Any]], repeats: Mapping[str, RepeatMark]) -> list[CaseView]:
    """From rows of one query; `repeats` by the id of the case."""
    if not rows:
        return []
    pick = _picker(rows[0]._fields)
    return [_case_view(values, repeats.get(values[0])) for values in map(pick, rows)]


@lru_cache(maxsize=32)
def _picker(fields: tuple[str, ...]) -> Callable[[Row[Any]], tuple[Any, ...]]:
    """By position: to ask a row for forty columns by name takes longer than to read it from the disk."""
    return itemgetter(*map(fields.index, CASE_COLUMNS))


def _case_view(values: tuple[Any, ...], repeat: RepeatMark | None) -> CaseView:
    holder, name = values[_ASSIGNEE : _ASSIGNEE + 2]
    edition, tier, *rest, parts_open, hands = values[_EDITION:]
    fields: list[Any] = [*values[:4], Text(values[4], values[5]), values[_LEVEL], Text(values[7], values[8])]
    fields += *values[9:_ASSIGNEE], None if holder is None else Person(holder, name)
    fields += *values[_ASSIGNEE + 2 : _EDITION], repeat, edition, values[_LEVEL] if tier is None else tier
    fields += *rest, parts_open or 0, parts_open is not None
    if hands is not None and ("people" in hands or "unanswered" in hands):
        fields += _crew(json.loads(hands))
    return CaseView(*fields)


def _crew(hands: Mapping[str, Any]) -> tuple[int, tuple[Along, ...], tuple[str, ...]]:
    """People, companions, unanswered."""
    along = tuple(Along(id_, state) for id_, state in hands.get("companions", ()))
    return hands.get("people", 1), along, tuple(hands.get("unanswered", ()))


def evidence_view(row: Any) -> EvidenceView:
    return EvidenceView(
        row.id, row.case_id, row.kind, row.media_type, row.caption, row.at, row.added_by, row.sha256, row.size
    )


def area_view(row: Any) -> AreaView:
    return AreaView(row.code, row.parent, row.level, row.name, row.name_en, row.path)


def located(view: CaseView) -> Mapping[str, float] | None:
    """The place of a case as {lon, lat}, or None where no camera pose gave one."""
    if view.lon is None or view.lat is None:
        return None
    return {"lon": view.lon, "lat": view.lat}


@dataclass(frozen=True, slots=True)
class QualityEpisode:
    """`ended_at` None: it goes on. `picture` and `healthy`: whether there is such a picture."""

    id: str
    camera_id: str
    area: str
    area_name: str
    fault: str
    began_at: float
    told_at: float
    ended_at: float | None
    picture: bool
    healthy: bool
