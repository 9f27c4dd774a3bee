"""The pages of OGC API Features as plain HTML, for whoever looks at them with a browser. Nothing of them is run."""

from collections.abc import Mapping
from html import escape
from typing import Any

STYLE = (
    "body{font:15px/1.5 sans-serif;margin:2rem;max-width:80rem}table{border-collapse:collapse;display:block;"
    "overflow:auto}td,th{border:1px solid #ccc;padding:.2rem .5rem;text-align:left;white-space:nowrap}"
)


def as_html(document: Mapping[str, Any], title: str) -> str:
    """The document with its links as links, its features as a table."""
    body = [f"<h1>{escape(title)}</h1>"]
    if text := document.get("description"):
        body.append(f"<p>{escape(str(text))}</p>")
    body += [_collection(one) for one in document.get("collections", ())]
    if classes := document.get("conformsTo"):
        body.append("<ul>" + "".join(f"<li>{escape(one)}</li>" for one in classes) + "</ul>")
    if "numberMatched" in document:
        body.append(f"<p>{document['numberReturned']} / {document['numberMatched']}</p>")
    features = document.get("features", [document] if document.get("type") == "Feature" else [])
    if features:
        body.append(_table(features))
    body.append(_links(document.get("links", ())))
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="zh"><head>{head}</head><body>{"".join(body)}</body></html>'


def _collection(one: Mapping[str, Any]) -> str:
    said = f"<h2>{escape(one['title'])}</h2><p>{escape(one['description'])}</p>"
    return said + _links(link for link in one["links"] if link["rel"] in ("self", "items"))


def _table(features: list[Mapping[str, Any]]) -> str:
    names = list(features[0]["properties"])
    head = "".join(f"<th>{escape(one)}</th>" for one in ("id", *names, "geometry"))
    rows = "".join(
        "<tr>"
        + "".join(f"<td>{_cell(value)}</td>" for value in (one["id"], *one["properties"].values(), _place(one)))
        + "</tr>"
        for one in features
    )
    return f"<table><tr>{head}</tr>{rows}</table>"


def _cell(value: Any) -> str:
    return "" if value is None else escape(str(value))


def _place(feature: Mapping[str, Any]) -> str:
    geometry = feature["geometry"]
    if geometry is None:
        return ""
    if geometry["type"] != "Point":
        return str(geometry["type"])
    return ", ".join(f"{one:.6f}" for one in geometry["coordinates"])


def _links(links: Any) -> str:
    named = ((escape(one["rel"]), escape(one["href"]), escape(one["title"])) for one in links)
    shown = (f'<li>{rel}: <a href="{href}">{title}</a></li>' for rel, href, title in named)
    return f"<ul>{''.join(shown)}</ul>"
