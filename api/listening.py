"""How the server is reached: address, https, proxies, and what WHEP players need.

Given to `gridwatch serve`, and handed on to the API process in the same words.
"""

import argparse
import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from api.https import Https
from wall.whep_limits import WhepNetwork

PLAIN_PORT, HTTPS_PORT = 8080, 8443
HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")


@dataclass(frozen=True, slots=True)
class Listening:
    host: str = "127.0.0.1"
    port: int = PLAIN_PORT
    secure: bool = False
    """The site is reached by https through a proxy."""
    trusted_proxies: tuple[str, ...] = ()
    https: Https | None = None
    whep_network: WhepNetwork = field(default_factory=WhepNetwork)
    whep_origins: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        host = "localhost" if self.host in ("0.0.0.0", "::") else self.host
        return f"{'https' if self.https else 'http'}://{f'[{host}]' if ':' in host else host}:{self.port}"

    def arguments(self) -> list[str]:
        """What `add_arguments` reads back to the same."""
        words = ["--host", self.host, "--port", str(self.port)]
        words += ["--secure"] if self.secure else []
        for address in self.trusted_proxies:
            words += ["--trusted-proxy", address]
        if self.https:
            words += ["--https", "--http-port", str(self.https.http_port)]
            if self.https.certificate and self.https.key:
                words += ["--certificate", str(self.https.certificate), "--key", str(self.https.key)]
            for name in self.https.names:
                words += ["--name", name]
        if self.whep_network.ports:
            words += ["--whep-ports", "{}-{}".format(*self.whep_network.ports)]
        for address in self.whep_network.announce:
            words += ["--whep-announce", address]
        for origin in self.whep_origins:
            words += ["--whep-origin", origin]
        return words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 for all")
    parser.add_argument("--port", type=_port, help=f"default {PLAIN_PORT}, with --https {HTTPS_PORT}")
    parser.add_argument("--secure", action="store_true", help="the site is reached by https, through a proxy before it")
    parser.add_argument("--trusted-proxy", action="append", default=[], help="its X-Forwarded-For is believed")
    parser.add_argument("--https", action="store_true", help="serve https, without --certificate with one made here")
    parser.add_argument("--certificate", type=Path, help="PEM file: the server's certificate, then its issuers'")
    parser.add_argument("--key", type=Path, help="PEM file: the certificate's private key")
    parser.add_argument(
        "--name", action="append", default=[], type=_name, help="name or address the site is also reached by"
    )
    parser.add_argument("--http-port", type=_port, default=0, help="with --https: a plain port that sends to https")
    parser.add_argument("--whep-ports", type=_port_range, help="UDP ports of WHEP players, as 50000-50100")
    parser.add_argument(
        "--whep-announce", action="append", default=[], type=_address, help="address told to WHEP players instead"
    )
    parser.add_argument(
        "--whep-origin", action="append", default=[], type=_origin, help="site whose pages may play by WHEP"
    )


def read_arguments(parser: argparse.ArgumentParser, given: argparse.Namespace) -> Listening:
    """Ends the program with the parser's own message where options do not go together."""
    if (given.certificate is None) != (given.key is None):
        parser.error("--certificate and --key go together")
    encrypted = given.https or given.certificate is not None
    if not encrypted and (given.name or given.http_port):
        parser.error("--name and --http-port need --https")
    port = given.port if given.port is not None else (HTTPS_PORT if encrypted else PLAIN_PORT)
    if encrypted and given.http_port == port != 0:
        parser.error("--http-port and --port must differ")
    https = None
    if encrypted:
        certificate, key = (path.resolve() if path else None for path in (given.certificate, given.key))
        https = Https(certificate, key, tuple(given.name), given.http_port)
    return Listening(
        host=given.host,
        port=port,
        secure=given.secure,
        trusted_proxies=tuple(given.trusted_proxy),
        https=https,
        whep_network=WhepNetwork(given.whep_ports, tuple(given.whep_announce)),
        whep_origins=tuple(given.whep_origin),
    )


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port")
    return int(text)


def _port_range(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    found = _port(first), _port(last or first)
    if not 0 < found[0] <= found[1]:
        raise argparse.ArgumentTypeError(f"{text!r} is no range of ports such as 50000-50100")
    return found


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no IP address") from None


def _name(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        name = _ascii(text)
        if not HOST_NAME.fullmatch(name) or len(name) > 253:
            raise argparse.ArgumentTypeError(f"{text!r} is neither a host name nor an IP address") from None
        return name


def _ascii(text: str) -> str:
    """As certificates and browsers hold a host name; "" where it cannot be one."""
    try:
        return text.lower().encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or text != f"{parts.scheme}://{parts.netloc}" or "@" in text:
        raise argparse.ArgumentTypeError(f"{text!r} is no origin such as https://player.example")
    return text
