"""What a client is answered: methods, rights, sessions."""

import asyncio

import pytest

from config.accounts import Account
from sim.rtsp.server import RtspServer
from tests.sim.fast_clock import FastClock
from tests.sim.rtsp_client import RtspClient

TCP = "RTP/AVP/TCP;unicast;interleaved=0-1"


async def test_a_session_from_describe_to_teardown(serve) -> None:
    server: RtspServer = await serve()
    async with RtspClient(server.port) as client:
        options = await client.request("OPTIONS")
        assert "DESCRIBE" in options.headers["public"]
        describe = await client.request("DESCRIBE")
        assert describe.headers["content-type"] == "application/sdp"
        assert b"a=rtpmap:96 H264/90000\r\n" in describe.body
        assert b"sprop-parameter-sets=" in describe.body
        played = await client.play()
        assert played.status == 200
        assert server.counters()["playing"] == 1
        assert (await client.request("GET_PARAMETER")).status == 200
        assert (await client.request("TEARDOWN")).status == 200
    counters = server.counters()
    assert (counters["sessions"], counters["playing"], counters["sessions_torn_down"]) == (0, 0, 1)
    assert counters["sessions_abandoned"] == 0


STATUSES = {
    "unknown camera": ("DESCRIBE", "/cam/nobody/sub", {}, 404),
    "no such stream": ("DESCRIBE", "/cam/c1/main", {}, 404),
    "no such path": ("DESCRIBE", "/live", {}, 404),
    "path with dots": ("DESCRIBE", "/cam/../c1/sub", {}, 404),
    "unknown method": ("RECORD", "/cam/c1/sub", {}, 501),
    "pause is refused": ("PAUSE", "/cam/c1/sub", {}, 405),
    "description in another form": ("DESCRIBE", "/cam/c1/sub", {"Accept": "text/html"}, 406),
    "udp": ("SETUP", "/cam/c1/sub", {"Transport": "RTP/AVP;unicast;client_port=5000-5001"}, 461),
    "no transport": ("SETUP", "/cam/c1/sub", {}, 461),
    "channel out of range": ("SETUP", "/cam/c1/sub", {"Transport": "RTP/AVP/TCP;interleaved=255-256"}, 461),
    "second choice is tcp": ("SETUP", "/cam/c1/sub", {"Transport": f"RTP/AVP;unicast;client_port=1-2,{TCP}"}, 200),
    "play without session": ("PLAY", "/cam/c1/sub", {}, 454),
    "play with a strange session": ("PLAY", "/cam/c1/sub", {"Session": "0"}, 454),
    "keep-alive of a strange session": ("GET_PARAMETER", "/cam/c1/sub", {"Session": "0"}, 454),
    "teardown without session": ("TEARDOWN", "/cam/c1/sub", {}, 454),
    "required extension": ("DESCRIBE", "/cam/c1/sub", {"Require": "method.eventlist"}, 551),
}


@pytest.mark.parametrize(("method", "path", "headers", "status"), STATUSES.values(), ids=STATUSES)
async def test_status_of_an_answer(serve, method: str, path: str, headers: dict[str, str], status: int) -> None:
    server = await serve()
    async with RtspClient(server.port) as client:
        reply = await client.request(method, f"rtsp://127.0.0.1:{server.port}{path}", **headers)
        assert reply.status == status


@pytest.mark.parametrize(
    "sent", [b"nonsense\r\n\r\n", b"PLAY * HTTP/1.0\r\n\r\n", b"x" * 9000], ids=["words", "other protocol", "endless"]
)
async def test_what_is_no_request_ends_the_connection(serve, sent: bytes) -> None:
    server = await serve()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(sent)
    assert (await asyncio.wait_for(reader.read(), 3)).startswith(b"RTSP/1.0 400 ")
    writer.close()


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
async def test_both_digest_algorithms_open_a_camera(serve, algorithm: str) -> None:
    server = await serve()
    async with RtspClient(server.port, algorithm=algorithm) as client:
        assert (await client.play()).status == 200


