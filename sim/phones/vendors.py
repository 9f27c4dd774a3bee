"""What a grid worker meets at a place, by way of the simulated town's control server."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class Encounter:
    """Whoever or whatever stands there, and has now been asked to go or is being cleared away."""

    event_id: str
    kind: str


class Street(Protocol):
    async def talk(self, lon: float, lat: float) -> Encounter | None:
        """Asks the nearest one here to go; None where there is nobody."""
        ...

    async def is_gone(self, event_id: str) -> bool: ...

    async def close(self) -> None: ...


class TownStreet:
    """Asks again for ever, every `RETRY_SECONDS`, while the town's control cannot be reached."""

    RETRY_SECONDS = 2.0

    def __init__(self, control_url: str, clock: Clock) -> None:
        self._client = httpx.AsyncClient(base_url=control_url, verify=False, trust_env=False, timeout=10.0)
        self._clock = clock

    async def close(self) -> None:
        await self._client.aclose()

    async def talk(self, lon: float, lat: float) -> Encounter | None:
        reply = await self._ask("POST", "/visits", {"lon": lon, "lat": lat})
        event = reply["event"] if reply else None
        return Encounter(event["event_id"], event["kind"]) if event else None

    async def is_gone(self, event_id: str) -> bool:
        """An event the town no longer knows (it was started anew) is gone too."""
        reply = await self._ask("GET", f"/events/{event_id}")
        return reply is None or reply["state"] == "gone"

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        while True:
            try:
                response = await self._client.request(method, path, json=body)
            except httpx.TransportError:
                await self._clock.sleep(self.RETRY_SECONDS)
                continue
            if response.status_code == 404:
                return None
            response.raise_for_status()
            return response.json()
