"""One-time codes with which somebody sets his own password."""

import pytest
from sqlalchemy import func, select

from incidents.accounts import AccountChange, NewAccount, RoleGiven
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound, SignInFailed, Throttled
from incidents.password_codes import LASTS_SECONDS, TRIES, PasswordCodes
from incidents.rights import CONSOLE
from incidents.store.audit_schema import audit, password_codes
from incidents.throttle import PAIR
from tests.incidents.world import PASSWORD, World

HERE, FRESH = "10.0.0.9", "a fresh one, mine"


@pytest.fixture
def codes(world: World) -> PasswordCodes:
    world.person("li", "village_room", "QX-A")
    return PasswordCodes(world.incidents.accounts)


def account_id(world: World, username: str) -> str:
    accounts = world.incidents.accounts.list(CONSOLE)
    return next(one.id for one in accounts if one.username == username)


def test_the_person_sets_the_password_himself(world: World, codes: PasswordCodes) -> None:
    accounts = world.incidents.accounts
    before = accounts.sign_in("li", PASSWORD, address=HERE)
    given = codes.give(world.admin, before.caller.account_id)
    assert (given.username, given.expires_at) == ("li", world.clock.now() + LASTS_SECONDS)
    assert given.code not in repr(given)
    assert accounts.authenticate(before.token) is not None, "whoever asked in his name must not have put him out"
    with pytest.raises(Invalid):
        codes.use("li", given.code, "li", address=HERE)
    codes.use(" LI ", given.code.lower().replace("-", " "), FRESH, address=HERE)
    assert accounts.authenticate(before.token) is None
    assert accounts.sign_in("li", FRESH, address=HERE).caller.account_id == before.caller.account_id
    for used in (given.code, "", "\0", "Ａ" * 64):
        with pytest.raises(SignInFailed):
            codes.use("li", used, PASSWORD, address=HERE)
    with accounts.store.read() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.seq)).all()
        assert connection.execute(select(func.count()).select_from(password_codes)).scalar_one() == 0
    told = [(row.actor_name, row.subject, row.detail) for row in rows if "password" in row.detail]
    assert told[-2:] == [
        ("Root", "Li", '{"password_code": true}'),
        ("Li", "Li", '{"password": true, "code_from": "Root"}'),
    ]
    assert not any(given.code in repr(row) or FRESH in repr(row) for row in rows)


def test_a_newer_code_ends_the_older_and_all_of_them_expire(world: World, codes: PasswordCodes) -> None:
    li = account_id(world, "li")
    older, newer = codes.give(world.admin, li), codes.give(world.admin, li)
    with pytest.raises(SignInFailed):
        codes.use("li", older.code, FRESH, address=HERE)
    world.clock.pass_(LASTS_SECONDS)
    with pytest.raises(SignInFailed):
        codes.use("li", newer.code, FRESH, address=HERE)
    last = codes.give(world.admin, li)
    world.incidents.accounts.change(world.admin, li, AccountChange(enabled=False))
    with pytest.raises(SignInFailed):
        codes.use("li", last.code, FRESH, address=HERE)


def test_guessing_is_slowed_down_and_voids_the_code(world: World, codes: PasswordCodes) -> None:
    given = codes.give(world.admin, account_id(world, "li"))
    for _ in range(PAIR.free + 1):
        with pytest.raises(SignInFailed):
            codes.use("li", "AAAA-AAAA-AAAA", FRESH, address=HERE)
    with pytest.raises(Throttled):
        codes.use("li", given.code, FRESH, address=HERE)
    for n in range(TRIES - PAIR.free - 1):
        with pytest.raises(SignInFailed):
            codes.use("li", "AAAA-AAAA-AAAA", FRESH, address=f"10.0.1.{n}")
    with pytest.raises(SignInFailed):
        codes.use("li", given.code, FRESH, address="10.0.2.1")
    with pytest.raises(SignInFailed) as unknown:
        codes.use("nobody", given.code, FRESH, address="10.0.2.2")
    with pytest.raises(SignInFailed) as known:
        codes.use("li", given.code, FRESH, address="10.0.2.2")
    assert str(unknown.value) == str(known.value)


def test_who_may_give_one_to_whom(world: World, codes: PasswordCodes) -> None:
    east, li = world.person("east", "administrator", "QX-A"), account_id(world, "li")
    far = world.person("far", "operator", "QX-B")
    assert codes.give(east, li).username == "li"
    with pytest.raises(NotFound):
        codes.give(east, far.account_id)
    with pytest.raises(NotFound):
        codes.give(far, li)
    with pytest.raises(NotAllowed):
        codes.give(east, east.account_id)
    world.incidents.accounts.change(world.admin, li, AccountChange(enabled=False))
    with pytest.raises(Conflict):
        codes.give(east, li)
    screen = world.incidents.accounts.create(
        world.admin, NewAccount("screen", PASSWORD, "Screen", (RoleGiven("display", "QX"),))
    )
    with pytest.raises(Conflict):
        codes.give(world.admin, screen.id)


def test_an_account_without_a_password_waits_for_its_code(world: World, codes: PasswordCodes) -> None:
    accounts = world.incidents.accounts
    made = accounts.create(world.admin, NewAccount("neu", "", "Neu", (RoleGiven("operator", "QX-A"),)))
    for guess in ("", "!", PASSWORD):
        with pytest.raises(SignInFailed):
            accounts.sign_in("neu", guess, address=HERE)
    codes.use("neu", codes.give(world.admin, made.id).code, FRESH, address=HERE)
    assert accounts.sign_in("neu", FRESH, address=HERE).caller.account_id == made.id


def test_the_way_back_in_from_the_shell(world: World, codes: PasswordCodes) -> None:
    accounts = world.incidents.accounts
    li = account_id(world, "li")
    accounts.change(world.admin, li, AccountChange(enabled=False))
    given = codes.recover("Li", administrator_of="QX")
    codes.use("li", given.code, FRESH, address=HERE)
    held = accounts.sign_in("li", FRESH, address=HERE).caller.roles
    assert {(one.role, one.area) for one in held} == {("village_room", "QX-A"), ("administrator", "QX")}
    codes.use("second", codes.new_administrator("second", "", "QX").code, FRESH, address=HERE)
    assert [one.role for one in accounts.sign_in("second", FRESH, address=HERE).caller.roles] == ["administrator"]
    with pytest.raises(NotFound):
        codes.recover("nobody")
    with pytest.raises(Invalid):
        codes.recover("li", administrator_of="nowhere")
    with accounts.store.read() as connection:
        told = [row.detail for row in connection.execute(select(audit).where(audit.c.actor_name == "Console")).all()]
    assert any('"recovered": true, "enabled": true' in one for one in told)
