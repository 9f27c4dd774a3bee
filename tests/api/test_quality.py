"""Video quality over HTTP: what goes on, histories, pictures, the report of a day, lost cameras."""

import asyncio
import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from api.quality_watch import LOST_AFTER_SECONDS, QualityWatch
from incidents.quality import LOST, PICTURED_EPISODES
from incidents.queries import QualityFilter
from incidents.rights import EVERYWHERE
from ingest.state import StreamState
from tests.api.quality_town import HEALTHY, PICTURE, episode_at, message
from tests.api.town import running_town
from tests.ingest.hand_clock import HandClock

ZONE = ZoneInfo("Asia/Shanghai")
DAY = "2026-09-21"
MIDNIGHT = datetime(2026, 9, 21, tzinfo=ZONE).timestamp()
REPORTS = ["report", "report.html", "report.csv"]


async def test_what_goes_on_is_told_within_ones_areas(tmp_path):
    async with running_town(tmp_path) as town:
        east, west = episode_at(town, "east"), episode_at(town, "west", "blurred")
        room, operator = town.client("village_room@west"), town.client("operator@town")
        seen = (await operator.get("/quality")).json()
        assert {one["id"] for one in seen["items"]} == {east, west}
        assert (seen["counts"], seen["cameras"], seen["well"]) == ({"covered": 1, "blurred": 1}, 2, 0)
        only = (await operator.get("/quality", params={"fault": "covered", "area": "t"})).json()
        assert [one["id"] for one in only["items"]] == [east]
        assert only["counts"] == seen["counts"]
        eastern = (await operator.get("/quality", params={"area": "east"})).json()
        assert (eastern["cameras"], eastern["counts"]) == (1, {"covered": 1})
        own = (await room.get("/quality")).json()
        assert [one["id"] for one in own["items"]] == [west]
        assert (own["counts"], own["cameras"]) == ({"blurred": 1}, 1)
        assert (await room.get("/quality", params={"area": "east"})).status_code == 404
        assert (await operator.get("/quality", params={"fault": "haunted"})).status_code == 422

        pictures = [await operator.get(f"/quality/episodes/{east}/{which}.jpg") for which in ("picture", "healthy")]
        assert [one.content for one in pictures] == [PICTURE + b"east", HEALTHY + b"east"]
        assert (await room.get(f"/quality/episodes/{east}/picture.jpg")).status_code == 404

        # The same told twice, or with other words, is one episode; its end ends it.
        again = message("east", "covered", "began", 1_790_000_090.0, 1_790_000_000.0)
        await town.live.detect(again, (PICTURE, HEALTHY))
        await town.live.detect(message("east", "covered", "ended", 1_790_000_900.0, 1_790_000_000.0), ())
        history = (await operator.get("/cameras/east-cam/quality")).json()["items"]
        assert [(one["fault"], one["began_at"], one["ended_at"]) for one in history] == [
            ("covered", 1_790_000_000.0, 1_790_000_900.0)
        ]
        assert (await operator.get("/quality")).json()["well"] == 1


async def test_the_report_of_a_day(tmp_path):
    async with running_town(tmp_path) as town:
        quality = town.centre.quality
        quality.begin("east-cam", LOST, MIDNIGHT - 3600, MIDNIGHT - 3500)
        quality.end("east-cam", LOST, MIDNIGHT + 6 * 3600)
        episode_at(town, "west", "blurred", MIDNIGHT + 40_000)
        quality.keep_day(DAY)
        operator, room = town.client("operator@town"), town.client("village_room@west")
        report = (await operator.get("/quality/report", params={"day": DAY})).json()
        assert (report["from_at"], report["to_at"], report["until"]) == (MIDNIGHT, MIDNIGHT + 86_400, report["to_at"])
        assert report["total"] | {"area": "", "area_name": ""} == {
            "area": "",
            "area_name": "",
            "cameras": 2,
            "well": 1,
            "well_share": 0.5,
            "affected": 2,
            "online_share": 0.875,
            "faults": {"lost": 1, "blurred": 1},
        }
        assert [(one["area"], one["online_share"]) for one in report["areas"]] == [("east", 0.75), ("west", 1.0)]
        assert [(one["camera_id"], one["seconds"]) for one in report["items"]] == [
            ("east-cam", 21_600.0),
            ("west-cam", 46_400.0),
        ]
        own = (await room.get("/quality/report", params={"day": DAY})).json()
        assert (own["total"]["cameras"], [one["camera_id"] for one in own["items"]]) == (1, ["west-cam"])
        for form in REPORTS:
            text = (await room.get(f"/quality/{form}", params={"day": DAY})).text
            assert "west" in text
            assert "east" not in text
        page = await operator.get("/quality/report.html", params={"day": DAY})
        assert page.text.count("data:image/jpeg;base64,") == 2
        assert "画面模糊" in page.text
        book = load_workbook(io.BytesIO((await operator.get("/quality/report.xlsx", params={"day": DAY})).content))
        assert [sheet.max_row for sheet in book] == [4, 3]
        assert [cell.value for cell in book.worksheets[0][2]][1:4] == [2, 1, 50]

        for wrong in ("yesterday", "2999-01-01", "2026-02-30"):
            assert (await operator.get("/quality/report", params={"day": wrong})).status_code == 422
        assert (await room.get("/quality/report", params={"day": DAY, "area": "east"})).status_code == 404
        none = (await operator.get("/quality/report.html", params={"day": "2026-01-05"})).text
        assert "当日无故障" in none


