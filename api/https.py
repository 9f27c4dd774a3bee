"""HTTPS by one setting: with the operator's certificate, or with one this installation makes for itself."""

import asyncio
import logging
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from api.certificate_check import CertificateProblem, Checked, check_pair, fingerprint, read_chain
from api.local_authority import AuthorityFiles, ensure_certificate, machine_names
from runtime.clock import Clock

logger = logging.getLogger(__name__)

WATCH_SECONDS = 60.0
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Https:
    """`certificate` and `key` are the operator's, both or neither."""

    certificate: Path | None = None
    key: Path | None = None
    names: tuple[str, ...] = ()
    """Names and addresses the site is reached by, beside those the machine knows of itself."""
    http_port: int = 0
    """A port for plain HTTP that sends everybody to https; 0 for none."""

    def credentials(self, data: Path) -> "Credentials":
        if self.certificate and self.key:
            return Credentials(self.certificate, self.key, self.names)
        files = AuthorityFiles(data / "https")
        return Credentials(files.certificate, files.key, self.names, files)


@dataclass(frozen=True, slots=True)
class Credentials:
    certificate: Path
    key: Path
    names: tuple[str, ...] = ()
    own: AuthorityFiles | None = None
    """Set where this installation makes its certificate itself."""

    def prepare(self, now: float) -> Checked:
        """Makes the installation's own certificate where it has to; checks what is there. Raises CertificateProblem."""
        if self.own and ensure_certificate(self.own, machine_names() | set(self.names), now):
            logger.info("made a server certificate: %s", self.certificate)
        return check_pair(self.certificate, self.key, now, self.names)

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.certificate, self.key)
        return context

    def stamp(self) -> tuple[int, ...]:
        """Differs once a file was replaced."""
        return tuple(path.stat().st_mtime_ns for path in (self.certificate, self.key))


class CertificateWatch:
    """Renews what is ours to renew, and takes up a replaced certificate without a restart.

    Connections that stand keep the certificate they began with.
    """

    def __init__(self, credentials: Credentials, context: ssl.SSLContext, clock: Clock) -> None:
        self._credentials = credentials
        self._context = context
        self._clock = clock
        self._stamp = credentials.stamp()

    async def run(self) -> None:
        while True:
            await self._clock.sleep(WATCH_SECONDS)
            # Asking for the machine's names may wait for a name server.
            await asyncio.to_thread(self.look)

    def look(self) -> None:
        """Once. What cannot be used is told in the log, and the certificate in use stays."""
        try:
            checked = self._credentials.prepare(self._clock.now())
            stamp = self._credentials.stamp()
            if stamp == self._stamp:
                return
            # A context that took a certificate and not its key would refuse everybody: tried on a new one first.
            self._credentials.context()
            self._context.load_cert_chain(self._credentials.certificate, self._credentials.key)
        except (CertificateProblem, OSError) as problem:
            logger.error("the certificate is not taken up: %s", problem)
            return
        self._stamp = stamp
        logger.info("certificate taken up, valid until %s", f"{checked.leaf.not_valid_after_utc:%Y-%m-%d}")


def trust_lines(credentials: Credentials, port: int) -> Iterator[str]:
    """What whoever starts the server must know to make a room's browsers trust it."""
    if credentials.own is None:
        return
    authority = read_chain(credentials.own.authority)[0]
    hosts = sorted((machine_names() | set(credentials.names)) - LOOPBACK, key=lambda name: (":" in name, name))
    yield f"valid for: {', '.join(hosts)}"
    yield f"this server's own certificate authority: {credentials.own.authority}"
    yield f"  SHA-256 {fingerprint(authority)}"
    yield f"  rooms fetch https://HOST:{port}/ca.crt, compare the fingerprint and trust it once (docs/https.md):"
    yield "  Windows   certutil -addstore -f Root gridwatch-ca.crt          (as administrator)"
    yield '  Linux     certutil -d sql:$HOME/.pki/nssdb -A -t "C,," -n gridwatch -i gridwatch-ca.crt'
    yield "  Android   Settings, Security, Encryption & credentials, Install a certificate, CA certificate"
