"""The outbox: written with the trace, delivered in order, tried again, given up, sent once more."""

import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from config.accounts import MissingPassword
from config.exchange import Destination
from exchange.delivery import Sender
from exchange.outbox import DAY, MAX_RETRY_AFTER, STAGES, Outbox
from exchange.outbox_queries import OutboxEntry, OutboxFilter, count_entries, get_entry, list_entries
from exchange.signature import is_signed
from incidents import queries
from incidents.case import Action, Duty
from incidents.errors import Conflict, NotFound
from incidents.rights import EVERYWHERE, NOWHERE, Scope
from incidents.service import NewCase
from incidents.store.exchange_schema import exchange_outbox
from incidents.store.schema import trace
from tests.exchange.receiver import receiving
from tests.incidents.world import IN_A1, IN_B1, START, World

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def destination(url: str = "http://127.0.0.1:1/", **changed: Any) -> Destination:
    whole = {"id": "district", "url": url, "plain_http": True, "credentials": "district", **changed}
    return Destination.model_validate(whole)


def outbox_of(world: World, *destinations: Destination) -> Outbox:
    outbox = Outbox(world.incidents.store, world.clock, random.Random(7), "QX")
    outbox.configure(destinations or [destination()])
    return outbox


def opened(world: World, at: tuple[float, float] = IN_A1) -> str:
    return world.incidents.create_case(world.admin, NewCase("05-01", *at, note="人名不外传")).id


def listed(world: World, **wanted: Any) -> list[OutboxEntry]:
    with world.incidents.store.read() as connection:
        return list(reversed(list_entries(connection, EVERYWHERE, OutboxFilter(**wanted))))


@asynccontextmanager
async def sending(
    world: World, outbox: Outbox, to: Destination, timeout: float = 5.0, secret: str | None = SECRET
) -> AsyncIterator[Sender]:
    def secret_of(one: Destination) -> str:
        if secret is None:
            raise MissingPassword(f"credentials.{one.credentials}: the environment variable X is not set")
        return secret

    sender = Sender(to, outbox, world.clock, random.Random(7), secret_of, Path(), timeout)
    try:
        yield sender
    finally:
        await sender.aclose()


def test_an_event_is_there_with_its_trace_entry_or_neither_is(world: World) -> None:
    outbox_of(world, destination(), destination(id="east", area="QX-A", events=["close"]))
    store = world.incidents.store
    in_a, in_b = opened(world), opened(world, IN_B1)
    with pytest.raises(RuntimeError, match="power cut"):
        _close_and_fail(world, in_a)
    for case_id in (in_a, in_b):
        world.incidents.act(world.admin, case_id, "comment", {"note": "stays here"})
        world.incidents.act(world.admin, case_id, "close")
    told = [(one.destination, one.case_id, one.event.removeprefix("gridwatch.case.")) for one in listed(world)]
    assert sorted(told) == sorted(
        [
            *(("district", case_id, action) for case_id in (in_a, in_b) for action in ("open", "close")),
            ("east", in_a, "close"),
        ]
    )
    with store.read() as connection:
        entries = {(row.case_id, row.action): row for row in connection.execute(select(trace))}
        for row in connection.execute(select(exchange_outbox)):
            assert row.seq == entries[row.case_id, row.event.removeprefix("gridwatch.case.")].seq


def _close_and_fail(world: World, case_id: str) -> None:
    with world.incidents.store.write() as transaction:
        duties = frozenset({Duty.VERIFY})
        world.incidents.acting.step(transaction, case_id, Action.CLOSE, world.admin.actor(), duties, at=START)
        raise RuntimeError("power cut")


def test_the_event_says_what_happened_and_names_nobody(sqlite_world: World) -> None:
    outbox = outbox_of(sqlite_world)
    case_id = opened(sqlite_world)
    waiting = outbox.next_waiting("district")
    assert waiting is not None
    event = json.loads(waiting.body)
    case = event["data"].pop("case")
    assert event == {
        "specversion": "1.0",
        "id": f"{case_id}-1",
        "source": "/gridwatch/towns/QX",
        "type": "gridwatch.case.open",
        "subject": case_id,
        "time": "2026-09-21T14:13:20.000Z",
        "datacontenttype": "application/json",
        "sequence": "0000000001",
        "data": {
            "step": {
                "action": "open",
                "at": "2026-09-21T14:13:20.000Z",
                "by": "person",
                "from_state": None,
                "to_state": "filed",
            }
        },
    }
    assert (case["state"], case["case_class"], case["grid"], case["lon"]) == ("filed", "05-01", "QX-A1", IN_A1[0])
    assert "人名不外传" not in waiting.body.decode()
    assert sqlite_world.admin.name not in waiting.body.decode()


