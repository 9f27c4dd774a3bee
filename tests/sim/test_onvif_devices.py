import asyncio
import socket
import time
from random import Random
from typing import Any

import httpx
import pytest
from onvif import ONVIFCamera

from runtime.clock import SystemClock
from sim.onvif.brand import BRANDS, DAHUA, GENERIC, HIKVISION, UNIVIEW, Hostile, Quirk
from sim.onvif.device import Device, DeviceSettings, usual_streams
from sim.onvif.discovery import DiscoveryResponder
from sim.onvif.server import ELSEWHERE, DeviceServer
from tests.ingest.hand_clock import HandClock
from tests.sim.one_dome import ACCOUNT, OneDome, one_dome
from tests.sim.soap_client import Answer, SoapClient, envelope, token

START = 1_790_000_000.0


def http(account: bool = False) -> httpx.AsyncClient:
    auth = httpx.DigestAuth(ACCOUNT.username, ACCOUNT.password) if account else None
    return httpx.AsyncClient(auth=auth, trust_env=False, timeout=5)


async def test_time_for_everybody_and_tokens_by_the_devices_own_clock() -> None:
    async with one_dome(UNIVIEW, clock=HandClock(), clock_error_s=-7200.0) as one, http() as client:

        async def ask(header: str) -> Answer:
            return Answer(await client.post(one.url, content=envelope("tds:GetDeviceInformation", header=header)))

        asked = Answer(await client.post(one.url, content=envelope("tds:GetSystemDateAndTime")))
        assert asked.status == 200
        hour = int(time.strftime("%H", time.gmtime(START - 7200)))
        assert int(asked.all("UTCDateTime")[0][0][0].text or "") == hour
        good = token(ACCOUNT, START - 7200 + 100, b"n1")
        assert (await ask(good)).text("Manufacturer") == "UNIVIEW"
        refused = {
            "used before": good,
            "+7200 s": token(ACCOUNT, START, b"n2"),
            "wrong user name": token(ACCOUNT, START - 7200, b"n3").replace(ACCOUNT.username, "root"),
            "requires authorization": "",
        }
        for reason, header in refused.items():
            answer = await ask(header)
            assert (answer.status, reason in answer.text("Text")) == (400, True), reason
            assert "NotAuthorized" in answer.all("Value")[1].text  # type: ignore[operator]


async def test_http_digest_opens_what_a_token_opens() -> None:
    async with one_dome(HIKVISION) as one, http(account=True) as client, http() as nobody:
        answer = await client.post(one.url, content=envelope("tds:GetDeviceInformation"))
        assert Answer(answer).text("Model") == HIKVISION.model
        unknown = await nobody.post(one.url, content=envelope("tds:GetDeviceInformation"))
        assert unknown.status_code == 401
        assert 'qop="auth"' in unknown.headers["www-authenticate"]
        picture = await client.get(f"http://{one.host}:{one.port}/onvif/snapshot/0")
        assert (picture.headers["content-type"], picture.content[:2]) == ("image/jpeg", b"\xff\xd8")


