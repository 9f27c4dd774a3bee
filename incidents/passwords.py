"""Passwords: argon2id, and what makes one acceptable."""

from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from incidents.errors import Invalid

MIN_LENGTH = 10
MAX_LENGTH = 256
"""Also the bound on what a stranger can make us hash."""
TOO_COMMON = frozenset({"1234567890", "0123456789", "9876543210", "qwertyuiop", "password123", "administrator"})


def acceptable(password: str, username: str) -> None:
    """Raises Invalid saying what is wrong with it, never repeating it."""
    if len(password) < MIN_LENGTH:
        raise Invalid(f"the password needs at least {MIN_LENGTH} characters", "password")
    if len(password) > MAX_LENGTH:
        raise Invalid(f"the password may have at most {MAX_LENGTH} characters", "password")
    if not password.isprintable():
        raise Invalid("the password holds control characters", "password")
    folded = password.casefold()
    if username and username.casefold() in (folded, folded[::-1]):
        raise Invalid("the password must not be the user name", "password")
    if folded in TOO_COMMON or len(set(folded)) < 4:
        raise Invalid("the password is too easy to guess", "password")


@dataclass(frozen=True, slots=True)
class Passwords:
    """Hashing takes tens of milliseconds and 64 MiB on purpose: never call it inside a transaction."""

    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    _nobody: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_nobody", self.hasher.hash("nobody has this password"))

    def hash(self, password: str) -> str:
        return self.hasher.hash(password)

    def verify(self, stored: str | None, password: str) -> bool:
        """With no stored hash the same work is done in vain, so that time does not tell who has an account."""
        if len(password) > MAX_LENGTH or not password.isprintable():
            return False
        try:
            return self.hasher.verify(stored if stored is not None else self._nobody, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made with weaker parameters than now."""
        return self.hasher.check_needs_rehash(stored)
