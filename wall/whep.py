"""All WHEP sessions (draft-ietf-wish-whep): how many there may be, finding them again, and their end."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

from runtime.clock import Clock
from wall.live_hub import LiveHub, StreamKey
from wall.whep_errors import NoRoom, NotAcceptable
from wall.whep_limits import WhepLimits, WhepNetwork
from wall.whep_offer import Offer, read_offer
from wall.whep_session import WhepSession

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Place:
    """A session counted in; `session` is None while it is being opened."""

    account_id: str
    session: WhepSession | None = None
    task: asyncio.Task[None] | None = None


class WhepSessions:
    """Belongs to one event loop."""

    def __init__(
        self, hub: LiveHub, clock: Clock, limits: WhepLimits, network: WhepNetwork, randomness: random.Random
    ) -> None:
        self.limits = limits
        self._hub = hub
        self._clock = clock
        self._network = network
        self._random = randomness
        self._places: list[_Place] = []

    def __len__(self) -> int:
        return len(self._places)

    async def open(self, account_id: str, keys: Sequence[StreamKey], sdp: str) -> WhepSession:
        """A session for the first of the streams that can be sent to this player; hand it to `serve` at once.

        Raises MalformedOffer, NotAcceptable, NoRoom, NoPicture.
        """
        offer = read_offer(sdp, self.limits.remote_candidates)
        place = self._enter(account_id)
        try:
            place.session = await self._open_first(keys, offer)
        finally:
            if place.session is None:
                self._places.remove(place)
        return place.session

    def serve(self, session: WhepSession, running: Awaitable[None]) -> None:
        """Runs `running`, which must run the session, to its end in a task of its own."""
        place = next(one for one in self._places if one.session is session)
        place.task = asyncio.create_task(self._run(place, running), name=f"whep session {session.key[0]}")

    def find(self, account_id: str, session_id: str) -> WhepSession | None:
        """The account's own session, else None."""
        for place in self._places:
            if place.session and place.session.id == session_id and place.account_id == account_id:
                return place.session
        return None

    async def stop(self) -> None:
        """Ends all sessions and waits until they have given up what they held."""
        tasks = []
        for place in self._places:
            if place.session and place.task:
                place.session.end(0, "the server is stopping")
                tasks.append(place.task)
        await asyncio.gather(*tasks, return_exceptions=True)

    def _enter(self, account_id: str) -> _Place:
        held = Counter(place.account_id for place in self._places)
        if held[account_id] >= self.limits.sessions_per_account:
            raise NoRoom(f"more than {self.limits.sessions_per_account} WHEP sessions of one account")
        if len(self._places) >= self.limits.sessions:
            raise NoRoom(f"more than {self.limits.sessions} WHEP sessions on this server")
        place = _Place(account_id)
        self._places.append(place)
        return place

    async def _open_first(self, keys: Sequence[StreamKey], offer: Offer) -> WhepSession:
        refused: NotAcceptable | None = None
        for key in keys:
            session = WhepSession(key, offer, self._hub, self._clock, self.limits, self._network, self._random)
            try:
                await session.open()
            except NotAcceptable as error:
                refused = refused or error
                continue
            return session
        raise refused or NotAcceptable("the camera has no stream")

    async def _run(self, place: _Place, running: Awaitable[None]) -> None:
        try:
            await running
        finally:
            self._places.remove(place)
