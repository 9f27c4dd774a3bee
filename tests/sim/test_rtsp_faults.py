"""The fault switch, one camera at a time; its neighbour goes on as if nothing were."""

import asyncio
import time
from itertools import pairwise

import av
import pytest

from ingest.rtsp.rtcp import sender_report_time
from sim.faults import FaultSwitch, UnknownCamera
from sim.picture_faults import Spoiling
from sim.rtsp.fault import NO_FAULT, Fault, FaultSetting
from sim.rtsp.server import RtspServer
from tests.sim.fast_clock import FastClock
from tests.sim.rtsp_client import RtspClient, is_keyframe, nal_units, whole_units
from tests.sim.tiny_clips import GOP

ENDED = (asyncio.IncompleteReadError, ConnectionError)
TCP = "RTP/AVP/TCP;unicast;interleaved=0-1"


async def ended(client: RtspClient) -> bool:
    try:
        await client.receive(10_000, within=2)
    except ENDED:
        return True
    except TimeoutError:
        return False
    raise AssertionError("more came than the test has time for")


async def test_drop_cuts_the_connection_once(serve) -> None:
    server: RtspServer = await serve(session_limit=1)
    async with RtspClient(server.port) as client, RtspClient(server.port, camera="c2") as neighbour:
        await client.play()
        await neighbour.play()
        await FaultSwitch(server).set("c1", FaultSetting(Fault.DROP))
        assert await ended(client)
        await neighbour.receive(5)
    async with RtspClient(server.port) as again:
        assert (await again.play()).status == 200
        await again.receive(3)


async def test_freeze_sends_and_answers_nothing_but_stays_connected(serve) -> None:
    server: RtspServer = await serve()
    switch = FaultSwitch(server)
    async with RtspClient(server.port) as client, RtspClient(server.port, camera="c2") as neighbour:
        await client.play()
        await neighbour.play()
        await client.receive(3)
        await switch.set("c1", FaultSetting(Fault.FREEZE))
        await client.drain(0.3)
        with pytest.raises(TimeoutError):
            await client.receive(1, within=0.3)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.request("GET_PARAMETER"), 0.2)
        async with RtspClient(server.port) as late:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(late.send("OPTIONS"), 0.2)
            await neighbour.receive(5)
            await switch.set("c1", NO_FAULT)
            assert (await asyncio.wait_for(late.reply(), 2)).status == 200
        assert (await asyncio.wait_for(client.reply(), 2)).status == 200
        units = await client.receive(1)
        assert is_keyframe(units[0])


async def test_a_frozen_camera_does_not_even_end_sessions(serve) -> None:
    server: RtspServer = await serve(clock=FastClock(20), session_timeout_s=4.0)
    async with RtspClient(server.port) as client:
        await client.play()
        await FaultSwitch(server).set("c1", FaultSetting(Fault.FREEZE))
        await client.drain(0.3)
        with pytest.raises(TimeoutError):
            await client.receive(1, within=0.3)
        assert server.counters()["sessions_timed_out"] == 0


async def test_refuse_answers_503_until_it_is_taken_away(serve) -> None:
    server: RtspServer = await serve(session_limit=1)
    switch = FaultSwitch(server)
    async with RtspClient(server.port) as client:
        await client.play()
        await switch.set("c1", FaultSetting(Fault.REFUSE))
        assert await ended(client)
    async with RtspClient(server.port) as late, RtspClient(server.port, camera="c2") as neighbour:
        assert (await late.request("DESCRIBE")).status == 503
        assert (await neighbour.request("DESCRIBE")).status == 200
        await switch.set("c1", NO_FAULT)
        assert (await late.play()).status == 200


async def test_refuse_with_reset_resets_the_connection(serve) -> None:
    server: RtspServer = await serve()
    await FaultSwitch(server).set("c1", FaultSetting(Fault.REFUSE, reset=True))
    async with RtspClient(server.port) as client, RtspClient(server.port, camera="c2") as neighbour:
        with pytest.raises(ConnectionResetError):
            await client.request("OPTIONS")
        assert (await neighbour.request("DESCRIBE")).status == 200


async def test_refusing_for_all_closes_the_port_itself(serve) -> None:
    server: RtspServer = await serve()
    switch, port = FaultSwitch(server), server.port
    async with RtspClient(port) as client:
        await client.play()
        await switch.set("*", FaultSetting(Fault.REFUSE, reset=True))
        assert await ended(client)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    await switch.set("*", NO_FAULT)
    assert server.port == port
    async with RtspClient(port) as client:
        assert (await client.play()).status == 200


async def test_slow_answers_each_request_late_and_in_order(serve) -> None:
    server: RtspServer = await serve(clock=FastClock(10))
    await FaultSwitch(server).set("c1", FaultSetting(Fault.SLOW, seconds=3.0))
    async with RtspClient(server.port) as client:
        began = time.monotonic()
        client.writer.write(b"".join(f"OPTIONS {client.url} RTSP/1.0\r\nCSeq: {n}\r\n\r\n".encode() for n in (1, 2, 3)))
        answered = []
        for _ in range(3):
            answered.append((await client.reply()).headers["cseq"])
        assert answered == ["1", "2", "3"]
        assert time.monotonic() - began >= 0.9
    async with RtspClient(server.port, camera="c2") as neighbour:
        began = time.monotonic()
        await neighbour.request("OPTIONS")
        assert time.monotonic() - began < 0.25


