"""The public API as a phone uses it: signs in, and again when the token has run out; waits out what passes."""

import asyncio
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx

from runtime.clock import Clock

_log = logging.getLogger(__name__)

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0
TIMEOUT_S = 15.0
FAREWELL_S = 1.0
SIGN_IN_AGAIN_S, SIGN_IN_RARELY_S = 15.0, 240.0
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
Json = dict[str, Any]


class Refused(Exception):
    """The API has understood and says no; trying the same again is of no use. `status` is the HTTP status."""

    def __init__(self, status: int, method: str, path: str, message: str) -> None:
        super().__init__(f"{method} {path}: {status} {message}")
        self.status = status


@dataclass(frozen=True, slots=True)
class ApiAddress:
    """`url` is the origin, as http://127.0.0.1:8000. One TLS context serves all phones: it is dear to make."""

    url: str
    tls: ssl.SSLContext | bool = True


class PhoneApi:
    """One grid worker's client. A call returns when it has succeeded, or raises Refused.

    Where the connection fails or the API is down or busy, it waits, each time longer (with jitter), and asks again:
    the caller must therefore be able to bear that a request whose answer was lost is sent twice.
    """

    def __init__(self, address: ApiAddress, username: str, password: str, clock: Clock, rng: Random) -> None:
        self._client = httpx.AsyncClient(
            base_url=f"{address.url.rstrip('/')}/api/v1", verify=address.tls, trust_env=False, timeout=TIMEOUT_S
        )
        self._username, self._password = username, password
        self._clock, self._rng = clock, rng
        self._token: str | None = None
        self._signing_in = asyncio.Lock()
        self._refused_wait = SIGN_IN_AGAIN_S

    async def leave(self) -> None:
        """Goes off duty and signs out if the API can be reached at once; in any case closes the client."""
        if self._token is not None:
            headers = {"Authorization": f"Bearer {self._token}"}
            await self._send("POST", "/phone/duty", headers=headers, json={"on": False}, timeout=FAREWELL_S)
            await self._send("DELETE", "/sessions/current", headers=headers, timeout=FAREWELL_S)
        await self._client.aclose()

    async def duty(self, on: bool) -> None:
        await self._call("POST", "/phone/duty", json={"on": on})

    async def positions(self, positions: list[Json]) -> None:
        await self._call("POST", "/phone/positions", json={"positions": positions})

    async def orders(self) -> list[Json]:
        reply = await self._call("GET", "/phone/orders")
        return list(reply["items"])

    async def case(self, case_id: str) -> Json:
        return await self._call("GET", f"/cases/{case_id}")

    async def act(self, case_id: str, action: str, body: Mapping[str, Any] | None = None) -> None:
        await self._call("POST", f"/cases/{case_id}/{action}", json=dict(body or {}))

    async def add_photo(self, case_id: str, jpeg: bytes, caption: str) -> None:
        """Once only: before a second attempt it looks whether the first has arrived after all."""
        path = f"/cases/{case_id}/evidence"
        wait = FIRST_WAIT_S
        while not await self._has_photo(case_id, caption):
            files = {"file": ("after.jpg", jpeg, "image/jpeg")}
            reply = await self._try("POST", path, files=files, data={"caption": caption})
            if reply is not None:
                return
            wait = await self._back_off(wait)

    async def _has_photo(self, case_id: str, caption: str) -> bool:
        case = await self.case(case_id)
        return any(one["caption"] == caption for one in case.get("evidence", ()))

    async def _call(self, method: str, path: str, **arguments: Any) -> Json:
        wait = FIRST_WAIT_S
        while (reply := await self._try(method, path, **arguments)) is None:
            wait = await self._back_off(wait)
        return reply

    async def _try(self, method: str, path: str, **arguments: Any) -> Json | None:
        """None when it is worth asking again."""
        token = self._token or await self._sign_in(None)
        if token is None:
            return None
        response = await self._send(method, path, headers={"Authorization": f"Bearer {token}"}, **arguments)
        if response is not None and response.status_code == 401:
            await self._sign_in(token)
            return None
        return self._judge(response, method, path)

    async def _sign_in(self, spent: str | None) -> str | None:
        """A token other than the spent one; None when the API cannot be reached."""
        async with self._signing_in:
            if self._token is None or self._token == spent:
                self._token = None
                body = {"username": self._username, "password": self._password, "device": True}
                response = await self._send("POST", "/sessions", json=body)
                try:
                    reply = self._judge(response, "POST", "/sessions")
                except Refused as refusal:
                    await self._wait_for_account(refusal)
                    return None
                self._token = str(reply["token"]) if reply is not None else None
            return self._token

    async def _wait_for_account(self, refusal: Refused) -> None:
        """The account may only be about to be made. Asks ever more rarely, so that the API need not lock it."""
        _log.warning("%s cannot sign in: %s", self._username, refusal)
        await self._clock.sleep(self._refused_wait)
        self._refused_wait = min(2 * self._refused_wait, SIGN_IN_RARELY_S)

    async def _send(self, method: str, path: str, **arguments: Any) -> httpx.Response | None:
        try:
            return await self._client.request(method, path, **arguments)
        except httpx.TransportError as error:
            _log.debug("%s %s: %s", method, path, error)
            return None

    def _judge(self, response: httpx.Response | None, method: str, path: str) -> Json | None:
        if response is None or response.status_code in PASSING:
            return None
        try:
            reply = response.json() if response.content else {}
        except ValueError:
            reply = {}
        if not isinstance(reply, dict):
            reply = {}
        if response.is_success:
            return reply
        message = reply.get("error", {})
        text = str(message.get("message", "")) if isinstance(message, dict) else ""
        raise Refused(response.status_code, method, path, text)

    async def _back_off(self, wait: float) -> float:
        await self._clock.sleep(wait * self._rng.uniform(0.5, 1.0))
        return min(wait * 2, LONGEST_WAIT_S)
