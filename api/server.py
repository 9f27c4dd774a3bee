"""The HTTP server: how uvicorn is set up, and the socket it listens on."""

import socket
import ssl

import uvicorn
from fastapi import FastAPI

from api.http_protocol import BoundedHttpProtocol
from api.settings import Settings

CLIENT_MESSAGE_BYTES = 64 * 1024
SEND_BUFFER_BYTES = 1024 * 1024
UNSENT_TIMEOUT_MS = 40_000
CLOSE_SECONDS = 5
CONNECTIONS = 4000
"""Beyond these a connection is answered 503: whoever opens connections and says nothing must not use up the rest."""
KEEP_ALIVE_S = 30
"""Longer than clients keep an idle connection (many 5 s): whoever closes first must not be the server, or a request
sent at that moment is lost. Under https it also spares a handshake."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 lets the system choose.

    What accepted connections inherit: a bounded kernel send buffer, and TCP_USER_TIMEOUT (RFC 5482), without which
    a peer that acknowledges but never reads would hold its connection for ever.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNSENT_TIMEOUT_MS)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def server_config(app: FastAPI, settings: Settings, context: ssl.SSLContext | None = None) -> uvicorn.Config:
    """uvicorn's settings; run with `uvicorn.Server(config).serve(sockets=[listen(…)])`. With `context`, under https.

    No permessage-deflate: coded video does not shrink. No access log of uvicorn's: it writes queries.
    """
    return uvicorn.Config(
        app,
        http=BoundedHttpProtocol,
        ws="websockets-sansio",
        ws_max_size=CLIENT_MESSAGE_BYTES,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        ws_per_message_deflate=False,
        lifespan="on",
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=CLOSE_SECONDS,
        ssl_context_factory=(lambda _config, _default: context) if context else None,
    )
