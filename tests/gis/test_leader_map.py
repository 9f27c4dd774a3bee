import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from gis.folium_page import MapAssets, read_assets
from gis.grids import GridMap
from gis.leader_map import GridHistory, LeaderMap, RepeatPlace, leader_map
from tests.browser import CHROMIUM_ARGUMENTS, chromium_path
from tests.gis.test_folium_map import ASSETS, GRIDS, HOSTILE, LEAFLET


def content(text: str = "占道经营", months: int = 3) -> LeaderMap:
    return LeaderMap(
        title=("年度案件 " + text, "A year of cases"),
        months=[f"2026-{month:02}" for month in range(1, months + 1)],
        grids={
            "g1": GridHistory([9, 0, 1][:months], 2.5, 4.0, "hot", ("多于偶然 " + text, "more than chance")),
            "g2": GridHistory([0, 0, 0][:months], 0.0, None, None, ("与偶然无异", "no more than chance")),
        },
        heat=[(120.41, 30.01, 8), (120.411, 30.01, 2)],
        repeats=[RepeatPlace(120.41, 30.01, 7, (text, "stall"))],
        told=[("2 个网格 " + text, "2 grids")],
    )


def test_nothing_is_fetched() -> None:
    page = leader_map(GRIDS, content(), ASSETS)
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", page)
    assert "url(" not in page
    assert "simpleheat" in page


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_texts_are_only_text(text: str) -> None:
    page, harmless = (leader_map(GRIDS, content(one), ASSETS) for one in (text, "x"))
    assert "<img" not in page
    assert "13370001337" not in page  # longer than what random identifiers hold by chance
    for tag in ("<script", "</script>"):
        assert page.count(tag) == harmless.count(tag)


def test_grids_that_are_not_told_of_are_not_drawn() -> None:
    told = content()
    assert leader_map(GRIDS, told, ASSETS).count('"at": ') == 2
    assert leader_map(GRIDS, replace(told, grids={"g1": told.grids["g1"]}), ASSETS).count('"at": ') == 1


def test_an_empty_map_is_still_a_page() -> None:
    empty = LeaderMap(("年", "Year"), ["2026-01"], {}, [], [], [])
    assert leader_map(GridMap(()), empty, MapAssets("", "")).startswith("<!DOCTYPE html>")


@pytest.mark.browser
@pytest.mark.skipif(not LEAFLET.is_dir(), reason="the web interface's packages are not installed")
def test_the_slider_the_layers_and_the_language_work_without_a_network(tmp_path: Path) -> None:
    page_file = tmp_path / "leader.html"
    page_file.write_text(leader_map(GRIDS, content(), read_assets(LEAFLET)), encoding="utf-8")
    asked: list[str] = []
    faults: list[str] = []
    fills = """() => { const map = Object.values(window).find(v => v && v instanceof L.Map); const found = {};
        map.eachLayer(l => { if (l.feature && l.feature.properties.at !== undefined)
            found[l.feature.properties.at] = l.options.fillColor; }); return found }"""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS)
        page = browser.new_page(viewport={"width": 1000, "height": 700})
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(page_file.as_uri())
        whole = page.inner_text("#month"), page.evaluate(fills)
        page.locator("#slider").fill("2")
        second = page.inner_text("#month"), page.evaluate(fills)
        for box in page.locator(".leaflet-control-layers-overlays input").all():
            box.set_checked(True)
        zh = page.inner_text("#panel h3")
        page.click("#language")
        en = page.inner_text("#panel h3")
        links = page.locator("a[href^=http]").count()
        page.screenshot(path=str(tmp_path / "leader.png"))
        browser.close()
    assert asked == [page_file.as_uri()]
    assert (faults, links) == ([], 0)
    assert whole[0] == "2026-01 – 2026-03"
    assert whole[1]["0"] != whole[1]["1"]
    assert second[0] == "2026-02"
    assert second[1]["0"] == second[1]["1"] == whole[1]["1"]
    assert (zh, en) == ("年度案件 占道经营", "A year of cases")
