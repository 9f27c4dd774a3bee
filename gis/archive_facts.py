"""What a file of tiles says of itself, whichever format it has."""

import html
import re
from dataclasses import dataclass

from gis.tile import Bounds, Kind

MOST_ATTRIBUTION = 200


@dataclass(frozen=True, slots=True)
class ArchiveFacts:
    kind: Kind
    min_zoom: int
    max_zoom: int
    bounds: Bounds | None
    """None where it does not say."""
    attribution: str
    """Plain text."""


def plain_text(text: str) -> str:
    """Without marks of HTML, which attributions are often written in, and without control characters."""
    bare = html.unescape(re.sub(r"<[^<>]{0,500}>", " ", text[: 10 * MOST_ATTRIBUTION]))
    shown = "".join(character if character.isprintable() else " " for character in bare)
    return " ".join(shown.split())[:MOST_ATTRIBUTION]
