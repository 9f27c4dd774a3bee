"""The map's layers as they are sent: made once for all who see the same, and packed."""

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from api.town_map import GeoJson, serialised

KEPT = 8
GZIP_LEVEL = 5
DIGITS = 7


@dataclass(frozen=True, slots=True)
class LayerBytes:
    body: bytes
    packed: bytes
    tag: str

    @classmethod
    def made(cls, collection: GeoJson) -> "LayerBytes":
        """With places to a centimetre: what more a conversion leaves behind doubles the bytes."""
        features = [{**one, "geometry": _rounded(one["geometry"])} for one in collection["features"]]
        body, tag = serialised({**collection, "features": features})
        # Of the same body the packed bytes are the same: the tag may hold for both.
        return cls(body, gzip.compress(body, GZIP_LEVEL, mtime=0), tag)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, list | tuple) else value


class LayerKeep:
    """The answers given last. Thread-safe: who asks for the same while it is being made waits for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[int, object], tuple[GeoJson, LayerBytes]] = OrderedDict()

    def of(self, whole: GeoJson, seen: object, make: Callable[[], GeoJson]) -> LayerBytes:
        """What `make` makes of the layer `whole`. `seen`: what decides what it leaves, hashable; the layer is known
        again by being the same object, since a changed one is another."""
        key = id(whole), seen
        with self._lock:
            found = self._kept.get(key)
            if found is None or found[0] is not whole:
                found = self._kept[key] = whole, LayerBytes.made(make())
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return found[1]
