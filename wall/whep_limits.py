"""Bounds and network settings of WHEP sessions."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WhepLimits:
    sessions: int = 48
    """At about 10 ms of CPU per session and second, these take half a core."""
    sessions_per_account: int = 12
    offer_bytes: int = 32 * 1024
    remote_candidates: int = 32
    """Addresses a player may name: the server sends a connectivity check to each."""
    first_picture_seconds: float = 10.0
    """How long the answer waits for a camera nobody watches to send its first key frame."""
    connect_seconds: float = 15.0
    """From the answer to the end of ICE and DTLS."""
    peer_silence_seconds: float = 15.0
    """A player sends reports and consent checks every few seconds; one not heard of for so long is gone."""
    queue_bytes: int = 8 * 1024 * 1024
    unsent_bytes: int = 1024 * 1024
    """What may wait in the socket's own queue before the stream is cut back to its next key frame."""
    bytes_per_second: float = 4 * 1024 * 1024
    """The GOP so far is not sent faster: a burst overruns the player's receive buffer."""


@dataclass(frozen=True, slots=True)
class WhepNetwork:
    ports: tuple[int, int] | None = None
    """First and last UDP port used; None leaves the choice to the system."""
    announce: tuple[str, ...] = ()
    """Addresses named to players in place of this machine's own, where a router maps them one to one."""
