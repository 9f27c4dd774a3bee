"""Sends what lies in the outbox: one task for each destination, so that one that hangs holds up no other."""

import asyncio
import logging
import random
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from config.accounts import MissingPassword
from config.exchange import Destination
from exchange.outbox import Outbox, Waiting
from exchange.webhook_client import TIMEOUT_SECONDS, Failure, SecretOf, WebhookClient
from runtime.backoff import Backoff
from runtime.clock import Clock

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0


class Sender:
    """For one destination. `base_dir`: what `ca_file` is relative to."""

    def __init__(
        self,
        destination: Destination,
        outbox: Outbox,
        clock: Clock,
        rng: random.Random,
        secret_of: SecretOf,
        base_dir: Path,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        self._destination, self._outbox, self._clock, self._secret_of = destination, outbox, clock, secret_of
        self._base_dir, self._timeout = base_dir, timeout
        self._backoff = Backoff(clock, rng, healthy_seconds=0.0)
        self._client: WebhookClient | None = None
        self._down = False

    async def run(self) -> None:
        try:
            while True:
                try:
                    pause = await self.run_once()
                except SQLAlchemyError:
                    logger.exception("exchange.destinations %s: the outbox cannot be used", self._destination.id)
                    pause = self._backoff.failed()
                if pause > 0:
                    await self._clock.sleep(pause)
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def run_once(self) -> float:
        """Tries one event whose turn it is. Seconds to wait before the next: 0 unless there is none or the receiver is
        down. Raises SQLAlchemyError."""
        waiting = await asyncio.to_thread(self._outbox.next_waiting, self._destination.id)
        if waiting is None:
            return POLL_SECONDS
        failure = await self._post(waiting)
        if failure is None:
            await asyncio.to_thread(self._outbox.delivered, waiting.id)
            self._backoff.succeeded()
            if self._down:
                self._down = False
                logger.info("exchange.destinations %s: takes events again", self._destination.id)
                await asyncio.to_thread(self._outbox.back, self._destination.id)
            return 0.0
        await asyncio.to_thread(
            self._outbox.failed, waiting.id, failure.error, failure.retry_after, final=failure.final
        )
        if not failure.down:
            return 0.0
        if not self._down:
            logger.warning("exchange.destinations %s: %s", self._destination.id, failure.error)
        self._down = True
        return self._backoff.failed()

    async def _post(self, waiting: Waiting) -> Failure | None:
        try:
            secrets = await asyncio.to_thread(self._secret_of, self._destination)
            if self._client is None:
                self._client = WebhookClient(self._destination, self._base_dir, self._timeout)
        except MissingPassword as problem:
            return Failure(str(problem))
        except OSError as error:
            return Failure(f"ca_file cannot be used: {error.strerror or error}")
        return await self._client.post(waiting, secrets, int(self._clock.now()))


class Delivery:
    """`configure` and `stop` in the event loop."""

    def __init__(self, outbox: Outbox, clock: Clock, rng: random.Random, secret_of: SecretOf, base_dir: Path) -> None:
        self._outbox, self._clock, self._rng = outbox, clock, rng
        self._secret_of, self._base_dir = secret_of, base_dir
        self._tasks: dict[str, tuple[Destination, asyncio.Task[None]]] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def configure(self, destinations: Sequence[Destination]) -> None:
        """Begins to send to these and no others. What is being sent to one that changed is sent again."""
        wanted = {one.id: one for one in destinations}
        for id_, (destination, task) in list(self._tasks.items()):
            if wanted.get(id_) != destination:
                task.cancel()
                self._ending.add(task)
                task.add_done_callback(self._ending.discard)
                del self._tasks[id_]
        for id_, destination in wanted.items():
            if id_ not in self._tasks:
                sender = Sender(destination, self._outbox, self._clock, self._rng, self._secret_of, self._base_dir)
                self._tasks[id_] = destination, asyncio.create_task(sender.run(), name=f"exchange {id_}")

    async def stop(self) -> None:
        self.configure(())
        await asyncio.gather(*self._ending, return_exceptions=True)
