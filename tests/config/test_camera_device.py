"""The keys `device` and `ptz`: what is accepted, and the exact words for what is not."""

from pathlib import Path

import pytest

from config.accounts import MissingPassword, account_of, device_account_of
from config.load import load_cameras, read_cameras
from config.problem import ConfigError
from tests.config.town import VALID, write_town

URL = "http://10.0.0.5/onvif/device_service"
TURNING = (
    VALID
    + f"""\
    device:
      url: "{URL}"
    ptz:
      driver: onvif
"""
)
LINE = VALID.count("\n") + 2
"""Of `url`; `ptz` begins one line further, its first key two."""


def problems(folder: Path, old: str, new: str) -> list[str]:
    assert old in TURNING
    with pytest.raises(ConfigError) as caught:
        read_cameras(write_town(folder, TURNING.replace(old, new, 1)))
    return [f"{p.line - LINE:+d} {p.key} {p.value}: {p.rule}" for p in caught.value.problems]


def test_the_defaults_are_a_dome_with_generic_spaces(tmp_path: Path) -> None:
    ptz = load_cameras(write_town(tmp_path, TURNING)).cameras[0].ptz
    assert ptz is not None
    assert (ptz.driver, ptz.profile, ptz.pan_deg, ptz.tilt_deg, ptz.zoom) == (
        "onvif", "", (-180, 180), (-90, 20), (1, 30),
    )  # fmt: skip
    assert (ptz.wide_hfov_deg, ptz.range_m, ptz.mount.heading_deg) == (60, 2000, 0)


def test_every_key_is_taken_and_spaces_may_run_backwards(tmp_path: Path) -> None:
    keys = (
        "driver: isapi\n      profile: Profile_1\n      pan_deg: [0, 360]\n      tilt_deg: [20, -90]\n"
        "      zoom: [1, 40]\n      wide_hfov_deg: 58.3\n"
        "      slows_with_zoom: true\n"
        "      mount: {heading_deg: 359.9, pitch_deg: -1.5, roll_deg: 0.5, tilt_zero_deg: 2}\n      range_m: 3000"
    )
    text = TURNING.replace("driver: onvif", keys).replace(
        f'"{URL}"', f'"https://10.0.0.5:8443/onvif/device_service"\n      certificate_sha256: "{"aB:" * 31}Cd"'
    )
    camera = load_cameras(write_town(tmp_path, text)).cameras[0]
    assert camera.ptz is not None
    assert camera.ptz.tilt_deg == (20, -90)
    assert (camera.ptz.mount.pitch_deg, camera.ptz.mount.tilt_zero_deg) == (-1.5, 2)
    assert camera.ptz.slows_with_zoom
    assert camera.device is not None
    assert camera.device.certificate_sha256 == "ab" * 31 + "cd"


def at(key: str, value: str, rule: str, line: int = 0) -> str:
    return f"{line:+d} cameras[0].{key} {value}: {rule}"


