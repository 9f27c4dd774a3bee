"""Base maps as the browser is told of them."""

from typing import Literal

from pydantic import Field

from api.schemas import Answer


class BaseMapAnswer(Answer):
    id: str
    name: str
    name_en: str
    kind: Literal["raster", "vector"]
    grid: Literal["mercator", "degrees"] = Field(description="how the tiles are cut: EPSG:3857, or degrees")
    coordinates: Literal["wgs84", "gcj02"]
    min_zoom: int
    max_zoom: int
    bounds: list[float] | None = Field(description="west, south, east, north; null: everywhere")
    attribution: str
    opacity: float
    look: Literal["dimmed", "inverted", "original"]
    style: Literal["dark", "light"]
    overlays: list[str] = Field(description="ids of base maps drawn over this one, in this order")
    offered: bool = Field(description="false: it is only drawn over others")
    available: bool = Field(description="false: its file or service cannot be used now")
    version: str = Field(description="another one when the tiles may be others; belongs into their address as `v`")


class BaseMapList(Answer):
    items: list[BaseMapAnswer]
