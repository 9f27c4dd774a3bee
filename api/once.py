"""`Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a request that is sent again, because its answer was
lost or the phone was out of reach, is carried out once and answered the same."""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header
from starlette.responses import Response

from api.centre import Centre, the_centre
from api.policy import CurrentCaller
from api.schemas import Answer
from incidents.errors import Invalid
from incidents.phone_clock import PhoneClock
from incidents.rights import Caller
from incidents.store.request_keys import AlreadyDone, KeyedRequest, delete_old_keys, find_answer, holding

KEY = re.compile(r'"?([\x21\x23-\x5b\x5d-\x7e]{8,128})"?')
"""A string of RFC 8941, its quotes left off by many; a UUID is what one takes."""
REPLAYED = "idempotency-replayed"


@dataclass(frozen=True, slots=True)
class Once:
    """How the route it is handed to carries out the request. `key` None: as often as it comes."""

    key: str | None
    caller: Caller
    centre: Centre

    def do(
        self,
        asked: Sequence[str],
        act: Callable[[], Any],
        answer: Callable[[Any], Answer],
        status: int = 200,
    ) -> Response:
        """Carries out `act`, whose transaction also keeps the answer, unless that was done before. `asked`: all that
        makes this request another than others. A refusal is not kept: it has done nothing. Raises KeyReused."""
        if self.key is None:
            return _response(answer(act()).model_dump_json(), status, again=False)
        fingerprint = hashlib.sha256(json.dumps(list(asked)).encode()).hexdigest()
        now = self.centre.clock.now()
        request = KeyedRequest(
            self.caller.account_id, self.key, fingerprint, now, lambda outcome: answer(outcome).model_dump_json()
        )
        if (found := self._find(request)) is not None:
            return _response(found, status, again=True)
        try:
            with holding(request):
                act()
        except AlreadyDone:
            return _response(self._find(request) or "", status, again=True)
        return _response(request.answer or "", status, again=False)

    def _find(self, request: KeyedRequest) -> str | None:
        with self.centre.incidents.store.read() as connection:
            return find_answer(connection, request)


def _response(answer: str, status: int, *, again: bool) -> Response:
    headers = {REPLAYED: "true"} if again else None
    return Response(answer, status, headers, media_type="application/json")


def forget_old_keys(centre: Centre) -> int:
    """Those of a month ago; returns how many."""
    with centre.incidents.store.write() as transaction:
        return delete_old_keys(transaction.connection, centre.clock.now())


async def once(
    caller: CurrentCaller,
    centre: Annotated[Centre, Depends(the_centre)],
    idempotency_key: Annotated[
        str | None, Header(max_length=140, description="8 to 128 characters, new for each request: a UUID")
    ] = None,
) -> Once:
    if idempotency_key is None:
        return Once(None, caller, centre)
    given = KEY.fullmatch(idempotency_key.strip())
    if given is None:
        raise Invalid("the key is 8 to 128 visible ASCII characters", "Idempotency-Key")
    return Once(given[1], caller, centre)


async def phone_clock(
    centre: Annotated[Centre, Depends(the_centre)],
    x_sent_at: Annotated[
        float | None, Header(description="the sender's clock when it sent this, Unix seconds: mends wrong clocks")
    ] = None,
) -> PhoneClock:
    return PhoneClock(x_sent_at, centre.clock.now())


OnlyOnce = Annotated[Once, Depends(once)]
SendersClock = Annotated[PhoneClock, Depends(phone_clock)]
