"""Clocks that are wrong in the ways clocks are: hours off, summer time, local time for UTC, no zone, no UTC at all."""

import time

import pytest

from config.accounts import Account
from ingest.onvif.device_clock import clock_offset, other_offset, zone_error
from ingest.onvif.probe import Probed, probe
from ingest.onvif.problem import Code
from ingest.onvif.soap import problem_of
from ingest.onvif.xml_reply import read_xml
from runtime.clock import SystemClock
from tests.onvif.brands import ACCOUNT, Dahua
from tests.onvif.server import door, serving

HOUR = 3600.0
OURS = 1_790_000_000.0


def moment(name: str, unix: float) -> str:
    t = time.gmtime(unix)
    return (
        f"<tt:{name}><tt:Time><tt:Hour>{t.tm_hour}</tt:Hour><tt:Minute>{t.tm_min}</tt:Minute><tt:Second>{t.tm_sec}"
        f"</tt:Second></tt:Time><tt:Date><tt:Year>{t.tm_year}</tt:Year><tt:Month>{t.tm_mon}</tt:Month><tt:Day>"
        f"{t.tm_mday}</tt:Day></tt:Date></tt:{name}>"
    )


def zone(text: str) -> str:
    return f"<tt:TimeZone><tt:TZ>{text}</tt:TZ></tt:TimeZone>"


LOCAL = moment("LocalDateTime", OURS + 8 * HOUR + 7)
SUMMER = "<tt:DaylightSavings>true</tt:DaylightSavings>"
TOLD: dict[str, tuple[str, float | None]] = {
    "UTC": (moment("UTCDateTime", OURS - 7), -7),
    "UTC before a local time of another day": (moment("UTCDateTime", OURS + 1) + LOCAL + zone("CST-8"), 1),
    "no UTC, zone as POSIX has it": (LOCAL + zone("CST-8"), 7),
    "no UTC, zone with minutes and seconds": (LOCAL + zone("CST-8:00:00"), 7),
    "no UTC, zone in brackets with a rule": (LOCAL + zone("&lt;+08&gt;-8,M3.2.0,M11.1.0"), 7),
    "no UTC, zone signed the other way (easy_onvif_workspace #20)": (LOCAL + zone("GMT+08:00"), 7),
    "no UTC, summer time on": (SUMMER + moment("LocalDateTime", OURS + 9 * HOUR - 3) + zone("CST-8"), -3),
    "no UTC, summer time said and not meant": (SUMMER + LOCAL + zone("CST-8"), 7),
    "no UTC, no zone (agsh/onvif #65)": (LOCAL, None),
    "no UTC, zone without a number": (LOCAL + zone("Asia/Shanghai"), None),
    "no UTC, zone beyond the date line": (LOCAL + zone("X-99"), None),
    "the 30th of February": (moment("UTCDateTime", OURS).replace("<tt:Month>9", "<tt:Month>2").replace(
        "<tt:Day>21", "<tt:Day>30"), None),
    "nothing": ("", None),
}  # fmt: skip


@pytest.mark.parametrize(("told", "offset"), TOLD.values(), ids=TOLD.keys())
def test_offset_from_what_a_device_tells(told: str, offset: float | None) -> None:
    reply = read_xml(f"<r><tds:SystemDateAndTime>{told}</tds:SystemDateAndTime></r>".encode())
    assert clock_offset(reply, OURS) == offset


def test_zones_are_told_from_drift() -> None:
    offsets = [0.0, 100.0, 3640.0, -5400.0, 8 * HOUR + 3, 400 * 24 * HOUR]
    assert [zone_error(offset) for offset in offsets] == [0, 0, 3600, -5400, 28800, 0]
    assert [other_offset(offset) for offset in offsets] == [0, 0, 40, 0, 3, 0]


async def probed(device: Dahua, account: Account = ACCOUNT) -> tuple[Probed, list[str]]:
    async with serving(device.answer) as served:
        found = await probe(served.url, account, door(), SystemClock())
        return found, [asked.operation for asked in served.asked]


DRIFTS: dict[str, tuple[float, float, int]] = {
    "hours behind": (-7 * HOUR - 13, -7 * HOUR - 13, 0),
    "half a year behind after a reboot (home-assistant/core #121952)": (-180 * 24 * HOUR, -180 * 24 * HOUR, 0),
    "summer time in what it calls UTC (agsh/onvif #249)": (0, HOUR, 1),
    "summer time and a drift besides": (-95, HOUR - 95, 1),
    "local time for UTC (majestic-webui #292)": (40, 8 * HOUR + 40, 1),
    "1970 while it judges by true time": (0, 100_000.0 - time.time(), 1),
}


@pytest.mark.parametrize(("ahead", "told", "refused"), DRIFTS.values(), ids=DRIFTS.keys())
async def test_a_token_is_made_for_the_clock_that_judges_it(ahead: float, told: float, refused: int) -> None:
    device = Dahua(ahead, told)
    found, _ = await probed(device)
    assert (found.problem, device.failures) == (None, refused)
    assert found.main is not None
    assert found.clock_offset_s == pytest.approx(told, abs=2.0)


async def test_a_clock_nobody_can_guess_is_refused_in_two_tries_and_still_told() -> None:
    device = Dahua(ahead=1234, told=5678)
    found, operations = await probed(device)
    assert found.problem is not None
    assert found.problem.code is Code.NOT_AUTHORIZED
    assert (device.failures, operations.count("GetDeviceInformation")) == (2, 2)
    assert found.clock_offset_s == pytest.approx(5678, abs=2.0)


def test_a_recorders_refusal_of_the_security_header_is_one_of_the_account() -> None:
    """home-assistant/core #93079: another subcode than the standard's, so HTTP Digest was never tried."""
    body = (
        "<Fault><Code><Value>s:Sender</Value><Subcode><Value>wsse:InvalidSecurity</Value></Subcode></Code><Reason>"
        "<Text>An error was discovered processing the header</Text></Reason></Fault>"
    )
    assert problem_of(read_xml(body.encode())).code is Code.NOT_AUTHORIZED