async def test_events_of_a_case_come_in_order_signed_and_once(sqlite_world: World) -> None:
    world = sqlite_world
    async with receiving([500, 204]) as receiver:
        to = destination(receiver.url)
        outbox = outbox_of(world, to)
        first = opened(world)
        world.incidents.act(world.admin, first, "close")
        async with sending(world, outbox, to) as sender:
            assert await sender.run_once() > 0, "a receiver that is down is left alone for a while"
            second = opened(world)
            # The first case waits for its first event; the other case does not wait for it.
            assert await sender.run_once() == 0
            while await sender.run_once() == 0:
                pass
        bodies = [json.loads(body) for _, body in receiver.requests]
        assert [(one["subject"], one["type"][15:]) for one in bodies] == [
            (first, "open"),
            (second, "open"),
            (first, "open"),
            (first, "close"),
        ], "once it is back nothing waits for its next try"
        assert bodies[0] == bodies[2]
        for headers, body in receiver.requests:
            assert headers["content-type"] == "application/cloudevents+json; charset=utf-8"
            assert headers["webhook-id"] == json.loads(body)["id"]
            stamp = headers["webhook-timestamp"]
            assert is_signed(SECRET, headers["webhook-id"], stamp, body, headers["webhook-signature"])
        assert {(one.state, one.last_error) for one in listed(world)} == {("delivered", "")}
        assert [one.attempts for one in listed(world)] == [2, 1, 1]


FAILURES = [
    ("a fault of its own", 500, "answered 500", "pending", True),
    ("one event it does not understand", 422, "answered 422", "pending", False),
    ("it wants no more of it", 410, "answered 410", "dead", False),
    ("hangs", "hang", "no answer within 0.3 s", "pending", True),
    ("closes", "close", "RemoteProtocolError", "pending", True),
    ("is no HTTP server", "garbage", "RemoteProtocolError", "pending", True),
    ("sends headers without end", "too much", "RemoteProtocolError", "pending", True),
    ("redirects to the inside", "elsewhere", "redirects are not followed", "pending", True),
    ("sends a body without end", "endless", "", "delivered", False),
]


async def test_failures_are_told_apart(sqlite_world: World) -> None:
    world = sqlite_world
    async with receiving() as receiver:
        to = destination(receiver.url)
        outbox = outbox_of(world, to)
        for name, answer, error, state, down in FAILURES:
            case_id = opened(world)
            receiver.script = [answer]
            async with sending(world, outbox, to, timeout=0.3 if answer == "hang" else 10.0) as sender:
                assert (await sender.run_once() > 0) is down, name
            (entry,) = listed(world, case=case_id)
            assert (entry.state, entry.attempts) == (state, 1), name
            assert error in entry.last_error, name
            assert len(entry.last_error) <= 200
            # The next failure is about the next case.
            _set_aside(world, case_id)
        assert len(receiver.requests) == len(FAILURES), "nothing was sent twice, and nowhere else"


def _set_aside(world: World, case_id: str) -> None:
    with world.incidents.store.write() as transaction:
        gone = exchange_outbox.delete().where(exchange_outbox.c.case_id == case_id)
        transaction.connection.execute(gone)


async def test_nobody_listening_and_no_secret(sqlite_world: World) -> None:
    world = sqlite_world
    to = destination()
    outbox = outbox_of(world, to)
    opened(world)
    async with sending(world, outbox, to) as sender:
        assert await sender.run_once() > 0
    assert "cannot be connected to" in listed(world)[0].last_error
    world.clock.pass_(10)
    async with sending(world, outbox, to, secret=None) as sender:
        assert await sender.run_once() > 0
    assert listed(world)[0].last_error == "credentials.district: the environment variable X is not set"
    with_ca = destination(id="ca", ca_file="no-such-file.pem")
    outbox.configure([with_ca])
    opened(world)
    async with sending(world, outbox, with_ca) as sender:
        assert await sender.run_once() > 0
    assert listed(world, destination="ca")[0].last_error == "ca_file cannot be used: No such file or directory"


def test_pauses_grow_and_after_some_days_it_is_dead_and_kept(sqlite_world: World) -> None:
    world = sqlite_world
    outbox = outbox_of(world, destination(keep_trying_days=1))
    case_id = opened(world)
    pauses = []
    while (entry := listed(world)[0]).state == "pending":
        assert entry.next_at is not None
        world.clock.pass_(max(0.0, entry.next_at - world.clock.now()))
        assert outbox.next_waiting("district") is not None
        tried_at = world.clock.now()
        outbox.failed(entry.id, "answered 500")
        assert outbox.next_waiting("district") is None
        pauses.append((listed(world)[0].next_at or tried_at) - tried_at)
    for pause, stage in zip(pauses[:-1], [*STAGES, STAGES[-1]], strict=False):
        assert 0.8 * stage <= pause <= 1.2 * stage
    assert (entry.attempts, entry.next_at, entry.last_error) == (len(pauses), None, "answered 500")
    assert 1.0 <= (world.clock.now() - entry.queued_at) / DAY < 1.4
    # What is dead holds up nothing, and can be sent again.
    world.incidents.act(world.admin, case_id, "close")
    waiting = outbox.next_waiting("district")
    assert waiting is not None
    assert waiting.event_id == f"{case_id}-2"
    assert outbox.resend(world.admin, entry.id).state == "pending"
    again = outbox.next_waiting("district")
    assert again is not None
    assert again.event_id == f"{case_id}-1", "it comes before what waits of its case"


