"""The ways in and out to other systems, as this process runs them."""

import os
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from api.camera_directory import CameraDirectory
from api.running_estate import RunningEstate
from config.accounts import Account, MissingPassword, account_named
from config.exchange import Citizens, Destination, Source
from config.sensors import Broker
from exchange.admission import Admission
from exchange.broker_watch import BrokerStatus, BrokerWatch
from exchange.citizens import CitizenReports
from exchange.delivery import Delivery
from exchange.orders import OrderDesk
from exchange.outbox import Outbox
from exchange.outbox_queries import OutboxCount, OutboxEntry, OutboxFilter, count_entries, list_entries
from exchange.report_queries import ReportFilter, ReportView, list_reports
from exchange.reports import Reports, allowed_classes
from exchange.sensors import Heard, Sensors
from incidents.feedback import keep_feedback
from incidents.rights import EVERYWHERE, Caller, Permission
from incidents.service import Incidents
from runtime.clock import Clock

SEEING = 8
"""Cameras that are named for a place."""


class ExchangeDesk:
    """`changed` whenever cameras.yaml was read again. `base_dir`: its folder."""

    def __init__(
        self,
        incidents: Incidents,
        running: RunningEstate,
        cameras: CameraDirectory,
        base_dir: Path,
        clock: Clock,
        rng: random.Random,
    ) -> None:
        self._incidents, self._running, self._base_dir, self._clock = incidents, running, base_dir, clock
        self._store = store = incidents.store
        self.reports = Reports(incidents)
        incidents.follow(keep_feedback)
        self.orders = OrderDesk(incidents, self.reports)
        self.citizens = CitizenReports(incidents, self.reports)
        self.citizen_maps: dict[str | None, tuple[bytes, str]] = {}
        """Roads of the area citizens report from, as sent, with its entity tag."""
        self.admission = Admission(clock, self._secret_of)
        self.changed_at = clock.now()
        """When the configuration was read."""
        self.outbox = Outbox(store, clock, rng, running.file.town.area)
        self.outbox.configure(running.file.exchange.destinations)
        self._delivery = Delivery(self.outbox, clock, rng, self._secret_of, base_dir)

        def seeing(lon: float, lat: float) -> list[str]:
            return [one["id"] for one in cameras.near(EVERYWHERE, lon, lat, SEEING, {}) if one["sees"]]

        self.sensors = Sensors(incidents, seeing)
        self.sensors.configure(running.file.exchange.sensors)
        self._brokers = BrokerWatch(self.sensors, clock, rng, self._account_of, base_dir)

    def start(self) -> None:
        self._delivery.configure(self._running.file.exchange.destinations)
        self._brokers.configure(self._running.file.exchange.brokers)

    async def stop(self) -> None:
        await self._brokers.stop()
        await self._delivery.stop()

    @property
    def citizens_page(self) -> Citizens:
        return self._running.file.exchange.citizens

    @property
    def sources(self) -> Sequence[Source]:
        """Who may report now."""
        return self._running.file.exchange.sources

    def offered_classes(self, sources: Iterable[Source]) -> frozenset[str]:
        """What one of these may report."""
        return frozenset().union(*(allowed_classes(self._incidents, one) for one in sources))

    def list_reports(self, source: Source, wanted: ReportFilter) -> Sequence[ReportView]:
        """What that source reported."""
        with self._store.read() as connection:
            return list_reports(connection, source.id, wanted)

    def changed(self) -> None:
        """Takes over what the file says now; in the event loop."""
        self.changed_at = self._clock.now()
        destinations = self._running.file.exchange.destinations
        self.outbox.configure(destinations)
        self._delivery.configure(destinations)
        self.sensors.configure(self._running.file.exchange.sensors)
        self._brokers.configure(self._running.file.exchange.brokers)

    def heard_sensors(self, caller: Caller) -> Sequence[Heard]:
        """Those in the caller's areas."""
        return self.sensors.heard(caller.scope(Permission.HEALTH_SEE))

    def brokers(self) -> Sequence[BrokerStatus]:
        """In the event loop."""
        return self._brokers.statuses()

    def list(self, caller: Caller, wanted: OutboxFilter) -> tuple[tuple[OutboxEntry, ...], tuple[OutboxCount, ...]]:
        """What lies in the outbox, and how many of everything. Raises NotFound where `before` is unknown."""
        scope = caller.scope(Permission.ESTATE_MANAGE)
        with self._store.read() as connection:
            return list_entries(connection, scope, wanted), count_entries(connection, scope)

    def _account_of(self, broker: Broker) -> Account | None:
        return account_named(broker.credentials, self._running.file, os.environ, self._base_dir)

    def _secret_of(self, system: Destination | Source) -> str:
        account = account_named(system.credentials, self._running.file, os.environ, self._base_dir)
        if account is None:
            raise MissingPassword(f"credentials.{system.credentials}: has no secret")
        return account.password
