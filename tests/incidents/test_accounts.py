"""Accounts, sessions, throttling. Nobody gets in by default."""

import time
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text

from incidents.accounts import AccountChange, Accounts, NewAccount, RoleGiven
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound, SignInFailed, Throttled
from incidents.passwords import Passwords, acceptable
from incidents.rights import CONSOLE
from incidents.service import Incidents
from incidents.sessions import SessionRules
from incidents.store import Store
from incidents.store.schema import metadata
from tests.incidents.world import AREAS, PASSWORD, TurnedClock, World, town

HERE = "10.0.0.9"
ADMIN = NewAccount("admin", PASSWORD, "Administrator", (RoleGiven("administrator", "QX"),))


@pytest.fixture
def fresh(store: Store, tmp_path: Path) -> Accounts:
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    incidents = Incidents(store, tmp_path, TurnedClock(), town(), passwords=quick)
    incidents.load_areas(AREAS)
    return incidents.accounts


def test_the_first_account(fresh: Accounts) -> None:
    assert fresh.setup_needed()
    with pytest.raises(SignInFailed):
        fresh.sign_in("admin", "admin", address=HERE)
    code = fresh.new_setup_code()
    assert code is not None
    assert len(code.replace("-", "")) == 16
    signed = fresh.setup(code.lower().replace("-", " "), ADMIN, address=HERE)
    caller = fresh.authenticate(signed.token)
    assert caller == signed.caller
    assert [role.role for role in signed.caller.roles] == ["administrator"]
    assert not fresh.setup_needed()
    assert fresh.new_setup_code() is None
    with pytest.raises(Conflict):
        fresh.setup(code, NewAccount("second", PASSWORD, "S", ADMIN.roles), address=HERE)


def test_a_newer_code_ends_the_older(fresh: Accounts) -> None:
    older, newer = fresh.new_setup_code(), fresh.new_setup_code()
    assert older is not None
    assert newer is not None
    with pytest.raises(SignInFailed):
        fresh.setup(older, ADMIN, address=HERE)
    fresh.setup(newer, ADMIN, address=HERE)


def test_imported_workers_do_not_end_the_setup(fresh: Accounts) -> None:
    fresh.create(CONSOLE, NewAccount("wang", PASSWORD, "Wang", (RoleGiven("grid_worker", "QX-A1"),)))
    assert fresh.setup_needed()


def test_guessing_the_code_is_slowed_down(fresh: Accounts) -> None:
    fresh.new_setup_code()
    for _ in range(6):
        with pytest.raises(SignInFailed):
            fresh.setup("AAAA-AAAA-AAAA-AAAA", ADMIN, address=HERE)
    with pytest.raises(Throttled):
        fresh.setup("AAAA-AAAA-AAAA-AAAA", ADMIN, address=HERE)


def test_no_secret_is_stored(world: World) -> None:
    signed = world.incidents.accounts.sign_in("root", PASSWORD, address=HERE)
    with world.incidents.store.read() as connection:
        everything = "\n".join(
            repr(row) for table in metadata.sorted_tables for row in connection.execute(select(table)).all()
        )
    assert "$argon2id$" in everything
    for secret in (PASSWORD, signed.token):
        assert secret not in everything
    assert PASSWORD not in repr(AccountChange(password=PASSWORD))
    assert PASSWORD not in repr(ADMIN)
    assert signed.token not in repr(signed)


REFUSED = {
    "wrong password": ("root", "wrong horse 77"),
    "no such account": ("nobody", PASSWORD),
    "disabled": ("li", PASSWORD),
    "empty": ("", ""),
    "a megabyte": ("root", "x" * 1_000_000),
    "NUL": ("ro\x00ot", PASSWORD),
    "lone surrogate": ("root", "\ud800" * 12),
}