@pytest.mark.parametrize("brand", BRANDS.values(), ids=BRANDS.keys())
async def test_a_dome_of_every_brand_moves_by_its_own_numbers(brand: Any) -> None:
    clock = HandClock()
    async with one_dome(brand, clock=clock) as one, http() as client:
        soap = SoapClient(client, one.url, ACCOUNT, clock.now)
        profiles = await soap.ask("trt:GetProfiles", path="media_service")
        profile = profiles.attributes("Profiles")["token"]
        inside = f"<tptz:ProfileToken>{profile}</tptz:ProfileToken>"

        async def ptz(operation: str, more: str = "") -> Answer:
            return await soap.ask(f"tptz:{operation}", inside + more, path="ptz_service")

        stream = await soap.ask(
            "trt:GetStreamUri", f"<trt:ProfileToken>{profile}</trt:ProfileToken>", path="media_service"
        )
        assert stream.text("Uri") == "rtsp://127.0.0.1/cam/d1/main"
        await ptz("AbsoluteMove", '<tptz:Position><tt:PanTilt x="0.25" y="0"/><tt:Zoom x="0.5"/></tptz:Position>')
        clock.turn(0.2)
        moving = (await ptz("GetStatus")).all("MoveStatus")[0][0].text
        assert moving == ("IDLE" if Quirk.STUCK_IDLE in brand.quirks else "MOVING")
        clock.turn(10)
        status = await ptz("GetStatus")
        assert float(status.attributes("PanTilt")["x"]) == pytest.approx(0.25, abs=0.001)
        assert one.dome.aim().pan_deg == pytest.approx(45.0, abs=0.06)
        assert one.dome.aim().tilt_deg == pytest.approx(-35.0, abs=0.06)
        assert one.dome.aim().zoom == pytest.approx(15.5, abs=0.02)
        velocity = '<tptz:Velocity><tt:PanTilt x="-0.1" y="0"/></tptz:Velocity><tptz:Timeout>PT1S</tptz:Timeout>'
        await ptz("ContinuousMove", velocity)
        clock.turn(30)
        assert one.dome.aim().pan_deg == pytest.approx(45 - 24, abs=1)
        preset = (await ptz("SetPreset", "<tptz:PresetName>桥头</tptz:PresetName>")).text("PresetToken")
        await ptz("RelativeMove", '<tptz:Translation><tt:PanTilt x="0.5" y="0"/></tptz:Translation>')
        clock.turn(10)
        assert one.dome.aim().pan_deg == pytest.approx(21 + 90, abs=1)
        await ptz("GotoPreset", f"<tptz:PresetToken>{preset}</tptz:PresetToken>")
        clock.turn(10)
        assert one.dome.aim().pan_deg == pytest.approx(21, abs=1)
        assert (await ptz("GetPresets")).text("Name") == "桥头"
        await ptz("RemovePreset", f"<tptz:PresetToken>{preset}</tptz:PresetToken>")
        gone = await ptz("GotoPreset", f"<tptz:PresetToken>{preset}</tptz:PresetToken>")
        assert (gone.status, "NoToken" in (gone.all("Value")[2].text or "")) == (400, True)
        outside = await ptz("AbsoluteMove", '<tptz:Position><tt:PanTilt x="1.5" y="0"/></tptz:Position>')
        assert "InvalidPosition" in (outside.all("Value")[2].text or "")


async def test_spaces_in_degrees_and_in_fields_of_view() -> None:
    clock = HandClock()
    base = "http://www.onvif.org/ver10/tptz/PanTiltSpaces"
    async with one_dome(GENERIC, clock=clock) as one, http() as client:
        soap = SoapClient(client, one.url, ACCOUNT, clock.now)
        degrees = f'<tt:PanTilt x="-120.5" y="-3.25" space="{base}/SphericalPositionSpaceDegrees"/><tt:Zoom x="1"/>'
        await soap.ptz("AbsoluteMove", f"<tptz:Position>{degrees}</tptz:Position>")
        clock.turn(10)
        assert (one.dome.aim().pan_deg, one.dome.aim().tilt_deg, one.dome.aim().zoom) == pytest.approx(
            (-120.5, -3.25, 30)
        )
        half_picture = f'<tt:PanTilt x="1" y="0" space="{base}/TranslationSpaceFov"/>'
        await soap.ptz("RelativeMove", f"<tptz:Translation>{half_picture}</tptz:Translation>")
        clock.turn(5)
        assert one.dome.aim().pan_deg + 120.5 == pytest.approx(one.dome.limits.hfov_deg(30) / 2, rel=0.01)


