"""An accepted edition of the grids takes effect without a restart: at its day, or at once."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from incidents.service import NewCase
from tests.api.edition_town import REDRAWN, AheadClock, file_of, write_town
from tests.api.town import EAST, GRIDS, LAT, SIZE, RunningTown, running_town
from tests.wall.page_client import page

DAY = 86_400.0
SPOT = EAST + 0.9 * SIZE, LAT + 0.1 * SIZE


async def until(there: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not there():
            await asyncio.sleep(0.02)


class Editing:
    def __init__(self, town: RunningTown) -> None:
        self.town, self.admin = town, town.client("administrator@town")

    async def preview(self, data: bytes) -> Any:
        sent = await self.admin.post("/estate/grids/import", files={"file": ("网格.geojson", data)})
        assert sent.status_code == 200, sent.text
        return sent.json()

    async def take(self, data: bytes, day: object) -> Any:
        where = f"/estate/grids/import/{(await self.preview(data))['id']}/apply"
        taken = await self.admin.post(where, json={"first_day": str(day)})
        assert taken.status_code == 200, taken.text
        return taken.json()

    async def listed(self) -> Any:
        return (await self.admin.get("/estate/grids/editions")).json()

    async def grids(self, account: str) -> set[str]:
        return {one["id"] for one in (await self.town.client(account).get("/map/grids")).json()["features"]}

    def file_case(self) -> str:
        operator = self.town.incidents.accounts.authenticate(self.town.token("operator@town"))
        assert operator is not None
        return self.town.incidents.create_case(operator, NewCase("05-01", *SPOT)).id


async def test_at_midnight_of_the_town_and_at_once_where_the_day_has_begun(tmp_path: Path) -> None:
    config, clock = write_town(tmp_path), AheadClock()
    async with running_town(tmp_path, config=config, cameras_file=tmp_path / "cameras.yaml", clock=clock) as town:
        editing, today = Editing(town), town.centre.town.today
        before = editing.file_case()
        previewed = await editing.preview(file_of(REDRAWN))
        assert [(one["username"], one["grid"]) for one in previewed["people"]] == [("grid_worker@east", "east-g1")]

        # From tomorrow on: nothing changes today, and it may be withdrawn.
        tomorrow = today + timedelta(days=1)
        taken = await editing.take(file_of(REDRAWN), tomorrow)
        assert (taken["present"], taken["coming"]) == (False, True)
        assert (await editing.admin.delete(f"/estate/grids/editions/{tomorrow}")).status_code == 200
        assert (await editing.admin.delete(f"/estate/grids/editions/{tomorrow}")).status_code == 404
        await editing.take(file_of(REDRAWN), tomorrow)
        assert await editing.grids("operator@town") == {one.code for one in GRIDS.grids}
        assert (await editing.listed())["people"] == []

        # Midnight of the town, which is ahead of the machine's: who has the map open is told.
        token = {"authorization": f"Bearer {town.token('village_room@east')}"}
        async with page(town.live_url, additional_headers=token) as client:
            await client.say(type="events", topics=["town"])
            clock.ahead += town.centre.town.next_midnight - clock.now() - 1.0
            await client.until(lambda told: [one for one in told.of_type("event") if one["topic"] == "town"], 30)
            told = [one["data"] for one in client.of_type("event") if one["topic"] == "town"]
            assert (told, town.centre.town.today) == ([{"changed": ["grids"]}], tomorrow)
        assert await editing.grids("operator@town") == {one.code for one in REDRAWN.grids}
        after = editing.file_case()
        worker = town.client("grid_worker@east")
        told = {
            one: (await town.client("operator@town").get(f"/cases/{one}")).json()["grid"] for one in (before, after)
        }
        assert told == {before: "east-g1", after: "east-n2"}
        # Who had a grid that is gone keeps what was filed there, and learns nothing of the new ones.
        seen = {one: (await worker.get(f"/cases/{one}")).status_code for one in (before, after)}
        assert seen == {before: 200, after: 404}
        camera = (await town.client("operator@town").get("/cameras/east-cam")).json()
        assert camera["grid"] in {"east-n1", "east-n2"}
        listed = await editing.listed()
        assert [(one["first_day"], one["present"]) for one in listed["items"]] == [(None, False), (str(tomorrow), True)]
        assert [one["username"] for one in listed["people"]] == ["grid_worker@east"]
        refused = await editing.admin.delete(f"/estate/grids/editions/{tomorrow}")
        assert (refused.status_code, "已经生效" in refused.json()["error"]["text"]["zh"]) == (409, True)

        # Back to the old ones, at once, since their day has begun.
        clock.ahead += DAY
        again = await editing.take(file_of(GRIDS), tomorrow + timedelta(days=1))
        assert again["present"]
        assert await editing.grids("village_room@east") == {"east-g1", "east-g2"}

        # A file that was changed since it was taken never holds, and it is said why.
        await editing.take(file_of(REDRAWN), tomorrow + timedelta(days=2))
        changed = max(tmp_path.glob("grids-*.geojson"))
        changed.write_bytes(changed.read_bytes() + b" ")
        clock.ahead += DAY
        await until(lambda: town.centre.town.problem is not None)
        listed = await editing.listed()
        assert listed["problem"] == {
            "zh": "这一版网格文件已被改动或缺失",
            "en": "the file of this edition of the grids is missing or was changed",
        }
        assert [one["present"] for one in listed["items"]] == [False, False, True, False]
        kept = [(one["subject"], one["detail"].get("withdrawn", False))
                for one in (await editing.admin.get("/audit?kind=grids")).json()["items"]]  # fmt: skip
        assert kept == [("grids", False), ("grids", False), ("grids", False), ("grids", True), ("grids", False)]
