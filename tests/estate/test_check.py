"""The whole estate looked at: real streams, real devices, good ones and every kind of bad one."""

from contextlib import AsyncExitStack

import pytest

from config.accounts import Account, MissingPassword
from config.cameras import Camera, Defaults
from estate.check import PER_HOST, Checking, as_data, check_estate
from estate.check_table import table_of
from estate.findings import Finding, findings_of
from estate.watching import Patience, Watched, _Lengths
from ingest.access_unit import AccessUnit
from ingest.gop import KeyFrame, UnitGop
from ingest.onvif.probe import Probed, StreamFound
from ingest.onvif.profiles import VideoProfile
from runtime.clock import SystemClock
from tests.ingest.clips import clip
from tests.ingest.scripted_camera import Script, ScriptedCamera, instead
from tests.onvif.brands import ACCOUNT, Uniview
from tests.onvif.server import door, serving

LARGE = clip(width=320, height=240)
PLAYS = Account("viewer", "right")


def camera(id_: str, sub: str, main: str = "", device: str = "") -> Camera:
    streams: dict[str, object] = {"sub": {"url": sub}} | ({"main": {"url": main}} if main else {})
    whole = {"id": id_, "name": id_, "area": "1", "streams": streams}
    return Camera.model_validate(whole | ({"device": {"url": device}} if device else {}))


async def test_every_camera_is_told_apart_by_what_it_does():
    def accounts(one: Camera) -> Account | None:
        if one.id == "no-password":
            raise MissingPassword("credentials.x: the environment variable X is not set")
        return ACCOUNT if one.device is not None else PLAYS

    async with AsyncExitStack() as opened:

        async def at(script: Script) -> str:
            return (await opened.enter_async_context(ScriptedCamera(script))).url

        small, large = await at(Script(account=PLAYS, scheme="basic")), await at(Script(clip=LARGE))
        h265, locked = await at(Script(clip=clip("h265"))), await at(Script(account=Account("viewer", "other")))
        busy = await at(Script(reply=instead("SETUP", b"RTSP/1.0 453 Not Enough Bandwidth\r\nCSeq: %CSEQ%\r\n\r\n")))
        one_key = await at(Script(clip=clip(gop=10), fps=7.0))
        maker = Uniview()
        device = await opened.enter_async_context(serving(maker.answer))
        cameras = [
            camera("good", small, large), camera("swapped", large, small), camera("same", small, small),
            camera("h265", h265), camera("locked", locked, small), camera("busy", busy),
            camera("gone", "rtsp://127.0.0.1:1/x", small), camera("foreign", "rtsp://8.8.8.8/x"),
            camera("long", one_key), camera("no-password", small),
            camera("managed", large, "", device.url),
            camera("off", small).model_copy(update={"enabled": False}),
        ]  # fmt: skip
        patience = Patience(seconds=1.2, connect_seconds=3.0, long_gop_seconds=1.0, sweep_seconds=0.05)
        checking = Checking(accounts, lambda _: ACCOUNT, Defaults(), door(), SystemClock(), patience, 20)
        checked = {one.camera.id: one async for one in check_estate(cameras, checking)}

    codes = {id_: [found.code for found in one.findings] for id_, one in checked.items()}
    managed = codes.pop("managed")
    assert codes == {
        "good": [], "swapped": [Finding.SWAPPED], "same": [Finding.MAIN_NOT_LARGER], "h265": [Finding.SUB_H265],
        "locked": [Finding.UNAUTHORISED], "busy": [Finding.REFUSED], "gone": [Finding.UNREACHABLE],
        "foreign": [Finding.REFUSED], "long": [], "no-password": [Finding.NO_PASSWORD],
    }  # fmt: skip
    good, long = checked["good"], checked["long"]
    assert good.sub is not None
    assert good.main is not None
    assert (good.sub.codec, good.sub.width, good.main.width, good.verdict) == ("h264", 192, 320, "good")
    assert len(good.sub.gops) >= 2
    assert long.sub is not None
    assert long.sub.longest_gop > 1.0
    assert checked["managed"].device is not None
    assert managed == [Finding.NO_CLOCK, Finding.DIFFERS]
    lines = table_of(list(checked.values()))
    assert any(line.startswith("11 cameras: ") for line in lines)
    assert "right" not in str([as_data(one) for one in checked.values()])


def watched(profile="sub", width=640, height=360, gops=(2.0, 2.0), open_s=0.5, codec="h264") -> Watched:
    return Watched(profile, "rtsp://x/", "plays", "", codec, width, height, 500, 3, 6.0, list(gops), open_s=open_s)


def codes(sub=None, main=None, device=None) -> list[Finding]:
    return [one.code for one in findings_of(sub, main, device)]


def test_smart_codecs_are_known_by_their_key_frames():
    assert codes(watched()) == []
    assert codes(watched(gops=(4.0, 4.0))) == []
    assert codes(watched(gops=(8.0,))) == [Finding.GOP_LONG]
    assert codes(watched(gops=(), open_s=9.5)) == [Finding.GOP_LONG]
    late = watched(gops=(), open_s=3.0)
    assert codes(late) == []
    late.wait_s = 7.0  # the group before the first key frame was at least so long
    assert codes(late) == [Finding.GOP_LONG]
    late.gops = [2.0]  # slow to begin, and then as it should be
    assert codes(late) == []
    assert codes(watched(gops=(1.0, 3.9, 2.0))) == [Finding.GOP_UNEVEN]
    assert codes(watched(gops=(1.96, 2.04))) == []
    lossy = watched(gops=(2.0, 4.02, 2.0))
    assert codes(lossy) == [Finding.GOP_UNEVEN]
    lossy.packets_lost = 30  # a key frame among them
    assert codes(lossy) == []
    lossy.gops = [2.0, 3.1]
    assert codes(lossy) == [Finding.GOP_UNEVEN]
    assert "Smart" in findings_of(watched(gops=(8.0,)), None, None)[0].en


