"""Base maps: pictures or vector tiles of the land, from files of this machine or from one configured tile service."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from config.exchange_names import SecretName
from config.redaction import has_secret_parameter, has_user
from config.strict import Strict

MOST_BASE_MAPS = 20
MOST_OVERLAYS = 3
LARGEST_ZOOM = 22
OWN_LAYERS = "own"
"""What the town's own layers are called among the base maps."""

BaseMapId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
WmtsWord = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\s\x00-\x1f\x7f&#?]+$")]
Grid = Literal["mercator", "degrees"]

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_OF_XYZ = {"z", "x", "y", "-y", "s", "key"}
_OF_WMTS = {"TileMatrix", "TileRow", "TileCol", "TileMatrixSet", "Style", "Layer", "s", "key"}
_KEY_TYPED_OUT = re.compile(
    r"[?&](?:tk|key|ak|apikey|api_key|appkey|access_token|token|sign)=(?!\{key\})", re.IGNORECASE
)
_DEGREE_SETS = {"c": "degrees", "w": "mercator"}
"""The two tile matrix sets of Tianditu, and of the provinces' own nodes."""


class Wmts(Strict):
    """Which tiles of a WMTS (OGC 07-057r7)."""

    layer: WmtsWord
    matrix_set: WmtsWord = Field(description="w or c at Tianditu: web mercator, or CGCS2000 degrees")
    style: WmtsWord = "default"
    format: WmtsWord = Field(default="tiles", description="Tianditu's word; others want image/png or the like")
    matrix: str = Field(default="{z}", pattern=r"^[^\s{}&#?]{0,64}\{z\}$", description="what a zoom is called, {z}")
    first_matrix: int = Field(default=0, ge=-1, le=2, description="number of the matrix whose tiles are 360° wide")


class BaseMap(Strict):
    """One base map. `kind` says which of the other keys belong."""

    id: BaseMapId
    name: str = Field(min_length=1, max_length=40)
    name_en: str = Field(default="", max_length=40)
    kind: Literal["file", "xyz", "wmts"]
    file: str | None = Field(default=None, min_length=1, max_length=1024, description="MBTiles or PMTiles v3")
    address: str | None = Field(default=None, min_length=1, max_length=1000, description="of the tile service")
    subdomains: str = Field(default="", pattern=r"^[a-z0-9]{0,16}$", description="one of which {s} stands for")
    credentials: SecretName | None = Field(default=None, description="entry whose password is the service's key")
    key_parameter: str = Field(default="tk", pattern=r"^[A-Za-z_]{1,32}$", description="of a key without {key}")
    plain_http: bool = Field(default=False, description="http:// is meant although there is a key")
    ca_file: str | None = Field(default=None, min_length=1, max_length=1024, description="PEM; besides public ones")
    wmts: Wmts | None = None
    tiles: Literal["raster", "vector"] | None = Field(default=None, description="of a service; a file says it itself")
    grid: Grid | None = Field(default=None, description="default: mercator; degrees with matrix_set c")
    coordinates: Literal["wgs84", "cgcs2000", "gcj02"] = "wgs84"
    min_zoom: int | None = Field(default=None, ge=0, le=LARGEST_ZOOM)
    max_zoom: int | None = Field(default=None, ge=0, le=LARGEST_ZOOM)
    attribution: str = Field(default="", max_length=200, description="plain text, shown on the map")
    opacity: float = Field(default=1.0, ge=0.1, le=1)
    look: Literal["dimmed", "inverted", "original"] = Field(default="dimmed", description="of raster tiles")
    style: Literal["dark", "light"] = Field(default="dark", description="of vector tiles")
    overlays: list[BaseMapId] = Field(default=[], max_length=MOST_OVERLAYS, description="drawn over it: its labels")
    offered: bool = Field(default=True, description="false: only drawn over others")
    cache_days: float = Field(default=30.0, ge=0, le=3650)
    cache_mb: int = Field(default=1000, ge=10, le=1_000_000)

    @field_validator("id")
    @classmethod
    def _not_ours(cls, id_: str) -> str:
        if id_ == OWN_LAYERS:
            raise ValueError(f"must not be {OWN_LAYERS}, which is what the town's own layers are called")
        return id_

    @field_validator("address")
    @classmethod
    def _usable(cls, address: str | None) -> str | None:
        if address is not None:
            check_tile_address(address)
        return address

    @field_validator("name", "name_en", "attribution")
    @classmethod
    def _printable(cls, text: str) -> str:
        if not text.isprintable():
            raise ValueError("must not hold control characters")
        return text

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for key, kinds in (("file", ("file",)), ("address", ("xyz", "wmts")), ("wmts", ("wmts",))):
            if (getattr(self, key) is not None) != (self.kind in kinds):
                raise ValueError(f"must {'' if self.kind in kinds else 'not '}have {key} with kind {self.kind}")
        if self.kind == "file":
            for key in ("credentials", "ca_file", "tiles", "grid"):
                if getattr(self, key) is not None:
                    raise ValueError(f"must not have {key} with kind file")
        if self.min_zoom is not None and self.max_zoom is not None and self.min_zoom > self.max_zoom:
            raise ValueError("has a min_zoom larger than its max_zoom")
        if self.id in self.overlays:
            raise ValueError("has itself among its overlays")
        if self.address is not None:
            self._check_placeholders(self.address)
        return self

    def _check_placeholders(self, address: str) -> None:
        used = set(_PLACEHOLDER.findall(address))
        known = _OF_XYZ if self.kind == "xyz" else _OF_WMTS
        if unknown := sorted(used - known):
            raise ValueError(f"has {{{unknown[0]}}} in its address; known are {', '.join(sorted(known))}, in braces")
        if self.kind == "xyz" and not ({"z", "x"} <= used and ("y" in used) != ("-y" in used)):
            raise ValueError("must have {z}, {x} and {y} in its address ({-y} where rows are counted from the south)")
        of_rest = {"TileMatrix", "TileRow", "TileCol"}
        if self.kind == "wmts" and used & of_rest and not of_rest <= used:
            raise ValueError("must have {TileMatrix}, {TileRow} and {TileCol} in its address, or none of them")
        if ("s" in used) != bool(self.subdomains):
            raise ValueError("must have subdomains where its address has {s}, and not otherwise")
        if "key" in used and self.credentials is None:
            raise ValueError("must have credentials where its address has {key}")
        if self.credentials is not None and not self.plain_http and address.startswith("http://"):
            raise ValueError("sends its key readable: use https://, or say plain_http: true")

    @property
    def source_grid(self) -> str:
        """`mercator` (EPSG:3857) or `degrees` (tiles 360° / 2^zoom wide, from 180° W, 90° N)."""
        return self.grid or (_DEGREE_SETS.get(self.wmts.matrix_set, "mercator") if self.wmts else "mercator")


