"""ICE on the local network: host addresses only, a bounded range of UDP ports, and when the peer was last heard.

No STUN or TURN server is ever asked. aioice neither binds to a range nor tells when it last heard of the peer, so its
connection is extended here and nowhere else.
"""

import asyncio
import random
import socket
from typing import Any, cast

from aioice.candidate import Candidate, candidate_foundation, candidate_priority
from aioice.ice import Connection, StunProtocol
from aiortc import RTCIceGatherer

from runtime.clock import Clock
from wall.whep_limits import WhepNetwork

RECEIVE_BUFFER_BYTES = 256 * 1024
LOOPBACK = "127.0.0.1"


class LanConnection(Connection):
    """An aioice connection that answers; `last_heard` is on the clock's monotonic scale."""

    def __init__(self, network: WhepNetwork, clock: Clock, randomness: random.Random) -> None:
        super().__init__(ice_controlling=False)
        self._network = network
        self._clock = clock
        self._random = randomness
        self.last_heard = clock.monotonic()

    def data_received(self, data: bytes, component: int) -> None:
        self.last_heard = self._clock.monotonic()
        super().data_received(data, component)

    def request_received(self, message: Any, addr: tuple[str, int], protocol: StunProtocol) -> None:
        self.last_heard = self._clock.monotonic()
        super().request_received(message, addr, protocol)

    @property
    def unsent_bytes(self) -> int:
        """What the sockets have not taken yet."""
        transports = (cast(asyncio.WriteTransport, protocol.transport) for protocol in self._protocols)
        return sum(transport.get_write_buffer_size() for transport in transports)

    async def get_component_candidates(self, component: int, addresses: list[str], timeout: int = 5) -> list[Candidate]:  # noqa: ASYNC109
        """One host candidate per address of this machine; addresses without a free port are left out."""
        found = []
        # A machine without a network still serves its own browser.
        for address in addresses or [LOOPBACK]:
            protocol = await self._bind(address)
            if protocol is None:
                continue
            host, port = protocol.transport.get_extra_info("sockname")[:2]
            protocol.local_candidate = Candidate(
                foundation=candidate_foundation("host", "udp", host),
                component=component,
                transport="udp",
                priority=candidate_priority(component, "host"),
                host=host,
                port=port,
                type="host",
            )
            self._protocols.append(protocol)
            found.append(protocol.local_candidate)
        return found

    async def _bind(self, address: str) -> StunProtocol | None:
        loop = asyncio.get_running_loop()
        for port in self._ports():
            try:
                transport, protocol = await loop.create_datagram_endpoint(
                    lambda: StunProtocol(self), local_addr=(address, port)
                )
            except OSError:
                continue
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            return protocol
        return None

    def _ports(self) -> list[int]:
        if self._network.ports is None:
            return [0]
        first, last = self._network.ports
        return self._random.sample(range(first, last + 1), last - first + 1)


class LanGatherer(RTCIceGatherer):
    """aiortc's gatherer over a `LanConnection`."""

    def __init__(self, network: WhepNetwork, clock: Clock, randomness: random.Random) -> None:
        super().__init__(iceServers=[])
        self.connection = LanConnection(network, clock, randomness)
        self._connection = self.connection
