import logging
from pathlib import Path

import pytest

from config.load import load_cameras, read_cameras
from config.problem import ConfigError
from tests.config.town import EXAMPLE, VALID, write_town


def problems(folder: Path, *changes: tuple[str, str]) -> list[str]:
    text = VALID
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(ConfigError) as caught:
        read_cameras(write_town(folder, text))
    return [f"{p.line} {p.key} {p.value}: {p.rule}".replace(str(folder), "") for p in caught.value.problems]


def test_reads_a_valid_file(tmp_path: Path) -> None:
    file = load_cameras(write_town(tmp_path))
    assert file.cameras[0].zones[0].polygon == [(0.2, 0.8), (0.3, 0.5), (0.7, 0.5), (0.8, 0.8)]
    assert file.town.timezone == "Asia/Shanghai"
    assert read_cameras(tmp_path / "cameras.yaml").warnings == ()


SUB = "rtsp://10.0.0.5/sub"
BROKEN: dict[str, tuple[str, str, str]] = {
    "unknown key, close": ("    area: \"330699101001\"", "    aera: \"1\"\n    area: \"330699101001\"",
        "15 cameras[0].aera : is not a known key; did you mean area?"),
    "unknown key, far": ("  files:", "  colour: red\n  files:",
        "5 town.colour : is not a known key; known here: name, name_en, area, timezone, files"),
    "missing key": ("    name: 渡口街\n", "", "13 cameras[0].name : is missing"),
    "code without quotes": ('area: "330699101001"', "area: 330699101001",
        "15 cameras[0].area 330699101001: must be text; put it in quotes"),
    "wrong version": ("version: 1", "version: 2", "1 version 2: must be 1"),
    "number out of range": ("lon: 120.45", "lon: 220.45",
        "18 cameras[0].position.lon 220.45: must be less than or equal to 180"),
    "not a number": ("height_m: 6", "height_m: high",
        "18 cameras[0].position.height_m 'high': must be a valid number, unable to parse string as a number"),
    "wrong scheme": (SUB, "http://10.0.0.5/sub",
        "16 cameras[0].streams.sub.url 'http://10.0.0.5/sub': must begin with rtsp:// or rtsps://"),
    "no host": (SUB, "rtsp:///sub",
        "16 cameras[0].streams.sub.url 'rtsp:///sub': is not an address; expected rtsp://host:port/path"),
    "no port number": (SUB, "rtsp://10.0.0.5:port/sub", "16 cameras[0].streams.sub.url 'rtsp://10.0.0.5:port/sub': "
        "is not an address; expected rtsp://host:port/path"),
    "host outside the networks": (SUB, "rtsp://8.8.8.8/sub", "16 cameras[0].streams.sub.url 'rtsp://8.8.8.8/sub': "
        "host 8.8.8.8 is in none of allowed_networks"),
    "host outside the networks, IPv6": (SUB, '"rtsp://[2001:db8::1]/s"', "16 cameras[0].streams.sub.url "
        "'rtsp://[2001:db8::1]/s': host 2001:db8::1 is in none of allowed_networks"),
    "unknown credentials": ("    credentials: main", "    credentials: other", "17 cameras[0].credentials : "
        "is not the name of an entry under credentials (there are: main)"),
    "two places of a password": ("    password_env: CAMERA_PASSWORD", "    password_env: A\n    password_file: b",
        "9 credentials.main : must have exactly one of password_env, password_file and vault: true"),
    "password file missing": ("password_env: CAMERA_PASSWORD", "password_file: none.txt",
        "11 credentials.main.password_file : no such file: /none.txt"),
    "map file missing": ("areas: areas.geojson", "areas: other.geojson",
        "6 town.files.areas 'other.geojson': no such file: /other.geojson"),
    "unknown base layer": ("    grids: grids.geojson", "    grids: grids.geojson\n    base: {fields: f.geojson}",
        "8 town.files.base.fields 'f.geojson': must be 'roads', 'water', 'green' or 'buildings'"),
    "polygon crosses itself": ("[0.3, 0.5], [0.7, 0.5]", "[0.7, 0.5], [0.3, 0.5]",
        "23 cameras[0].zones[0].polygon : must not cross or touch itself"),
    "polygon without area": ("[[0.2, 0.8], [0.3, 0.5], [0.7, 0.5], [0.8, 0.8]]",
        "[[0.2, 0.2], [0.2, 0.21], [0.21, 0.2]]",
        "23 cameras[0].zones[0].polygon : must cover at least 0.05% of the picture"),
    "polygon outside the picture": ("[0.8, 0.8]]", "[1.8, 0.8]]",
        "23 cameras[0].zones[0].polygon[3][0] 1.8: must be less than or equal to 1"),
    "polygon with two corners": ("[0.2, 0.8], [0.3, 0.5], [0.7, 0.5], [0.8, 0.8]", "[0.2, 0.8], [0.3, 0.5]",
        "23 cameras[0].zones[0].polygon : must have at least 3 corners"),
    "zone on picture and map": ("        case_class: 05-01", "        case_class: 05-01\n"
        "        ground: [[120.4502, 30.08], [120.4503, 30.08], [120.4503, 30.0801]]",
        "21 cameras[0].zones[0] : must have exactly one of polygon and ground"),
    "zone on the map, degrees swapped": ("polygon: [[0.2, 0.8], [0.3, 0.5], [0.7, 0.5], [0.8, 0.8]]",
        "ground: [[30.08, 120.45], [30.0801, 30.08], [30.08, 30.09]]",
        "23 cameras[0].zones[0].ground[0][1] 120.45: must be less than or equal to 85"),
    "zone on the map without a pose": ("    view: {heading_deg: 90, tilt_deg: 20, hfov_deg: 76, range_m: 40}\n"
        "    zones:\n      - id: no-stall\n        rule: stall\n"
        "        polygon: [[0.2, 0.8], [0.3, 0.5], [0.7, 0.5], [0.8, 0.8]]", "    zones:\n      - id: no-stall\n"
        "        rule: stall\n        ground: [[120.4502, 30.08], [120.4503, 30.08], [120.4503, 30.0801]]",
        "22 cameras[0].zones[0].ground : needs the camera's position and view, or homography"),
    "hours": ("        case_class: 05-01", "        case_class: 05-01\n        hours: [\"6-22\"]",
        "25 cameras[0].zones[0].hours[0] '6-22': must be two times such as 06:00-22:00"),
    "sizes": ("        case_class: 05-01", "        case_class: 05-01\n        size: {min_m: 3, max_m: 2}",
        "25 cameras[0].zones[0].size : min_m must be smaller than max_m"),
    "class not in the catalogue": ("case_class: 05-01", "case_class: 77-01",
        "24 cameras[0].zones[0].case_class '77-01': is not in the catalogue GB/T 30428.2, township selection 2026"),
    "network with host bits": ("cameras:", "allowed_networks: [10.0.0.5/8]\ncameras:", "12 allowed_networks[0] "
        "'10.0.0.5/8': must be an IP network such as 10.20.0.0/16, without bits after the prefix"),
    "time zone": ("  files:", "  timezone: Asia/Qingdu\n  files:", "5 town.timezone 'Asia/Qingdu': "
        "is not a time zone of the IANA database, such as Asia/Shanghai"),
    "intervals": ("cameras:", "defaults: {analysis: {interval_seconds: 1}}\ncameras:",
        "12 defaults.analysis : candidate_interval_seconds must not be longer than interval_seconds"),
    "key given twice": ("    name: 渡口街", "    name: 渡口街\n    name: 南街",
        "15 cameras[0].name : is given twice; first on line 14"),
    "not a mapping at all": (VALID, "- 1\n", "1  : must hold keys and values"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_says_file_line_key_value_and_rule(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert problems(tmp_path, (old, new)) == [said]


def test_lists_every_problem_in_the_order_of_the_file(tmp_path: Path) -> None:
    camera = VALID[VALID.index("  - id: cam-1") :].replace("10.0.0.5", "10.0.0.6")
    third = camera.replace("credentials: main", "credentials: none").replace("05-01", "99-99")
    found = problems(
        tmp_path,
        (VALID, VALID + camera + third),
        ("areas: areas.geojson", "areas: none.geojson"),
        ("heading_deg: 90", "heading_deg: 400"),
    )
    assert [line.partition(":")[0] for line in found] == [
        "6 town.files.areas 'none.geojson'",
        "19 cameras[0].view.heading_deg 400",
        "37 cameras[2].id 'cam-1'",
        "41 cameras[2].credentials ",
        "48 cameras[2].zones[0].case_class '99-99'",
    ]


def test_the_text_of_the_error_names_file_and_line(tmp_path: Path) -> None:
    path = write_town(tmp_path, VALID.replace("version: 1", "version: 2"))
    with pytest.raises(ConfigError) as caught:
        load_cameras(path)
    assert str(caught.value) == f"{path}:1: version = 2: must be 1"


SECRET = "hunter2"
SECRETS: dict[str, tuple[str, str]] = {
    "user and password in the URL": (SUB, f"rtsp://admin:{SECRET}@10.0.0.5/sub"),
    "password with an at sign and a slash": (SUB, f'"rtsp://admin:a/{SECRET}@x@10.0.0.5/sub"'),
    "password in a URL that cannot be parsed": (SUB, f'"rtsp://admin:{SECRET}@[10.0.0.5/sub"'),
    "wrong scheme besides": (SUB, f"http://admin:{SECRET}@10.0.0.5/sub"),
    "no scheme": (SUB, f"admin:{SECRET}@10.0.0.5/sub"),
    "password parameter": (SUB, f"rtsp://10.0.0.5/user=admin&password={SECRET}&channel=1"),
    "password parameter in the path": (SUB, f"rtsp://10.0.0.5/user=admin_password={SECRET}_stream=0.sdp"),
    "password key": ("    password_env: CAMERA_PASSWORD", f"    password: {SECRET}"),
    "password where the variable's name belongs": ("CAMERA_PASSWORD", f'"{SECRET} "'),
    "password where the file's name belongs": ("password_env: CAMERA_PASSWORD", f"password_file: [{SECRET}]"),
    "password where the entry's name belongs": ("    credentials: main", f"    credentials: {SECRET}"),
}


@pytest.mark.parametrize(("old", "new"), SECRETS.values(), ids=SECRETS.keys())
def test_never_repeats_a_secret(tmp_path: Path, old: str, new: str) -> None:
    found = problems(tmp_path, (old, new))
    assert found
    assert SECRET not in "\n".join(found)


def test_says_that_a_url_holds_a_password(tmp_path: Path) -> None:
    (said,) = problems(tmp_path, (SUB, "rtsp://admin:hunter2@10.0.0.5/sub"))
    assert said == (
        "16 cameras[0].streams.sub.url 'rtsp://…@10.0.0.5/…': "
        "must not contain a user name or password; name an entry under credentials instead"
    )


WARNED: dict[str, tuple[list[tuple[str, str]], str]] = {
    "zone without pose": ([("    position: {lon: 120.45, lat: 30.08, height_m: 6}\n", ""),
        ("    view: {heading_deg: 90, tilt_deg: 20, hfov_deg: 76, range_m: 40}\n", "")],
        "cameras[0].zones: sizes in metres and places on the map need position and view, or homography"),
    "view without position": ([("    position: {lon: 120.45, lat: 30.08, height_m: 6}\n", "")],
        "cameras[0].view: has no effect without position"),
    "credentials nobody uses": ([("cameras:", "  old: {username: a, password_env: B}\ncameras:")],
        "credentials.old: is used by no camera, no loudspeaker, no base map and nothing under exchange"),
    "one stream twice": ([("streams: {sub: {url: rtsp://10.0.0.5/sub}}",
        "streams: {sub: {url: rtsp://10.0.0.5/sub},\n      main: {url: rtsp://10.0.0.5/sub}}")],
        "is the same stream as on line 16"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), WARNED.values(), ids=WARNED.keys())
def test_warns(tmp_path: Path, caplog: pytest.LogCaptureFixture, changes: list[tuple[str, str]], said: str) -> None:
    text = VALID
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    with caplog.at_level(logging.WARNING):
        load_cameras(write_town(tmp_path, text))
    assert any(said in line for line in caplog.messages)


def test_a_host_name_is_left_to_the_connection(tmp_path: Path) -> None:
    file = load_cameras(write_town(tmp_path, VALID.replace("10.0.0.5", "camera.town.example")))
    assert file.cameras[0].streams.sub.url == "rtsp://camera.town.example/sub"


def test_a_town_may_bring_its_own_catalogue(tmp_path: Path) -> None:
    own = "version: 1\nprofile: ours\n" + (
        "deadlines: {level_1: {hours: 1}, level_2: {hours: 2}, level_3: {days: 3}, level_4: {days: 4}}\n"
        'majors: [{code: "05", zh: 街, en: Street}]\n'
        "classes: [{code: 05-77, zh: 本地, en: Local, level: 2, platform: law-enforcement}]\n"
    )
    (tmp_path / "classes.yaml").write_text(own, encoding="utf-8")
    text = VALID.replace("    areas:", "    case_classes: classes.yaml\n    areas:")
    loaded = read_cameras(write_town(tmp_path, text.replace("05-01", "05-77")))
    assert loaded.case_classes.profile == "ours"
    with pytest.raises(ConfigError, match="'05-01': is not in the catalogue ours"):
        read_cameras(write_town(tmp_path, text))


def test_problems_of_the_catalogue_name_the_catalogue(tmp_path: Path) -> None:
    (tmp_path / "classes.yaml").write_text("version: 1\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_cameras(write_town(tmp_path, VALID.replace("    areas:", "    case_classes: classes.yaml\n    areas:")))
    assert {problem.file.name for problem in caught.value.problems} == {"classes.yaml"}
    assert {problem.key for problem in caught.value.problems} == {"profile", "deadlines", "majors", "classes"}


def test_the_example_is_valid_once_its_files_are_there(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    for name in ("areas", "grids", "roads", "water", "green", "buildings"):
        (tmp_path / f"{name}.geojson").touch()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "roadside.txt").write_text("x\n")
    (tmp_path / "cameras.yaml").write_text(text, encoding="utf-8")
    loaded = read_cameras(tmp_path / "cameras.yaml")
    assert loaded.warnings == ()
    assert [camera.id for camera in loaded.file.cameras] == [
        "office-01", "market-street-01", "school-gate-01", "reservoir-01",
    ]  # fmt: skip
