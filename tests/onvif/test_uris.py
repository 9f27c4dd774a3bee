"""Addresses a device names: its own host is kept, secrets are cut out or refused, nonsense has a reason."""

import pytest

from ingest.onvif.problem import Code, DeviceProblem
from ingest.onvif.uris import service_path, snapshot_path, stream_address

STREAMS: dict[str, tuple[str, str | Code]] = {
    "plain": ("rtsp://10.0.0.9/Streaming/Channels/101", "rtsp://10.0.0.9/Streaming/Channels/101"),
    "behind NAT (agsh/onvif #170)": ("rtsp://192.168.1.64:554/a", "rtsp://10.0.0.9:554/a"),
    "loopback (Tonys-Onvf-RTSP-Server #12)": ("rtsp://127.0.1.1:8554/tapo_sub", "rtsp://10.0.0.9:8554/tapo_sub"),
    "two ports (onvif-java-lib #19)": (
        "rtsp://192.168.1.50:80:554/cam/realmonitor?channel=1", "rtsp://10.0.0.9:554/cam/realmonitor?channel=1"),
    "user and password": ("rtsp://admin:p@ss@10.0.0.9/a", "rtsp://10.0.0.9/a"),
    "user, password and two ports": ("rtsp://admin:x@10.0.0.9:80:554/a", "rtsp://10.0.0.9:554/a"),
    "another host": ("rtsp://8.8.8.8:554/a", "rtsp://10.0.0.9:554/a"),
    "IPv6": ("rtsp://[fe80::1]:554/a", "rtsp://10.0.0.9:554/a"),
    "no host (sonoff-hack #3)": ("rtsp://:554/a", "rtsp://10.0.0.9:554/a"),
    "a fragment": ("rtsp://10.0.0.9/a#b", "rtsp://10.0.0.9/a"),
    "password in the path, as Xiongmai has it": ("rtsp://h/user=admin&password=x&channel=1", Code.SECRET_IN_URI),
    "password in the query": ("rtsp://h/a?user=admin&pwd=x", Code.SECRET_IN_URI),
    "HTTP": ("http://10.0.0.9/a", Code.BROKEN_REPLY),
    "a file": ("file:///etc/passwd", Code.BROKEN_REPLY),
    "three ports": ("rtsp://h:1:2:3/a", Code.BROKEN_REPLY),
    "a port beyond": ("rtsp://h:70000/a", Code.BROKEN_REPLY),
    "a line break": ("rtsp://h/a\r\nX: y", Code.BROKEN_REPLY),
    "endless": ("rtsp://h/" + "a" * 5000, Code.BROKEN_REPLY),
    "nothing": ("  ", Code.BROKEN_REPLY),
}  # fmt: skip


@pytest.mark.parametrize(("uri", "expected"), STREAMS.values(), ids=STREAMS.keys())
def test_streams_stay_at_the_devices_own_host(uri: str, expected: str | Code) -> None:
    if isinstance(expected, Code):
        with pytest.raises(DeviceProblem) as caught:
            stream_address(uri, "10.0.0.9")
        assert caught.value.code is expected
        return
    address, named = stream_address(uri, "10.0.0.9")
    assert address == expected
    assert "@" not in named


def test_services_keep_path_and_query_only() -> None:
    assert service_path("http://8.8.8.8:1/onvif/media?x=1") == ("/onvif/media?x=1", "8.8.8.8")
    assert service_path("http://:80/onvif/media") == ("/onvif/media", "")
    assert service_path("http://10.0.0.1/a http://[fe80::1]/b") == ("/a", "10.0.0.1")
    assert service_path("/onvif/media") == ("/onvif/media", "")
    for odd in ("ftp://h/a", "http://h/a\x00", "http://[::1", "http://h/" + "a" * 2000, "javascript:x"):
        with pytest.raises(DeviceProblem) as caught:
            service_path(odd)
        assert caught.value.code is Code.BROKEN_REPLY
    assert snapshot_path("http://admin:x@10.0.0.1/snap?c=1") == ("/snap?c=1", "10.0.0.1")
    with pytest.raises(DeviceProblem):
        snapshot_path("http://h/snap?user=a&password=b")