NO_SECRET = "must not contain a user or password parameter; name an entry under credentials instead"
ODD = "is not an address; expected http://host:port/onvif/device_service"
BROKEN: dict[str, tuple[str, str, str]] = {
    "ptz without device": (f'    device:\n      url: "{URL}"\n', "",
        f"{13 - LINE:+d} cameras[0] : has ptz, which needs device: a camera is turned through its device service"),
    "scheme": (URL, "rtsp://10.0.0.5/a",
        at("device.url", "'rtsp://10.0.0.5/a'", "must begin with http:// or https://")),
    "no host": (URL, "http:///onvif", at("device.url", "'http:///onvif'", ODD)),
    "port": (URL, "http://10.0.0.5:x/onvif", at("device.url", "'http://10.0.0.5:x/onvif'", ODD)),
    "fragment": (URL, f"{URL}#a", at("device.url", f"'{URL}'", "must not contain a fragment (#)")),
    "control character": (URL, "http://10.0.0.5/\\x7f", at("device.url", "'http://10.0.0.5/\x7f'",
        "must not contain blanks or control characters")),
    "foreign host": (URL, "http://8.8.8.8/onvif", at("device.url", "'http://8.8.8.8/onvif'",
        "host 8.8.8.8 is in none of allowed_networks")),
    "user parameter": (URL, f"{URL}?user=admin", at("device.url", f"'{URL}'", NO_SECRET)),
    "account": (f'url: "{URL}"', f'url: "{URL}"\n      credentials: other', at("device.credentials", "",
        "is not the name of an entry under credentials (there are: main)", 1)),
    "certificate": (f'url: "{URL}"', f'url: "{URL}"\n      certificate_sha256: "12ab"', at("device.certificate_sha256",
        "'12ab'", "must be the SHA-256 of a certificate: 64 hexadecimal digits, colons allowed", 1)),
    "unknown key": ("driver: onvif", "drivers: onvif", at("ptz.drivers", "",
        "is not a known key; did you mean driver?", 2)),
    "driver": ("driver: onvif", "driver: dahua", at("ptz.driver", "'dahua'", "must be 'onvif' or 'isapi'", 2)),
    "more than a turn": ("driver: onvif", "pan_deg: [-200, 200]", at("ptz.pan_deg", "",
        "must not be more than a turn (360 degrees) from end to end", 2)),
    "no width": ("driver: onvif", "tilt_deg: [20, 20]", at("ptz.tilt_deg", "", "must have two different ends", 2)),
    "zoom backwards": ("driver: onvif", "zoom: [30, 1]", at("ptz.zoom", "",
        "must be the magnification of the wide end, then that of the narrow end", 2)),
    "zoom of nothing": ("driver: onvif", "zoom: [0, 1]", at("ptz.zoom[0]", "0",
        "must be greater than or equal to 1", 2)),
    "not finite": ("driver: onvif", "wide_hfov_deg: .nan", at("ptz.wide_hfov_deg", "'.nan'",
        "must be a valid number, unable to parse string as a number", 2)),
    "heading": ("driver: onvif", "mount: {heading_deg: 360}", at("ptz.mount.heading_deg", "360",
        "must be less than 360", 2)),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_says_what_is_wrong_and_where(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert problems(tmp_path, old, new) == [said]


@pytest.mark.parametrize(
    "url",
    [
        "http://admin:hunter2@10.0.0.5/onvif",
        "http://10.0.0.5/onvif?password=hunter2",
        "http://10.0.0.5/hunter2@x/onvif",
        "http://10.0.0.5/onvif?secret=hunter2",
        "http://10.0.0.5/onvif?usr=admin&pwd=hunter2",
    ],
)
def test_a_secret_in_the_address_is_refused_and_never_repeated(tmp_path: Path, url: str) -> None:
    found = problems(tmp_path, URL, url)
    assert found
    assert "hunter2" not in "".join(found)


def test_the_device_has_an_account_of_its_own_or_the_cameras(tmp_path: Path) -> None:
    accounts = "  admin: {username: boss, password_env: BOSS}\ncameras:"
    text = TURNING.replace("cameras:", accounts).replace(f'"{URL}"', f'"{URL}"\n      credentials: admin')
    environ = {"CAMERA_PASSWORD": "a", "BOSS": "b"}
    loaded = read_cameras(write_town(tmp_path, text))
    # An entry used by a device only is used. The zone says nothing of where the dome looks.
    assert [one.key for one in loaded.warnings] == ["cameras[0].zones"]
    camera = loaded.file.cameras[0]
    own, streams = (f(camera, loaded.file, environ, tmp_path) for f in (device_account_of, account_of))
    assert own is not None
    assert streams is not None
    assert (own.username, own.password, streams.username) == ("boss", "b", "operator")
    with pytest.raises(MissingPassword, match=r"credentials\.admin"):
        device_account_of(camera, loaded.file, {}, tmp_path)
    plain = load_cameras(write_town(tmp_path, TURNING))
    assert device_account_of(plain.cameras[0], plain, environ, tmp_path) == account_of(
        plain.cameras[0], plain, environ, tmp_path
    )
