"""Sending one signed request, and what came of it. The receiver is not trusted: nothing of its answer but the status
and one header is read, it is given so many seconds, and where it redirects to nobody goes."""

import asyncio
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from config.exchange import Destination
from exchange.cloud_event import MEDIA_TYPE
from exchange.outbox import Waiting
from exchange.signature import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, WeakSecret, sign

TIMEOUT_SECONDS = 15.0
GONE, TOO_MANY = 410, 429

SecretOf = Callable[[Destination], str]
"""The secret of a destination, read now. Raises MissingPassword."""


@dataclass(frozen=True, slots=True)
class Failure:
    """`down`: the receiver as a whole, not this one event, is the trouble. `final`: it wants no more of this event."""

    error: str
    down: bool = True
    final: bool = False
    retry_after: float | None = None


class WebhookClient:
    """For one destination. Raises OSError (ssl.SSLError is one) where `ca_file` cannot be used."""

    def __init__(self, destination: Destination, base_dir: Path, timeout: float = TIMEOUT_SECONDS) -> None:
        self._url, self._timeout = destination.url, timeout
        context = ssl.create_default_context()
        if destination.ca_file is not None:
            context.load_verify_locations(base_dir / destination.ca_file)
        # trust_env: a proxy somebody set for his shell is no part of the configuration.
        self._http = httpx.AsyncClient(verify=context, follow_redirects=False, trust_env=False, timeout=timeout)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def post(self, waiting: Waiting, secrets: str, timestamp: int) -> Failure | None:
        """None where it was taken: any answer of 200 to 299."""
        try:
            signature = sign(secrets, waiting.event_id, timestamp, waiting.body)
        except WeakSecret as problem:
            return Failure(str(problem))
        headers = {
            "content-type": MEDIA_TYPE,
            "user-agent": "Gridwatch",
            ID_HEADER: waiting.event_id,
            TIMESTAMP_HEADER: str(timestamp),
            SIGNATURE_HEADER: signature,
        }
        try:
            async with asyncio.timeout(self._timeout):
                async with self._http.stream("POST", self._url, content=waiting.body, headers=headers) as reply:
                    return _judged(reply)
        except (TimeoutError, httpx.TimeoutException):
            return Failure(f"no answer within {self._timeout:g} s")
        except httpx.ConnectError as error:
            return Failure(f"cannot be connected to: {error}")
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
            return Failure(f"{type(error).__name__}: {error}")


def _judged(reply: httpx.Response) -> Failure | None:
    status = reply.status_code
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return Failure(f"answered {status}: redirects are not followed, configure the address it leads to")
    down = status >= 500 or status in (TOO_MANY, 401, 403, 404)
    return Failure(f"answered {status}", down, status == GONE, _retry_after(reply.headers.get("retry-after", "")))


def _retry_after(value: str) -> float | None:
    """Seconds (RFC 9110, 10.2.3); a date is passed over."""
    return float(value) if re.fullmatch(r"[0-9]{1,6}", value) else None