def key_frames(*rows: tuple[float, float, bool]) -> list[KeyFrame]:
    """(arrived, timestamp, discontinuity), seconds."""
    found, before = [], None
    for arrived, stamped, jumped in rows:
        unit = AccessUnit("c", "sub", "h264", True, int(stamped * 1e6), arrived, b"", jumped)
        found.append(KeyFrame("c", arrived, 0.0 if before is None else arrived - before, UnitGop(unit)))
        before = arrived
    return found


LENGTHS: dict[str, tuple[list[KeyFrame], list[float]]] = {
    "the first arrives late": (key_frames((11.4, 0, True), (12.0, 2, False), (14.0, 4, False)), [0, 2, 2]),
    "a jump of the timestamps": (key_frames((0, 0, True), (2, 9000, True), (4, 9002, False)), [0, 2, 2]),
    "timestamps of another rate": (key_frames((0, 0, True), (2, 40, False), (4, 80, False)), [0, 2, 2]),
    "timestamps that stand still": (key_frames((0, 0, True), (9, 0, False)), [0, 9]),
}


@pytest.mark.parametrize(("keys", "lengths"), LENGTHS.values(), ids=LENGTHS.keys())
def test_groups_are_as_long_as_the_camera_says(keys: list[KeyFrame], lengths: list[float]):
    measured = _Lengths()
    assert [measured.before(key) for key in keys] == pytest.approx(lengths)


def device(width: int, offset: float | None = 0.0) -> Probed:
    profile = VideoProfile("p", "p", "s", "H264", width, 360, 25.0, 50, 512)
    return Probed("http://x/", clock_offset_s=offset, sub=StreamFound(profile, "rtsp://x/sub"))


def test_a_stream_is_held_against_what_the_device_says_of_it():
    assert codes(watched(), None, device(640)) == []
    assert codes(watched(height=368), None, device(640)) == []
    assert codes(watched(width=1920, height=1080), None, device(640)) == [Finding.SUB_LARGE, Finding.DIFFERS]
    chosen = device(640)
    chosen.profiles = [VideoProfile("third", "third", "s", "H264", 704, 576, 25.0, 50, 512)]
    assert codes(watched(width=704, height=576), None, chosen) == []
    assert codes(watched(width=704, height=576, codec="h265"), None, chosen) == [Finding.SUB_H265, Finding.DIFFERS]
    chosen.profiles.append(VideoProfile("unsaid", "unsaid", "s", "", 0, 0, 0.0, 0, 0))  # H.265, as Media tells it
    assert codes(watched(width=704, height=576, codec="h265"), None, chosen) == [Finding.SUB_H265]


CLOCKS: dict[str, tuple[float | None, Finding | None, str]] = {
    "right": (0.4, None, ""),
    "a little slow": (-4.9, None, ""),
    "drifting": (-47.0, Finding.CLOCK_DRIFT, "-47 s"),
    "never set": (-1.7e9, Finding.CLOCK_DRIFT, "-1700000000 s"),
    "summer time": (3603.0, Finding.CLOCK_ZONE, "+1 h"),
    "local time for UTC": (8 * 3600 - 60.0, Finding.CLOCK_ZONE, "+8 h"),
    "half an hour": (-5.5 * 3600, Finding.CLOCK_ZONE, "-5.5 h"),
    "ten minutes": (600.0, Finding.CLOCK_DRIFT, "+600 s"),
    "half a day and some minutes": (12 * 3600 + 300.0, Finding.CLOCK_DRIFT, "+43500 s"),
    "not told": (None, Finding.NO_CLOCK, "does not tell"),
}


@pytest.mark.parametrize(("offset", "code", "said"), CLOCKS.values(), ids=CLOCKS.keys())
def test_clocks_are_told_apart_by_what_has_to_be_set(offset: float | None, code: Finding | None, said: str):
    found = findings_of(watched(), None, device(640, offset))
    assert [one.code for one in found] == ([code] if code else [])
    assert not code or said in found[0].en


async def test_both_streams_are_looked_at_at_once_and_a_recorder_is_not_overrun():
    most: list[int] = []

    def counted(_method: str, _headers: dict[str, str], reply: bytes) -> bytes:
        most.append(recorder.playing)
        return reply

    async with ScriptedCamera(Script(reply=counted)) as recorder, ScriptedCamera(Script()) as other:
        # The other camera's name is of another host; it stands last in the file and does not wait for the recorder.
        cameras = [camera(f"r{n:02d}", recorder.url, recorder.url) for n in range(2 * PER_HOST)]
        cameras.append(camera("alone", other.url.replace("127.0.0.1", "localhost")))
        patience = Patience(seconds=0.5, connect_seconds=5.0, long_gop_seconds=1.0, sweep_seconds=0.05)
        checking = Checking(lambda _: None, lambda _: None, Defaults(), door(), SystemClock(), patience, 200)
        order = [one.camera.id async for one in check_estate(cameras, checking)]
    assert len(order) == 2 * PER_HOST + 1
    assert order.index("alone") <= PER_HOST
    assert PER_HOST // 2 < max(most) <= 2 * PER_HOST


async def test_leaving_the_check_ends_every_session():
    async with ScriptedCamera(Script(account=PLAYS, scheme="basic")) as served:
        cameras = [camera(f"c{n}", served.url) for n in range(12)]
        checking = Checking(lambda _: PLAYS, lambda _: None, Defaults(), door(), SystemClock(), Patience(), 6)
        steps = check_estate(cameras, checking)
        await anext(steps)
        await steps.aclose()  # type: ignore[attr-defined]
        assert served.connections <= 12
