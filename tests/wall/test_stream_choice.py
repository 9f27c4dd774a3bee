"""Which stream a page is sent: by what it decodes, what the camera has, and what comes."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from ingest.state import StreamState
from runtime.clock import SystemClock
from tests.wall.clips import encode_clip
from tests.wall.delivery_town import Kind, live_of
from tests.wall.page_client import PageClient, page
from tests.wall.page_server import serve_wall
from tests.wall.replay_live import decode_units
from wall.live_hub import HubLimits, LiveHub
from wall.stream_choice import Choice, ChosenStream, Decodable

H264 = Decodable(("avc1.42", "avc1.4d", "avc1.64"))
BOTH = Decodable(("avc1.42", "avc1.4d", "avc1.64", "hvc1.1"))
NOTHING = Decodable(())


@dataclass
class Tile:
    """What one viewer was told and sent."""

    choices: list[Choice] = field(default_factory=list)
    units: list[tuple[str, Any]] = field(default_factory=list)
    begun: int = 0

    def begin(self) -> None:
        self.begun += 1

    def take(self, live: Any) -> None:
        self.units.append((self.choices[-1].rendition, live.unit))

    @property
    def now(self) -> tuple[str, str, str]:
        choice = self.choices[-1]
        return choice.rendition, choice.view.state, choice.instead


async def until(condition, seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


TRANSCODED = ("transcoded", "live", "codec")
CHOICES = [
    ("as it is", Kind("c", "red"), "sub", H264, ("sub", "live", "")),
    ("a page that has not said", Kind("c", "red", sub="h265"), "sub", Decodable(), ("sub", "live", "")),
    ("H.265 passed through", Kind("c", "red", sub="h265", main="h265"), "sub", BOTH, ("sub", "live", "")),
    ("H.265 main passed through", Kind("c", "red", sub="h264", main="h265"), "main", BOTH, ("main", "live", "")),
    ("the main stream instead", Kind("c", "red", sub="h265"), "sub", H264, ("main", "live", "codec")),
    ("the sub-stream instead", Kind("c", "red", main="h265"), "main", H264, ("sub", "live", "codec")),
    ("transcoded", Kind("c", "red", sub="h265", main="h265"), "sub", H264, TRANSCODED),
    ("transcoded for main", Kind("c", "red", sub="h265", main="h265"), "main", H264, TRANSCODED),
    ("transcoded, no main", Kind("c", "red", sub="h265", main=None), "sub", H264, TRANSCODED),
    ("main refused", Kind("c", "red", main_is="refused"), "main", H264, ("sub", "live", "refused")),
    ("main silent", Kind("c", "red", main_is="silent"), "main", H264, ("sub", "live", "late")),
    ("H.265, main refused", Kind("c", "red", sub="h265", main_is="refused"), "sub", H264, TRANSCODED),
    ("H.265, main silent", Kind("c", "red", sub="h265", main_is="silent"), "sub", H264, TRANSCODED),
    ("nothing at all", Kind("c", "red", sub="h265", main="h265"), "sub", NOTHING, ("transcoded", "ended", "codec")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "wanted", "decodable", "expected"), [row[1:] for row in CHOICES], ids=[row[0] for row in CHOICES]
)
async def test_choice(kind: Kind, wanted, decodable: Decodable, expected: tuple[str, str, str]) -> None:
    live, told = live_of([kind]), Tile()
    hub = LiveHub(live, SystemClock(), HubLimits(linger_seconds=0.1))
    live.start()
    chosen = ChosenStream(
        hub, SystemClock(), "c", wanted, kind.main is not None, decodable, told.begin, told.choices.append, told.take,
        patience_seconds=0.5,
    )  # fmt: skip
    chosen.start()
    try:
        await until(lambda: told.choices and told.now == expected)
        if expected[1] == "live":
            await until(lambda: len([unit for rendition, unit in told.units if rendition == expected[0]]) > 20)
            of_it = [unit for rendition, unit in told.units if rendition == expected[0]]
            assert of_it[0].keyframe
            assert len(decode_units(of_it[0].codec, [unit.data for unit in of_it])) == len(of_it)
            assert {rendition for rendition, _ in told.units} == {expected[0]}
    finally:
        chosen.close()
        await asyncio.sleep(0.3)
        open_after = live.watched()
        await live.stop()
        await hub.stop()
    assert open_after == set()


async def test_a_camera_that_is_down_is_waited_for_and_its_other_streams_are_left_alone() -> None:
    kind = Kind("c", "red")
    live, told = live_of([kind]), Tile()
    live.set_state("c", StreamState.REFUSED, "no route to host")
    hub = LiveHub(live, SystemClock())
    chosen = ChosenStream(hub, SystemClock(), "c", "sub", True, H264, told.begin, told.choices.append, told.take,
                          patience_seconds=0.1)  # fmt: skip
    chosen.start()
    await asyncio.sleep(0.5)
    assert (told.now, told.choices[-1].view.reason) == (("sub", "opening", ""), "no route to host")
    assert live.watched() == {("c", "sub")}
    chosen.close()
    await hub.stop()


async def test_what_is_known_of_a_codec_spares_the_camera_the_next_try() -> None:
    kind = Kind("c", "red", sub="h265", main="h265")
    live = live_of([kind], transcoded_at_once=2)
    hub = LiveHub(live, SystemClock(), HubLimits(linger_seconds=0.05))
    live.start()
    for _ in range(2):
        told = Tile()
        chosen = ChosenStream(hub, SystemClock(), "c", "sub", True, H264, told.begin, told.choices.append, told.take)
        chosen.start()
        await until(lambda told=told: told.units)
        chosen.close()
        await asyncio.sleep(0.2)
    assert live.subscribed["c", "main"] == 1
    await live.stop()
    await hub.stop()


def fields_of(client: PageClient, stream: int) -> list[tuple[Any, ...]]:
    said = [m for m in client.of_type("stream") if m["stream"] == stream]
    return [(m["state"], m["profile"], m["transcoded"], m["instead"]) for m in said]


async def test_a_page_says_what_it_decodes_and_hears_what_it_is_sent(tmp_path) -> None:
    kinds = [Kind("a", "red", sub="h265", main="h265"), Kind("b", "blue", sub="h265")]
    live = live_of(kinds)
    async with serve_wall(live, tmp_path) as wall, page(wall.url) as client:
        await client.say(type="codecs", decode=["avc1.42", "avc1.4d", "avc1.64"])
        await client.say(type="open", stream=1, camera="a", profile="sub")
        await client.say(type="open", stream=2, camera="b", profile="sub")
        await client.until(lambda c: len(c.of_stream(1)) > 10 and len(c.of_stream(2)) > 10)
    assert fields_of(client, 1)[-1] == ("live", "sub", True, "codec")
    assert fields_of(client, 2)[-1] == ("live", "main", False, "codec")
    for stream in (1, 2):
        units = client.of_stream(stream)
        assert len(decode_units("h264", [unit.payload for unit in units])) == len(units)


async def test_a_codec_the_browser_turns_down_is_replaced_while_it_plays(tmp_path) -> None:
    live = live_of([Kind("a", "red", sub="h265")])
    async with serve_wall(live, tmp_path) as wall, page(wall.url) as client:
        await client.say(type="codecs", decode=["avc1", "hvc1"])
        await client.say(type="open", stream=1, camera="a", profile="sub")
        await client.until(lambda c: len(c.of_stream(1)) > 5)
        codec = client.of_type("stream")[-1]["codec"]
        assert codec.startswith("hvc1")
        before = len(client.units)
        await client.say(type="codecs", decode=["avc1", "hvc1"], **{"not": [codec]})
        await client.until(lambda c: c.of_type("stream")[-1]["profile"] == "main" and len(c.units) > before + 25)
    last = next(n for n, (kind, entry) in enumerate(client.log) if kind == "text" and entry.get("profile") == "main")
    after = [entry.payload for kind, entry in client.log[last:] if kind == "unit"]
    assert len(decode_units("h264", after)) == len(after)


async def test_the_limit_is_told_with_its_reason(tmp_path) -> None:
    live = live_of([Kind(name, "red", sub="h265", main="h265") for name in ("a", "b")], transcoded_at_once=1)
    limits = HubLimits(linger_seconds=0.1)
    async with serve_wall(live, tmp_path, hub_limits=limits) as wall, page(wall.url) as client:
        await client.say(type="codecs", decode=["avc1"])
        for stream, camera in enumerate(("a", "b")):
            await client.say(type="open", stream=stream, camera=camera)
        await client.until(lambda c: c.of_stream(0) and c.states(1)[-1:] == ["ended"])
        said = next(m for m in reversed(client.of_type("stream")) if m["stream"] == 1)
        assert "transcoding limit reached: 1" in said["reason"]
        await client.say(type="close", stream=0)
        await until(lambda: not live.transcoders)
        await client.say(type="open", stream=1, camera="b")
        await client.until(lambda c: c.of_stream(1))
    assert fields_of(client, 1)[-1] == ("live", "sub", True, "codec")


def test_beginnings() -> None:
    rows = [("avc1.4d401e", True), ("avc1.640028", True), ("hvc1.1.6.L93.B0", False), ("avc1.7a0028", False)]
    assert [(codec, H264.covers(codec)) for codec, _ in rows] == rows
    assert not Decodable(("avc1",), frozenset({"avc1.4d401e"})).covers("avc1.4d401e")
    assert encode_clip("h265").codec == "h265"