async def test_quirks_are_switches() -> None:
    clock = HandClock()
    async with one_dome(GENERIC, clock=clock) as one, http() as client:
        soap = SoapClient(client, one.url, ACCOUNT, clock.now)
        one.device.quirks = frozenset({Quirk.STUCK_MOVING, Quirk.TIMEOUT_IGNORED, Quirk.PRIVATE_XADDR})
        velocity = '<tptz:Velocity><tt:PanTilt x="0.1" y="0"/></tptz:Velocity><tptz:Timeout>PT1S</tptz:Timeout>'
        await soap.ptz("ContinuousMove", velocity)
        clock.turn(5)
        assert one.dome.moving() == (True, False)
        await soap.ptz("Stop")
        clock.turn(5)
        assert one.dome.moving() == (False, False)
        assert (await soap.ptz("GetStatus")).all("MoveStatus")[0][0].text == "MOVING"
        assert "192.168.1.64" in (await soap.ask("tds:GetServices")).text("XAddr")
        one.device.quirks = frozenset({Quirk.NO_POSITION, Quirk.NO_MOVE_STATUS, Quirk.LOCAL_TIME})
        bare = await soap.ptz("GetStatus")
        assert (bare.all("Position"), bare.all("MoveStatus")) == ([], [])
        assert (await soap.ptz("AbsoluteMove", "<tptz:Position/>")).status == 500
        shown = (await soap.ask("tds:GetSystemDateAndTime")).all("UTCDateTime")[0][0][0].text
        assert int(shown or "") == int(time.strftime("%H", time.gmtime(START + 8 * 3600)))


async def test_isapi_turns_the_same_dome_with_its_own_signs_and_units() -> None:
    clock = HandClock()
    async with one_dome(HIKVISION, clock=clock) as one, http(account=True) as client:
        base = f"http://{one.host}:{one.port}/ISAPI/PTZCtrl/channels/1"
        order = (
            '<PTZAbsoluteEx version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"><elevation>12.34</elevation>'
            "<azimuth>270.5</azimuth><absoluteZoom>20.5</absoluteZoom></PTZAbsoluteEx>"
        )
        assert (await client.put(f"{base}/absoluteEx", content=order)).status_code == 200
        clock.turn(10)
        aim = one.dome.aim()
        assert (aim.pan_deg, aim.tilt_deg, aim.zoom) == pytest.approx((-89.5, -12.34, 20.5))
        told = Answer(await client.get(f"{base}/absoluteEx"))
        assert [float(told.text(name)) for name in ("elevation", "azimuth", "absoluteZoom")] == [12.34, 270.5, 20.5]
        tenths = Answer(await client.get(f"{base}/status"))
        assert [tenths.text(name) for name in ("elevation", "azimuth", "absoluteZoom")] == ["123", "2705", "205"]
        await client.put(f"{base}/continuous", content="<PTZData><pan>50</pan><tilt>0</tilt></PTZData>")
        clock.turn(20)
        assert one.dome.moving()[0]  # no timeout, unlike ONVIF
        await client.put(f"{base}/continuous", content="<PTZData><pan>0</pan><tilt>0</tilt></PTZData>")
        clock.turn(2)
        assert not one.dome.moving()[0]
        refused = await client.put(f"{base}/absoluteEx", content=order.replace("12.34", "99"))
        assert (refused.status_code, Answer(refused).text("subStatusCode")) == (400, "badParameters")
        assert (await client.put(f"{base}/absoluteEx", content="<a")).status_code == 400
        assert (await client.get(f"{base}/unknown")).status_code == 403