WRONG = {
    "wrong password": Account("gridwatch", "guess"),
    "wrong user": Account("admin", "a secret of many words"),
    "none": None,
}


@pytest.mark.parametrize("account", WRONG.values(), ids=WRONG)
async def test_others_are_kept_out(serve, account: Account | None) -> None:
    server = await serve()
    async with RtspClient(server.port, account=account) as client:
        assert (await client.request("OPTIONS")).status == 200
        for method in ("DESCRIBE", "SETUP", "PLAY", "GET_PARAMETER", "TEARDOWN"):
            assert (await client.request(method, Transport=TCP)).status == 401


async def test_an_answer_for_one_camera_does_not_open_another(serve) -> None:
    server = await serve()
    async with RtspClient(server.port) as client:
        assert (await client.request("DESCRIBE")).status == 200
        other = client.url.replace("c1", "c2")
        authorization = client._authorization("DESCRIBE", client.url, client.account)  # type: ignore[arg-type]
        client.challenge = {}
        assert (await client.send("DESCRIBE", other, Authorization=authorization)).status == 401
        assert (await client.send("DESCRIBE", Authorization=authorization)).status == 200


async def test_an_old_nonce_is_called_stale_and_a_new_one_opens(serve) -> None:
    server = await serve(clock=FastClock(20), nonce_seconds=10.0)
    async with RtspClient(server.port) as client:
        assert (await client.request("DESCRIBE")).status == 200
        await asyncio.sleep(0.6)
        stale = await client.send("DESCRIBE")
        assert stale.status == 401
        assert "stale=true" in stale.headers["www-authenticate"]
        assert (await client.request("DESCRIBE")).status == 200


async def test_md5_is_offered_last_for_clients_that_keep_one_challenge(serve) -> None:
    server = await serve()
    async with RtspClient(server.port, account=None) as client:
        reply = await client.send("DESCRIBE")
        offered = [value for name, value in reply.all_headers if name == "www-authenticate"]
        assert ["SHA-256" in offered[0], "MD5" in offered[1]] == [True, True]


async def test_a_camera_has_few_sessions_and_a_left_one_stays_taken_until_its_time_is_over(serve) -> None:
    server = await serve(clock=FastClock(20), session_limit=2, session_timeout_s=20.0)
    for _ in range(2):
        async with RtspClient(server.port) as client:
            await client.play()
    async with asyncio.timeout(30):
        while server.counters()["sessions_abandoned"] < 2:
            await asyncio.sleep(0.01)
    async with RtspClient(server.port) as client:
        assert (await client.request("SETUP", Transport=TCP)).status == 453
    async with RtspClient(server.port, camera="c2") as client:
        assert (await client.request("SETUP", Transport=TCP)).status == 200
    await asyncio.sleep(1.1)
    async with RtspClient(server.port) as client:
        assert (await client.request("SETUP", Transport=TCP)).status == 200
    assert server.counters()["sessions_refused"] == 1


async def test_torn_down_sessions_give_their_place_back(serve) -> None:
    server = await serve(session_limit=1)
    for _ in range(3):
        async with RtspClient(server.port) as client:
            await client.play()
            assert (await client.request("TEARDOWN")).status == 200


async def test_a_session_without_keep_alive_is_ended_and_one_with_it_goes_on(serve) -> None:
    server = await serve(clock=FastClock(10), session_timeout_s=8.0)
    async with RtspClient(server.port) as silent, RtspClient(server.port, camera="c2") as kept:
        await silent.play()
        await kept.play()
        for _ in range(6):
            await asyncio.sleep(0.2)
            assert (await kept.request("GET_PARAMETER")).status == 200
        counters = server.counters()
        assert (counters["sessions_timed_out"], counters["playing"]) == (1, 1)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await silent.receive(500)
