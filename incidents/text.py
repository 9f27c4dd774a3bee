"""Words: in both languages of the interface, and as people send them."""

import re
from dataclasses import dataclass

from incidents.errors import Invalid

# Neither database's text takes NUL, nor UTF-8 a lone surrogate, and JSON can carry both.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Text:
    zh: str
    en: str


def clean_text(given: object, where: str, limit: int) -> str:
    """The text without white space around it. Raises Invalid for what is not text, too long, or cannot be stored."""
    if not isinstance(given, str) or len(given) > limit:
        raise Invalid(f"{where} must be a text of at most {limit} characters", where)
    if _UNSTORABLE.search(given):
        raise Invalid(f"{where} holds control characters", where)
    return given.strip()
