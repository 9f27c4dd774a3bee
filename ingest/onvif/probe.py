"""Asks one address, or many, what is there. A device that cannot be asked is a result with a reason, never an error."""

import asyncio
import ipaddress
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from config.accounts import Account
from ingest.onvif.device import Device, Information
from ingest.onvif.http_link import Times
from ingest.onvif.problem import Code, DeviceProblem
from ingest.onvif.profiles import VideoProfile, choose_streams
from ingest.opening import Door
from ingest.rtsp.address import Network, permitted
from runtime.clock import Clock

MAX_ADDRESSES = 65_536
CONCURRENCY = 64
"""Devices asked at once: enough that those which answer late do not count, few enough for files and memory."""
QUICK = Times(connect=2.0, read=5.0, whole=8.0)
LONGEST_S = 30.0
"""For all that is asked of one device: one that is slow on purpose is left, with what it said until then."""


@dataclass(frozen=True, slots=True)
class StreamFound:
    """`url` is None where the device would not tell a usable address; `problem` then says why."""

    profile: VideoProfile
    url: str | None
    problem: DeviceProblem | None = None


@dataclass(slots=True)
class Probed:
    """What was learnt before `problem`, which is None when everything was asked."""

    url: str
    problem: DeviceProblem | None = None
    information: Information | None = None
    clock_offset_s: float | None = None
    profiles: list[VideoProfile] = field(default_factory=list)
    sub: StreamFound | None = None
    main: StreamFound | None = None
    turns: bool = False
    """It has a PTZ service and a profile with a PTZ configuration."""
    notes: list[Code] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Progress:
    done: int
    total: int
    result: Probed


async def probe(
    url: str,
    account: Account | None,
    door: Door,
    clock: Clock,
    certificate_sha256: str = "",
    times: Times = QUICK,
    *,
    turning: str = "",
    within_s: float = LONGEST_S,
) -> Probed:
    """Everything about the device at `url`. Does not raise for what the device does or is.

    `turning`: token of the profile whose picture source counts, of a device with several; "" finds it out.
    """
    found = Probed(url)
    try:
        device = Device(url, account, door, clock, certificate_sha256, times)
    except DeviceProblem as problem:
        found.problem = problem.bare()
        return found
    try:
        async with asyncio.timeout(within_s):
            await _ask(device, found, turning)
    except DeviceProblem as problem:
        found.problem = problem.bare()
    except TimeoutError:
        found.problem = DeviceProblem(Code.TIMED_OUT, f"not done within {within_s:g} s")
    finally:
        found.clock_offset_s = device.clock_offset_s
        found.notes = list(device.notes)
        await device.close()
    return found


async def _ask(device: Device, found: Probed, turning: str) -> None:
    await device.open()
    found.information = await device.information()
    found.profiles = await device.profiles()
    found.turns = "ptz" in device.services and any(profile.ptz for profile in found.profiles)
    choice = choose_streams(found.profiles, turning or next((p.token for p in found.profiles if p.ptz), ""))
    found.sub = await _stream(device, choice.sub)
    found.main = await _stream(device, choice.main)


async def _stream(device: Device, profile: VideoProfile | None) -> StreamFound | None:
    if profile is None:
        return None
    try:
        return StreamFound(profile, await device.stream_uri(profile.token))
    except DeviceProblem as problem:
        return StreamFound(profile, None, problem.bare())


async def probe_all(
    urls: Sequence[str],
    account_for: Callable[[str], Account | None],
    door: Door,
    clock: Clock,
    concurrency: int = CONCURRENCY,
    times: Times = QUICK,
    *,
    certificate_for: Callable[[str], str] = lambda _url: "",
    within_s: float = LONGEST_S,
) -> AsyncIterator[Progress]:
    """Results as they come, in no order. Leaving the iteration (`aclose`) ends what is still being asked.

    `certificate_for`: the pinned SHA-256 of a device's certificate, "" to have it verified as usual.
    """
    waiting = iter(urls)
    asked: set[asyncio.Task[Probed]] = set()
    done = 0
    try:
        while done < len(urls):
            for url in itertools.islice(waiting, concurrency - len(asked)):
                asking = probe(url, account_for(url), door, clock, certificate_for(url), times, within_s=within_s)
                asked.add(asyncio.create_task(asking))
            finished, asked = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            for task in finished:
                done += 1
                yield Progress(done, len(urls), task.result())
    finally:
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)


class RangeRefused(ValueError):
    """Words for the operator; `zh` the same in Chinese."""

    def __init__(self, message: str, zh: str) -> None:
        super().__init__(message)
        self.zh = zh


def addresses_in(text: str, networks: Sequence[Network]) -> list[str]:
    """`10.0.0.0/24`, `10.0.0.5-10.0.0.80`, `10.0.0.5-80` or one address, as numeric addresses.

    Raises RangeRefused, in words for the operator, also when some of it is outside `networks` or it is too many.
    """
    first, last = _ends(text.strip())
    if int(last) < int(first):
        raise RangeRefused("the range ends before it begins", "范围的终点在起点之前")
    count = int(last) - int(first) + 1
    if count > MAX_ADDRESSES:
        raise RangeRefused(
            f"a range may hold at most {MAX_ADDRESSES} addresses, this one holds {count}",
            f"范围最多 {MAX_ADDRESSES} 个地址，这个有 {count} 个",
        )
    found = [str(ipaddress.ip_address(value)) for value in range(int(first), int(last) + 1)]
    for address in (a for a in found if not permitted(a, networks)):
        raise RangeRefused(
            f"{address} is not within allowed_networks", f"{address} 不在允许的网段（allowed_networks）内"
        )
    return found


def _ends(text: str) -> tuple[ipaddress.IPv4Address, ipaddress.IPv4Address]:
    try:
        if "/" in text:
            network = ipaddress.IPv4Network(text, strict=False)
            hosts = (1, -2) if network.prefixlen < 31 else (0, -1)
            return network[hosts[0]], network[hosts[1]]
        low, _, high = (part.strip() for part in text.partition("-"))
        if high.isdigit():
            high = f"{low.rpartition('.')[0]}.{high}"
        return ipaddress.IPv4Address(low), ipaddress.IPv4Address(high or low)
    except ValueError:
        raise RangeRefused(
            "is not an address or range such as 10.20.0.5, 10.20.0.5-80 or 10.20.0.0/24",
            "请填写地址或范围，如 10.20.0.5、10.20.0.5-80、10.20.0.0/24",
        ) from None