@pytest.mark.parametrize(("username", "password"), REFUSED.values(), ids=REFUSED.keys())
def test_every_refusal_sounds_the_same(world: World, username: str, password: str) -> None:
    li = world.person("li", "operator", "QX")
    world.incidents.accounts.change(world.admin, li.account_id, AccountChange(enabled=False))
    with pytest.raises(SignInFailed) as error:
        world.incidents.accounts.sign_in(username, password, address=HERE)
    assert error.value.message == "user name or password is wrong"


def test_time_does_not_tell_who_has_an_account(sqlite_world: World) -> None:
    """Both ways hash once: held by counting the work, since clocks on a busy machine prove nothing."""
    passwords = Passwords(PasswordHasher(time_cost=3, memory_cost=32_768, parallelism=1))
    stored = passwords.hash(PASSWORD)

    def spent(hashed: str | None) -> float:
        began = time.process_time()
        assert not passwords.verify(hashed, "some other one")
        return time.process_time() - began

    with_account = min(spent(stored) for _ in range(3))
    without = min(spent(None) for _ in range(3))
    assert without > with_account / 3


def test_case_and_spaces_of_a_user_name_do_not_matter(world: World) -> None:
    assert world.incidents.accounts.sign_in("  ROOT ", PASSWORD, address=HERE).caller.username == "root"
    with pytest.raises(Conflict):
        world.incidents.accounts.create(world.admin, NewAccount("Root", PASSWORD, "R", ADMIN.roles))


def fail(world: World, times: int, username: str = "root", address: str = HERE) -> None:
    for _ in range(times):
        with pytest.raises(SignInFailed):
            world.incidents.accounts.sign_in(username, "not the password", address=address)


def test_throttling_blocks_even_the_right_password_for_a_while(world: World) -> None:
    fail(world, 6)
    with pytest.raises(Throttled) as error:
        world.incidents.accounts.sign_in("root", PASSWORD, address=HERE)
    assert error.value.retry_seconds == pytest.approx(15)
    assert world.incidents.accounts.sign_in("root", PASSWORD, address="10.0.0.10")
    world.clock.pass_(16)
    fail(world, 1)
    with pytest.raises(Throttled) as error:
        world.incidents.accounts.sign_in("root", PASSWORD, address=HERE)
    assert error.value.retry_seconds == pytest.approx(30)
    world.clock.pass_(31)
    assert world.incidents.accounts.sign_in("root", PASSWORD, address=HERE)
    fail(world, 5)
    assert world.incidents.accounts.sign_in("root", PASSWORD, address=HERE)


def test_an_account_that_does_not_exist_is_throttled_alike(sqlite_world: World) -> None:
    fail(sqlite_world, 6, "nobody")
    with pytest.raises(Throttled):
        sqlite_world.incidents.accounts.sign_in("nobody", PASSWORD, address=HERE)


def test_one_address_trying_many_names_is_throttled(sqlite_world: World) -> None:
    for number in range(51):
        fail(sqlite_world, 1, f"name{number}")
    with pytest.raises(Throttled):
        sqlite_world.incidents.accounts.sign_in("root", PASSWORD, address=HERE)


def test_many_addresses_trying_one_name_block_it_only_briefly(sqlite_world: World) -> None:
    for number in range(34):
        sqlite_world.clock.pass_(121)
        fail(sqlite_world, 1, address=f"10.1.0.{number}")
    with pytest.raises(Throttled) as error:
        sqlite_world.incidents.accounts.sign_in("root", PASSWORD, address=HERE)
    assert error.value.retry_seconds <= 120


RULES = SessionRules()
ENDS: dict[str, tuple[bool, list[float], bool]] = {
    "browser, just used": (False, [11 * 3600.0], True),
    "browser, idle": (False, [12 * 3600.0 + 1], False),
    "browser, used all week": (False, [8 * 3600.0] * 20, True),
    "browser, used for over a week": (False, [8 * 3600.0] * 22, False),
    "phone, a fortnight idle": (True, [14 * 86400.0], True),
    "phone, a month idle": (True, [30 * 86400.0 + 1], False),
    "phone, used for half a year": (True, [20 * 86400.0] * 9 + [1.0], False),
}


