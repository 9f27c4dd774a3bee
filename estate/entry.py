"""One row of the table, read field by field. Nothing is looked up here: only what the cells themselves say."""

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from config.cameras import check_stream_url
from estate.brands import Brand, brand_of
from estate.columns import Columns
from estate.issue import Code, Issue, issue
from estate.sheet import Line

MAX_CHANNEL = 1024
_SDK_PORTS = {8000, 8008, 30000, 37777, 37778}
_YES = {
    "是",
    "启用",
    "在用",
    "正常",
    "在线",
    "离线",
    "故障",
    "1",
    "true",
    "yes",
    "y",
    "enabled",
    "in use",
    "ok",
    "online",
}
_NO = {"否", "停用", "禁用", "未启用", "拆除", "已拆除", "报废", "0", "false", "no", "n", "disabled"}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_NUMBER = re.compile(r"[-+]?[0-9]{1,9}([.,][0-9]{1,15})?")
_DMS = re.compile(
    r"([0-9]{1,3})\s*[°度º]\s*(?:([0-9]{1,2}(?:\.[0-9]+)?)\s*['′’分]\s*)?(?:([0-9]{1,2}(?:\.[0-9]+)?)\s*(?:[\"″”秒]|''))?"
)


@dataclass(slots=True)
class Entry:
    """`streams`: addresses the row gives itself, (sub, main), without user. `numbers`: (x, y) as the table has them."""

    row: int
    id: str = ""
    name: str = ""
    name_en: str = ""
    host: str = ""
    rtsp_port: int = 554
    http_port: int = 80
    channel: int = 1
    has_channel: bool = False
    maker: str = ""
    brand: Brand | None = None
    recorder: bool = False
    username: str = ""
    password: str = field(default="", repr=False)
    place: str = ""
    village: str = ""
    national_code: str = ""
    streams: tuple[str, str] = ("", "")
    numbers: tuple[float, float] | None = None
    height_m: float | None = None
    enabled: bool | None = None
    """None: the row does not say."""
    issues: list[Issue] = field(default_factory=list)

    @property
    def faulty(self) -> bool:
        return any(one.level == "error" for one in self.issues)


