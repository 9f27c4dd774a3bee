"""A certificate authority of this installation alone, and the server certificate it signs.

Rooms trust the authority once; the server certificate under it is made anew, with nobody's help, before it runs out
and when the machine gets other names or addresses.
"""

import ipaddress
import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ifaddr
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from api.certificate_check import CertificateProblem, names_of, read_chain, read_key

AUTHORITY_DAYS = 3650
SERVER_DAYS = 397
"""Browsers take no server certificate that is valid for longer."""
RENEW_DAYS = 30
SKEW = timedelta(days=1)
"""A room's clock may be behind ours."""


@dataclass(frozen=True, slots=True)
class AuthorityFiles:
    folder: Path

    @property
    def authority(self) -> Path:
        return self.folder / "ca.crt"

    @property
    def authority_key(self) -> Path:
        return self.folder / "ca.key"

    @property
    def certificate(self) -> Path:
        return self.folder / "server.crt"

    @property
    def key(self) -> Path:
        return self.folder / "server.key"


def machine_names() -> frozenset[str]:
    """Host names and addresses this machine answers to now."""
    host = socket.gethostname().lower()
    names = {"localhost", "127.0.0.1", "::1", host, socket.getfqdn().lower()}
    if "." not in host:
        names.add(f"{host}.local")
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            address = ip.ip if isinstance(ip.ip, str) else ip.ip[0]
            if not ipaddress.ip_address(address).is_link_local:
                names.add(address)
    return frozenset(names)


def ensure_certificate(files: AuthorityFiles, names: Iterable[str], now: float) -> bool:
    """Makes what is missing, runs out soon, or lacks one of the names. Returns whether anything was made.

    Raises CertificateProblem where the authority cannot be used: it is never replaced silently while it is valid,
    since every room would have to trust the new one.
    """
    wanted = frozenset(name.lower() for name in names)
    at = datetime.fromtimestamp(now, UTC)
    files.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    new_authority = not files.authority.exists() or _runs_out(read_chain(files.authority)[0], at)
    if new_authority:
        _make_authority(files, at)
    if not new_authority and _still_good(files, wanted, at):
        return False
    _make_server(files, wanted, at)
    return True


def _runs_out(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_after_utc - at < timedelta(days=RENEW_DAYS)


def _still_good(files: AuthorityFiles, wanted: frozenset[str], at: datetime) -> bool:
    if not files.certificate.exists() or not files.key.exists():
        return False
    leaf = read_chain(files.certificate)[0]
    return not _runs_out(leaf, at) and {_canonical(name) for name in wanted} <= names_of(leaf)


def _canonical(name: str) -> str:
    """As certificates hold it."""
    address = _address(name)
    return str(address) if address else _ascii(name)


def _ascii(name: str) -> str:
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        raise CertificateProblem(f"{name!r} is neither a host name nor an address") from None


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _make_authority(files: AuthorityFiles, at: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Gridwatch {socket.gethostname()} {at:%Y-%m-%d}"[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - SKEW)
        .not_valid_after(at + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(files.authority_key, _key_bytes(key), 0o600)
    _write(files.authority, certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _make_server(files: AuthorityFiles, names: frozenset[str], at: datetime) -> None:
    authority = read_chain(files.authority)[0]
    if not files.authority_key.exists():
        raise CertificateProblem(
            f"{files.authority_key}: is missing, so no new server certificate can be made: put it back, or remove "
            f"{files.authority} to begin anew (every room must then trust the new one)"
        )
    authority_key = read_key(files.authority_key)
    if not isinstance(authority_key, ec.EllipticCurvePrivateKey):
        raise CertificateProblem(f"{files.authority_key}: is not the key that was made with {files.authority}")
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Gridwatch")]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - SKEW)
        .not_valid_after(min(at + timedelta(days=SERVER_DAYS) - SKEW, authority.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in sorted(names)]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    _write(files.key, _key_bytes(key), 0o600)
    _write(files.certificate, certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _general_name(name: str) -> x509.GeneralName:
    address = _address(name)
    return x509.IPAddress(address) if address else x509.DNSName(_ascii(name))


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    """Whole or not at all, and never readable by others for a moment."""
    part = path.with_suffix(path.suffix + ".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
