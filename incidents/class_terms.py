"""The conditions of a class a case was opened under: kept once for all cases that have the same."""

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select

from config.case_classes import CaseClass, Words
from incidents.store.joint_schema import class_terms
from incidents.text import Text

_KNOWN = select(class_terms.c.id).where(class_terms.c.id == bindparam("terms"))  # Built once: every case asks it.


@dataclass(frozen=True, slots=True)
class ClassTerms:
    """`national`: minor class of GB/T 30428.2; `files_when`, `closes_when`: 立案条件, 结案条件. None: not in the
    catalogue."""

    national: str | None
    files_when: Text | None
    closes_when: Text | None


def keep_terms(connection: Connection, case_class: CaseClass) -> str | None:
    """The id under which the conditions of this class, as they are now, are kept; None where it has none."""
    files, closes = _said(case_class.files_when), _said(case_class.closes_when)
    row = (case_class.national, *files, *closes)
    if not any(row):
        return None
    terms = hashlib.sha256(json.dumps(row, ensure_ascii=False).encode()).hexdigest()[:16]
    known = connection.execute(_KNOWN, {"terms": terms}).scalar_one_or_none()
    if known is None:
        names = ("national", "files_when_zh", "files_when_en", "closes_when_zh", "closes_when_en")
        connection.execute(insert(class_terms), {"id": terms, **dict(zip(names, row, strict=True))})
    return terms


def terms_of(connection: Connection, terms: str | None) -> ClassTerms | None:
    """None where nothing was kept: a case of before, or a catalogue that says nothing."""
    row = connection.execute(select(class_terms).where(class_terms.c.id == terms)).one_or_none() if terms else None
    if row is None:
        return None
    return ClassTerms(
        row.national, _text(row.files_when_zh, row.files_when_en), _text(row.closes_when_zh, row.closes_when_en)
    )


def _said(words: Words | None) -> tuple[str | None, str | None]:
    return (words.zh, words.en) if words is not None else (None, None)


def _text(zh: str | None, en: str | None) -> Text | None:
    return Text(zh, en) if zh is not None and en is not None else None
