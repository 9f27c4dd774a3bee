"""Sensors: what a message says, what becomes of it, and what a broker cannot do to us."""

import json
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from config.exchange import Exchange
from config.sensors import Broker, Sensor, Subscription
from exchange.mqtt_packets import Connect, MqttError, matches, publish_head
from exchange.sensor_reading import Reading, UnreadableMessage, read_message, read_time
from exchange.sensors import REPEAT_SECONDS, Outcome, Sensors
from incidents.errors import NotFound
from incidents.rights import EVERYWHERE, Scope
from incidents.store.exchange_schema import exchange_sensors
from incidents.store.schema import cases
from incidents.views import CaseDetail
from tests.incidents.world import IN_A1, IN_B1, OUTSIDE, START, World


def sensor(id_: str = "s1", at: tuple[float, float] = IN_A1, **changed: Any) -> Sensor:
    whole = {"id": id_, "name": "祠堂烟感", "name_en": "Temple smoke", "kind": "smoke", "via": "fire",
             "place": {"lon": at[0], "lat": at[1]}, "case_class": "05-01", **changed}  # fmt: skip
    return Sensor.model_validate(whole)


def sensors_of(world: World, *listed: Sensor) -> Sensors:
    made = Sensors(world.incidents, lambda lon, _: ["cam-a", "cam-b"] if lon < 121 else [])
    made.configure(listed or [sensor()])
    return made


def told(sensors: Sensors, alarm: bool | None, **more: Any) -> Outcome:
    return sensors.take("fire", Reading(more.pop("sensor", "s1"), alarm, **more))


def only_case(world: World) -> CaseDetail:
    (found,) = world.incidents.list_cases(world.admin).items
    return world.incidents.get_case(world.admin, found.id)


def test_an_alarm_opens_one_case_and_the_next_one_joins_it(world: World) -> None:
    sensors = sensors_of(world)
    assert told(sensors, True, value="ALARM") == "opened"
    case = only_case(world)
    assert (case.case.source, case.case.state, case.case.grid) == ("sensor", "filed", "QX-A1")
    assert (case.case.camera_id, case.case.title.en) == ("cam-a", "Unlicensed street vendor at Temple smoke")
    assert case.trace[0].actor.name == "祠堂烟感"
    assert case.trace[0].detail["sensor"] == {
        "id": "s1",
        "kind": "smoke",
        "via": "fire",
        "alarm": True,
        "value": "ALARM",
    }
    world.clock.pass_(5)
    assert told(sensors, True) == "heard"
    assert told(sensors, False) == "cleared"
    assert told(sensors, True) == "joined"
    world.clock.pass_(REPEAT_SECONDS)
    assert told(sensors, True) == "joined"
    after = only_case(world)
    assert [entry.detail["sensor"]["alarm"] for entry in after.trace] == [True, False, True, True]
    assert (after.case.sightings, after.case.state) == (3, "filed")


def test_what_ended_and_goes_on_opens_another_later(world: World) -> None:
    sensors = sensors_of(world)
    told(sensors, True)
    first = only_case(world).case
    world.incidents.act(world.admin, first.id, "strike-out", {"reason": "kitchen"})
    world.clock.pass_(60)
    assert told(sensors, True) == "heard"
    world.clock.pass_(REPEAT_SECONDS)
    assert told(sensors, True, standing=True) == "heard"
    assert told(sensors, True) == "opened"
    world.incidents.act(world.admin, world.incidents.list_cases(world.admin).items[0].id, "close")
    told(sensors, False)
    assert told(sensors, True) == "opened"
    assert world.incidents.list_cases(world.admin).total == 3


def test_a_case_merged_into_another_is_told_there(world: World) -> None:
    sensors = sensors_of(world, sensor(), sensor("s2"))
    told(sensors, True)
    kept = only_case(world).case
    told(sensors, True, sensor="s2")
    doubled = world.incidents.list_cases(world.admin).items[0]
    world.incidents.act(world.admin, doubled.id, "duplicate", {"of": kept.id})
    assert told(sensors, False, sensor="s2") == "cleared"
    trace = world.incidents.get_case(world.admin, kept.id).trace
    assert trace[-1].detail["sensor"]["id"] == "s2"


def test_a_flapping_sensor_is_told_seldom_and_its_last_word_is(world: World) -> None:
    sensors = sensors_of(world)
    outcomes = []
    for number in range(100):
        world.clock.pass_(1)
        outcomes.append(told(sensors, number % 2 == 0))
    assert outcomes.count("opened") == 1
    assert len(only_case(world).trace) < 25
    told(sensors, True)
    world.clock.pass_(60)
    sensors.settle()
    assert only_case(world).trace[-1].detail["sensor"]["alarm"] is True
    assert sensors.heard(EVERYWHERE)[0].alarm


