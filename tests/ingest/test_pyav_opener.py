"""The fallback opener against the same cameras: the same ring, states and refusals."""

import itertools

import pytest

from config.accounts import Account
from ingest.access_unit import Codec
from ingest.state import StreamState
from tests.ingest.clips import clip
from tests.ingest.rig import received, settled
from tests.ingest.scripted_camera import Freeze, Script, ScriptedCamera, after, instead, raising, until

ACCOUNT = Account("ad@min", "p:ss/secret")


@pytest.mark.parametrize("codec", ["h264", "h265"])
async def test_units_are_those_of_our_own_client(codec: Codec) -> None:
    source = clip(codec)
    script = Script(clip=source, fps=25, account=ACCOUNT, scheme="digest-qop")
    async with received(script, account=ACCOUNT, opener="pyav") as rig:
        await rig.until_keys(3)
        rig.watch()
        await until(lambda: len(rig.units) > 25)
        wanted = [source.annex_b(picture) for picture in source.pictures]
        units = [live.unit for live in rig.units]
        assert units[0].keyframe
        place = wanted.index(units[0].data)
        assert [unit.data for unit in units] == [wanted[(place + n) % len(wanted)] for n in range(len(units))]
        assert all(later.pts_us > earlier.pts_us for earlier, later in itertools.pairwise(units))
        status = await rig.until_state(StreamState.LIVE)
        assert (status.codec, status.width, status.height) == (codec, source.width, source.height)
        assert status.ring_seconds > 0.2
    assert rig.camera.methods()[-1] == "TEARDOWN"


async def test_a_wrong_password_is_unauthorised_and_shown_nowhere() -> None:
    async with received(Script(account=Account("ad@min", "x")), account=ACCOUNT, opener="pyav") as rig:
        status = await rig.until_state(StreamState.UNAUTHORISED)
        assert "refuses the user name" in status.error
        assert all("secret" not in repr(told) for told in rig.told)


async def test_a_redirect_is_not_followed() -> None:
    async with ScriptedCamera(Script()) as other:
        location = f"RTSP/1.0 302 Moved\r\nCSeq: %CSEQ%\r\nLocation: {other.url}\r\n\r\n".encode()
        async with received(Script(reply=instead("DESCRIBE", location)), opener="pyav") as rig:
            status = await rig.until_state(StreamState.REFUSED)
            assert "redirects" in status.error
            await settled()
            assert other.connections == 0


async def test_an_address_off_the_list_is_never_connected() -> None:
    async with received(Script(), opener="pyav", networks=["10.0.0.0/8"]) as rig:
        status = await rig.until_state(StreamState.REFUSED)
        assert "not within allowed_networks" in status.error
        assert rig.camera.connections == 0


async def test_a_refused_connection_is_said_without_the_address() -> None:
    async with ScriptedCamera(Script()) as camera:
        port = camera.port
    async with received(Script(), account=ACCOUNT, opener="pyav", url=f"rtsp://127.0.0.1:{port}/x") as rig:
        status = await rig.until_state(StreamState.REFUSED)
        assert status.error == "Connection refused"


async def test_a_frozen_camera_is_stalled_and_comes_back() -> None:
    async with received(Script(media=after(12, raising(Freeze()))), opener="pyav") as rig:
        await rig.until_state(StreamState.STALLED)
        rig.camera.script.media = lambda _index, packets: packets
        await rig.until_state(StreamState.LIVE)
        assert rig.status.connects == 2


async def test_no_video_is_unsupported_or_refused_in_words() -> None:
    reply = instead("DESCRIBE", b"RTSP/1.0 404 Not Found\r\nCSeq: %CSEQ%\r\n\r\n")
    async with received(Script(reply=reply), account=ACCOUNT, opener="pyav") as rig:
        status = await rig.until_state(StreamState.REFUSED)
        assert status.error
        assert "rtsp://" not in status.error