async def test_a_third_partys_client_finds_its_way() -> None:
    """onvif-zeep reads every reply by the WSDL: an element out of place or order is an error there."""
    async with one_dome(GENERIC, clock_error_s=3600.0) as one:

        def look() -> dict[str, Any]:
            camera = ONVIFCamera(one.host, one.port, ACCOUNT.username, ACCOUNT.password, adjust_time=True)
            media, ptz, imaging = (getattr(camera, f"create_{name}_service")() for name in ("media", "ptz", "imaging"))
            profile = media.GetProfiles()[0]
            source = {"VideoSourceToken": "VideoSource_1"}
            for service in (camera.devicemgmt, media, ptz, imaging):
                service.GetServiceCapabilities()
            ptz.GetNodes()
            ptz.AbsoluteMove({"ProfileToken": profile.token, "Position": {"PanTilt": {"x": 0.1, "y": 0.1}}})
            ptz.SetPreset({"ProfileToken": profile.token, "PresetName": "a"})
            return {
                "model": camera.devicemgmt.GetDeviceInformation().Model,
                "address": camera.devicemgmt.GetNetworkInterfaces()[0].IPv4.Config.Manual[0].Address,
                "services": len(camera.devicemgmt.GetServices({"IncludeCapability": False})),
                "scopes": len(camera.devicemgmt.GetScopes()),
                "width": profile.VideoEncoderConfiguration.Resolution.Width,
                "snapshot": media.GetSnapshotUri({"ProfileToken": profile.token}).Uri,
                "status": ptz.GetStatus({"ProfileToken": profile.token}).Position.PanTilt.space,
                "options": ptz.GetConfigurationOptions({"ConfigurationToken": "PTZToken"}).PTZTimeout.Max.seconds,
                "presets": [one.Name for one in ptz.GetPresets({"ProfileToken": profile.token})],
                "focus": imaging.GetStatus(source).FocusStatus20.MoveStatus,
                "move": imaging.GetMoveOptions(source).Continuous.Speed.Max,
                "imaging": imaging.GetOptions(source).Brightness.Max,
                "iris": imaging.GetImagingSettings(source).Exposure.Iris,
            }

        seen = await asyncio.to_thread(look)
    assert seen.pop("snapshot").endswith("/onvif/snapshot/0")
    assert seen.pop("status").endswith("PositionGenericSpace")
    assert seen.pop("scopes") >= 5
    assert seen == {"model": GENERIC.model, "address": "127.0.0.1", "services": 5, "width": 1280, "options": 60,
                    "presets": ["a"], "focus": "IDLE", "move": 1.0, "imaging": 100.0, "iris": 0.5}  # fmt: skip


@pytest.mark.parametrize("brand", [HIKVISION, DAHUA, UNIVIEW], ids=lambda brand: brand.name)
async def test_a_third_partys_client_turns_a_dome_of_every_maker(brand: Any) -> None:
    """Spelt with the maker's own prefixes; the client has no way around addresses of another host."""
    clock = HandClock(time.time())
    quirks = brand.quirks - {Quirk.PRIVATE_XADDR}
    async with one_dome(brand, clock=clock, clock_error_s=-7200.0, quirks=quirks) as one:

        def turn() -> tuple[str, list[int], list[str]]:
            camera = ONVIFCamera(one.host, one.port, ACCOUNT.username, ACCOUNT.password, adjust_time=True)
            media, ptz = camera.create_media_service(), camera.create_ptz_service()
            profiles = media.GetProfiles()
            token = {"ProfileToken": profiles[0].token}
            ptz.AbsoluteMove(token | {"Position": {"PanTilt": {"x": 0.25, "y": 0.0}, "Zoom": {"x": 0.5}}})
            clock.turn(10)
            ptz.SetPreset(token | {"PresetName": "桥头"})
            ptz.ContinuousMove(token | {"Velocity": {"PanTilt": {"x": 0.1, "y": 0.0}}})
            ptz.Stop(token | {"PanTilt": True, "Zoom": True})
            widths = [profile.VideoEncoderConfiguration.Resolution.Width for profile in profiles]
            name = camera.devicemgmt.GetDeviceInformation().Manufacturer
            return name, widths, [preset.Name for preset in ptz.GetPresets(token)]

        assert await asyncio.to_thread(turn) == (brand.manufacturer, [1280, 640], ["桥头"])
        assert one.dome.aim().pan_deg == pytest.approx(45.0, abs=0.1)
        assert one.dome.aim().zoom == pytest.approx(15.5, abs=0.02)
        assert not one.dome.moving()[0]


