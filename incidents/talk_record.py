"""What was said through loudspeakers, for the audit (a row a loudspeaker) and for the case it was said for."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from incidents import trace
from incidents.acting import TALK_DUTIES
from incidents.audit import MAX_DETAIL, Kind
from incidents.case import Action, Actor
from incidents.service import Incidents
from incidents.store.audit_schema import audit
from incidents.store.schema import cases

NAMED = 5
"""So many loudspeakers a case's trace names; of the others it tells how many."""


HOWS = {
    "live": {"zh": "实时喊话", "en": "live"},
    "text": {"zh": "文字", "en": "text"},
    "announcement": {"zh": "录音", "en": "announcement"},
}


@dataclass(frozen=True, slots=True)
class SaidAt:
    """At one loudspeaker. `path`: of its area; `outcome` and `reason`: talkdown.talk.State and talkdown.reason.Why."""

    loudspeaker: str
    name: str
    name_en: str
    path: str
    outcome: str
    reason: str
    began_at: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Said:
    """One talk. Of live speech nothing is kept but how long it was."""

    id: str
    account_id: str
    name: str
    how: str
    text: str
    announcement: str
    case_id: str | None
    at: float
    where: Sequence[SaidAt]


class TalkRecord:
    """Synchronous and thread-safe."""

    def __init__(self, incidents: Incidents) -> None:
        self._incidents = incidents

    def began(self, said: Said) -> list[int]:
        """Written before the first word: whatever happens to this process, it is known who spoke. The rows' numbers."""
        made: list[int] = []
        with self._incidents.store.write() as transaction:
            for place in said.where:
                values = {
                    "kind": Kind.TALK_DOWN.value,
                    "at": said.at,
                    "going_on": True,
                    "seconds": 0.0,
                    "times": 1,
                    "actor_id": said.account_id,
                    "actor_name": said.name[:200],
                    "address": "",
                    "path": place.path,
                    "how": "",
                    "subject": place.name[:200],
                    "detail": _detail(said, place),
                }
                done = transaction.connection.execute(insert(audit).values(**values))
                made.append(done.inserted_primary_key[0] if done.inserted_primary_key else 0)
        return made

    def ended(self, said: Said, rows: Sequence[int]) -> None:
        """What came of it, and the entry in the trace of its case."""
        now = self._incidents.clock.now()
        with self._incidents.store.write() as transaction:
            connection = transaction.connection
            for seq, place in zip(rows, said.where, strict=True):
                values = {"going_on": False, "until_at": now, "seconds": place.seconds, "detail": _detail(said, place)}
                connection.execute(update(audit).where(audit.c.seq == seq).values(**values))
            if said.case_id is None:
                return
            trace.lock(connection)
            # The right to see the case was asked for when it began; a case may be gone from sight since.
            if connection.execute(select(cases.c.id).where(cases.c.id == said.case_id)).scalar() is None:
                return
            actor = Actor("person", said.account_id, said.name)
            self._incidents.acting.apply(
                transaction, said.case_id, Action.TALK_DOWN, actor, TALK_DUTIES, at=now, detail=_told(said)
            )


def _detail(said: Said, place: SaidAt) -> str:
    told: dict[str, Any] = {
        "talk": said.id,
        "loudspeaker": place.loudspeaker,
        "how": said.how,
        "outcome": place.outcome,
        "reason": place.reason,
        "seconds": round(place.seconds, 1),
        "text": said.text,
        "announcement": said.announcement,
        "case": said.case_id or "",
    }
    text = json.dumps({key: value for key, value in told.items() if value != ""}, ensure_ascii=False)
    assert len(text) <= MAX_DETAIL
    return text


def _told(said: Said) -> dict[str, Any]:
    heard = [place for place in said.where if place.began_at is not None]
    named = heard[:NAMED] or list(said.where[:NAMED])
    names = {
        "zh": "、".join(place.name for place in named),
        "en": ", ".join(place.name_en or place.name for place in named),
    }
    told: dict[str, Any] = {
        "loudspeakers": names,
        "heard": f"{len(heard)}/{len(said.where)}",
        "how": HOWS[said.how],
        "talk_seconds": round(max((place.seconds for place in said.where), default=0.0), 1),
    }
    return told | {key: value for key, value in (("text", said.text), ("announcement", said.announcement)) if value}