@pytest.mark.parametrize(("device", "uses", "alive"), ENDS.values(), ids=ENDS.keys())
def test_sessions_end(sqlite_world: World, device: bool, uses: list[float], alive: bool) -> None:
    accounts = sqlite_world.incidents.accounts
    token = accounts.sign_in("root", PASSWORD, address=HERE, device=device).token
    caller = None
    for seconds in uses:
        sqlite_world.clock.pass_(seconds)
        caller = accounts.authenticate(token)
    assert (caller is not None) == alive


@pytest.mark.parametrize("token", ["", "x", "x" * 100_000, "\x00", "\ud800"])
def test_no_such_token(world: World, token: str) -> None:
    assert world.incidents.accounts.authenticate(token) is None


def test_signing_out(world: World) -> None:
    accounts = world.incidents.accounts
    kept, ended = (accounts.sign_in("root", PASSWORD, address=HERE) for _ in range(2))
    accounts.sign_out(ended.caller)
    assert accounts.authenticate(ended.token) is None
    assert accounts.authenticate(kept.token) is not None


CHANGES = {
    "disabling": (AccountChange(enabled=False), False),
    "a new password": (AccountChange(password="another horse 8"), False),
    "new roles": (AccountChange(roles=(RoleGiven("display", "QX-A"),)), False),
    "a new name": (AccountChange(name="Li Si"), True),
}


@pytest.mark.parametrize(("change", "alive"), CHANGES.values(), ids=CHANGES.keys())
def test_what_ends_sessions(world: World, change: AccountChange, alive: bool) -> None:
    accounts = world.incidents.accounts
    li = world.person("li", "operator", "QX")
    token = accounts.sign_in("li", PASSWORD, address=HERE).token
    told: list[object] = []
    world.incidents.feed.listen(lambda one: told.append((one.topic, one.data)))
    accounts.change(world.admin, li.account_id, change)
    assert (accounts.authenticate(token) is not None) == alive
    assert told == ([] if alive else [("session", li.account_id)])


def test_changing_ones_own_password(world: World) -> None:
    accounts = world.incidents.accounts
    here, there = (accounts.sign_in("root", PASSWORD, address=HERE) for _ in range(2))
    with pytest.raises(SignInFailed):
        accounts.change_own_password(here.caller, "wrong horse 7", "another horse 8")
    accounts.change_own_password(here.caller, PASSWORD, "another horse 8")
    assert accounts.authenticate(here.token) is not None
    assert accounts.authenticate(there.token) is None
    assert accounts.sign_in("root", "another horse 8", address=HERE)


PASSWORDS = {
    "too short": ("short 789", "at least 10"),
    "the user name": ("administrator-li", "must not be the user name"),
    "the user name backwards": ("il-rotartsinimda", "must not be the user name"),
    "too long": ("long" * 100, "at most 256"),
    "one letter": ("aaaaaaaaaaaa", "too easy"),
    "digits in a row": ("1234567890", "too easy"),
    "with NUL": ("correct\x00horse", "control"),
}


@pytest.mark.parametrize(("password", "why"), PASSWORDS.values(), ids=PASSWORDS.keys())
def test_passwords_refused(password: str, why: str) -> None:
    with pytest.raises(Invalid, match=why) as error:
        acceptable(password, "Administrator-Li")
    assert password not in error.value.message


@pytest.mark.parametrize("password", ["correct horse 7", "指挥室的口令不止八个字"])
def test_passwords_taken(password: str) -> None:
    acceptable(password, "li")


