import re
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from shapely import box

from gis.folium_map import MapCase, cases_map
from gis.folium_page import MapAssets, MissingAsset, read_assets, shade_limits
from gis.grids import Grid, GridMap
from tests.browser import CHROMIUM_ARGUMENTS, chromium_path

LEAFLET = Path(__file__).parents[2] / "wall" / "web" / "node_modules" / "leaflet" / "dist"
ASSETS = MapAssets(
    "/* the script */ var x = '</script>{{ 7 * 7 }}{% if %}{% endraw %}';", "a { background: url(images/x.png) }"
)
GRIDS = GridMap(
    (
        Grid("g1", "v", "一号网格 <i>", "Grid 1", "residential", box(120.40, 30.00, 120.42, 30.02)),
        Grid("g2", "v", "二号网格", "Grid 2", "rural", box(120.42, 30.00, 120.44, 30.02)),
    )
)


def case(lon: float, number: str, title: str = "游商 stall") -> MapCase:
    return MapCase(lon, 30.01, number, title, "review", "2026-03-01 08:15")


CASES = [case(120.41, "QD-1"), case(120.411, "QD-2"), case(120.5, "QD-3")]


def test_nothing_is_fetched() -> None:
    page = cases_map(GRIDS, CASES, ASSETS)
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", page)
    assert "url(" not in page
    assert "@import" not in page


def test_the_assets_are_written_in_unread_by_the_template_engine() -> None:
    page = cases_map(GRIDS, CASES, ASSETS)
    assert "/* the script */" in page
    assert "{{ 7 * 7 }}{% if %}{% endraw %}" in page
    assert "'</script>" not in page


HOSTILE = {
    "markup": "<img src=x onerror=alert(1)>",
    "end of script": "</script><script>alert(1)</script>",
    "template": "{{ 7 * 1910000191 }}{% for %}",
    "quotes": "\"'`${alert(1)}\\",
    "line separators": "a\u2028b\u2029c\nd",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_title_is_only_text(text: str) -> None:
    page = cases_map(GRIDS, [case(120.41, "QD-1", text)], ASSETS)
    assert "<img" not in page
    assert "13370001337" not in page  # longer than what random identifiers hold by chance
    harmless = cases_map(GRIDS, [case(120.41, "QD-1")], ASSETS)
    for tag in ("<script", "</script>"):
        assert page.count(tag) == harmless.count(tag)


def test_grids_are_counted_by_place() -> None:
    page = cases_map(GRIDS, CASES, ASSETS)
    assert re.search(r'"cases": 2,[^}]*"code": "g1"', page)
    assert re.search(r'"cases": 0,[^}]*"code": "g2"', page)


LIMITS = {
    "no cases": ([], ()),
    "none anywhere": ([0, 0], ()),
    "few": ([0, 1, 3], (1, 3)),
    "all the same": ([5, 5, 0], (5,)),
    "in clumps": ([1, 2, 2, 3, 40, 41, 42, 90, 300, 310, 1000], (3, 42, 90, 310, 1000)),
    "one busy grid": ([1] * 500 + [2] * 300 + [3, 4, 5, 6, 7, 84], (1, 3, 5, 7, 84)),
}


@pytest.mark.parametrize(("counts", "limits"), LIMITS.values(), ids=LIMITS.keys())
def test_shades(counts: list[int], limits: tuple[int, ...]) -> None:
    assert shade_limits(counts) == limits


def test_a_whole_city_is_sorted_at_once() -> None:
    limits = shade_limits(n * 7919 % 84_360 for n in range(8436))
    assert len(limits) == 5
    assert limits == tuple(sorted(limits))
    assert limits[-1] == max(n * 7919 % 84_360 for n in range(8436))


@pytest.mark.parametrize(("grids", "cases"), [(GridMap(()), []), (GRIDS, []), (GridMap(()), CASES)])
def test_an_empty_map_is_still_a_page(grids: GridMap, cases: list[MapCase]) -> None:
    assert cases_map(grids, cases, ASSETS).startswith("<!DOCTYPE html>")


def test_missing_assets_are_named(tmp_path: Path) -> None:
    (tmp_path / "leaflet.js").write_text("x")
    with pytest.raises(MissingAsset, match=r"leaflet\.css cannot be read; build the web interface first"):
        read_assets(tmp_path)


@pytest.mark.browser
@pytest.mark.skipif(not LEAFLET.is_dir(), reason="the web interface's packages are not installed")
def test_the_page_works_without_a_network(tmp_path: Path) -> None:
    page_file = tmp_path / "cases.html"
    hostile = case(120.43, "QD-9", HOSTILE["markup"] + HOSTILE["template"])
    page_file.write_text(cases_map(GRIDS, [*CASES, hostile], read_assets(LEAFLET)), encoding="utf-8")
    asked: list[str] = []
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS)
        page = browser.new_page(viewport={"width": 900, "height": 700})
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(page_file.as_uri())
        # The map was fitted to the grids: the middle of its left half is the first one.
        page.mouse.click(300, 330)
        page.wait_for_selector(".leaflet-popup-content")
        grid = page.inner_text(".leaflet-popup-content")
        page.keyboard.press("Escape")
        page.wait_for_selector(".leaflet-popup-content", state="detached")
        x, y = page.evaluate(
            """() => { const map = Object.values(window).find(v => v && v instanceof L.Map);
            const point = map.latLngToContainerPoint([30.01, 120.43]); return [point.x, point.y] }"""
        )
        page.mouse.click(x, y)
        page.wait_for_selector(".leaflet-popup-content")
        shown = page.inner_text(".leaflet-popup-content")
        browser.close()
    assert asked == [page_file.as_uri()]
    assert faults == []
    assert "一号网格 <i>" in grid
    assert "Cases\t2" in grid
    assert HOSTILE["markup"] in shown
    assert HOSTILE["template"] in shown
