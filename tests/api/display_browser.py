"""A browser at /display, as the server sees it: two cookies and the requests of the page."""

from types import TracebackType
from typing import Any

import httpx

from tests.api.town import RunningTown

SCREEN = "3840x1080"
REPORT: dict[str, Any] = {"fps": 14.0, "tiles": {"live": 1}, "screen": SCREEN, "uptime_s": 5.0, "version": 1}


class DisplayBrowser:
    def __init__(self, address: str, name: str = "Chromium 140") -> None:
        origin = f"http://{address}"
        self.client = httpx.AsyncClient(
            base_url=f"{origin}/api/v1", headers={"origin": origin, "user-agent": name}, timeout=20
        )

    async def __aenter__(self) -> "DisplayBrowser":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.client.aclose()

    async def ask(self) -> str:
        """Asks for a code."""
        answer = await self.client.post("/display/pairing", json={"screen": SCREEN})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["code"])

    async def poll(self) -> str:
        answer = await self.client.post("/display/pairing/poll")
        assert answer.status_code == 200, answer.text
        return str(answer.json()["state"])

    async def instructions(self) -> httpx.Response:
        return await self.client.get("/display", params={"as": "display"})

    async def see(self) -> dict[str, Any]:
        answer = await self.instructions()
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["see"])

    async def report(self, **changed: Any) -> httpx.Response:
        return await self.client.post("/display/report", params={"as": "display"}, json={**REPORT, **changed})

    @property
    def token(self) -> str:
        return self.client.cookies["gridwatch_display"]


async def pair(town: RunningTown, browser: DisplayBrowser, area: str = "east", by: str = "administrator@town") -> str:
    """A display at the area; its id."""
    code = await browser.ask()
    form = {"code": code, "name": "大厅电视", "area": area}
    made = await town.client(by).post("/displays", json=form)
    assert made.status_code == 201, made.text
    assert await browser.poll() == "paired"
    return str(made.json()["id"])