async def test_what_a_spreadsheet_would_run_is_text(tmp_path):
    async with running_town(tmp_path) as town:
        episode_at(town, "west", "blurred", MIDNIGHT)
        cameras = town.incidents.town.cameras
        cameras.replace([one.model_copy(update={"name": '=HYPERLINK("x")<b>'}) for one in cameras.values()])
        operator = town.client("operator@town")
        table = (await operator.get("/quality/report.csv", params={"day": DAY})).text
        assert "'=HYPERLINK" in table
        assert "<b>" not in (await operator.get("/quality/report.html", params={"day": DAY})).text


async def test_pictures_are_bounded_and_strays_end(tmp_path):
    async with running_town(tmp_path) as town:
        quality = town.centre.quality
        for n in range(PICTURED_EPISODES + 3):
            since = MIDNIGHT + n * 100
            quality.begin("east-cam", "black", since, since, b"\xff\xd8\xff" + bytes([n]), HEALTHY)
            quality.end("east-cam", "black", since + 50)
        kept = quality.episodes(EVERYWHERE, QualityFilter(camera="east-cam"))
        assert sum(one.picture for one in kept) == PICTURED_EPISODES
        assert len([path for path in (tmp_path / "faults").rglob("*") if path.is_file()]) == PICTURED_EPISODES + 1
        quality.begin("west-cam", "black", MIDNIGHT, MIDNIGHT)
        town.incidents.town.cameras.replace([town.incidents.town.cameras["east-cam"]])
        quality.end_strays()
        assert quality.going_on("black") == {}


async def test_lost_cameras_are_told_and_come_back(tmp_path):
    clock = HandClock(MIDNIGHT + 12 * 3600)
    async with running_town(tmp_path) as town:
        centre = town.centre

        def new_watch() -> QualityWatch:
            return QualityWatch(centre.quality, centre.live, town.incidents.town.cameras, ZONE, clock)

        async def looked(watch: QualityWatch, seconds: float) -> list[str]:
            for _ in range(int(seconds // 10)):
                clock.turn(10.0)
                await watch.watch()
            return sorted(centre.quality.going_on(LOST))

        watch = new_watch()
        await watch.watch()
        town.live.set_state("east-cam", StreamState.REFUSED)
        assert await looked(watch, LOST_AFTER_SECONDS) == []
        assert await looked(watch, 20) == ["east-cam"]
        # Another process of ours takes it up, and a camera whose worker is away is not lost.
        again = new_watch()
        town.live.set_state("east-cam", StreamState.LIVE)
        assert await looked(again, 40) == []
        town.live.set_state("west-cam", StreamState.WAITING, "ingest worker is away")
        assert await looked(again, 200) == []

        await again.report()
        assert centre.quality.day_kept("2026-09-20")
        assert not centre.quality.day_kept(DAY)


async def test_messages_that_are_none_are_refused_one_by_one(tmp_path):
    async with running_town(tmp_path) as town:
        good = message("east", "covered", "began", 2.0, 1.0)
        for wrong in ({"fault": "haunted"}, {"camera_id": "nowhere"}, {"since": "x"}, {"at": None}):
            with pytest.raises(RuntimeError):
                await town.live.detect({**good, **wrong}, (PICTURE, HEALTHY))
        with pytest.raises(RuntimeError):
            await town.live.detect(good, (b"no picture", HEALTHY))
        assert town.centre.quality.going_on("covered") == {}
        await asyncio.sleep(0)
