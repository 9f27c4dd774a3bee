"""Words: in both languages of the interface, and as people send them."""

import re
from dataclasses import dataclass

from incidents.errors import Invalid

# Neither database's text takes NUL, nor UTF-8 a lone surrogate, and JSON can carry both.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


_PHONE = re.compile(r"\+?\d{5,20}")
_BETWEEN_DIGITS = re.compile(r"[\s()\-]")


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


def clean_phone(given: object, where: str) -> str:
    """Digits, perhaps after +; "" where there are none. Raises Invalid."""
    phone = _BETWEEN_DIGITS.sub("", clean_text(given, where, 48))
    if phone and not _PHONE.fullmatch(phone):
        raise Invalid("a phone number is 5 to 20 digits, perhaps after +", where, "电话号码应为 5 至 20 位数字")
    return phone