def test_the_sensors_own_clock_orders_and_a_wrong_one_is_not_believed(world: World) -> None:
    sensors = sensors_of(world)
    assert told(sensors, True, at=START + 86_400) == "opened"
    assert told(sensors, False, at=START + 10) == "cleared"
    assert told(sensors, True, at=START + 5) == "heard"
    assert told(sensors, True, at=START + 20) == "joined"


def test_it_is_known_again_after_a_restart(world: World) -> None:
    told(sensors_of(world), True)
    world.clock.pass_(30)
    again = sensors_of(world)
    assert told(again, True) == "heard"
    assert told(again, False) == "cleared"
    assert world.incidents.list_cases(world.admin).total == 1


def test_where_it_lies_and_what_is_not_there(world: World) -> None:
    far = sensor("far", OUTSIDE, area="QX-B", files=False, level=4)
    sensors = sensors_of(world, far, sensor("b", IN_B1))
    assert told(sensors, True, sensor="far") == "opened"
    found = only_case(world).case
    assert (found.area, found.grid, found.state, found.level, found.camera_id) == ("QX-B", None, "review", 4, None)
    for via, name in (("fire", "nobody"), ("water", "far")):
        with pytest.raises(NotFound):
            sensors.take(via, Reading(name, True))
    west = Scope(frozenset({"/330603/QX/QX-B/"}))
    assert {one.sensor.id for one in sensors.heard(west)} == {"far", "b"}
    assert sensors.heard(Scope(frozenset({"/330603/QX/QX-A/"}))) == []


def test_silence_is_told_once_it_is_too_long(world: World) -> None:
    sensors = sensors_of(world, sensor(silent_after_minutes=10), sensor("still"))
    silent = lambda: [one.sensor.id for one in sensors.heard(EVERYWHERE) if one.silent]  # noqa: E731
    world.clock.pass_(600)
    assert silent() == []
    world.clock.pass_(1)
    assert silent() == ["s1"]
    assert told(sensors, None) == "heard"
    assert silent() == []
    with world.incidents.store.read() as connection:
        assert connection.execute(select(exchange_sensors.c.heard_at)).scalar_one() == START + 601
        assert connection.execute(select(cases.c.id)).all() == []


SUBSCRIPTION = {"topic": "fire/+/state", "sensor": "device.id", "at": "ts", "state": "data.0.state",
                "alarm": ["ALARM", 1], "clear": ["OK", False]}  # fmt: skip
