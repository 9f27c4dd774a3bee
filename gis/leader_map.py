"""A map to send to the town's leader: one HTML file without a network, in Chinese and English. Grids shaded by their
cases month by month with a slider, hot spots, heat, and places that keep coming back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

import folium
from branca.element import Element
from folium.plugins import HeatMap

from gis.folium_page import NO_CASE, SHADES, MapAssets, page_with, raw, shade_limits, shown
from gis.grids import GridMap
from gis.hot_spots import Heat

_EDGES: Mapping[Heat, str] = {"hot": "#ff4d4f", "cold": "#4da3ff"}
_STYLE = (
    "#panel{position:fixed;left:12px;bottom:12px;z-index:999;padding:10px 14px;background:#10141ce6;width:20rem;"
    "max-width:calc(100vw - 52px);max-height:60vh;overflow:auto}#panel h3,#panel p{margin:.4em 0}"
    "#panel input{width:100%}#panel i{display:inline-block;width:14px;height:14px;margin-right:6px;"
    "vertical-align:-2px;box-sizing:border-box}#panel .shade{display:inline-block;white-space:nowrap;margin-right:12px}"
    "#panel button{background:#2b3340;color:#e6e9ef;border:1px solid #5fb3c8;padding:2px 10px;cursor:pointer}"
    "body.en [lang=zh],body:not(.en) [lang=en]{display:none}"
    ".leaflet-heatmap-layer{opacity:.7}"  # what lies under it stays to be seen
    ".leaflet-control-layers{background:#10141ce6!important;color:#e6e9ef;padding:6px 10px}"
)


@dataclass(frozen=True, slots=True)
class GridHistory:
    """Of one grid: cases in each month, and what may be said of them in zh and en."""

    months: Sequence[int]
    per_km2: float
    per_1000: float | None
    heat: Heat | None
    words: tuple[str, str]


@dataclass(frozen=True, slots=True)
class RepeatPlace:
    """A place that keeps coming back; `name` in zh and en."""

    lon: float
    lat: float
    n: int
    name: tuple[str, str]


@dataclass(frozen=True, slots=True)
class LeaderMap:
    """`months` as "2026-11", oldest first; `grids` by code; `heat`: (lon, lat, cases). `told`: lines of zh and en."""

    title: tuple[str, str]
    months: Sequence[str]
    grids: Mapping[str, GridHistory]
    heat: Sequence[tuple[float, float, int]]
    repeats: Sequence[RepeatPlace]
    told: Sequence[tuple[str, str]]


def leader_map(grids: GridMap, content: LeaderMap, assets: MapAssets) -> str:
    """The document. Texts are shown as they are, never as HTML; nothing is fetched."""
    chart = folium.Map(tiles=None, prefer_canvas=True, attribution_control=False, zoom_snap=0.25)
    heat_script = (files("folium") / "templates" / "leaflet_heat.min.js").read_text(encoding="utf-8")
    figure = page_with(chart, assets, " ".join(content.title), _STYLE, (heat_script,))
    drawn = [grid for grid in grids.grids if grid.code in content.grids]
    layer = _grid_layer(GridMap(tuple(drawn)), content)
    if layer is not None:
        layer.add_to(chart)
    if content.heat:
        _heat(content).add_to(chart)
    if content.repeats:
        _repeats(content).add_to(chart)
    folium.LayerControl(collapsed=False).add_to(chart)
    figure.html.add_child(Element(raw(_panel(content))))
    if layer is not None:
        figure.script.add_child(Element(raw(_slider(layer.get_name(), content, [grid.code for grid in drawn]))))
        figure.script.add_child(Element(raw(_view(chart.get_name(), GridMap(tuple(drawn)).bounds))))
    return str(figure.render())


def _grid_layer(grids: GridMap, content: LeaderMap) -> folium.GeoJson | None:
    collection = grids.geojson()
    if not collection["features"]:
        return None
    for number, feature in enumerate(collection["features"]):
        properties, told = feature["properties"], content.grids[feature["properties"]["code"]]
        per_1000 = "–" if told.per_1000 is None else f"{told.per_1000:.1f}"
        feature["properties"] = {
            "at": number, "name": shown(properties["name"]), "cases": sum(told.months),
            "density": f"{told.per_km2:.1f} / {per_1000}", "words": shown(" ".join(told.words)),
            "edge": _EDGES[told.heat] if told.heat else "#0a0f15", "weight": 3 if told.heat else 0.7,
        }  # fmt: skip
    labels = ["网格 Grid", "案件 Cases", "每平方公里/千人 per km² / 1000", "判断 Finding"]
    return folium.GeoJson(
        collection,
        name="网格 Grids",
        style_function=_grid_style,
        popup=folium.GeoJsonPopup(["name", "cases", "density", "words"], aliases=labels),
    )


def _grid_style(feature: dict[str, dict[str, str]]) -> dict[str, object]:
    told = feature["properties"]
    return {"fillColor": NO_CASE, "fillOpacity": 0.9, "color": told["edge"], "weight": told["weight"]}


def _heat(content: LeaderMap) -> HeatMap:
    most = max(n for *_, n in content.heat)
    points = [[lat, lon, n / most] for lon, lat, n in content.heat]
    layer = HeatMap(points, name="热力 Heat", radius=18, blur=14, show=False)  # type: ignore[no-untyped-call]
    layer.default_js = []  # it stands in the page already
    return layer


def _repeats(content: LeaderMap) -> folium.FeatureGroup:
    group = folium.FeatureGroup(name="反复发生 Places that come back", show=False)
    features = [
        {
            "type": "Feature",
            "properties": {"name": shown(" ".join(one.name)), "n": one.n},
            "geometry": {"type": "Point", "coordinates": [one.lon, one.lat]},
        }
        for one in content.repeats
    ]
    folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        marker=folium.CircleMarker(radius=8, color="#ffffff", weight=2, fill_color="#b26cff", fill_opacity=0.9),
        popup=folium.GeoJsonPopup(["name", "n"], aliases=["事项 What", "次数 Times"]),
    ).add_to(group)
    return group


def _panel(content: LeaderMap) -> str:
    steps = _steps(content)
    said = "".join(f"<p>{_both(*line)}</p>" for line in content.told)
    low, rows = 1, [_shade(NO_CASE, "0")]
    for color, limit in zip(SHADES[len(SHADES) - len(steps) :], steps, strict=True):
        rows.append(_shade(color, str(limit) if low == limit else f"{low}–{limit}"))
        low = limit + 1
    heats: tuple[tuple[Heat, str, str], ...] = (
        ("hot", "多于偶然", "more than chance"),
        ("cold", "少于偶然", "fewer than chance"),
    )
    edges = "<br>" + " ".join(
        f'<span class="shade"><i style="border:3px solid {_EDGES[heat]}"></i>{_both(zh, en)}</span>'
        for heat, zh, en in heats
    )
    slider = (
        f'<label>{_both("月份", "Month")}: <b id="month"></b> · <b id="count"></b> {_both("件", "cases")}'
        f'<input id="slider" type="range" min="0" max="{len(content.months)}" value="0"></label>'
    )
    button = (
        f'<button id="play" type="button">▶ {_both("逐月播放", "Month by month")}</button> '
        '<button id="language" type="button">中文 / English</button>'
    )
    return f'<div id="panel"><h3>{_both(*content.title)}</h3>{said}{slider}{" ".join(rows)}{edges}<p>{button}</p></div>'


def _shade(color: str, text: str) -> str:
    return f'<span class="shade"><i style="background:{color};border:1px solid #ffffff33"></i>{text}</span>'


def _both(zh: str, en: str) -> str:
    return f'<span lang="zh">{escape(zh)}</span><span lang="en">{escape(en)}</span>'


def _steps(content: LeaderMap) -> tuple[int, ...]:
    """Of a whole year, so that the shades of all positions of the slider mean the same."""
    return shade_limits(sum(one.months) for one in content.grids.values())


def _slider(layer: str, content: LeaderMap, codes: Sequence[str]) -> str:
    """Position 0 is all months together."""
    data = {
        "months": list(content.months),
        "counts": [list(content.grids[code].months) for code in codes],
        "steps": list(_steps(content)),
        "shades": list(SHADES),
        "none": NO_CASE,
    }
    # Inside a script an end tag or an old line end would be read as one.
    told = json.dumps(data).replace("<", "\\u003c")
    return f"""
