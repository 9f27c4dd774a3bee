"""What is said of vendors and firms: as people enter it, and as it is shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from config.escalation import Measure, PartyKind
from incidents.errors import Invalid
from incidents.text import Text, clean_phone, clean_text

KINDS: tuple[str, ...] = get_args(PartyKind)
MEASURES: tuple[str, ...] = get_args(Measure)
SUBJECT, OWNER, WITNESS = ROLES = ("subject", "owner", "witness")
"""Whose doing it is; whose shop or cart it is; who told of it. A witness has no record by it."""
MAX_NAME, MAX_PLATE, MAX_NOTE, MAX_PART_NOTE = 100, 16, 1000, 400
KIND_NAMES: Mapping[str, Text] = {"vendor": Text("游商", "vendor"), "firm": Text("企业", "firm")}
MEASURE_NAMES: Mapping[str, Text] = {
    "told": Text("劝导", "told"),
    "warned": Text("书面警告", "warned in writing"),
    "held": Text("暂扣", "goods held"),
    "fined": Text("罚款", "fined"),
    "handed_over": Text("移交综合执法", "handed to law enforcement"),
    "other": Text("其他", "other"),
}
PERSONAL = ("name", "phone", "plate", "note", "id_shown", "id_hash", "photo_evidence_id")
"""Columns that tell who it is: emptied when a party is made anonymous, never written to a log."""
_PLATE = re.compile(r"[A-Z0-9\u4e00-\u9fff]{2,12}")


@dataclass(frozen=True, slots=True)
class NewParty:
    """`area`: its home. `id_number` is checked, hashed and dropped."""

    kind: str
    name: str
    area: str
    phone: str = ""
    plate: str = ""
    trade: str = ""
    note: str = ""
    id_number: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Cases in the caller's areas in the last so many days, not counting those found to be none, nor as a witness."""

    days_30: int = 0
    days_90: int = 0
    days_365: int = 0
    total: int = 0
    last_at: float | None = None


@dataclass(frozen=True, slots=True)
class PartyView:
    """`area` None: its home lies outside the caller's areas. `phone`: with its middle left out, but on its own card."""

    id: str
    kind: str
    name: str
    phone: str
    plate: str
    trade: str
    note: str
    id_shown: str
    area: str | None
    area_name: str | None
    photo_evidence_id: str | None
    made_at: float
    version: int
    anonymous: bool
    counts: Counts


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """One case of a party."""

    case_id: str
    number: str
    case_class: str
    class_name: Text
    state: str
    opened_at: float
    area_name: str
    address: str
    role: str
    measure: str | None
    note: str
    at: float
    by_name: str
    picture_evidence_id: str | None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """What was done to the entry. `detail`: names of what changed; what was proposed, if that may be told."""

    at: float
    action: str
    by_name: str
    case_id: str | None
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """The next step of the ladder for a party in a case: the `nth` within so many days, by the cases of `basis`."""

    nth: int
    within_days: int
    measure: str
    level: int | None
    basis: tuple[RecordEntry, ...]


@dataclass(frozen=True, slots=True)
class PartyInCase:
    """`record`: its other cases, newest first."""

    party: PartyView
    role: str
    measure: str | None
    note: str
    at: float
    by_name: str
    proposal: Proposal | None
    record: tuple[RecordEntry, ...]


def clean_party(given: NewParty) -> NewParty:
    """Raises Invalid."""
    if given.kind not in KINDS:
        raise Invalid(f"kind must be one of {', '.join(KINDS)}", "kind")
    name = clean_text(given.name, "name", MAX_NAME)
    if not name:
        raise Invalid("a party has a name", "name", "请填写姓名或名称")
    return NewParty(
        kind=given.kind,
        name=name,
        area=clean_text(given.area, "area", 64),
        phone=clean_phone(given.phone, "phone"),
        plate=_plate(clean_text(given.plate, "plate", MAX_PLATE * 2)),
        trade=clean_text(given.trade, "trade", MAX_NAME),
        note=clean_text(given.note, "note", MAX_NOTE),
        id_number=clean_text(given.id_number, "id_number", 40),
    )


def _plate(given: str) -> str:
    plate = re.sub(r"[\s·.\-]", "", given).upper()
    if plate and not _PLATE.fullmatch(plate):
        raise Invalid("a plate is 2 to 12 letters, digits and characters", "plate", "车牌应为 2 至 12 位")
    return plate


def masked_phone(phone: str) -> str:
    """The last four, and the first three of a long one."""
    if len(phone) <= 4:
        return phone
    head = 3 if len(phone) >= 10 else 0
    return f"{phone[:head]}{'*' * (len(phone) - head - 4)}{phone[-4:]}"
