"""What a message says of a sensor, by the mapping in the configuration. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from config.sensors import StateRule, Subscription
from exchange.mqtt_packets import matches

MAX_ID = 56
SHOWN = 60
MAX_NUMBER = 10**18
MILLISECONDS_FROM = 1e11
"""A Unix time so large is in milliseconds: in seconds it would lie beyond the year 5000."""


class UnreadableMessage(ValueError):
    """The text says what is wrong and where, fit for a log."""


@dataclass(frozen=True, slots=True)
class Reading:
    """`alarm` None: it was heard, and told neither. `at`: by the sensor's own clock, Unix seconds. `standing`: how
    things stood before we asked (a retained message), not news."""

    sensor: str
    alarm: bool | None
    at: float | None = None
    value: str = ""
    standing: bool = False


def read_message(subscriptions: Sequence[Subscription], topic: str, payload: bytes, retained: bool) -> Reading:
    """By the first subscription the topic belongs to. Raises UnreadableMessage."""
    how = next((one for one in subscriptions if matches(one.topic, topic)), None)
    if how is None:
        raise UnreadableMessage("its topic is none we asked for")
    said = _parsed(payload)
    if how.topic_level is not None:
        levels = topic.split("/")
        if how.topic_level > len(levels):
            raise UnreadableMessage(f"its topic has no level {how.topic_level}")
        sensor: Any = levels[how.topic_level - 1]
    else:
        sensor = value_at(said, how.sensor)
    at = None if how.at is None else read_time(value_at(said, how.at), how.at)
    alarm, value = state_of(how, said)
    return Reading(_sensor_id(sensor, how.sensor or "topic"), alarm, at, value, retained)


def state_of(rule: StateRule, said: Any) -> tuple[bool | None, str]:
    """Alarm or not, and the value that told it as it may be shown. Raises UnreadableMessage."""
    value = said if rule.state is None else value_at(said, rule.state)
    if isinstance(value, dict | list):
        raise UnreadableMessage(f"{rule.state or 'it'} is a list or object, not a state")
    if isinstance(value, int) and abs(value) > MAX_NUMBER:
        raise UnreadableMessage(f"{rule.state or 'it'} is a number out of all bounds")
    shown = str(value)[:SHOWN]
    if _is_one_of(value, rule.alarm):
        return True, shown
    if _is_one_of(value, rule.clear):
        return False, shown
    if isinstance(value, int | float) and not isinstance(value, bool) and rule.at_least is not None:
        if value >= rule.at_least:
            return True, shown
        if value < (rule.at_least if rule.below is None else rule.below):
            return False, shown
    return None, shown


def value_at(said: Any, path: str | None) -> Any:
    """Names and places in lists, with dots between. Raises UnreadableMessage."""
    found = said
    for step in (path or "").split("."):
        if isinstance(found, dict) and step in found:
            found = found[step]
        elif isinstance(found, list) and step.isascii() and step.isdecimal() and int(step[:6]) < len(found):
            found = found[int(step[:6])]
        else:
            raise UnreadableMessage(f"it has no {path}")
    return found


def read_time(value: Any, where: str) -> float:
    """Unix seconds, of seconds or milliseconds, or ISO 8601 with a zone. Raises UnreadableMessage."""
    try:
        if isinstance(value, str) and not value.replace(".", "", 1).isdecimal():
            moment = datetime.fromisoformat(value[:40])
            if moment.tzinfo is None:
                raise UnreadableMessage(f"{where} has no time zone")
            return moment.timestamp()
        at = float(value[:40].encode("ascii") if isinstance(value, str) else value)
    except (ValueError, TypeError, OverflowError) as problem:
        if isinstance(problem, UnreadableMessage):
            raise
        raise UnreadableMessage(f"{where} is no time") from None
    if isinstance(value, bool) or not 0 <= at < 1e14:
        raise UnreadableMessage(f"{where} is no time")
    return at / 1000.0 if at >= MILLISECONDS_FROM else at


def _parsed(payload: bytes) -> Any:
    """JSON, else text as it stands: the plainest sensors send one word."""
    try:
        # Bounded in depth, unlike the standard library's.
        return from_json(payload, allow_inf_nan=False)
    except ValueError:
        pass
    try:
        return payload.decode().strip()
    except UnicodeDecodeError:
        raise UnreadableMessage("it is neither JSON nor text") from None


def _sensor_id(given: Any, where: str) -> str:
    if isinstance(given, int) and not isinstance(given, bool) and abs(given) <= MAX_NUMBER:
        given = str(given)
    if not isinstance(given, str) or not 0 < len(given) <= MAX_ID:
        raise UnreadableMessage(f"{where} is no id of a sensor")
    return given


def _is_one_of(value: Any, listed: Sequence[Any]) -> bool:
    """`1` is not `true`: to Python they are equal."""
    return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in listed)
