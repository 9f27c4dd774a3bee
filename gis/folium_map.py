"""A map one can send: cases per grid in a single HTML file that opens without a network."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import folium
from branca.element import Element

from gis.folium_page import MapAssets, legend, page_with, raw, shade, shade_limits, shown
from gis.grids import GridMap


@dataclass(frozen=True, slots=True)
class MapCase:
    """One case as the map shows it; the texts are shown as they are, never as HTML."""

    lon: float
    lat: float
    number: str
    title: str
    state: str
    opened: str


def cases_map(
    grids: GridMap, cases: Sequence[MapCase], assets: MapAssets, title: str = "案件分布 Cases per grid"
) -> str:
    """One HTML document: grids shaded by how many cases lie in them, and each case with a popup."""
    counts = _counts(grids, cases)
    steps = shade_limits(counts.values())
    chart = folium.Map(tiles=None, prefer_canvas=True, control_scale=True)
    figure = page_with(chart, assets, title)
    _add_grids(chart, grids, counts, steps)
    if cases:
        _add_cases(chart, cases)
    if grids.grids:
        west, south, east, north = grids.bounds
        chart.fit_bounds([(south, west), (north, east)])
    figure.html.add_child(Element(raw(legend(title, steps))))
    return str(figure.render())


def _counts(grids: GridMap, cases: Iterable[MapCase]) -> Counter[str]:
    found = (grids.containing(case.lon, case.lat) for case in cases)
    return Counter(grid.code for grid in found if grid is not None)


def _add_grids(chart: folium.Map, grids: GridMap, counts: Counter[str], steps: tuple[int, ...]) -> None:
    collection = grids.geojson()
    if not collection["features"]:
        return
    for feature in collection["features"]:
        properties = feature["properties"]
        count = counts[properties["code"]]
        feature["properties"] = {
            "name": shown(properties["name"]), "code": shown(properties["code"]), "cases": count,
            "shade": shade(count, steps),
        }  # fmt: skip
    folium.GeoJson(
        collection,
        style_function=_grid_style,
        popup=folium.GeoJsonPopup(["name", "code", "cases"], aliases=["网格 Grid", "编码 Code", "案件 Cases"]),
    ).add_to(chart)


def _grid_style(feature: dict[str, Any]) -> dict[str, Any]:
    return {"fillColor": feature["properties"]["shade"], "fillOpacity": 0.75, "color": "#5fb3c8", "weight": 1}


def _add_cases(chart: folium.Map, cases: Iterable[MapCase]) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"number": shown(case.number), "title": shown(case.title), "state": shown(case.state),
                           "opened": shown(case.opened)},
            "geometry": {"type": "Point", "coordinates": [case.lon, case.lat]},
        }
        for case in cases
    ]  # fmt: skip
    folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        marker=folium.CircleMarker(radius=5, color="#ffffff", weight=1, fill_color="#e5484d", fill_opacity=1),
        popup=folium.GeoJsonPopup(
            ["number", "title", "state", "opened"], aliases=["编号 Number", "事项 What", "状态 State", "时间 Opened"]
        ),
    ).add_to(chart)
