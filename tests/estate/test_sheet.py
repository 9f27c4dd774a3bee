"""Tables as townships save them are read; files that are none are refused within bounds."""

import io
import zipfile

import pytest

from estate.columns import find_table
from estate.sheet import MAX_ROWS, SheetError, read_sheets
from tests.estate.town import csv_of, xlsx_of

ROWS: list[list[object]] = [["点位名称", "IP地址", "密码"], ["渡口街", "10.20.0.5", "a'b"], ["桥头", "10.20.0.6", "x"]]
SAVED = [
    ("utf-8", csv_of(ROWS), "UTF-8, comma"),
    ("utf-8 with a mark", csv_of(ROWS, "utf-8-sig"), "UTF-8, comma"),
    ("gbk, semicolon", csv_of(ROWS, "gbk", ";"), "GB18030, semicolon"),
    ("gb18030, tab", csv_of(ROWS, "gb18030", "\t"), "GB18030, tab"),
    ("unicode text of Excel", csv_of(ROWS, "utf-16", "\t"), "UTF-16, tab"),
    ("xlsx", xlsx_of(ROWS), "xlsx"),
]


@pytest.mark.parametrize(("data", "form"), [row[1:] for row in SAVED], ids=[row[0] for row in SAVED])
def test_the_same_table_in_every_form(data, form):
    (sheet,) = read_sheets(data)
    assert sheet.form == form
    assert [list(line.cells) for line in sheet.lines] == ROWS
    assert [line.number for line in sheet.lines] == [1, 2, 3]


def test_numbers_of_a_workbook_are_written_as_people_see_them():
    (sheet,) = read_sheets(xlsx_of([["a"], [554], [120.4512], [3.3069910101320001e19], [True], [12.0]]))
    assert [line.cells[0] for line in sheet.lines[1:]] == ["554", "120.4512", "3.30699101013200e+19", "True", "12"]


def bomb() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (60 * 1024 * 1024))
    return data.getvalue()


def with_doctype() -> bytes:
    data, plain = io.BytesIO(), zipfile.ZipFile(io.BytesIO(xlsx_of(ROWS)))
    with zipfile.ZipFile(data, "w") as archive:
        for name in plain.namelist():
            text = plain.read(name)
            if name.endswith("sheet1.xml"):
                text = b'<!DOCTYPE x [<!ENTITY a "b">]>' + text
            archive.writestr(name, text)
    return data.getvalue()


WORKBOOK = xlsx_of(ROWS)
REFUSED = [
    ("a bomb", bomb(), "unpacks to more than"),
    ("entities", with_doctype(), "XML that no spreadsheet writes"),
    ("an old workbook", b"\xd0\xcf\x11\xe0" + bytes(100), "save it as .xlsx or CSV"),
    ("half a workbook", WORKBOOK[: len(WORKBOOK) // 2], "damaged"),
    ("a zip of something else", WORKBOOK[:30] + bytes(60), "damaged"),
    ("bytes", b"\xff\xff\x00\x81", "neither UTF-8 nor GB18030"),
    ("too many rows", b"a\n" * (MAX_ROWS + 1), "more than"),
    ("too large", bytes(17 * 1024 * 1024), "larger than 16 MB"),
]


@pytest.mark.parametrize(("data", "said"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_no_table_is_refused_with_what_to_do(data, said):
    with pytest.raises(SheetError, match=said):
        read_sheets(data)


def test_a_workbook_with_any_byte_changed_is_read_or_refused():
    for at in range(0, len(WORKBOOK), 97):
        broken = bytearray(WORKBOOK)
        broken[at] ^= 0x55
        try:
            read_sheets(bytes(broken))
        except SheetError:
            continue


def test_headings_are_found_under_a_title_in_any_order_and_wording():
    rows: list[list[object]] = [
        ["清渡镇视频监控点位表（2024年）"], ["填表人：王"],
        ["序号", "一级监控点位名称", "摄像机IP地址", "设备厂家", "登录用户名", "登陆密码", "安装位置", "经度（GCJ02）",
         "纬度", "所属行政村", "国标编码*", "通道号", "备注"],
    ]  # fmt: skip
    table = find_table(read_sheets(xlsx_of([*rows, [1, "a"]])))
    assert table.columns.heading_row == 3
    assert set(table.columns.at) == {"name", "ip", "brand", "username", "password", "place", "lon", "lat", "village",
                                     "national_code", "channel"}  # fmt: skip
    assert (table.columns.system, table.columns.unknown) == ("gcj02", ("序号", "备注"))
    assert [line.number for line in table.lines] == [4]
    english = find_table(read_sheets(b"Password,Village,Camera name,IP Address,Vendor,Username,Longitude,Latitude\n"))
    assert list(english.columns.at) == ["password", "village", "name", "ip", "brand", "username", "lon", "lat"]


def test_a_table_of_something_else_is_refused_with_what_is_needed():
    with pytest.raises(SheetError, match=r"名称.*IP地址.*the first row says: 姓名, 电话"):
        find_table(read_sheets("姓名,电话\n王,1".encode()))
