"""One thing done to many cases: each in a transaction of its own, with its own trace entry, by the caller's rights
there. What is refused leaves the others done."""

import hashlib
from dataclasses import replace
from functools import partial

from starlette.responses import Response

from api.errors import STATUS
from api.once import Once
from api.schemas import Answer, Names
from api.schemas.case_desk import BatchAnswer, BatchRefusal, BatchRequest, BatchResult
from api.schemas.cases import CaseAnswer
from incidents.case_desk import CaseDesk
from incidents.errors import IncidentError
from incidents.rights import Permission
from incidents.store.request_keys import KeyReused
from incidents.views import CaseView


def do_batch(once: Once, asked: BatchRequest) -> BatchAnswer:
    """With a key each case is done once, however often the request comes: what was done is answered the same, and what
    was refused, or not come to, is tried. Raises KeyReused."""
    ids = tuple(dict.fromkeys(asked.cases))
    numbers = {one.id: one.number for one in CaseDesk(once.centre.incidents).chosen(once.caller, ids)}
    results = [_do_one(once, asked, one, numbers.get(one)) for one in ids]
    done = sum(one.done for one in results)
    return BatchAnswer(done=done, refused=len(results) - done, items=results)


def _do_one(once: Once, asked: BatchRequest, case_id: str, number: str | None) -> BatchResult:
    incidents = once.centre.incidents
    scope = once.caller.scope(Permission.CASE_SEE)

    def answer(done: CaseView) -> CaseAnswer:
        return CaseAnswer.model_validate(incidents.telling.case(scope, done))

    try:
        told = _part(once, case_id).do(
            ("batch", case_id, asked.action, asked.model_dump_json(exclude={"cases"})),
            partial(incidents.act, once.caller, case_id, asked.action, asked.detail()),
            answer,
        )
    except KeyReused:
        raise
    except IncidentError as error:
        return BatchResult(id=case_id, number=number, done=False, case=None, refusal=_refusal(error))
    return BatchResult(id=case_id, number=number, done=True, case=_case(told), refusal=None)


def _part(once: Once, case_id: str) -> Once:
    """A key of the request's own for each of its transactions."""
    if once.key is None:
        return once
    return replace(once, key=hashlib.sha256(f"{once.key} {case_id}".encode()).hexdigest())


def _case(told: Answer | Response) -> CaseAnswer:
    if isinstance(told, Response):
        return CaseAnswer.model_validate_json(bytes(told.body))
    return CaseAnswer.model_validate(told)


def _refusal(error: IncidentError) -> BatchRefusal:
    _, code = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    text = Names(zh=error.zh, en=error.message) if error.zh else None
    return BatchRefusal(code=code, message=error.message, text=text)
