"""Which addresses may be opened."""

import random

import pytest

from ingest.opening import Door
from ingest.rtsp.address import AddressRefused, parse_camera_url, parse_networks, permitted, resolve_permitted


@pytest.mark.parametrize(
    ("url", "host", "port", "secure"),
    [
        ("rtsp://10.0.0.1/x?y=1", "10.0.0.1", 554, False),
        ("rtsp://cam.lan:8554/x", "cam.lan", 8554, False),
        ("rtsps://cam.lan/x", "cam.lan", 322, True),
        ("rtsp://[fd00::1]:8554/x", "fd00::1", 8554, False),
    ],
)
def test_addresses_are_read(url: str, host: str, port: int, secure: bool) -> None:
    found = parse_camera_url(url)
    assert (found.text, found.host, found.port, found.secure) == (url, host, port, secure)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("rtsp://user:pw@10.0.0.1/x", "holds a user name"),
        ("http://10.0.0.1/x", "not rtsp://"),
        ("", "not rtsp://"),
        ("rtsp:///x", "not rtsp://"),
        ("rtsp://10.0.0.1:99999/x", "cannot be read"),
        ("rtsp://[::1/x", "cannot be read"),
        ("rtsp://10.0.0.1/a b", "blanks"),
        ("rtsp://10.0.0.1/a\x7fb", "control"),
    ],
)
def test_odd_addresses_are_refused_without_quoting_them(url: str, said: str) -> None:
    with pytest.raises(AddressRefused, match=said) as caught:
        parse_camera_url(url)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("10.1.2.3", True),
        ("11.1.2.3", False),
        ("::ffff:10.1.2.3", True),
        ("::ffff:11.1.2.3", False),
        ("fd00::5", True),
        ("fe80::1%eth0", False),
        ("169.254.169.254", False),
    ],
)
def test_addresses_against_the_list(address: str, allowed: bool) -> None:
    assert permitted(address, parse_networks(["10.0.0.0/8", "fd00::/8"])) is allowed


async def test_a_name_with_no_permitted_address_is_refused() -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return ["203.0.113.9", "2001:db8::1"]

    door = Door(parse_networks(["10.0.0.0/8"]), random.Random(1), resolve=resolve)
    with pytest.raises(AddressRefused, match="not within allowed_networks"):
        await resolve_permitted(parse_camera_url("rtsp://cam.lan/x"), door.networks, door.resolve)
