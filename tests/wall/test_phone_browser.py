"""The grid worker's phone in a real browser of a phone's size: out of reach and back, reloaded in between."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import cv2
import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import FilePayload, Page, Route, async_playwright, expect

from tests.api.town import PASSWORD, RunningTown, middle, running_town
from tests.browser import launch
from tests.wall.tile_page import STATIC, Desk, eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="module")]

LON, LAT = middle("east-g1")
WORKER = "grid_worker@east"
SHELL_KEPT = "async () => { await navigator.serviceWorker.ready; return navigator.serviceWorker.controller !== null }"


def photo(shade: int) -> FilePayload:
    """As a phone takes it: larger than is sent, with a place in its EXIF."""
    image = np.full((2000, 3000, 3), shade, np.uint8)
    cv2.putText(image, str(shade), (400, 1200), cv2.FONT_HERSHEY_SIMPLEX, 20, (255, 255, 255), 60)
    made = cv2.imencode(".jpg", image)[1].tobytes()
    exif = b"Exif\x00\x00GPS: 30.05 N 120.43 E"
    return {
        "name": "IMG_1.jpg",
        "mimeType": "image/jpeg",
        "buffer": made[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + made[2:],
    }


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with (
        running_town(tmp_path_factory.mktemp("phone"), static_dir=STATIC) as town,
        async_playwright() as playwright,
    ):
        browser = await launch(playwright)
        yield Desk(town, browser)
        await browser.close()


@asynccontextmanager
async def phone(desk: Desk, *, account: str = WORKER, place: bool = True, english: bool = False) -> AsyncIterator[Page]:
    """Signed in by its form; the shell is kept by the time it is yielded."""
    options: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "locale": "zh-CN"}
    if place:
        options |= {
            "geolocation": {"longitude": LON, "latitude": LAT, "accuracy": 9},
            "permissions": ["geolocation"],
        }
    context = await desk.browser.new_context(**options)
    page = await context.new_page()
    page.set_default_timeout(30_000)
    await page.goto(f"{desk.url}/phone")
    if english:
        await page.get_by_role("button", name="English").click()
    await page.get_by_test_id("username").fill(account)
    await page.get_by_test_id("password").fill(PASSWORD)
    await page.get_by_test_id("sign-in").click()
    await expect(page.get_by_test_id("tab-report")).to_be_visible()
    await eventually(lambda: page.evaluate(SHELL_KEPT), 30, "the shell is kept")
    try:
        yield page
    finally:
        await context.close()


async def cases(town: RunningTown) -> list[dict[str, Any]]:
    listed = (await town.client("operator@town").get("/cases")).json()["items"]
    return [(await town.client("operator@town").get(f"/cases/{one['id']}")).json() for one in listed]


async def test_a_report_made_out_of_reach_arrives_once_with_its_photo(desk: Desk) -> None:
    async with phone(desk) as page:
        await page.context.set_offline(True)
        await expect(page.get_by_test_id("offline")).to_be_visible()
        await page.get_by_test_id("tab-report").click()
        # The system may end the page while its camera is open: what was begun is there again.
        await page.get_by_test_id("report-photo").set_input_files(photo(90))
        await expect(page.get_by_test_id("photo")).to_have_count(1)
        await page.reload()
        await expect(page.get_by_test_id("photo")).to_have_count(1)
        await page.get_by_test_id("class-05-01").click()
        await expect(page.get_by_test_id("place")).to_contain_text("±9")
        pressed = time.time()
        await page.get_by_test_id("send").click()
        await expect(page.get_by_test_id("report-done")).to_contain_text("已保存")
        await expect(page.get_by_test_id("unsent")).to_have_text("2")
        await page.reload()
        await expect(page.get_by_test_id("unsent")).to_have_text("2")
        assert await cases(desk.town) == []
        await page.context.set_offline(False)
        await expect(page.get_by_test_id("unsent")).to_have_count(0)
        await page.reload()
        await expect(page.get_by_test_id("tab-me")).to_be_visible()
        (case,) = await cases(desk.town)
        assert (case["source"], case["grid"], case["case_class"]) == ("worker", "east-g1", "05-01")
        opened, added = case["trace"]
        assert opened["detail"]["recorded_at"] == pytest.approx(pressed, abs=30)
        assert added["action"] == "evidence"
        picture = await desk.town.client(WORKER).get(f"/evidence/{case['picture_evidence_id']}")
        assert b"GPS" not in picture.content
        height, width = cv2.imdecode(np.frombuffer(picture.content, np.uint8), cv2.IMREAD_COLOR).shape[:2]
        assert (width, height) == (1600, 1067)


async def test_a_task_from_accepted_to_done_with_a_gap_in_between(desk: Desk) -> None:
    operator = desk.town.client("operator@town")
    made = {"case_class": "01-02", "level": 2, "lon": LON + 0.001, "lat": LAT, "note": ""}
    case = (await operator.post("/cases", json=made)).json()["id"]
    sent = {"worker_id": desk.town.account_id(WORKER)}
    assert (await operator.post(f"/cases/{case}/assign", json=sent)).status_code == 200
    async with phone(desk) as page:
        await page.get_by_test_id(f"task-{case}").click()
        state = page.get_by_test_id("task-state")
        await expect(page.get_by_test_id("navigate")).to_have_attribute(
            "href",
            f"geo:{LAT:.6f},{LON + 0.001:.6f}?q={LAT:.6f},{LON + 0.001:.6f}(east%E7%BD%91%E6%A0%BC1)",
        )
        await page.get_by_test_id("accept").click()
        await expect(state).to_have_attribute("data-state", "accepted")
        await page.context.set_offline(True)
        await page.get_by_test_id("arrive").click()
        await expect(state).to_have_attribute("data-state", "arrived")
        await page.get_by_test_id("photo-before").set_input_files(photo(40))
        await expect(page.get_by_test_id("photo")).to_have_count(1)
        await page.reload()
        await expect(state).to_have_attribute("data-state", "arrived")
        await expect(page.get_by_test_id("photo")).to_have_count(1)
        await expect(page.get_by_test_id("handle")).to_be_disabled()
        await page.get_by_test_id("photo-after").set_input_files(photo(200))
        await page.get_by_test_id("found-left").click()
        await page.get_by_test_id("task-note").fill("已清理")
        await page.get_by_test_id("handle").click()
        await expect(page.get_by_test_id(f"task-{case}")).to_contain_text("已处置")
        await page.context.set_offline(False)
        await expect(page.get_by_test_id("no-tasks")).to_be_visible()
        found = (await operator.get(f"/cases/{case}")).json()
        steps = ["open", "assign", "accept", "arrive", "evidence", "evidence", "handle"]
        assert [one["action"] for one in found["trace"]][: len(steps)] == steps
        assert [one["caption"] for one in found["evidence"]] == ["处置前照片", "处置后照片"]
        told = found["trace"][6]["detail"]
        assert (told["note"], told["found"]) == ("已清理", "left")


async def test_people_met_and_more_time_asked_for_with_and_without_a_signal(desk: Desk) -> None:
    operator = desk.town.client("operator@town")
    made = {"case_class": "05-01", "level": 2, "lon": LON + 0.002, "lat": LAT, "note": ""}
    case = (await operator.post("/cases", json=made)).json()["id"]
    sent = {"worker_id": desk.town.account_id(WORKER)}
    assert (await operator.post(f"/cases/{case}/assign", json=sent)).status_code == 200
    wang = {"kind": "vendor", "name": "王小二", "plate": "浙D12345", "phone": "13800135678", "area": "east-g1"}
    known = (await operator.post("/registers/parties", json=wang)).json()["id"]
    async with phone(desk) as page:
        await page.get_by_test_id(f"task-{case}").click()
        await page.get_by_test_id("accept").click()
        await page.get_by_test_id("party-open").click()
        await page.get_by_test_id("party-text").fill("12345")
        await page.get_by_test_id("party-王小二").click()
        met = page.get_by_test_id("party-met")
        await expect(met).to_contain_text("劝导")
        await page.context.set_offline(True)
        await page.get_by_test_id("party-open").click()
        await page.get_by_test_id("party-text").fill("浙D777")
        await page.get_by_test_id("party-new").click()
        await expect(page.get_by_test_id("party-plate")).to_have_value("浙D777")
        await page.get_by_test_id("party-enter").click()
        await expect(page.get_by_role("alert")).to_have_text("请填写姓名")
        await page.get_by_test_id("party-name").fill("李四")
        await page.get_by_test_id("party-enter").click()
        await expect(page.get_by_test_id("party-waiting")).to_contain_text("李四")
        await page.get_by_test_id("extension-open").click()
        await page.get_by_test_id("extension-48").click()
        await expect(page.get_by_test_id("extension-ask")).to_be_disabled()
        await page.get_by_test_id("extension-reason").fill("需要清运车")
        await page.get_by_test_id("extension-ask").click()
        await expect(page.get_by_test_id("extension-asked")).to_contain_text("已申请延期至")
        await page.reload()
        await expect(page.get_by_test_id("extension-asked")).to_be_visible()
        await page.context.set_offline(False)
        await expect(met).to_have_count(2)
        await expect(page.get_by_test_id("unsent")).to_have_count(0)
    found = (await operator.get(f"/cases/{case}")).json()
    assert found["extension_until"] == pytest.approx(found["deadline_at"] + 48 * 3600, abs=2)
    assert found["trace"][-1]["detail"]["reason"] == "需要清运车"
    met_there = (await operator.get(f"/cases/{case}/history")).json()["parties"]
    assert [(one["party"]["name"], one["party"]["id"] == known) for one in met_there] == [
        ("王小二", True),
        ("李四", False),
    ]
    assert "王小二" not in str(found["trace"]), "the trace names nobody"


async def test_without_a_position_the_place_is_tapped_and_duty_goes_on(desk: Desk) -> None:
    before = {one["id"] for one in await cases(desk.town)}
    async with phone(desk, place=False, english=True) as page:
        await page.get_by_test_id("tab-report").click()
        await expect(page.get_by_test_id("place")).to_contain_text("Position is not allowed")
        await page.get_by_test_id("class-01-02").click()
        await page.get_by_test_id("send").click()
        await page.get_by_test_id("map").click()
        await page.get_by_test_id("confirm-place").click()
        await expect(page.get_by_test_id("place")).to_have_text("Tapped on the map")
        await page.get_by_test_id("send").click()
        await expect(page.get_by_test_id("report-done")).to_contain_text("Reported, number")
        (case,) = [one for one in await cases(desk.town) if one["id"] not in before]
        assert case["source"] == "worker"
        await page.get_by_test_id("tab-me").click()
        await page.get_by_test_id("duty").click()
        await expect(page.get_by_test_id("duty-state")).to_have_text("On duty, patrol is recorded")

        async def on_duty() -> bool:
            return bool((await desk.town.client(WORKER).get("/phone/duty")).json()["duty"])

        await eventually(on_duty, 30, "the room knows of it")


async def test_an_answer_older_than_a_switch_of_duty_does_not_undo_it(desk: Desk) -> None:
    async with phone(desk) as page:
        await page.get_by_test_id("tab-me").click()
        state = page.get_by_test_id("duty-state")
        await expect(state).to_contain_text("在岗")
        before = await state.inner_text()
        asked, let_go = asyncio.Event(), asyncio.Event()

        async def hold(route: Route) -> None:
            if route.request.method != "GET":
                return await route.continue_()
            answer = await route.fetch()
            asked.set()
            await let_go.wait()
            await route.fulfill(response=answer)

        await page.route("**/phone/duty", hold)
        await page.evaluate("dispatchEvent(new Event('online'))")
        await asyncio.wait_for(asked.wait(), 15)
        await page.get_by_test_id("duty").click()
        await expect(state).not_to_have_text(before)
        await expect(page.get_by_test_id("outbox-empty")).to_be_visible()
        # What is read next says that the held answer was dealt with.
        async with page.expect_request("**/patrol?*"):
            let_go.set()
        await expect(state).not_to_have_text(before)
        await page.unroute_all(behavior="ignoreErrors")


async def test_positions_taken_on_duty_reach_the_patrol(desk: Desk) -> None:
    async with phone(desk) as page:
        await page.get_by_test_id("tab-me").click()
        await expect(page.get_by_test_id("duty-state")).to_contain_text("在岗")
        if await page.get_by_test_id("duty-state").inner_text() == "不在岗":
            await page.get_by_test_id("duty").click()
        await expect(page.get_by_test_id("duty-state")).to_have_text("在岗，正在记录巡查")
        await expect(page.get_by_text("±9 米")).to_be_visible()
        await page.evaluate("dispatchEvent(new Event('online'))")

        async def known() -> bool:
            return (await desk.town.client(WORKER).get("/phone/duty")).json()["accuracy_m"] == 9

        await eventually(known, 30, "the position is there")
        await asyncio.gather(*(expect(page.get_by_test_id(one)).to_be_visible() for one in ("patrol-time", "sign-out")))
