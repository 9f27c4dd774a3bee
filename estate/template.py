"""An empty table with the headings the import knows best, two rows that show how, and a sheet that explains them."""

import io

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill

COLUMNS = (
    ("名称", 28, "必填。监控点的名称，例如：清东村村口", "needed: what the place is called"),
    ("村", 16, "所属村或社区的名称或代码；有坐标时可不填", "name or code of the village; not needed with coordinates"),
    ("IP地址", 16, "必填（或填取流地址）。须在允许的网段内", "needed, or a stream address; in an allowed network"),
    ("品牌", 12, "海康、大华、宇视、普联等；其他品牌请填取流地址", "of others give stream addresses"),
    ("型号", 20, "可不填", "may be left out"),
    ("通道", 8, "录像机的通道号；直连摄像机不填", "channel of a recorder; empty for a camera of its own"),
    ("账号", 12, "设备的用户名", "user name at the device"),
    ("密码", 14, "导入后加密保存，不再显示；导入后请删除表中的密码", "kept encrypted; delete it here afterwards"),
    ("经度", 14, "十进制度数；坐标系自动识别", "degrees; the coordinate system is found out"),
    ("纬度", 14, "同上", "the same"),
    ("高度", 8, "镜头离地高度（米），不填按 6 米", "of the lens above ground, metres; 6 if empty"),
    ("国标编码", 24, "GB/T 28181 的 20 位编码，列设为文本", "20 digits of GB/T 28181; format the column as text"),
    ("子码流", 40, "取流地址，不含账号；已知品牌可不填", "stream address without account; known brands need none"),
    ("主码流", 40, "同上", "the same"),
)  # fmt: skip
"""(heading, width, what it is in Chinese, in English)."""


def as_template(village: str, lon: float, lat: float) -> bytes:
    """A workbook. The rows' addresses are of RFC 5737: forgotten, they are refused, as none of the allowed networks."""
    book = Workbook()
    sheet = book.active
    sheet.title = "点位"
    sheet.append([heading for heading, *_ in COLUMNS])
    at = (round(lon, 6), round(lat, 6))
    sheet.append(["示例：村口", village, "192.0.2.11", "海康", "DS-2CD3T46", "", "admin", "请改", *at, 4.5])
    sheet.append(["示例：农贸市场东门", village, "192.0.2.12", "大华", "", 3, "admin", "请改", at[0], at[1] + 0.001, 6])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDE8F5")
    for number, (_, width, *_) in enumerate(COLUMNS):
        sheet.column_dimensions["ABCDEFGHIJKLMN"[number]].width = width
    for cell in sheet["L"]:
        cell.number_format = "@"
    sheet.freeze_panes = "B2"
    _explain(book.create_sheet("说明"))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _explain(sheet) -> None:  # type: ignore[no-untyped-def]
    sheet.append(["列", "填写说明", "What goes there"])
    for heading, _, zh, en in COLUMNS:
        sheet.append([heading, zh, en])
    sheet.append(["", "两行示例请删除后再导入。", "Delete the two example rows before the import."])
    for column, width in (("A", 14), ("B", 56), ("C", 60)):
        sheet.column_dimensions[column].width = width
    for row in sheet.iter_rows():
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in sheet[1]:
        cell.font = Font(bold=True)