def test_an_outdated_hash_is_renewed_at_sign_in(world: World) -> None:
    stronger = Accounts(
        world.incidents.store, world.clock, world.incidents.feed,
        Passwords(PasswordHasher(time_cost=2, memory_cost=128, parallelism=1)), RULES,
    )  # fmt: skip
    stronger.sign_in("root", PASSWORD, address=HERE)
    with world.incidents.store.read() as connection:
        assert "m=128,t=2" in connection.execute(text("SELECT password_hash FROM accounts")).scalar_one()
    assert stronger.sign_in("root", PASSWORD, address=HERE)


def test_administration_stays_inside_its_areas(world: World) -> None:
    accounts = world.incidents.accounts
    of_town = world.person("town-admin", "administrator", "QX")
    inside = accounts.create(of_town, NewAccount("room", PASSWORD, "Room", (RoleGiven("village_room", "QX-A"),)))
    assert {one.username for one in accounts.list(of_town)} == {"room", "town-admin"}
    for area in ("330603", "QX2", "nowhere"):
        with pytest.raises(Invalid, match=f"no area {area}"):
            accounts.create(of_town, NewAccount("x", PASSWORD, "X", (RoleGiven("administrator", area),)))
    with pytest.raises(NotFound):
        accounts.change(of_town, world.admin.account_id, AccountChange(password="another horse 8"))
    both = (RoleGiven("display", "QX-A"), RoleGiven("display", "QX2"))
    accounts.change(world.admin, inside.id, AccountChange(roles=both))
    with pytest.raises(NotFound):
        accounts.change(of_town, inside.id, AccountChange(enabled=False))


@pytest.mark.parametrize("change", [AccountChange(enabled=False), AccountChange(roles=ADMIN.roles)])
def test_nobody_takes_rights_from_himself(world: World, change: AccountChange) -> None:
    with pytest.raises(NotAllowed):
        world.incidents.accounts.change(world.admin, world.admin.account_id, change)


def test_only_administrators_manage_accounts(world: World) -> None:
    operator = world.person("op", "operator", "330603")
    assert world.incidents.accounts.list(operator) == ()
    with pytest.raises(NotAllowed):
        world.incidents.accounts.create(operator, NewAccount("x", PASSWORD, "X", (RoleGiven("display", "QX"),)))


def test_a_post_is_given_and_taken(sqlite_world: World) -> None:
    accounts = sqlite_world.incidents.accounts
    staff = accounts.create(
        sqlite_world.admin, NewAccount("zhou", PASSWORD, "Zhou", (RoleGiven("post_staff", "QX"),), "zhifa")
    )
    signed = accounts.sign_in("zhou", PASSWORD, address=HERE)
    caller = accounts.authenticate(signed.token)
    assert (staff.post, signed.caller.post, caller and caller.post) == ("zhifa",) * 3
    assert accounts.change(sqlite_world.admin, staff.id, AccountChange(post="")).post is None
    assert accounts.authenticate(signed.token) is None
    assert accounts.change(sqlite_world.admin, staff.id, AccountChange(name="Zhou Li")).post is None


BAD_ACCOUNTS = {
    "no id of a post": (NewAccount("x", PASSWORD, "X", ADMIN.roles, "../etc"), "post"),
    "no user name": (NewAccount(" ", PASSWORD, "X", ADMIN.roles), "username"),
    "space inside": (NewAccount("a b", PASSWORD, "X", ADMIN.roles), "username"),
    "no name": (NewAccount("x", PASSWORD, "", ADMIN.roles), "name"),
    "no role": (NewAccount("x", PASSWORD, "X", ()), "roles"),
    "unknown role": (NewAccount("x", PASSWORD, "X", (RoleGiven("emperor", "QX"),)), "roles"),
}


@pytest.mark.parametrize(("account", "where"), BAD_ACCOUNTS.values(), ids=BAD_ACCOUNTS.keys())
def test_accounts_refused(world: World, account: NewAccount, where: str) -> None:
    with pytest.raises(Invalid) as error:
        world.incidents.accounts.create(world.admin, account)
    assert error.value.where == where
    assert len(world.incidents.accounts.list(world.admin)) == 1
