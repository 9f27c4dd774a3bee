"""Whether a certificate and its key can be used, said so that whoever installed them can mend it."""

import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

SOON_DAYS = 21


class CertificateProblem(Exception):
    """The message names the file and what is wrong with it; never what a key holds."""


@dataclass(frozen=True, slots=True)
class Checked:
    """`chain` begins with the server's own certificate."""

    chain: tuple[x509.Certificate, ...]
    warnings: tuple[str, ...]

    @property
    def leaf(self) -> x509.Certificate:
        return self.chain[0]


def check_pair(certificate: Path, key: Path, now: float, names: tuple[str, ...] = ()) -> Checked:
    """Raises CertificateProblem. `names` are those the site is reached by; one not covered is a warning."""
    chain = read_chain(certificate)
    private = read_key(key)
    leaf = chain[0]
    if _public_bytes(leaf.public_key()) != _public_bytes(private.public_key()):
        raise CertificateProblem(f"{key}: is not the key of {certificate}")
    at = datetime.fromtimestamp(now, UTC)
    if at > leaf.not_valid_after_utc:
        raise CertificateProblem(f"{certificate}: expired on {leaf.not_valid_after_utc:%Y-%m-%d}")
    if at < leaf.not_valid_before_utc:
        raise CertificateProblem(f"{certificate}: is not valid before {leaf.not_valid_before_utc:%Y-%m-%d %H:%M} UTC")
    return Checked(tuple(chain), tuple(_warnings(certificate, leaf, at, names)))


def _warnings(path: Path, leaf: x509.Certificate, at: datetime, names: tuple[str, ...]) -> list[str]:
    found = []
    left = (leaf.not_valid_after_utc - at).days
    if left < SOON_DAYS:
        found.append(f"{path}: expires in {left} days, on {leaf.not_valid_after_utc:%Y-%m-%d}")
    covered = names_of(leaf)
    if not covered:
        found.append(f"{path}: has no subject alternative name, so no browser will take it")
    found += [f"{path}: does not hold the name {name}" for name in names if not _covers(covered, name)]
    return found


def _covers(covered: frozenset[str], name: str) -> bool:
    return name.lower() in covered or f"*.{name.lower().partition('.')[2]}" in covered


def names_of(certificate: x509.Certificate) -> frozenset[str]:
    """The host names (lower case) and addresses it is valid for."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    hosts = {name.lower() for name in found.get_values_for_type(x509.DNSName)}
    return frozenset(hosts | {str(address) for address in found.get_values_for_type(x509.IPAddress)})


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 in the form browsers and systems show it."""
    return ":".join(f"{byte:02X}" for byte in certificate.fingerprint(hashes.SHA256()))


def read_chain(path: Path) -> list[x509.Certificate]:
    """Raises CertificateProblem."""
    try:
        chain = x509.load_pem_x509_certificates(_read(path))
    except ValueError:
        raise CertificateProblem(f"{path}: holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)") from None
    return chain


def read_key(path: Path) -> PrivateKeyTypes:
    """Raises CertificateProblem, also where everybody on the machine may read the key."""
    content = _read(path)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o007:
        raise CertificateProblem(f"{path}: everybody on this machine may use the key (mode {mode:04o}): chmod 600 it")
    try:
        return serialization.load_pem_private_key(content, password=None)
    except TypeError:
        raise CertificateProblem(f"{path}: the key is protected by a password: store it without one") from None
    except ValueError:
        raise CertificateProblem(f"{path}: holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CertificateProblem(f"{path}: cannot be read: {error.strerror}") from None


def _public_bytes(key: object) -> bytes:
    encoded: bytes = key.public_bytes(  # type: ignore[attr-defined]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return encoded
