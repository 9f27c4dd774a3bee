"""A map one can send: cases per grid in a single HTML file that opens without a network."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import folium
from branca.element import Element, Figure

from gis.grids import GridMap

_NO_CASE = "#2b3340"
_SHADES = ("#fde0a9", "#f9b36b", "#ef7d45", "#d2452c", "#931f23")
_URL = re.compile(r"url\([^)]*\)")


class MissingAsset(Exception):
    """Leaflet's script or style sheet is not where it should be."""


@dataclass(frozen=True, slots=True)
class MapAssets:
    """Texts of leaflet.js and leaflet.css, to be written into the file."""

    script: str
    style: str


@dataclass(frozen=True, slots=True)
class MapCase:
    """One case as the map shows it; the texts are shown as they are, never as HTML."""

    lon: float
    lat: float
    number: str
    title: str
    state: str
    opened: str


def read_assets(folder: Path) -> MapAssets:
    """Leaflet from a folder with leaflet.js and leaflet.css, such as its `dist`. Raises MissingAsset."""
    texts = []
    for name in ("leaflet.js", "leaflet.css"):
        try:
            texts.append((folder / name).read_text(encoding="utf-8"))
        except OSError as error:
            raise MissingAsset(f"{folder / name} cannot be read; build the web interface first") from error
    return MapAssets(*texts)


def cases_map(
    grids: GridMap, cases: Sequence[MapCase], assets: MapAssets, title: str = "案件分布 Cases per grid"
) -> str:
    """One HTML document: grids shaded by how many cases lie in them, and each case with a popup."""
    counts = _counts(grids, cases)
    steps = shade_limits(counts.values())
    figure = Figure()
    chart = folium.Map(tiles=None, prefer_canvas=True, control_scale=True)
    chart.default_js, chart.default_css = [], []
    figure.add_child(chart)
    _inline(figure, chart, assets, title)
    _add_grids(chart, grids, counts, steps)
    if cases:
        _add_cases(chart, cases)
    if grids.grids:
        west, south, east, north = grids.bounds
        chart.fit_bounds([(south, west), (north, east)])
    figure.html.add_child(Element(_raw(_legend(title, steps))))
    return str(figure.render())


def shade_limits(counts: Iterable[int]) -> tuple[int, ...]:
    """Upper limits of the shades: at most five, rising, the last at the highest count; empty where nothing happened."""
    highest = max(counts, default=0)
    if highest <= len(_SHADES):
        return tuple(range(1, highest + 1))
    return tuple(round(highest * (shade + 1) / len(_SHADES)) for shade in range(len(_SHADES)))


def _shade(count: int, steps: tuple[int, ...]) -> str:
    if count == 0:
        return _NO_CASE
    index = next(index for index, limit in enumerate(steps) if count <= limit)
    return _SHADES[len(_SHADES) - len(steps) + index]


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
            "name": _shown(properties["name"]), "code": _shown(properties["code"]), "cases": count,
            "shade": _shade(count, steps),
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
            "properties": {"number": _shown(case.number), "title": _shown(case.title), "state": _shown(case.state),
                           "opened": _shown(case.opened)},
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


def _inline(figure: Figure, chart: folium.Map, assets: MapAssets, title: str) -> None:
    """Write Leaflet into the page's head, before the map's own script."""
    script = assets.script.replace("</script", "<\\/script")
    # The style sheet's pictures (markers, layer button) are not used, and a sent file has no folder to find them in.
    style = _URL.sub("none", assets.style).replace("</style", "")
    page = "html,body{margin:0;height:100%;background:#10141c;color:#e6e9ef;font:14px sans-serif}"
    legend = "#legend{position:fixed;right:12px;bottom:24px;z-index:999;padding:10px 14px;background:#10141cdd}"
    swatch = (
        "#legend i{display:inline-block;width:14px;height:14px;margin-right:8px}.leaflet-container{background:#10141c}"
    )
    figure.header.add_child(Element(_raw(f"<title>{escape(title)}</title>")), name="title")
    figure.header.add_child(Element(_raw(f"<style>{style}\n{page}{legend}{swatch}</style>")), name="leaflet_css")
    figure.header.add_child(Element(_raw(f"<script>{script}</script>")), name="leaflet_js")


def _legend(title: str, steps: tuple[int, ...]) -> str:
    rows, low = [f"<b>{escape(title)}</b>", f'<i style="background:{_NO_CASE}"></i>0'], 1
    for limit in steps:
        text = str(limit) if low == limit else f"{low}–{limit}"
        rows.append(f'<i style="background:{_shade(limit, steps)}"></i>{text}')
        low = limit + 1
    return f'<div id="legend">{"<br>".join(rows)}</div>'


def _shown(text: str) -> str:
    """Text for a popup. Folium passes data through its template engine, so braces are written as entities, too."""
    return escape(text).replace("{", "&#123;").replace("}", "&#125;")


def _raw(text: str) -> str:
    """Text that the page's template engine hands through unread."""
    begin, end = "{% raw %}", "{% endraw %}"
    return begin + text.replace("endraw", f"end{end}{begin}raw") + end
