"""What every map to send is made of: a page with Leaflet written into it, and texts that can only be texts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

import folium
from branca.element import Element, Figure

from gis.shade_classes import natural_limits

NO_CASE = "#17212c"
SHADES = ("#24507c", "#2b7f9e", "#3aab94", "#8fd06f", "#f6e751")
"""Brighter is more, told apart also by who sees no red or green; as on the page of numbers."""
_URL = re.compile(r"url\([^)]*\)")
_STYLE = (
    "html,body{margin:0;height:100%;background:#10141c;color:#e6e9ef;font:14px sans-serif}"
    "#legend{position:fixed;right:12px;bottom:24px;z-index:999;padding:10px 14px;background:#10141cdd}"
    "#legend i{display:inline-block;width:14px;height:14px;margin-right:8px}.leaflet-container{background:#10141c}"
)


class MissingAsset(Exception):
    """Leaflet's script or style sheet is not where it should be."""


@dataclass(frozen=True, slots=True)
class MapAssets:
    """Texts of leaflet.js and leaflet.css, to be written into the file."""

    script: str
    style: str


def read_assets(folder: Path) -> MapAssets:
    """Leaflet from a folder with leaflet.js and leaflet.css, such as its `dist`. Raises MissingAsset."""
    texts = []
    for name in ("leaflet.js", "leaflet.css"):
        try:
            texts.append((folder / name).read_text(encoding="utf-8"))
        except OSError as error:
            raise MissingAsset(f"{folder / name} cannot be read; build the web interface first") from error
    return MapAssets(*texts)


def shade_limits(counts: Iterable[int]) -> tuple[int, ...]:
    """Upper limits of the shades: at most five, rising, the last at the highest count; empty where nothing happened.
    By natural breaks: one busy grid would else leave all others in one shade."""
    return natural_limits(counts, len(SHADES))


def shade(count: int, steps: tuple[int, ...]) -> str:
    if count == 0:
        return NO_CASE
    index = next(index for index, limit in enumerate(steps) if count <= limit)
    return SHADES[len(SHADES) - len(steps) + index]


def page_with(
    chart: folium.Map, assets: MapAssets, title: str, style: str = "", scripts: tuple[str, ...] = ()
) -> Figure:
    """The chart in a page of its own; Leaflet, then the scripts given, stand in its head before the map's own."""
    figure = Figure()
    chart.default_js, chart.default_css = [], []
    figure.add_child(chart)
    # The style sheet's pictures (markers, layer button) are not used, and a sent file has no folder to find them in.
    leaflet = _URL.sub("none", assets.style).replace("</style", "")
    figure.header.add_child(Element(raw(f"<title>{escape(title)}</title>")), name="title")
    figure.header.add_child(Element(raw(f"<style>{leaflet}\n{_STYLE}{style}</style>")), name="leaflet_css")
    for number, script in enumerate((assets.script, *scripts)):
        text = script.replace("</script", "<\\/script")
        figure.header.add_child(Element(raw(f"<script>{text}</script>")), name=f"script_{number}")
    return figure


def legend(title: str, steps: tuple[int, ...]) -> str:
    """HTML of the shades and what they stand for."""
    rows, low = [f"<b>{escape(title)}</b>", f'<i style="background:{NO_CASE}"></i>0'], 1
    for limit in steps:
        text = str(limit) if low == limit else f"{low}–{limit}"
        rows.append(f'<i style="background:{shade(limit, steps)}"></i>{text}')
        low = limit + 1
    return f'<div id="legend">{"<br>".join(rows)}</div>'


def shown(text: str) -> str:
    """Text for a popup. Folium passes data through its template engine, so braces are written as entities, too."""
    return escape(text).replace("{", "&#123;").replace("}", "&#125;")


def raw(text: str) -> str:
    """Text that the page's template engine hands through unread."""
    begin, end = "{% raw %}", "{% endraw %}"
    return begin + text.replace("endraw", f"end{end}{begin}raw") + end