// The map is made further down the page.
window.addEventListener("load", function () {{
  var data = {told}, layer = {layer};
  var slider = document.getElementById("slider"), month = document.getElementById("month");
  function shade(n) {{
    if (n === 0) return data.none;
    var at = 0;
    while (at < data.steps.length - 1 && n > data.steps[at]) at += 1;
    return data.shades[data.shades.length - data.steps.length + at];
  }}
  function show() {{
    var at = Number(slider.value) - 1;
    month.textContent = at < 0 ? data.months[0] + " – " + data.months[data.months.length - 1] : data.months[at];
    var all = 0;
    layer.eachLayer(function (one) {{
      var counts = data.counts[one.feature.properties.at];
      var n = at < 0 ? counts.reduce(function (a, b) {{ return a + b; }}, 0) : counts[at];
      all += n;
      one.setStyle({{ fillColor: shade(n) }});
    }});
    document.getElementById("count").textContent = all;
  }}
  var timer = 0;
  function stop() {{ clearInterval(timer); timer = 0; }}
  slider.addEventListener("input", function () {{ stop(); show(); }});
  document.getElementById("play").addEventListener("click", function () {{
    if (timer) return stop();
    if (Number(slider.value) === data.months.length) slider.value = 0;
    timer = setInterval(function () {{
      slider.value = Number(slider.value) + 1;
      show();
      if (Number(slider.value) >= data.months.length) stop();
    }}, 900);
  }});
  document.getElementById("language").addEventListener("click", function () {{
    document.body.classList.toggle("en");
    document.documentElement.lang = document.body.classList.contains("en") ? "en" : "zh";
  }});
  show();
}});
"""


def _view(chart: str, bounds: tuple[float, float, float, float]) -> str:
    """All grids in view, beside the panel on a wide screen and above it on a phone."""
    west, south, east, north = bounds
    return f"""
window.addEventListener("load", function () {{
  var panel = document.getElementById("panel").getBoundingClientRect(), wide = window.innerWidth > 900;
  L.control.scale({{ imperial: false, position: "bottomright" }}).addTo({chart});
  {chart}.fitBounds([[{south}, {west}], [{north}, {east}]], {{
    animate: false,
    paddingTopLeft: [wide ? panel.right + 8 : 8, wide ? 8 : 100],
    paddingBottomRight: [8, wide ? 8 : window.innerHeight - panel.top + 8],
  }});
}});
"""
