"""Numbers of documents: checked, shown with their middle left out, found again by a keyed hash, and never kept whole.

A plain hash of an identity number is no secret: there are few enough of them to try all. So it is keyed, and the key
lies beside the database rather than in it.
"""

import hashlib
import hmac
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from incidents.errors import Invalid

KEY_BYTES = 32
_RESIDENT = re.compile(r"[1-9]\d{16}[\dX]")
_OTHER = re.compile(r"[A-Z0-9]{6,20}")
_CREDIT = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


@dataclass(frozen=True, slots=True)
class KeptNumber:
    """What of a number is kept. `shown` names nobody by itself; `hash` finds it again."""

    shown: str
    hash: str


def checked_number(kind: str, given: str) -> str:
    """As it is hashed: upper case, no spaces. An 18-digit number of a person must have the right check character
    (GB 11643), as a firm's credit code must (GB 32100); other documents (passports, permits) are 6 to 20 letters
    and digits. Raises Invalid, which does not repeat it."""
    number = re.sub(r"[\s\-]", "", given).upper()
    if kind == "firm":
        if not _CREDIT.fullmatch(number) or not _credit_agrees(number):
            raise Invalid(
                "this is no unified social credit code: 18 characters, the last a check",
                "id_number",
                "统一社会信用代码有误",
            )
        return number
    if len(number) == 18 and number[:17].isdigit():
        if not _RESIDENT.fullmatch(number) or not _resident_agrees(number):
            raise Invalid("the check digit of this identity number is wrong", "id_number", "身份证号码校验位有误")
        return number
    if not _OTHER.fullmatch(number):
        raise Invalid("a document number is 6 to 20 letters and digits", "id_number", "证件号码应为 6 至 20 位字母数字")
    return number


def shown_number(number: str) -> str:
    """First three and last four of a long one (the region and what is asked for at a counter), else the last two."""
    if len(number) >= 15:
        return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
    return f"{'*' * (len(number) - 2)}{number[-2:]}"


class NumberKeeper:
    """Hashes under the key in `file`, made where there is none."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._key: bytes | None = None

    def keep(self, kind: str, given: str) -> KeptNumber:
        """Raises Invalid; OSError where the key can be neither read nor made."""
        number = checked_number(kind, given)
        digest = hmac.new(self._read_key(), number.encode(), hashlib.sha256).hexdigest()
        return KeptNumber(shown_number(number), digest)

    def _read_key(self) -> bytes:
        if self._key is None:
            self._key = self._stored() or self._made()
        return self._key

    def _stored(self) -> bytes | None:
        try:
            key = self._file.read_bytes()
        except FileNotFoundError:
            return None
        if len(key) != KEY_BYTES:
            raise OSError(f"{self._file} is not a key of {KEY_BYTES} bytes")
        return key

    def _made(self) -> bytes:
        """Whole at once: of two processes that make it the first one's holds."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_name(f".{self._file.name}.{secrets.token_hex(8)}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as out:
                out.write(secrets.token_bytes(KEY_BYTES))
                out.flush()
                os.fsync(out.fileno())
            with suppress(FileExistsError):
                os.link(fresh, self._file)
        finally:
            fresh.unlink(missing_ok=True)
        return self._stored() or b""


def _resident_agrees(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _RESIDENT_WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17]


def _credit_agrees(number: str) -> bool:
    total = sum(_CREDIT_LETTERS.index(one) * weight for one, weight in zip(number[:17], _CREDIT_WEIGHTS, strict=True))
    return _CREDIT_LETTERS[(31 - total % 31) % 31] == number[17]
