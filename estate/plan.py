"""What an import would do: the preview, and what is written when it is applied."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from config.accounts import MissingPassword, account_named
from config.cameras import Camera, CamerasFile
from config.vault import MAX_PASSWORD_BYTES
from config.yaml_document import Value
from estate.addresses import Answers, device_url, stream_urls
from estate.columns import Columns, Table, find_table
from estate.entry import Entry, EntryReader
from estate.issue import Code, Issue, issue
from estate.known import KnownCameras, changes_of
from estate.new_account import NewAccount
from estate.places import Placed, place_entries
from estate.sheet import read_sheets
from estate.town_ground import TownGround
from gis.system_choice import SystemChoice
from ingest.onvif.probe import Probed

DEFAULT_HEIGHT_M = 6.0
_MAX_USERNAME = 128


@dataclass(frozen=True, slots=True)
class Options:
    coordinates: str = ""
    """A name of gis.coordinate_systems; "" finds it out."""
    credentials: str = ""
    """An entry under credentials for rows without an account."""
    height_m: float = DEFAULT_HEIGHT_M
    """Of lenses whose row does not say."""
    update: bool = False
    """Cameras known already take over what the table says differently."""


@dataclass(frozen=True, slots=True)
class Change:
    """One key of a camera known already: where it stands below the camera, and what it becomes."""

    index: int
    camera_id: str
    path: tuple[str, ...]
    value: Value


@dataclass(slots=True)
class Planned:
    """One row. `camera` is what cameras.yaml would gain; None for a faulty row and for one known already."""

    entry: Entry
    account: str | None = None
    camera: dict[str, Value] | None = None
    known_as: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """`digest` is that of the cameras.yaml it was made against: it is applied to no other."""

    columns: Columns
    form: str
    system: SystemChoice
    rows: list[Planned]
    accounts: list[NewAccount]
    changes: list[Change]
    digest: str
    base: CamerasFile

    @property
    def issues(self) -> list[Issue]:
        return [one for row in self.rows for one in row.entry.issues]

    @property
    def cameras(self) -> list[dict[str, Value]]:
        """What would be added."""
        return [row.camera for row in self.rows if row.camera is not None]

    @property
    def faulty(self) -> int:
        return sum(1 for row in self.rows if row.entry.faulty)

    @property
    def known(self) -> int:
        return sum(1 for row in self.rows if row.known_as and not row.entry.faulty)


def digest_of(config: Path) -> str:
    return hashlib.sha256(config.read_bytes()).hexdigest()


def plan_import(
    data: bytes, file: CamerasFile, digest: str, ground: TownGround, options: Options,
    environ: Mapping[str, str], base_dir: Path, answers: Answers | None = None,
) -> Plan:  # fmt: skip
    """`base_dir` is the folder of cameras.yaml. Raises SheetError when there is no table in `data`."""
    return plan_table(find_table(read_sheets(data)), file, digest, ground, options, environ, base_dir, answers)


def plan_table(
    table: Table, file: CamerasFile, digest: str, ground: TownGround, options: Options,
    environ: Mapping[str, str], base_dir: Path, answers: Answers | None = None,
) -> Plan:  # fmt: skip
    """The same of a table that is read already."""
    reader = EntryReader(table.columns)
    entries = [reader.read(line) for line in table.lines]
    choice, placed = place_entries(entries, table.columns, ground, options.coordinates)
    _repeated(entries, table.columns)
    _foreign(entries, table.columns, file.allowed_networks)
    accounts = _Accounts(file, environ, base_dir, table.columns, options)
    known = KnownCameras(file.cameras)
    rows, changes = [], []
    for one in placed:
        index = known.find(one.entry)
        account = accounts.name_for(one.entry, file.cameras[index] if index is not None else None)
        planned = Planned(one.entry, account)
        rows.append(planned)
        if index is not None:
            camera = file.cameras[index]
            planned.known_as = camera.id
            if not one.entry.faulty:
                found = changes_of(camera, one, account, options.height_m)
                changes += [Change(index, camera.id, path, value) for path, value in found] if options.update else []
                _tell_changes(one.entry, camera, found, options, table.columns)
        elif not one.entry.faulty:
            answer = (answers or {}).get(one.entry.row)
            planned.camera = _camera(one, known, table.columns, planned, options, answer)
    used = {row.camera.get("credentials") for row in rows if row.camera} | {
        change.value for change in changes if change.path == ("credentials",)
    }
    new = [account for account in accounts.new if account.name in used]
    return Plan(table.columns, table.sheet.form, choice, rows, new, changes, digest, file)


def _tell_changes(
    entry: Entry, camera: Camera, found: Sequence[tuple[tuple[str, ...], Value]], options: Options, columns: Columns
) -> None:
    if found and not options.update:
        shown = ", ".join(".".join(path) for path, _ in found)
        entry.issues.append(issue(entry.row, columns.heading("name"), Code.DIFFERS, id=camera.id, value=shown))


def _repeated(entries: Sequence[Entry], columns: Columns) -> None:
    """Names, ids, codes and addresses given twice; every later row names the first."""
    firsts: dict[tuple[str, object], int] = {}
    for entry in entries:
        address = (entry.host, entry.rtsp_port, entry.channel, entry.streams) if entry.host else ""
        for column, value, code in (
            ("id", entry.id.casefold(), Code.ID_REPEATED),
            ("name", entry.name, Code.NAME_REPEATED),
            ("national_code", entry.national_code, Code.CODE_REPEATED),
            ("ip", address, Code.ADDRESS_REPEATED),
        ):
            first = firsts.setdefault((column, value), entry.row) if value else entry.row
            if first != entry.row:
                entry.issues.append(issue(entry.row, columns.heading(column), code, other=first))


def _foreign(entries: Sequence[Entry], columns: Columns, allowed: Sequence[str]) -> None:
    networks = [ip_network(text) for text in allowed]
    for entry in entries:
        hosts = {"ip": entry.host, **dict(zip(("sub_url", "main_url"), map(_host, entry.streams), strict=True))}
        told = set()
        for column, host in hosts.items():
            try:
                address = ip_address(host)
            except ValueError:
                continue  # a name, or nothing: checked when it is resolved
            if host not in told and not any(address in one for one in networks if one.version == address.version):
                told.add(host)
                entry.issues.append(issue(entry.row, columns.heading(column), Code.ADDRESS_FOREIGN, value=host))


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


class _Accounts:
    """Accounts of the rows by name: an entry that is there already, or a new one for each pair of user and password."""

    def __init__(
        self, file: CamerasFile, environ: Mapping[str, str], base_dir: Path, columns: Columns, options: Options
    ) -> None:
        self._columns, self._default = columns, options.credentials
        self._names = set(file.credentials)
        self._by_pair: dict[tuple[str, str], str] = {}
        self._by_user: dict[str, list[str]] = {}
        self.new: list[NewAccount] = []
        for name, credentials in file.credentials.items():
            self._by_user.setdefault(credentials.username, []).append(name)
            try:
                account = account_named(name, file, environ, base_dir)
            except MissingPassword:
                continue  # its password is not here: then rows with it get an entry of their own
            if account is not None:
                self._by_pair.setdefault((account.username, account.password), name)

    def name_for(self, entry: Entry, known: Camera | None) -> str | None:
        """None for a row without an account, and for one whose account is faulty (then it has an issue).

        A known camera keeps its own where the row says no password: exported tables have none.
        """
        username, password = entry.username, entry.password
        own = known.credentials if known is not None else None
        if known is not None and not password and (not username or own in self._by_user.get(username, [])):
            return own
        if not username and not password:
            if not self._default:
                self._tell(entry, "username", Code.ACCOUNT_MISSING)
            return self._default or None
        if not username:
            self._tell(entry, "username", Code.USERNAME_MISSING)
            return None
        if not password:
            same = self._by_user.get(username, [])
            if len(same) == 1:
                return same[0]
            self._tell(entry, "password", Code.PASSWORD_MISSING, value=username)
            return None
        odd = any(ord(character) < 32 or ord(character) == 127 for character in username + password)
        if odd or len(username) > _MAX_USERNAME or len(password.encode()) > MAX_PASSWORD_BYTES:
            self._tell(entry, "password", Code.PASSWORD_INVALID)
            return None
        return self._by_pair.get((username, password)) or self._add(username, password)

    def _add(self, username: str, password: str) -> str:
        plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in username)[:48].strip("-_")
        number = 1
        while (name := f"{plain or 'account'}-{number}") in self._names:
            number += 1
        self._names.add(name)
        self._by_pair[username, password] = name
        self.new.append(NewAccount(name, username, password))
        return name

    def _tell(self, entry: Entry, column: str, code: Code, **words: object) -> None:
        entry.issues.append(issue(entry.row, self._columns.heading(column), code, **words))


def _camera(
    one: Placed, known: KnownCameras, columns: Columns, planned: Planned, options: Options, answer: Probed | None
) -> dict[str, Value] | None:
    """The camera as cameras.yaml has it; None, with an issue, where it is none."""
    entry, account = one.entry, planned.account
    sub, main = stream_urls(entry, answer)
    if answer is not None and answer.problem is not None:
        entry.issues.append(
            issue(
                entry.row, columns.heading("ip"), Code.PROBE_FAILED, value=answer.problem.en, value_zh=answer.problem.zh
            )
        )
    if not sub:
        told = issue(entry.row, columns.heading("brand"), Code.BRAND_UNKNOWN, value=entry.maker or "?")
        entry.issues.append(told)
    if not sub or one.area is None:
        return None
    camera = _described(one, known, account, options, (sub, main), device_url(entry, answer))
    try:
        Camera.model_validate(camera)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False, include_context=False):
            where = ".".join(str(step) for step in detail["loc"])
            entry.issues.append(issue(entry.row, where, Code.REFUSED, value=detail["msg"]))
        return None
    return camera


def _described(
    one: Placed, known: KnownCameras, account: str | None, options: Options, urls: tuple[str, str], device: str
) -> dict[str, Value]:
    entry, (sub, main) = one.entry, urls
    area = one.area.code if one.area is not None else ""
    streams: dict[str, Value] = {"sub": {"url": sub}}
    if main and main != sub:
        streams["main"] = {"url": main}
    camera: dict[str, Value] = {"id": known.new_id(entry), "name": entry.name, "area": area, "streams": streams}
    if entry.name_en:
        camera["name_en"] = entry.name_en
    if entry.national_code:
        camera["national_code"] = entry.national_code
    if account:
        camera["credentials"] = account
    if entry.enabled is False:
        camera["enabled"] = False
    if one.place is not None:
        lon, lat = one.place
        camera["position"] = {"lon": lon, "lat": lat, "height_m": entry.height_m or options.height_m}
    if device:
        camera["device"] = {"url": device}
    return camera
