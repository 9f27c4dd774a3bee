"""Opens a camera's stream with our own client: address, connection, hand-shake, redirects within the list."""

import asyncio
import errno
import random
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from config.accounts import Account
from ingest.rtsp.address import (
    AddressRefused,
    CameraUrl,
    Network,
    Resolver,
    family_of,
    parse_camera_url,
    resolve_permitted,
)
from ingest.rtsp.back_channel import BackChannel, open_session
from ingest.rtsp.message import RtspError
from ingest.rtsp.session import Playing, Redirected, RtspSession

MAX_REDIRECTS = 2
_RECEIVE_BUFFER = 512 * 1024

Connect = Callable[[str, int], Awaitable[socket.socket]]
"""(numeric address, port) → connected non-blocking socket. Raises OSError."""


async def connect_tcp(address: str, port: int) -> socket.socket:
    """Opens a TCP connection; its receive buffer holds what comes between two sweeps."""
    with ExitStack() as undo:
        sock = undo.enter_context(socket.socket(family_of(address), socket.SOCK_STREAM))
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(sock, (address, port))
        undo.pop_all()
        return sock


async def resolve_name(host: str, port: int) -> list[str]:
    """Raises OSError, also for what can be no name."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise OSError(errno.EINVAL, "this is no name of a host") from None
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True, slots=True)
class Door:
    """What every connection is opened through."""

    networks: Sequence[Network]
    rng: random.Random
    connect: Connect = connect_tcp
    resolve: Resolver = resolve_name


@dataclass(slots=True)
class Opened:
    sock: socket.socket
    session: RtspSession
    playing: Playing


async def open_stream(url: str, account: Account | None, door: Door) -> Opened:
    """Plays the stream. Raises RtspError and its kinds, UnsupportedStream, OSError. The caller bounds the time."""
    target = parse_camera_url(url)
    for _ in range(MAX_REDIRECTS + 1):
        try:
            return await _open_once(target, account, door)
        except Redirected as redirect:
            target = await _redirect_target(redirect.location, door)
    raise RtspError(f"the camera redirects more than {MAX_REDIRECTS} times")


async def _redirect_target(location: str, door: Door) -> CameraUrl:
    """Where a redirect leads, if that is on the list: a camera must not make us knock elsewhere."""
    try:
        target = parse_camera_url(location)
        await resolve_permitted(target, door.networks, door.resolve)
    except AddressRefused as problem:
        raise AddressRefused(f"the camera redirects to an address we do not follow: {problem}") from None
    return target


async def _open_once(target: CameraUrl, account: Account | None, door: Door) -> Opened:
    if target.secure:
        raise AddressRefused("rtsps:// needs opener: pyav")
    address = await resolve_permitted(target, door.networks, door.resolve)
    with ExitStack() as undo:
        sock = undo.enter_context(await door.connect(address, target.port))
        session = RtspSession(sock, target.text, account, door.rng)
        undo.callback(session.teardown_unheard)
        playing = await session.play()
        undo.pop_all()
        return Opened(sock, session, playing)


async def open_back_channel(url: str, account: Account | None, door: Door) -> BackChannel:
    """The camera's loudspeaker. Redirects are not followed. Raises RtspError and its kinds, OSError; the caller bounds
    the time."""
    target = parse_camera_url(url)
    if target.secure:
        raise AddressRefused("a loudspeaker is not reached by rtsps://")
    address = await resolve_permitted(target, door.networks, door.resolve)
    return await open_session(await door.connect(address, target.port), target.text, account, door.rng)
