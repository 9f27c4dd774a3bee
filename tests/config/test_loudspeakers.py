"""Loudspeakers in cameras.yaml: each mistake is told with its line, key and rule."""

from pathlib import Path

import pytest

from config.load import load_cameras, read_cameras
from config.problem import ConfigError
from tests.config.town import VALID, write_town

HORN = """\
loudspeakers:
  - id: horn
    name: 音柱
    area: "330699101001"
    place: {lon: 120.45, lat: 30.08}
    http: {audio_url: "http://10.0.0.7/audio", auth: bearer, credentials: main}
  - id: camera
    name: 路口
    area: "330699101001"
    place: {lon: 120.45, lat: 30.08}
    onvif: {camera: cam-1}
"""


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    file = load_cameras(write_town(tmp_path, VALID + HORN))
    horn, camera = file.loudspeakers
    assert (horn.range_m, horn.volume_percent, horn.quiet_hours, horn.enabled) == (60, 100, None, True)
    assert horn.http is not None
    assert (horn.http.audio, camera.http) == ("stream", None)
    assert (file.talk_down.longest_seconds, file.talk_down.quiet_hours) == (60, ["22:00-06:00"])


WRONG = [
    ("given twice", "id: camera", "id: HORN", "is given twice; first on line 26"),
    ("no such camera", "{camera: cam-1}", "{camera: cam-9}", "is not the id of a camera"),
    ("no such entry", "credentials: main}", "credentials: other}", "is not the name of an entry under credentials"),
    ("a foreign host", "10.0.0.7", "8.8.8.8", "host 8.8.8.8 is in none of allowed_networks"),
    ("a password in the address", "10.0.0.7/audio", "10.0.0.7/audio?token=abc", "must not contain a user or password"),
    ("two ways", "onvif: {camera: cam-1}", 'onvif: {camera: cam-1}\n    http: {text_url: "http://10.0.0.7/t"}',
     "must have onvif or http, and not both"),
    ("no way", "    onvif: {camera: cam-1}\n", "", "must have onvif or http, and not both"),
    ("no account", "auth: bearer, credentials: main", "auth: bearer", "must have auth and credentials together"),
    ("nothing to be told", '{audio_url: "http://10.0.0.7/audio", auth', "{auth", "must have audio_url, text_url"),
    ("no hours", "onvif:", "quiet_hours: ['25:00-06:00']\n    onvif:", "must begin between 00:00 and 23:59"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "rule"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_mistake_is_told(tmp_path: Path, old: str, new: str, rule: str) -> None:
    assert old in HORN
    with pytest.raises(ConfigError) as caught:
        read_cameras(write_town(tmp_path, VALID + HORN.replace(old, new, 1)))
    told = [str(problem) for problem in caught.value.problems]
    assert any(rule in one and "loudspeakers" in one for one in told), told
    assert not any("abc" in one for one in told)
