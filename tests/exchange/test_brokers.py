"""Listening to brokers: a small one that misbehaves as told, and Mosquitto, which does not."""

import asyncio
import random
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from api.local_authority import AuthorityFiles, ensure_certificate
from config.accounts import Account, MissingPassword
from config.sensors import Broker
from exchange.broker_watch import BrokerListener, BrokerWatch
from exchange.mqtt_client import MAX_MESSAGE
from exchange.mqtt_packets import Connect, packet
from exchange.sensors import Sensors
from runtime.clock import SystemClock
from tests.exchange.broker import publish, small_broker
from tests.exchange.test_sensors import sensor, sensors_of
from tests.incidents.world import World

FIRE = {"topic": "fire/+", "sensor": "id", "state": "state", "alarm": ["ALARM"], "clear": ["OK"]}
ALARM, CLEAR = b'{"id": "s1", "state": "ALARM"}', b'{"id": "s1", "state": "OK"}'


class QuickClock(SystemClock):
    """Waits a hundredth of what it is told to."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 100)


def broker_at(port: int, **changed: Any) -> Broker:
    whole = {"id": "fire", "host": "127.0.0.1", "port": port, "tls": False, "plain_mqtt": True, "subscriptions": [FIRE]}
    return Broker.model_validate({**whole, **changed})


def listener(
    sensors: Sensors, broker: Broker, account: Account | None = None, base_dir: Path = Path()
) -> BrokerListener:
    return BrokerListener(broker, sensors, QuickClock(), random.Random(7), lambda _: account, base_dir)


@asynccontextmanager
async def listening(one: BrokerListener) -> AsyncIterator[BrokerListener]:
    task = asyncio.create_task(one.run())
    try:
        yield one
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_alarms_are_taken_and_acknowledged_and_it_connects_again(sqlite_world: World) -> None:
    sensors = sensors_of(sqlite_world)
    account = Account("town", "pass-word-1")
    async with (
        small_broker(says=[publish("fire/x", ALARM, 7)]) as broker,
        listening(listener(sensors, broker_at(broker.port), account)) as one,
    ):
        await broker.acknowledges(7)
        assert sqlite_world.incidents.list_cases(sqlite_world.admin).total == 1
        assert one.status.state == "connected"
        broker.hang_up()
        await broker.is_asked(2)
        broker.say(publish("fire/x", CLEAR, None) + publish("fire/x", ALARM, 8))
        await broker.acknowledges(8)
        assert one.status.messages == 3
    assert broker.connects[0].endswith(b"\0\x09gridwatch\0\4town\0\x0bpass-word-1")
    assert broker.connects[0][7] == 0xC0  # user and password; no clean session
    assert broker.subscribed[0][2:] == b"\0\x06fire/+\1"
    (case,) = sqlite_world.incidents.list_cases(sqlite_world.admin).items
    assert case.sightings == 2


async def test_what_cannot_be_used_harms_nothing_else(sqlite_world: World, caplog: pytest.LogCaptureFixture) -> None:
    huge = publish("fire/x", b"x" * (MAX_MESSAGE + 100_000), 3)
    junk = [publish("fire/x", b"[" * 50_000, 1), publish("fire/x", b'{"id": "nobody", "state": "OK"}', 2), huge]
    async with (
        small_broker(says=[*junk, publish("fire/x", ALARM, 4)]) as broker,
        listening(listener(sensors_of(sqlite_world), broker_at(broker.port))) as one,
    ):
        await broker.acknowledges(1, 2, 3, 4)
        assert (one.status.unusable, one.status.state) == (3, "connected")
    assert sqlite_world.incidents.list_cases(sqlite_world.admin).total == 1
    assert len([line for line in caplog.messages if "cannot be used" in line]) == 1


async def test_what_the_store_did_not_take_is_not_acknowledged(sqlite_world: World) -> None:
    class FullDisk(Sensors):
        def take(self, via: str, reading: Any) -> Any:
            raise OperationalError("x", None, Exception("disk full"))

    full = FullDisk(sqlite_world.incidents, lambda *_: [])
    async with small_broker(says=[publish("fire/x", ALARM, 1)]) as broker:
        one = listener(full, broker_at(broker.port))
        assert await one.run_once() == "the store does not take what it sends"
        assert broker.acknowledged == []


HOSTILE = {
    "refuses": ({"connack": b"\x20\x02\x00\x05"}, "this user may not connect"),
    "refuses for reasons of its own": ({"connack": b"\x20\x02\x00\x63"}, "code 99"),
    "is a web server": ({"connack": b"HTTP/1.1 400 Bad Request\r\n\r\n"}, "no reason to be so long|does not answer"),
    "grants nothing": ({"granted": b"\x80"}, "subscribe to fire/"),
    "grants too much": ({"granted": b"\1\1"}, "SUBACK"),
    "an endless length": ({"says": [b"\x30\xff\xff\xff\xff\xff"]}, "four bytes"),
    "a huge control packet": ({"says": [b"\xd0\xff\xff\xff\x7f"]}, "no reason to be so long"),
    "QoS 2": ({"says": [packet(3, 4, b"\0\1a\0\1x")]}, "QoS"),
    "speaks as a client": ({"says": [b"\xc0\0"]}, "type 12"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_broker_that_misbehaves_is_left(sqlite_world: World, name: str) -> None:
    changed, why = HOSTILE[name]
    async with small_broker(**changed) as broker:
        error = await listener(sensors_of(sqlite_world), broker_at(broker.port)).run_once()
    assert re.search(why, error), error


async def test_why_it_is_not_connected_is_said_without_secrets(sqlite_world: World) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    one = listener(sensors_of(sqlite_world), broker_at(port))
    assert "cannot be connected to" in await one.run_once()

    def missing(_: Broker) -> Account:
        raise MissingPassword("credentials.fire: the environment variable FIRE is not set")

    blind = BrokerListener(broker_at(port), sensors_of(sqlite_world), SystemClock(), random.Random(7), missing, Path())
    assert "FIRE is not set" in await blind.run_once()


async def test_a_broker_taken_out_of_the_configuration_is_left(sqlite_world: World) -> None:
    watch = BrokerWatch(sensors_of(sqlite_world), SystemClock(), random.Random(7), lambda _: None, Path())
    async with small_broker() as broker:
        watch.configure([broker_at(broker.port)])
        await broker.is_asked()
        watch.configure([broker_at(broker.port, per_minute=5)])
        await broker.is_asked(2)
        assert [one.id for one in watch.statuses()] == ["fire"]
        await watch.stop()
        assert watch.statuses() == []


@asynccontextmanager
async def mosquitto(folder: Path) -> AsyncIterator[int]:
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        pytest.skip("mosquitto is not installed: tests/install_tools.sh")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    files = AuthorityFiles(folder)
    ensure_certificate(files, {"127.0.0.1"}, SystemClock().now())
    (folder / "passwords").write_text("town:secret-of-town\n")
    (folder / "passwords").chmod(0o600)
    subprocess.run([shutil.which("mosquitto_passwd") or "mosquitto_passwd", "-U", folder / "passwords"], check=True)
    (folder / "conf").write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {folder}/passwords\n"
        f"certfile {files.certificate}\nkeyfile {files.key}\nuser root\n"
    )
    process = await asyncio.create_subprocess_exec(
        program, "-c", str(folder / "conf"), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield port
    finally:
        process.kill()
        await process.wait()


async def published(port: int, folder: Path, payload: bytes) -> None:
    """At QoS 1, by a client of its own, until the broker has it."""
    trust = ssl.create_default_context(cafile=str(AuthorityFiles(folder).authority))
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust)
    writer.write(
        Connect(f"detector-{len(payload)}", 30, "town", "secret-of-town").encoded() + publish("fire/x", payload, 1)
    )
    async with asyncio.timeout(20):
        assert await reader.readexactly(8) == b"\x20\x02\x00\x00\x40\x02\x00\x01"
    writer.close()
    await writer.wait_closed()


async def test_with_mosquitto(sqlite_world: World, tmp_path: Path) -> None:
    """TLS with an authority of our own, a password, and what was said while nobody listened."""

    async def steps(count: int) -> None:
        async with asyncio.timeout(30):
            while (
                len(traces := sqlite_world.incidents.list_cases(sqlite_world.admin).items) != 1
                or traces[0].version < count
            ):
                await asyncio.sleep(0.02)

    sensors = sensors_of(sqlite_world, sensor())
    async with mosquitto(tmp_path) as port:
        broker = broker_at(port, tls=True, plain_mqtt=False, ca_file=AuthorityFiles(tmp_path).authority.name)
        right, wrong = Account("town", "secret-of-town"), Account("town", "not-it-at-all")
        async with listening(listener(sensors, broker, right, tmp_path)) as one:
            async with asyncio.timeout(30):
                while one.status.state != "connected":
                    await asyncio.sleep(0.02)
            await published(port, tmp_path, ALARM)
            await steps(1)
        await published(port, tmp_path, CLEAR)
        async with listening(listener(sensors, broker, right, tmp_path)):
            await steps(2)
        assert "may not connect" in await listener(sensors, broker, wrong, tmp_path).run_once()
        untrusted = broker.model_copy(update={"ca_file": None})
        assert "certificate is not trusted" in await listener(sensors, untrusted, right, tmp_path).run_once()