def check_tile_address(address: str) -> None:
    """Raise ValueError, never repeating the address, unless it is an http or https address without a secret and
    without a placeholder in its host other than {s}."""
    if any(ord(character) < 33 or ord(character) > 126 for character in address):
        raise ValueError("must be ASCII without blanks or control characters")
    if has_user(address) or has_secret_parameter(address) or _KEY_TYPED_OUT.search(address):
        raise ValueError("must not contain a user name or key: name credentials, and write {key} where it belongs")
    if not address.startswith(("http://", "https://")):
        raise ValueError("must begin with https:// or http://")
    host = re.split(r"[/?#]", address.partition("://")[2])[0]
    if set(_PLACEHOLDER.findall(host)) - {"s"}:
        raise ValueError("must not have a placeholder other than {s} in its host")
    try:
        parts = urlsplit(address.replace("{s}", "a"))
        port = parts.port
    except ValueError:
        raise ValueError("is not an address; expected https://host/path") from None
    if not parts.hostname or port == 0:
        raise ValueError("is not an address; expected https://host/path")
    if parts.fragment:
        raise ValueError("must not contain a fragment (#)")


def check_base_maps(listed: Sequence[BaseMap]) -> None:
    """Raise ValueError where an id stands twice, or an overlay is none of the others."""
    ids = Counter(one.id for one in listed)
    if repeated := sorted(one for one, times in ids.items() if times > 1):
        raise ValueError(f"has an id more than once: {', '.join(repeated[:10])}")
    by_id = {one.id: one for one in listed}
    for one in listed:
        for overlay in one.overlays:
            if overlay not in by_id:
                raise ValueError(f"has {one.id} with the overlay {overlay}, which is none of the base maps")
            if by_id[overlay].overlays:
                raise ValueError(f"has {one.id} with the overlay {overlay}, which has overlays itself")