async def test_retry_after_is_believed_up_to_an_hour(sqlite_world: World) -> None:
    world = sqlite_world
    async with receiving(["busy"]) as receiver:
        to = destination(receiver.url)
        outbox = outbox_of(world, to)
        opened(world)
        async with sending(world, outbox, to) as sender:
            await sender.run_once()
    entry = listed(world)[0]
    assert entry.next_at == world.clock.now() + 900
    outbox.failed(entry.id, "answered 429", 999_999.0)
    assert listed(world)[0].next_at == world.clock.now() + MAX_RETRY_AFTER


def test_a_clock_set_back_holds_nothing_for_ever(sqlite_world: World) -> None:
    outbox = outbox_of(sqlite_world)
    opened(sqlite_world)
    sqlite_world.clock.pass_(-400 * DAY)
    assert outbox.next_waiting("district") is not None


def test_sending_again_needs_the_right_there_and_a_destination(sqlite_world: World) -> None:
    world = sqlite_world
    outbox = outbox_of(world)
    opened(world)
    (entry,) = listed(world)
    outbox.delivered(entry.id)
    with pytest.raises(NotFound):
        outbox.resend(world.person("west", "administrator", "QX-B"), entry.id)
    with pytest.raises(NotFound):
        outbox.resend(world.person("seer", "operator", "QX-A"), entry.id)
    again = outbox.resend(world.person("east", "administrator", "QX-A"), entry.id)
    assert (again.state, again.attempts, again.delivered_at) == ("pending", 1, None)
    outbox.configure([])
    with pytest.raises(Conflict, match="no destination district"):
        outbox.resend(world.admin, entry.id)
    opened(world)
    assert len(listed(world)) == 1, "with no destination nothing is written"


SCOPES = [
    ("the village", "QX-A", True),
    ("its grid", "QX-A1", True),
    ("the town", "QX", True),
    ("next door", "QX-B", False),
]


@pytest.mark.parametrize(("code", "inside"), [row[1:] for row in SCOPES], ids=[row[0] for row in SCOPES])
def test_every_read_of_the_outbox_keeps_to_its_scope(sqlite_world: World, code: str, inside: bool) -> None:
    outbox_of(sqlite_world)
    opened(sqlite_world)
    (entry,) = listed(sqlite_world)
    with sqlite_world.incidents.store.read() as connection:
        scope = Scope(frozenset({queries.get_area(connection, EVERYWHERE, code).path}))
        for asked in (scope, NOWHERE):
            seen = inside and asked is scope
            assert [one.id for one in list_entries(connection, asked, OutboxFilter())] == [entry.id] * seen
            assert [one.count for one in count_entries(connection, asked)] == [1] * seen
            if seen:
                assert get_entry(connection, asked, entry.id) == entry
            else:
                with pytest.raises(NotFound):
                    get_entry(connection, asked, entry.id)
                with pytest.raises(NotFound):
                    list_entries(connection, asked, OutboxFilter(before=entry.id))


def test_the_pages_of_the_outbox_hold_everything_once(sqlite_world: World) -> None:
    outbox_of(sqlite_world, destination(), destination(id="city"))
    for _ in range(3):
        opened(sqlite_world)
    seen: list[str] = []
    while page := listed(sqlite_world, limit=2, before=seen[-1] if seen else None):
        seen += [one.id for one in reversed(page)]
    assert seen == [one.id for one in reversed(listed(sqlite_world))]
    assert len(seen) == 6
    assert len(listed(sqlite_world, destination="city", state="pending")) == 3


def test_delivered_events_are_forgotten_after_a_month_and_dead_ones_kept(sqlite_world: World) -> None:
    world = sqlite_world
    outbox = outbox_of(world)
    delivered, dead, waits = (opened(world) for _ in range(3))
    entries = {one.case_id: one.id for one in listed(world)}
    outbox.delivered(entries[delivered])
    outbox.failed(entries[dead], "answered 410", final=True)
    world.clock.pass_(31 * DAY)
    assert outbox.forget_delivered() == 1
    assert {one.case_id for one in listed(world)} == {dead, waits}


def test_what_is_configured_wrong_is_said(sqlite_world: World, caplog: pytest.LogCaptureFixture) -> None:
    outbox_of(sqlite_world, destination(area="QX-Z"), destination(id="b", events=["close", "explode"]))
    assert "exchange.destinations district: there is no area QX-Z; it is told nothing" in caplog.text
    assert "exchange.destinations b: no case has the events explode" in caplog.text
    opened(sqlite_world)
    assert listed(sqlite_world) == []