class EntryReader:
    """Reads the lines of one table."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def read(self, line: Line) -> Entry:
        def cell(name: str) -> str:
            return self._columns.value(line, name)

        entry = Entry(line.number, name_en=cell("name_en")[:120], place=cell("place"), village=cell("village"))
        entry.name = cell("name")[:120]
        if not entry.name:
            self._tell(entry, "name", Code.NAME_MISSING)
        entry.username, entry.password = cell("username"), cell("password")
        entry.maker = cell("brand")
        entry.brand = brand_of(entry.maker, cell("model"))
        entry.recorder = any("nvr" in cell(name).lower() or "录像机" in cell(name) for name in ("brand", "model"))
        entry.id = cell("id")
        if entry.id and _ID.fullmatch(entry.id) is None:
            entry.id = ""  # a running number with dots or the like: replaced where ids are given
        self._read_ports(entry, cell("port"), cell("rtsp_port"), cell("http_port"), cell("channel"))
        self._read_streams(entry, cell("sub_url"), cell("main_url"))
        self._read_host(entry, cell("ip"))
        self._read_code(entry, cell("national_code"))
        self._read_place(entry, cell("lon"), cell("lat"), cell("lonlat"))
        self._read_rest(entry, cell("height"), cell("enabled"))
        return entry

    def _tell(self, entry: Entry, name: str, code: Code, **words: object) -> None:
        entry.issues.append(issue(entry.row, self._columns.heading(name), code, **words))

    def _read_ports(self, entry: Entry, port: str, rtsp: str, http: str, channel: str) -> None:
        if channel:
            digits = re.sub(r"^(通道|ch|d|channel)\s*", "", channel.lower())
            number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 4 else 0
            if 1 <= number <= MAX_CHANNEL:
                entry.channel, entry.has_channel = number, True
            else:
                self._tell(entry, "channel", Code.CHANNEL_INVALID, value=channel)
        numbers = {}
        for name, text in (("port", port), ("rtsp_port", rtsp), ("http_port", http)):
            if text:
                numbers[name] = int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else 0
                if not 0 < numbers[name] < 65536:
                    self._tell(entry, name, Code.PORT_INVALID, value=text)
        entry.rtsp_port = numbers.get("rtsp_port", 554)
        entry.http_port = numbers.get("http_port", 80)
        # A port without a name is mostly that of the maker's own protocol, which is of no use here.
        plain = numbers.get("port", 0)
        if str(plain).endswith("554"):
            entry.rtsp_port = plain
        elif plain in (80, 81, 8080):
            entry.http_port = plain
        elif plain and plain not in _SDK_PORTS:
            self._tell(entry, "port", Code.PORT_UNCLEAR, value=plain)

    def _read_streams(self, entry: Entry, sub: str, main: str) -> None:
        kept = []
        for name, text in (("sub_url", sub), ("main_url", main)):
            url = self._without_user(entry, text)
            if url:
                try:
                    check_stream_url(url)
                except ValueError as rule:
                    self._tell(entry, name, Code.URL_INVALID, value=rule)
                    url = ""
            kept.append(url)
        entry.streams = (kept[0], kept[1])

    def _without_user(self, entry: Entry, url: str) -> str:
        """Tables are full of rtsp://admin:password@…: the account is taken out, and used where the row has no other."""
        scheme, separator, rest = url.partition("://")
        authority, slash, path = rest.partition("/")
        user, at, host = authority.rpartition("@")
        if not at:
            return url
        name, _, password = user.partition(":")
        if not entry.username:
            entry.username, entry.password = unquote(name), entry.password or unquote(password)
        return f"{scheme}{separator}{host}{slash}{path}"

    def _read_host(self, entry: Entry, text: str) -> None:
        host, _, port = text.partition(":") if text.count(":") == 1 else (text, "", "")
        host = host.removeprefix("http://").strip("/ ")
        if not host:
            named = [urlsplit(url).hostname or "" for url in entry.streams if url]
            entry.host = named[0] if named else ""
            if not entry.host:
                self._tell(entry, "ip", Code.ADDRESS_MISSING)
            return
        try:
            entry.host = str(ip_address(host))
        except ValueError:
            self._tell(entry, "ip", Code.ADDRESS_INVALID, value=text)
            return
        if port.isdigit() and port.endswith("554"):
            entry.rtsp_port = int(port)

    def _read_code(self, entry: Entry, text: str) -> None:
        if not text:
            return
        if re.fullmatch(r"[0-9]{20}", text):
            entry.national_code = text
        elif re.fullmatch(r"[0-9.]+[eE]\+?[0-9]+", text):
            self._tell(entry, "national_code", Code.CODE_LOST_DIGITS, value=text)
        else:
            self._tell(entry, "national_code", Code.CODE_INVALID, value=text)

    def _read_place(self, entry: Entry, lon: str, lat: str, both: str) -> None:
        column = "lon"
        if both and not (lon or lat):
            column = "lonlat"
            parts = [part for part in re.split(r"[,，;；、/\s]+", both) if part]
            lon, lat = (parts[0], parts[1]) if len(parts) == 2 else (both, "?")
        if not (lon or lat):
            return
        x, y = _coordinate(lon), _coordinate(lat)
        if x is None or y is None:
            self._tell(entry, column, Code.COORDINATES_INVALID, value=f"{lon} {lat}".replace("?", "").strip())
        elif x or y:  # zeros are how a database says that it does not know
            if 3 <= x <= 54 and 73 <= y <= 136:
                x, y = y, x
                self._tell(entry, column, Code.COORDINATES_SWAPPED)
            entry.numbers = (x, y)

    def _read_rest(self, entry: Entry, height: str, enabled: str) -> None:
        if height:
            found = re.fullmatch(r"([0-9]{1,3}(\.[0-9]+)?)\s*(米|m)?", height.lower())
            if found and 0 < float(found[1]) <= 500:
                entry.height_m = float(found[1])
            else:
                self._tell(entry, "height", Code.HEIGHT_INVALID, value=height)
        if enabled:
            entry.enabled = enabled.lower() not in _NO
        if entry.enabled and enabled.lower() not in _YES:
            self._tell(entry, "enabled", Code.ENABLED_UNCLEAR, value=enabled)


def _coordinate(text: str) -> float | None:
    """Degrees as a number or as 120°26′15.3″, or metres; None where it is neither."""
    plain = re.sub(r"^(东经|北纬|[eEnN])|([eEnN]|米|m)$", "", text.strip()).strip()
    if _NUMBER.fullmatch(plain):
        return float(plain.replace(",", "."))
    found = _DMS.fullmatch(plain)
    if found is None and re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?[°度]", plain):
        return float(plain[:-1])
    if found is None:
        return None
    degrees, minutes, seconds = (float(part or 0) for part in found.groups())
    return degrees + minutes / 60 + seconds / 3600 if minutes < 60 and seconds < 60 else None
