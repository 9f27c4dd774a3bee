"""Listens to the configured MQTT brokers: one task for each, that connects again for as long as it is configured."""

import asyncio
import logging
import random
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy.exc import SQLAlchemyError

from config.accounts import Account, MissingPassword
from config.sensors import Broker
from exchange.admission import Rate
from exchange.mqtt_client import ANSWER_SECONDS, KEEP_ALIVE_SECONDS, MqttListener, OpenConnection, Streams
from exchange.mqtt_packets import Connect, Message, MqttError
from exchange.sensor_reading import UnreadableMessage, read_message
from exchange.sensors import Sensors
from incidents.errors import IncidentError, Throttled
from runtime.backoff import Backoff
from runtime.clock import Clock

logger = logging.getLogger(__name__)

SAID_SECONDS = 60.0
"""Between two lines in the log about messages that cannot be used."""
AccountOf = Callable[[Broker], Account | None]
"""User and password of a broker, read now. Raises MissingPassword."""


@dataclass(slots=True)
class BrokerStatus:
    """`unusable`: messages that were read and could not be used. `error`: why it is not connected, else empty."""

    id: str
    state: Literal["connecting", "connected"]
    since: float
    error: str = ""
    messages: int = 0
    unusable: int = 0


class BrokerListener:
    """For one broker. `base_dir`: what `ca_file` is relative to."""

    def __init__(
        self,
        broker: Broker,
        sensors: Sensors,
        clock: Clock,
        rng: random.Random,
        account_of: AccountOf,
        base_dir: Path,
        open_connection: Callable[[Broker, ssl.SSLContext | None], OpenConnection] | None = None,
    ) -> None:
        self._broker, self._sensors, self._clock, self._account_of = broker, sensors, clock, account_of
        self._base_dir = base_dir
        self._open = open_connection or connection_to
        self._backoff = Backoff(clock, rng)
        self._rate = Rate(clock)
        self._said_at = -SAID_SECONDS
        self.status = BrokerStatus(broker.id, "connecting", clock.now())

    async def run(self) -> None:
        while True:
            error = await self.run_once()
            if self.status.state == "connected" or error != self.status.error:
                logger.warning("exchange.brokers %s: %s", self._broker.id, error)
            if self.status.state == "connected":
                self.status.since = self._clock.now()
            self.status.state, self.status.error = "connecting", error
            await self._clock.sleep(self._backoff.failed())

    async def run_once(self) -> str:
        """Listens until the connection ends; why it did, fit to be shown."""
        try:
            account = await asyncio.to_thread(self._account_of, self._broker)
            context = await asyncio.to_thread(self._context) if self._broker.tls else None
            connect = Connect(
                self._broker.client_id,
                KEEP_ALIVE_SECONDS,
                account.username if account else None,
                account.password if account else None,
            )
            topics = [one.topic for one in self._broker.subscriptions]
            listener = MqttListener(connect, topics, self._take, self._too_large, self._clock)
            await listener.run(self._open(self._broker, context), self._connected)
        except MissingPassword as problem:
            return str(problem)
        except MqttError as problem:
            return f"the broker: {problem}"
        except TimeoutError:
            return f"no answer within {ANSWER_SECONDS:g} s, or nothing for {KEEP_ALIVE_SECONDS * 1.5:g} s"
        except ssl.SSLCertVerificationError as error:
            return f"its certificate is not trusted: {error.verify_message}"
        except OSError as error:
            return f"cannot be connected to: {error.strerror or type(error).__name__}"
        except SQLAlchemyError:
            logger.exception("exchange.brokers %s: the store does not take what it sends", self._broker.id)
            return "the store does not take what it sends"
        return "it ended"

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._broker.ca_file is not None:
            context.load_verify_locations(self._base_dir / self._broker.ca_file)
        return context

    def _connected(self) -> None:
        self.status.state, self.status.since, self.status.error = "connected", self._clock.now(), ""
        self._backoff.succeeded()
        logger.info("exchange.brokers %s: connected", self._broker.id)

    async def _take(self, message: Message) -> None:
        await self._turn()
        self.status.messages += 1
        try:
            reading = read_message(self._broker.subscriptions, message.topic, message.payload, message.retained)
            await asyncio.to_thread(self._sensors.take, self._broker.id, reading)
        except (UnreadableMessage, IncidentError) as problem:
            self._unusable(message.topic, str(problem))

    async def _turn(self) -> None:
        """Waits where there are too many: the broker keeps the rest meanwhile."""
        while True:
            try:
                self._rate.check("", self._broker.per_minute)
                return self._rate.count("", self._broker.per_minute)
            except Throttled as wait:
                await self._clock.sleep(wait.retry_seconds)

    def _too_large(self, topic: str) -> None:
        self._unusable(topic, "it is too large")

    def _unusable(self, topic: str, problem: str) -> None:
        """The log gets one line a minute: whoever may publish must not be able to fill the disk."""
        self.status.unusable += 1
        now = self._clock.monotonic()
        if now - self._said_at >= SAID_SECONDS:
            self._said_at = now
            text = "exchange.brokers %s: a message under %r cannot be used: %s (%d in all)"
            logger.warning(text, self._broker.id, topic[:100], problem[:200], self.status.unusable)


def connection_to(broker: Broker, context: ssl.SSLContext | None) -> OpenConnection:
    async def opened() -> Streams:
        return await asyncio.open_connection(broker.host, broker.port, ssl=context)

    return opened


class BrokerWatch:
    """`configure` and `stop` in the event loop."""

    def __init__(
        self, sensors: Sensors, clock: Clock, rng: random.Random, account_of: AccountOf, base_dir: Path
    ) -> None:
        self._sensors, self._clock, self._rng = sensors, clock, rng
        self._account_of, self._base_dir = account_of, base_dir
        self._running: dict[str, tuple[Broker, BrokerListener, asyncio.Task[None]]] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def configure(self, brokers: Sequence[Broker]) -> None:
        """Listens to these and no others. One whose entry changed is connected to anew."""
        wanted = {one.id: one for one in brokers}
        for id_, (broker, _, task) in list(self._running.items()):
            if wanted.get(id_) != broker:
                task.cancel()
                self._ending.add(task)
                task.add_done_callback(self._ending.discard)
                del self._running[id_]
        for id_, broker in wanted.items():
            if id_ not in self._running:
                one = BrokerListener(broker, self._sensors, self._clock, self._rng, self._account_of, self._base_dir)
                self._running[id_] = broker, one, asyncio.create_task(one.run(), name=f"MQTT {id_}")

    def statuses(self) -> list[BrokerStatus]:
        return [one.status for _, one, _ in self._running.values()]

    async def stop(self) -> None:
        self.configure(())
        await asyncio.gather(*self._ending, return_exceptions=True)
