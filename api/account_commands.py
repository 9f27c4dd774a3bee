"""`gridwatch accounts …`: people from a table, who there is, and the way back in when no administrator is left.

Whoever has a shell on the machine has its database too: these commands take nothing from anybody who had it, but they
leave their trace in the audit. They work beside a running command centre."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from api.town_files import read_town, today_in
from config.load import load_cameras
from incidents.areas import Area
from incidents.errors import NotFound
from incidents.password_codes import PasswordCode, PasswordCodes
from incidents.rights import CONSOLE, ROLES
from incidents.service import Incidents
from incidents.store import DATABASE_FILE, EVIDENCE_FOLDER, open_store
from incidents.views import AccountView
from incidents.workers import Imported, import_workers
from runtime.clock import SystemClock


def accounts_import(given: argparse.Namespace) -> int:
    """Makes accounts of grid workers from a table; those already known are left as they are."""
    done = import_accounts(given.config, given.data, given.database, given.table)
    print(f"{len(done.created)} accounts made, {len(done.known)} known already")
    return 0


def import_accounts(config: Path, data: Path, database: str, table: Path) -> Imported:
    """Raises Invalid naming the line. The store is made where there is none."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _opened(config, data, database) as (incidents, areas):
        incidents.load_areas(areas)
        return import_workers(CONSOLE, incidents.accounts, incidents.workers, table.read_text(encoding="utf-8"))


def accounts_list(given: argparse.Namespace) -> int:
    """Tells every account: user name, name, roles with their areas, whether it is in use, and when it last was."""
    with _known(given) as incidents:
        found = [one for one in incidents.accounts.list(CONSOLE) if _wanted(one, given.role)]
        zone, now = incidents.town.timezone, incidents.accounts.clock.now()
    for one in found:
        roles = ", ".join(f"{held.role}@{held.area}" for held in one.roles)
        seen = _moment(one.seen_at, zone) if one.seen_at is not None else "never"
        print(f"{one.username}\t{one.name}\t{roles}\t{_standing(one, zone, now)}\tlast used: {seen}")
    active = sum(1 for one in found if _standing(one, zone, now) != "ended")
    print(f"{len(found)} accounts, {active} in use")
    return 0


def accounts_recover(given: argparse.Namespace) -> int:
    """Lets an account in again and prints a one-time code, with which its owner sets a password at the sign-in page."""
    with _known(given) as incidents:
        codes = PasswordCodes(incidents.accounts)
        code = codes.recover(given.username, incidents.town.area if given.administrator else None)
        _hand_over(code, incidents.town.timezone)
    return 0


def accounts_add_administrator(given: argparse.Namespace) -> int:
    """Makes a new administrator of the whole town and prints a one-time code to sign in with."""
    with _known(given) as incidents:
        if incidents.accounts.setup_needed():
            raise NotFound("there is no first account yet: make it in the browser, with `gridwatch setup-code`")
        codes = PasswordCodes(incidents.accounts)
        code = codes.new_administrator(given.username, given.name, incidents.town.area)
        _hand_over(code, incidents.town.timezone)
    return 0


def _hand_over(code: PasswordCode, zone: ZoneInfo) -> None:
    print(f"user name: {code.username}")
    print(f"one-time code: {code.code} (once, until {_moment(code.expires_at, zone)}; it is not shown again)")
    print("at the sign-in page: 使用一次性代码 / Use a one-time code")


def _wanted(account: AccountView, role: str) -> bool:
    return not role or any(held.role == role for held in account.roles)


def _standing(account: AccountView, zone: ZoneInfo, now: float) -> str:
    if not account.enabled or (account.leaves_at is not None and account.leaves_at <= now):
        return "ended"
    return f"leaves {_moment(account.leaves_at, zone)}" if account.leaves_at is not None else "in use"


def _moment(at: float, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M")


@contextmanager
def _known(given: argparse.Namespace) -> Iterator[Incidents]:
    """As `_opened`, of a command centre that has run before. Raises NotFound where there is none."""
    if not given.database and not (given.data / DATABASE_FILE).exists():
        raise NotFound(f"no {DATABASE_FILE} in {given.data}: --data names the folder the command centre runs with")
    with _opened(given.config, given.data, given.database) as (incidents, _):
        yield incidents


@contextmanager
def _opened(config: Path, data: Path, database: str) -> Iterator[tuple[Incidents, tuple[Area, ...]]]:
    file = load_cameras(config)
    town = read_town(file, config.resolve().parent, today_in(file, SystemClock().now()))
    store = open_store(database or data / DATABASE_FILE)
    try:
        yield Incidents(store, data / EVIDENCE_FOLDER, SystemClock(), town.town), town.areas
    finally:
        store.close()


def add_parsers(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", where: argparse.ArgumentParser) -> None:
    groups = verbs.add_parser("accounts", help="people").add_subparsers(required=True, metavar="COMMAND")
    verb = groups.add_parser("import", parents=[where], help=accounts_import.__doc__)
    verb.add_argument("table", type=Path, help="CSV: username,name,grids,home_lon,home_lat,transport,password[,phone]")
    verb.set_defaults(run=accounts_import)

    verb = groups.add_parser("list", parents=[where], help=accounts_list.__doc__)
    verb.add_argument("--role", default="", choices=sorted(ROLES), help="only those who hold it")
    verb.set_defaults(run=accounts_list)

    verb = groups.add_parser("recover", parents=[where], help=accounts_recover.__doc__)
    verb.add_argument("username")
    verb.add_argument("--administrator", action="store_true", help="and makes it administrator of the whole town")
    verb.set_defaults(run=accounts_recover)

    verb = groups.add_parser("add-administrator", parents=[where], help=accounts_add_administrator.__doc__)
    verb.add_argument("username")
    verb.add_argument("--name", default="", help="of the person")
    verb.set_defaults(run=accounts_add_administrator)
