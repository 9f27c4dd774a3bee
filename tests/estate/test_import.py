"""From a township's table to cameras.yaml: what is found wrong, what is written, and that nothing is lost."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from config.accounts import account_of
from config.load import read_cameras
from config.vault import VAULT_FILE, Vault
from estate.apply import ApplyError, apply_plan
from estate.issue import Code
from estate.plan import Options, Plan, digest_of, plan_import
from estate.preview import preview
from estate.town_ground import load_ground
from gis.chinese_coordinates import gcj02_to_bd09, wgs84_to_gcj02
from runtime.clock import SystemClock
from tests.estate.town import CAMERAS_YAML, CODES, ENVIRON, csv_of, places, write_estate, xlsx_of

PLAIN = Options()
HEAD = ["编号", "名称", "IP", "品牌", "账号", "密码", "经度", "纬度", "村", "国标编码", "通道"]


def row(n: int, **changed: object) -> list[object]:
    """A good row; `changed` by heading."""
    lon, lat = places(n + 1, "清东村")[n]
    values: dict[str, object] = {
        "编号": "", "名称": f"点位{n}", "IP": f"10.20.1.{n + 1}", "品牌": "海康威视", "账号": "admin",
        "密码": "Hik-12345",
        "经度": round(lon, 6), "纬度": round(lat, 6), "村": "清东村", "国标编码": f"3306991010132{n:07d}", "通道": "",
    }  # fmt: skip
    return [(values | changed)[heading] for heading in HEAD]


def plan_of(config: Path, data: bytes, options: Options = PLAIN, **more) -> Plan:
    file = read_cameras(config).file
    ground = load_ground(file, config.parent)
    return plan_import(data, file, digest_of(config), ground, options, ENVIRON, config.parent, **more)


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Path:
    """Read only."""
    return write_estate(tmp_path_factory.mktemp("town"))


FAULTS = [
    ("no name", {"名称": ""}, "名称", Code.NAME_MISSING),
    ("no address", {"IP": ""}, "IP", Code.ADDRESS_MISSING),
    ("not an address", {"IP": "10.20.1.300"}, "IP", Code.ADDRESS_INVALID),
    ("foreign network", {"IP": "8.8.8.8"}, "IP", Code.ADDRESS_FOREIGN),
    ("unknown brand", {"品牌": "无名"}, "品牌", Code.BRAND_UNKNOWN),
    ("no password", {"账号": "root", "密码": ""}, "密码", Code.PASSWORD_MISSING),
    ("no user", {"账号": ""}, "账号", Code.USERNAME_MISSING),
    ("no account", {"账号": "", "密码": ""}, "账号", Code.ACCOUNT_MISSING),
    ("control characters", {"密码": "a\x01b"}, "密码", Code.PASSWORD_INVALID),
    ("lost digits", {"国标编码": "3.30699E+19"}, "国标编码", Code.CODE_LOST_DIGITS),
    ("short code", {"国标编码": "33069910"}, "国标编码", Code.CODE_INVALID),
    ("no coordinates", {"经度": "", "纬度": ""}, "经度", Code.COORDINATES_MISSING),
    ("zeros", {"经度": 0, "纬度": 0}, "经度", Code.COORDINATES_MISSING),
    ("nonsense", {"经度": "路口"}, "经度", Code.COORDINATES_INVALID),
    ("exchanged", {"经度": 30.08, "纬度": 120.47}, "经度", Code.COORDINATES_SWAPPED),
    ("outside", {"经度": 120.6, "纬度": 30.08}, "经度", Code.OUTSIDE_TOWN),
    ("metres among degrees", {"经度": 40543400, "纬度": 3328800}, "经度", Code.COORDINATES_FOREIGN),
    ("wrong village", {"村": "上坞村委会"}, "经度", Code.OUTSIDE_VILLAGE),
    ("unknown village", {"村": "清栋村"}, "村", Code.VILLAGE_UNKNOWN),
    ("no village", {"村": ""}, "村", Code.VILLAGE_ASSUMED),
    ("bad channel", {"通道": "左"}, "通道", Code.CHANNEL_INVALID),
    ("same id", {"编号": "other"}, "编号", Code.ID_REPEATED),
    ("same name", {"名称": "点位1"}, "名称", Code.NAME_REPEATED),
    ("same address", {"IP": "10.20.1.2"}, "IP", Code.ADDRESS_REPEATED),
    ("same code", {"国标编码": "33069910101320000001"}, "国标编码", Code.CODE_REPEATED),
    ("moved camera", {"编号": "office-01"}, "名称", Code.DIFFERS),
]


@pytest.mark.parametrize(("changed", "column", "code"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_every_problem_is_told_by_row_and_column(town, changed, column, code):
    others = [row(n) for n in range(1, 8)]
    others[3][0] = "other"
    plan = plan_of(town, csv_of([HEAD, *others, row(9, **changed)], "gbk"))
    assert (plan.system.system, plan.system.how) == ("wgs84", "certain")
    assert [(one.row, one.column, one.code) for one in plan.issues] == [(9, column, code)]
    (one,) = plan.issues
    assert one.zh != one.en
    assert "{" not in one.zh + one.en
    assert len(plan.cameras) == 8 - (one.level == "error") - (code is Code.DIFFERS)
    if code is Code.VILLAGE_UNKNOWN:
        assert one.suggestion == "清东村"


def test_a_good_table_is_written_without_touching_what_is_there(tmp_path):
    config = write_estate(tmp_path)
    config.chmod(0o640)
    rows = [row(n) for n in range(30)]
    rows += [row(30, 品牌="大华", 账号="admin", 密码="road-pass"), row(31, 品牌="宇视", 通道="D3", 村="清渡镇清东村"),
             row(32, 账号="查看", 密码="Other-1")]  # fmt: skip
    plan = plan_of(config, xlsx_of([["清渡镇点位"], HEAD, *rows]))
    assert plan.issues == []
    done = apply_plan(plan, config, ENVIRON, SystemClock())
    text = config.read_text(encoding="utf-8")
    assert (done.added, done.backup.read_text(encoding="utf-8")) == (33, CAMERAS_YAML)
    assert config.stat().st_mode & 0o777 == done.backup.stat().st_mode & 0o777 == 0o640
    assert [line for line in CAMERAS_YAML.splitlines() if line not in text.splitlines()] == []
    file = read_cameras(config).file
    assert [camera.id for camera in file.cameras[:2]] == ["office-01", "cam-10-20-1-1"]
    hik, dahua, uniview = file.cameras[1], file.cameras[31], file.cameras[32]
    assert (hik.streams.sub.url, hik.streams.main and hik.streams.main.url, hik.device and hik.device.url) == (
        "rtsp://10.20.1.1/Streaming/Channels/102", "rtsp://10.20.1.1/Streaming/Channels/101",
        "http://10.20.1.1/onvif/device_service",
    )  # fmt: skip
    assert dahua.streams.sub.url == "rtsp://10.20.1.31/cam/realmonitor?channel=1&subtype=1"
    assert (uniview.id, uniview.streams.sub.url, uniview.device) == (
        "cam-10-20-1-32-ch3", "rtsp://10.20.1.32/unicast/c3/s1/live", None
    )  # fmt: skip
    assert (hik.area, hik.position and hik.position.height_m) == (CODES["清东村"], 6.0)
    # The account that is there already is used again; others are in the vault, and nowhere else.
    accounts = [account_of(camera, file, ENVIRON, tmp_path) for camera in (hik, dahua, file.cameras[33])]
    assert [(a.username, a.password) for a in accounts if a] == [
        ("admin", "Hik-12345"), ("admin", "road-pass"), ("查看", "Other-1")
    ]  # fmt: skip
    assert (hik.credentials, dahua.credentials) == ("admin-1", "roadside")
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert b"Hik-12345" not in everything
    assert "Hik-12345" not in repr(plan) + str(preview(plan))

    again = plan_of(config, xlsx_of([["清渡镇点位"], HEAD, *rows]))
    assert (again.cameras, again.changes, again.known, again.issues, again.accounts) == ([], [], 33, [], [])


SYSTEMS = {"gcj02": wgs84_to_gcj02, "bd09": lambda lon, lat: gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))}


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_table_in_another_system_lands_where_the_cameras_are(town, system):
    true = places(40, "上坞村")
    rows = [row(n, 经度=SYSTEMS[system](*place)[0], 纬度=SYSTEMS[system](*place)[1], 村="上坞")
            for n, place in enumerate(true)]  # fmt: skip
    plan = plan_of(town, csv_of([HEAD, *rows]))
    assert (plan.system.system, plan.system.how, plan.issues) == (system, "certain", [])
    for camera, place in zip(plan.cameras, true, strict=True):
        at = camera["position"]
        assert isinstance(at, dict)
        assert (at["lon"], at["lat"]) == pytest.approx(place, abs=1e-7)
    told = plan_of(town, csv_of([HEAD, *rows]), Options(coordinates="wgs84"))
    assert (told.system.system, told.system.how) == ("wgs84", "told")
    assert told.system.guess.best is not None
    assert told.system.guess.best.system == system


def test_an_unknown_system_stops_the_writing_until_it_is_told(tmp_path):
    config = write_estate(tmp_path)
    # Without roads, one camera in the middle of its village is inside under every system.
    config.write_text(CAMERAS_YAML.replace(", base: {roads: roads.geojson}", ""), encoding="utf-8")
    data = csv_of([HEAD, row(1, 经度=120.4752, 纬度=30.0812)])
    plan = plan_of(config, data)
    assert (plan.system.system, plan.system.how) == ("", "unclear")
    with pytest.raises(ApplyError, match="say it with --coordinates"):
        apply_plan(plan, config, ENVIRON, SystemClock())
    by_heading = plan_of(config, csv_of([[f"{h}(百度)" if h == "经度" else h for h in HEAD], row(1)]))
    assert (by_heading.system.system, by_heading.system.how) == ("bd09", "heading")
    told = plan_of(config, data, Options(coordinates="wgs84"))
    assert apply_plan(told, config, ENVIRON, SystemClock()).added == 1
    with pytest.raises(ApplyError, match="changed after the preview"):
        apply_plan(told, config, ENVIRON, SystemClock())


def test_addresses_with_accounts_in_them_are_taken_apart(town):
    head = ["Name", "RTSP URL", "Sub stream", "Village", "Lon Lat", "Status"]
    url = "rtsp://admin:p%40ss@10.20.2.7:554/h264/ch1/main/av_stream"
    sub = url.replace("main", "sub")
    rows = [["Gate", url, sub, "清东", "120°28′12.0″ 30°04'48\"", "停用"],
            ["Door", "rtsp://10.20.2.8/live", "", "上坞村", "120.4301，30.0801", "在线"]]  # fmt: skip
    plan = plan_of(town, csv_of([head, *rows], separator="\t"), Options(coordinates="wgs84"))
    gate, door = plan.cameras
    assert gate["streams"] == {"sub": {"url": sub.replace("admin:p%40ss@", "")},
                               "main": {"url": url.replace("admin:p%40ss@", "")}}  # fmt: skip
    assert [(one.username, one.password) for one in plan.accounts] == [("admin", "p@ss")]
    assert gate["position"] == {"lon": 120.47, "lat": 30.08, "height_m": 6.0}
    assert (gate["enabled"], "enabled" in door) == (False, False)
    assert door["streams"] == {"sub": {"url": "rtsp://10.20.2.8/live"}}


def test_known_cameras_take_over_what_the_table_says_when_told_so(tmp_path):
    config = write_estate(tmp_path)
    table = csv_of([HEAD, row(0, 编号="office-01", 名称="大厅 (新)", IP="10.20.0.77", 村="上坞村", 经度="", 纬度=""),
                    *[row(n) for n in range(1, 6)]])  # fmt: skip
    plan = plan_of(config, table)
    assert (len(plan.cameras), plan.known, plan.changes) == (5, 1, [])
    assert [one.code for one in plan.issues] == [Code.COORDINATES_MISSING, Code.DIFFERS]
    plan = plan_of(config, table, Options(update=True))
    assert apply_plan(plan, config, ENVIRON, SystemClock()).changed == 1
    camera = read_cameras(config).file.cameras[0]
    assert (camera.name, camera.area, camera.credentials) == ("大厅 (新)", CODES["上坞村"], "admin-1")
    assert camera.streams.sub.url == "rtsp://10.20.0.77/Streaming/Channels/102"
    assert camera.position is not None
    text = config.read_text(encoding="utf-8")
    assert "# small" in text
    assert re.findall(r"# .*", text) == re.findall(r"# .*", CAMERAS_YAML)


def test_what_would_break_the_file_is_not_written(tmp_path):
    config = write_estate(tmp_path)
    plan = plan_of(config, csv_of([HEAD, *[row(n) for n in range(5)]]))
    foreign = replace(plan, changes=[], accounts=plan.accounts)
    foreign.rows[0].camera = {**(foreign.rows[0].camera or {}), "area": "x y"}
    with pytest.raises(ApplyError, match="would have problems"):
        apply_plan(foreign, config, ENVIRON, SystemClock())
    assert config.read_text(encoding="utf-8") == CAMERAS_YAML
    assert not (tmp_path / VAULT_FILE).exists()
    assert Vault(tmp_path, {}).names() == []
    assert list(tmp_path.glob("*.bak")) == []