async def test_lose_takes_packets_out_after_they_were_numbered(serve) -> None:
    server: RtspServer = await serve(clock=FastClock(50))
    switch = FaultSwitch(server)
    async with RtspClient(server.port) as client, RtspClient(server.port, camera="c2") as neighbour:
        await client.play()
        await neighbour.play()
        await client.receive(3)
        await switch.set("c1", FaultSetting(Fault.LOSE, fraction=0.2))
        client.packets.clear()
        await client.receive(150)
        rtp = [packet for packet in client.packets if packet.channel == 0]
        numbered = (rtp[-1].sequence - rtp[0].sequence & 0xFFFF) + 1
        assert 0.1 < 1 - len(rtp) / numbered < 0.3
        await neighbour.receive(20)
        sequences = [packet.sequence for packet in neighbour.packets if packet.channel == 0]
        assert {(b - a) & 0xFFFF for a, b in pairwise(sequences)} == {1}
        await switch.set("c1", NO_FAULT)
        client.packets.clear()
        await client.receive(30)
        sequences = [packet.sequence for packet in client.packets[5:] if packet.channel == 0]
        assert {(b - a) & 0xFFFF for a, b in pairwise(sequences)} == {1}


@pytest.mark.parametrize(("camera", "codec", "decoder"), [("c1", "h264", "h264"), ("h1", "h265", "hevc")])
async def test_resolution_changes_at_a_key_frame_in_the_same_session(serve, camera, codec, decoder) -> None:
    server: RtspServer = await serve(clock=FastClock(5))
    switch = FaultSwitch(server)
    async with RtspClient(server.port, camera=camera) as client:
        await client.play()
        await client.receive(GOP + 2)
        await switch.set(camera, FaultSetting(Fault.RESOLUTION, width=96, height=64))
        await client.drain(0.01)
        await client.receive(2 * GOP)
        describe = await client.request("DESCRIBE")
        await switch.set(camera, NO_FAULT)
        await client.receive(3 * GOP)
    context = av.CodecContext.create(decoder, "r")
    sizes: list[tuple[int, int]] = []
    for unit in whole_units(client.packets):
        annex_b = b"".join(b"\x00\x00\x00\x01" + nal for nal in nal_units(unit, codec))
        frames = context.decode(av.Packet(annex_b))
        assert [frame.is_corrupt for frame in frames] == [False] * len(frames)
        sizes.extend((frame.width, frame.height) for frame in frames)
    runs = [size for i, size in enumerate(sizes) if i == 0 or sizes[i - 1] != size]
    assert runs == [(160, 96), (96, 64), (160, 96)]
    before = server.estate.cameras[camera].feeds["sub"].scene
    assert before.parameter_sets[0] not in describe.body
    rtp = [packet.sequence for packet in client.packets if packet.channel == 0]
    assert {(b - a) & 0xFFFF for a, b in pairwise(rtp)} == {1}


async def test_a_picture_is_spoilt_or_stands_still_and_the_clock_is_wrong(serve) -> None:
    server: RtspServer = await serve(clock=FastClock(5))
    switch = FaultSwitch(server)
    keys: list[bytes] = []
    async with RtspClient(server.port) as client:
        await client.play()
        for fault in (Fault.SPOIL, Fault.STILL):
            await switch.set("c1", FaultSetting(fault, what=Spoiling.BLACK))
            await client.drain(0.01)
            await client.receive(GOP)
            client.packets.clear()
            await client.receive(3 * GOP)
            keys = [one for one in map(bytes_of, whole_units(client.packets)) if b"\x00\x00\x00\x01\x65" in one]
            if fault is Fault.SPOIL:
                decoder = av.CodecContext.create("h264", "r")
                shown = [*decoder.decode(av.Packet(keys[-1])), *decoder.decode(None)][-1]
                assert shown.to_ndarray(format="gray").mean() < 25
        assert len(keys) > 1
        assert len(set(keys)) == 1
        await switch.set("c1", FaultSetting(Fault.CLOCK, clock_error_s=-5000.0))
        client.packets.clear()
        await client.receive(80)
    reports = [packet.data for packet in client.packets if packet.channel == 1]
    offsets = [sent - server.clock.now() for report in reports if (sent := sender_report_time(report)) is not None]
    assert offsets
    assert offsets[-1] == pytest.approx(-5000, abs=60)


def bytes_of(unit: bytes) -> bytes:
    return b"".join(b"\x00\x00\x00\x01" + nal for nal in nal_units(unit, "h264"))


async def test_one_fault_replaces_another(serve) -> None:
    server: RtspServer = await serve()
    switch = FaultSwitch(server)
    async with RtspClient(server.port) as client:
        await client.play()
        for fault in (Fault.FREEZE, Fault.LOSE, Fault.SLOW):
            await switch.set("c1", FaultSetting(fault, seconds=0.1, fraction=0.0))
        units = await client.receive(3)
        assert len(units) == 3
        assert server.estate.cameras["c1"].fault.fault is Fault.SLOW


async def test_an_unknown_camera_is_named(serve) -> None:
    server: RtspServer = await serve()
    with pytest.raises(UnknownCamera, match="there is no camera zz-9"):
        await FaultSwitch(server).set("zz-9", FaultSetting(Fault.FREEZE))