async def first_bytes(one: OneDome, kind: Hostile) -> bytes:
    """The first 200 kB of the reply, or what has come after a fifth of a second."""
    one.device.hostile = kind
    body = envelope("tds:GetDeviceInformation").encode()
    reader, writer = await asyncio.open_connection(one.host, one.port)
    writer.write(b"POST /onvif/device_service HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    got = b""
    try:
        async with asyncio.timeout(0.2):
            while len(got) < 200_000 and (piece := await reader.read(65536)):
                got += piece
    except TimeoutError:
        pass
    writer.close()
    return got


async def test_hostile_replies_are_as_bad_as_they_say() -> None:
    async with one_dome(GENERIC) as one:
        got = {kind: await first_bytes(one, kind) for kind in Hostile}
        assert len(got[Hostile.GIGANTIC]) >= 200_000
        assert got[Hostile.DEEP].count(b"<a>") > 50_000
        assert b"<!ENTITY e9" in got[Hostile.DTD]
        assert b"file:///etc/hostname" in got[Hostile.EXTERNAL]
        assert got[Hostile.SILENT] == b""
        assert f"Location: {ELSEWHERE}".encode() in got[Hostile.REDIRECT]
        assert b"text/html" in got[Hostile.CONTENT_TYPE]
        assert b"4294967296" in got[Hostile.LENGTH]
        assert b"\r\n\r\n" not in got[Hostile.HEADERS]
        assert got[Hostile.CUT].endswith(b"<a>")
        assert got[Hostile.EMPTY].endswith(b"\r\n\r\n")
        one.device.hostile = None
        async with http() as client:
            assert (await client.post(one.url, content=envelope("tds:GetHostname"))).status_code == 200


async def test_an_estate_of_1677_devices_on_one_port_and_addresses_of_their_own() -> None:
    clock = SystemClock()
    server = DeviceServer(clock)
    brands = list(BRANDS.values())
    for number in range(1677):
        settings = DeviceSettings(f"c{number}", ACCOUNT, usual_streams(f"c{number}"), brands[number % 4])
        server.add(Device(settings, clock=clock, rng=Random(number)))
    port = await server.listen()
    alone = [await server.listen_alone(f"c{n}", f"127.9.0.{n + 1}", port) for n in range(20)]
    async with http() as client:
        for address in (server.address("c1600"), server.address("c3")):
            soap = SoapClient(client, address, ACCOUNT, time.time)
            streams = await soap.ask("trt:GetProfiles", path="media_service")
            assert len(streams.all("Profiles")) == 2
        assert (await client.post(f"http://127.0.0.1:{port}/device/nobody/onvif/device_service")).status_code == 404
        with pytest.raises(httpx.ConnectError):
            await client.post(f"http://127.9.0.200:{port}/onvif/device_service")
    assert set(alone) == {port}
    assert server.address("c3") == f"http://127.9.0.4:{port}/onvif/device_service"
    await server.stop()


async def test_discovery_answers_a_probe_for_cameras_and_no_other() -> None:
    async with one_dome(DAHUA) as one:
        responder = DiscoveryResponder(lambda: list(one.server.devices.values()), one.server.address)
        port = await responder.start()
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as endpoint:
            endpoint.setblocking(False)
            endpoint.bind(("127.0.0.1", 0))

            async def probe(types: str) -> str:
                message = (
                    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" '
                    'xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
                    'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><e:Header>'
                    "<w:MessageID>uuid:84ede3de</w:MessageID></e:Header><e:Body><d:Probe>"
                    f"<d:Types>{types}</d:Types></d:Probe></e:Body></e:Envelope>"
                )
                await loop.sock_sendto(endpoint, message.encode(), ("127.0.0.1", port))
                async with asyncio.timeout(1.0):
                    return (await loop.sock_recv(endpoint, 65536)).decode()

            await loop.sock_sendto(endpoint, b"<garbage", ("127.0.0.1", port))
            await loop.sock_sendto(endpoint, b"<!DOCTYPE a><a/>", ("127.0.0.1", port))
            answer = await probe("dn:NetworkVideoTransmitter")
            assert one.url in answer
            assert "uuid:84ede3de" in answer
            assert "onvif://www.onvif.org/type/ptz" in answer
            before = responder.probes
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await probe("wsdp:Printer")
            assert responder.probes == before
        responder.stop()