NUMBERS = {"topic": "gas/#", "topic_level": 2, "at_least": 50, "below": 40}
MAPPED = [Subscription.model_validate(one) for one in (SUBSCRIPTION, NUMBERS)]
MESSAGES = {
    "a list and a name": ("fire/x/state", {"device": {"id": "a"}, "ts": 1.5, "data": [{"state": "ALARM"}]},
                          Reading("a", True, 1.5, "ALARM")),
    "milliseconds": ("fire/x/state", {"device": {"id": 7}, "ts": 1790000000123, "data": [{"state": "OK"}]},
                     Reading("7", False, 1790000000.123, "OK")),
    "with a zone": ("fire/x/state", {"device": {"id": "a"}, "ts": "2026-09-21T22:13:20+08:00", "data": [{"state": 1}]},
                    Reading("a", True, 1790000000.0, "1")),
    "true is not one": ("fire/x/state", {"device": {"id": "a"}, "ts": 0, "data": [{"state": True}]},
                        Reading("a", None, 0.0, "True")),
    "a number over": ("gas/g1/ppm", 50, Reading("g1", True, None, "50")),
    "a number between": ("gas/g1/ppm", 45.5, Reading("g1", None, None, "45.5")),
    "a number under": ("gas/g1", 39, Reading("g1", False, None, "39")),
    "a word": ("gas/g1", "hello", Reading("g1", None, None, "hello")),
}  # fmt: skip
REFUSED = {
    "another topic": ("water/x", b"1", "topic"),
    "no such path": ("fire/x/state", b'{"device": {}}', "no device.id"),
    "a list index too far": ("fire/x/state", b'{"device": {"id": "a"}, "ts": 1, "data": []}', "no data.0.state"),
    "an object as state": ("fire/x/state", b'{"device": {"id": "a"}, "ts": 1, "data": [{"state": {}}]}', "not a state"),
    "a time without zone": ("fire/x/state", b'{"device": {"id": "a"}, "ts": "2026-01-01T00:00:00"}', "zone"),
    "no time": ("fire/x/state", b'{"device": {"id": "a"}, "ts": "noon"}', "no time"),
    "an id that is none": ("fire/x/state", b'{"device": {"id": {}}, "ts": 1, "data": [{"state": 1}]}', "no id"),
    "too long an id": ("fire/x/state", b'{"device":{"id":"%s"},"ts":1,"data":[{"state":1}]}' % (b"x" * 57), "no id"),
    "deep nesting": ("fire/x/state", b"[" * 60_000, "no device.id"),
    "a huge number": ("gas/g1", b"9" * 30, "out of all bounds"),
    "neither JSON nor text": ("gas/g1", b"\xff\xfe", "neither"),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_what_a_message_says(name: str) -> None:
    topic, said, wanted = MESSAGES[name]
    assert read_message(MAPPED, topic, json.dumps(said).encode(), False) == wanted


@pytest.mark.parametrize("name", REFUSED)
def test_a_message_that_cannot_be_used_says_why(name: str) -> None:
    topic, payload, why = REFUSED[name]
    with pytest.raises(UnreadableMessage, match=why):
        read_message(MAPPED, topic, payload, False)


@pytest.mark.parametrize("given", [True, -1, 1e15, float("inf"), "9" * 400, None, [], "١٢"])
def test_what_is_no_time(given: Any) -> None:
    with pytest.raises(UnreadableMessage):
        read_time(given, "ts")


TOPICS = [("a/+/c", "a/b/c", True), ("a/+/c", "a/b/d", False), ("a/#", "a", True), ("a/#", "a/b/c", True),
          ("#", "a/b", True),
          ("#", "$SYS/x", False), ("+/x", "$SYS/x", False), ("a/+", "a", False), ("a", "a/b", False),
          ("+", "a", True)]  # fmt: skip


@pytest.mark.parametrize(("wanted", "topic", "fits"), TOPICS)
def test_topics_match_as_the_standard_says(wanted: str, topic: str, fits: bool) -> None:
    assert matches(wanted, topic) is fits


@pytest.mark.parametrize(
    ("flags", "body", "why"),
    [(4, b"\0\1a\0\1", "QoS"), (6, b"\0\1a\0\1", "QoS"), (0, b"\0", "cut off"), (0, b"\0\5a", "cut off"),
     (2, b"\0\1a\0", "cut off"), (2, b"\0\1a\0\0", "packet id 0"), (0, b"\0\1\xff", "UTF-8")],
)  # fmt: skip
def test_a_publish_that_is_none(flags: int, body: bytes, why: str) -> None:
    with pytest.raises(MqttError, match=why):
        publish_head(flags, body)


def test_a_connect_asks_for_a_session_that_stays_and_shows_no_password() -> None:
    connect = Connect("gridwatch", 30, "user", "pass-word-1")
    assert connect.encoded() == b"\x10\x28\0\4MQTT\4\xc0\0\x1e\0\x09gridwatch\0\4user\0\x0bpass-word-1"
    assert "pass-word-1" not in repr(connect)


BROKER = {"id": "fire", "host": "10.0.0.5", "subscriptions": [SUBSCRIPTION]}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "plain without saying so": ({"brokers": [{**BROKER, "tls": False}]}, "plain_mqtt"),
    "a url as host": ({"brokers": [{**BROKER, "host": "mqtt://x"}]}, "without scheme"),
    "a user in the host": ({"brokers": [{**BROKER, "host": "u:p@x"}]}, "without scheme"),
    "half a wildcard": ({"brokers": [{**BROKER, "subscriptions": [{**NUMBERS, "topic": "a/b+"}]}]}, "topic filter"),
    "# not last": ({"brokers": [{**BROKER, "subscriptions": [{**NUMBERS, "topic": "a/#/b"}]}]}, "topic filter"),
    "two ways to the id": (
        {"brokers": [{**BROKER, "subscriptions": [{**SUBSCRIPTION, "topic_level": 1}]}]}, "not both"),
    "no alarm": ({"brokers": [{**BROKER, "subscriptions": [{"topic": "a", "sensor": "b"}]}]}, "what an alarm is"),
    "below above": ({"brokers": [{**BROKER, "subscriptions": [{**NUMBERS, "below": 51}]}]}, "larger"),
    "heard by nobody": ({"sensors": [sensor().model_dump()]}, "via fire"),
    "twice": ({"brokers": [BROKER], "sensors": [sensor().model_dump()] * 2}, "more than once: fire/s1"),
    "a broker and a source of one name": (
        {"brokers": [BROKER], "sources": [{"id": "fire", "kind": "webhook", "name": "x", "credentials": "x",
                                           "sensors": {"alarm": [True]}}]}, "more than once: fire"),
    "open311 for sensors": (
        {"sources": [{"id": "a", "kind": "open311", "name": "x", "key_sha256": "0" * 64,
                      "sensors": {"alarm": [True]}}]}, "kind webhook"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_configuration_that_cannot_be_meant_is_refused(name: str) -> None:
    given, why = WRONG[name]
    with pytest.raises(ValidationError, match=why):
        Exchange.model_validate(given)


def test_a_configuration_of_the_documentation_is_right() -> None:
    assert Broker.model_validate(BROKER).port == 8883
    assert Exchange.model_validate({"brokers": [BROKER], "sensors": [sensor().model_dump()]}).sensors[0].id == "s1"
