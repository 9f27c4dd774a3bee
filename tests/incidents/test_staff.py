"""Standing in, moving, leaving, and what the audit tells of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from incidents.accounts import AccountChange, NewAccount, RoleGiven
from incidents.audit import Audit, common_path
from incidents.audit_queries import AuditFilter
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound, SignInFailed
from incidents.looking import BEAT_SECONDS, GAP_SECONDS, MOST_LOOKS, How, Looking, Who
from incidents.rights import Caller
from incidents.rights import Permission as P
from incidents.service import NewCase
from incidents.staff import LONGEST_SECONDS, Staff, StandInGiven
from incidents.store.audit_schema import audit
from tests.incidents.world import IN_A1, IN_B1, JPEG, PASSWORD, START, World

HERE = "10.0.0.9"
DAY = 86_400.0


def staff_of(world: World) -> Staff:
    incidents = world.incidents
    return Staff(incidents.store, world.clock, incidents.feed, incidents.acting)


def audit_of(world: World) -> Audit:
    return Audit(world.incidents.store, world.clock, Looking(world.clock, lambda camera: f"/330603/QX/{camera}/"))


def told(world: World, *kinds: str) -> list[tuple[str, str, str]]:
    """(kind, who, whom), oldest first."""
    page = audit_of(world).list(world.admin, AuditFilter(kinds=frozenset(kinds), limit=500))
    return [(one.kind, one.actor_name, one.subject) for one in reversed(page.items)]


def signed_in(world: World, username: str) -> Callable[[], Caller | None]:
    token = world.incidents.accounts.sign_in(username, PASSWORD, address=HERE, device=True).token
    return lambda: world.incidents.accounts.authenticate(token)


def test_the_trace_names_who_did_it_and_in_whose_place(world: World) -> None:
    staff = staff_of(world)
    li, wang = world.person("li", "operator", "QX-B"), world.person("wang", "dispatcher", "QX-A")
    zhao = world.person("zhao", "supervisor", "QX")
    now = signed_in(world, "li")
    for absent in (wang, zhao):
        world.clock.pass_(1)
        staff.stand_in(world.admin, StandInGiven(li.account_id, absent.account_id, START, START + 600))
    there, own = world.take().case_id, world.incidents.create_case(li, NewCase("05-01", *IN_B1)).id
    caller = now()
    assert caller is not None

    def last(case_id: str) -> tuple[str, object]:
        entry = world.incidents.get_case(caller, case_id).trace[-1]
        return entry.actor.name, entry.detail.get("in_place_of")

    for action, detail, place in (
        ("comment", {"note": "seen"}, "Wang"),
        ("supervise", {"reason": "slow"}, "Zhao"),
        ("triage", {"level": 1}, "Zhao"),
    ):
        world.incidents.act(caller, there, action, detail)
        assert last(there) == ("Li", place)
    world.incidents.add_evidence(caller, there, JPEG)
    assert last(there) == ("Li", "Wang")
    world.incidents.act(caller, own, "comment", {"note": "seen"})
    assert last(own) == ("Li", None), "in his own right"
    made = world.incidents.create_case(caller, NewCase("05-01", *IN_A1))
    assert last(made.id) == ("Li", "Wang")
    assert world.incidents.check_trace(zhao, there).valid


def test_a_stand_in_has_what_the_absent_one_has_at_that_moment(world: World) -> None:
    staff, accounts = staff_of(world), world.incidents.accounts
    li, wang = world.person("li", "village_room", "QX-A"), world.person("wang", "operator", "QX-B")
    world.person("zhao", "administrator", "QX")
    now = signed_in(world, "li")
    made = staff.stand_in(world.admin, StandInGiven(li.account_id, wang.account_id, START + 60, START + 600))
    assert (made.account_name, made.absent_name, made.made_by) == ("Li", "Wang", "Root")

    def reach(permission: P) -> frozenset[str]:
        caller = now()
        assert caller is not None
        return caller.scope(permission).prefixes

    assert reach(P.CASE_DISPATCH) == frozenset()
    world.clock.pass_(60)
    assert reach(P.CASE_DISPATCH) == {"/330603/QX/QX-B/"}
    assert reach(P.CASE_SEE) == {"/330603/QX/QX-A/", "/330603/QX/QX-B/"}
    caller = now()
    assert caller is not None
    assert (caller.account_id, caller.actor().name, caller.standing_in[0].name) == (li.account_id, "Li", "Wang")
    accounts.change(world.admin, wang.account_id, AccountChange(roles=(RoleGiven("dispatcher", "QX-A"),)))
    assert (reach(P.CASE_DISPATCH), reach(P.CASE_TRIAGE)) == ({"/330603/QX/QX-A/"}, frozenset())
    accounts.change(world.admin, wang.account_id, AccountChange(enabled=False))
    assert reach(P.CASE_DISPATCH) == frozenset()
    accounts.change(world.admin, wang.account_id, AccountChange(enabled=True))
    assert reach(P.CASE_DISPATCH)
    world.clock.pass_(540)
    assert reach(P.CASE_DISPATCH) == frozenset()
    assert staff.stand_ins(world.admin) == ()
    assert told(world, "stand_in") == [("stand_in", "Root", "Li → Wang")]


def test_standing_in_is_not_handed_on_and_gives_no_right_over_accounts(sqlite_world: World) -> None:
    world, staff = sqlite_world, staff_of(sqlite_world)
    a, b = world.person("a", "village_room", "QX-A"), world.person("b", "village_room", "QX-B")
    c = world.person("c", "administrator", "QX2")
    for who, absent in ((a, b), (b, c)):
        staff.stand_in(world.admin, StandInGiven(who.account_id, absent.account_id, START, START + DAY))
    of_a, of_b = signed_in(world, "a")(), signed_in(world, "b")()
    assert of_a is not None
    assert of_b is not None
    assert of_a.scope(P.CASE_SEE).prefixes == {"/330603/QX/QX-A/", "/330603/QX/QX-B/"}
    assert of_b.scope(P.CASE_VERIFY).prefixes == {"/330603/QX2/"}
    assert not of_b.scope(P.ACCOUNT_MANAGE)
    assert not of_b.scope(P.WORKER_REPORT)


def test_who_sent_it_does_not_verify_it_in_anothers_place(sqlite_world: World) -> None:
    world, incidents = sqlite_world, sqlite_world.incidents
    li, zhao = world.person("li", "dispatcher", "QX"), world.person("zhao", "supervisor", "QX")
    wang, sun = world.worker("wang", "QX-A1"), world.worker("sun", "QX-B1")
    case_id = world.take().case_id
    staff = staff_of(world)
    for who, absent in ((li, zhao), (sun, wang)):
        staff.stand_in(world.admin, StandInGiven(who.account_id, absent.account_id, START, START + DAY))
    of_li, of_sun = signed_in(world, "li")(), signed_in(world, "sun")()
    assert of_li is not None
    assert of_sun is not None
    incidents.act(of_li, case_id, "assign", {"worker_id": wang.account_id})
    assert incidents.list_cases(of_sun).total == 1
    for action in ("accept", "arrive", "handle"):
        incidents.act(of_sun, case_id, action)
    with pytest.raises(NotAllowed, match="dispatched or handled"):
        incidents.act(of_li, case_id, "verify", {"result": "gone"})
    assert incidents.act(zhao, case_id, "verify", {"result": "gone"}).state == "closed"
    names = {entry.action: entry.actor.name for entry in incidents.get_case(zhao, case_id).trace}
    assert (names["assign"], names["handle"], names["verify"]) == ("Li", "Sun", "Zhao")


REFUSED = {
    "for himself": (lambda a, b: StandInGiven(a, a, START, START + 60), Invalid),
    "over already": (lambda a, b: StandInGiven(a, b, START - 60, START), Invalid),
    "ends before it begins": (lambda a, b: StandInGiven(a, b, START + 60, START + 30), Invalid),
    "for years": (lambda a, b: StandInGiven(a, b, START, START + LONGEST_SECONDS + 1), Invalid),
    "for nobody": (lambda a, b: StandInGiven(a, "nobody", START, START + 60), NotFound),
    "by nobody": (lambda a, b: StandInGiven("nobody", b, START, START + 60), NotFound),
    "NaN": (lambda a, b: StandInGiven(a, b, float("nan"), START + 60), Invalid),
}


def test_stand_ins_refused(sqlite_world: World) -> None:
    world, staff = sqlite_world, staff_of(sqlite_world)
    a, b = (world.person(name, "village_room", "QX-A").account_id for name in "ab")
    wall = world.person("wall", "display", "QX-A").account_id
    for given, error in REFUSED.values():
        with pytest.raises(error):
            staff.stand_in(world.admin, given(a, b))
    with pytest.raises(Invalid, match="display"):
        staff.stand_in(world.admin, StandInGiven(a, wall, START, START + 60))
    of_east = world.person("of-east", "administrator", "QX-A")
    above = world.person("above", "operator", "QX").account_id
    with pytest.raises(NotFound):
        staff.stand_in(of_east, StandInGiven(a, above, START, START + 60))
    made = staff.stand_in(of_east, StandInGiven(a, b, START, START + 60))
    with pytest.raises(Conflict):
        staff.stand_in(world.admin, StandInGiven(a, b, START + 30, START + 90))
    other = world.person("of-west", "administrator", "QX-B")
    assert staff.stand_ins(other) == ()
    with pytest.raises(NotFound):
        staff.end_stand_in(other, made.id)
    staff.end_stand_in(of_east, made.id)
    with pytest.raises(NotFound):
        staff.end_stand_in(of_east, made.id)
    assert staff.stand_in(of_east, StandInGiven(a, b, START, START + 60)).until_at == START + 60


def test_moving(world: World) -> None:
    staff, accounts = staff_of(world), world.incidents.accounts
    wang = world.worker("wang", "QX-A1")
    now = signed_in(world, "wang")
    there = (RoleGiven("grid_worker", "QX-B1"), RoleGiven("post_staff", "QX"))
    staff.move(world.admin, wang.account_id, START + DAY, (RoleGiven("grid_worker", "QX-A2"),), None)
    staff.move(world.admin, wang.account_id, START + 60, there, "zhifa")
    (planned,) = staff.moves(world.admin)
    assert (planned.at, planned.post, len(planned.roles)) == (START + 60, "zhifa", 2)
    staff.watch()
    assert [at.area for at in now().roles] == ["QX-A1"]  # type: ignore[union-attr]
    world.clock.pass_(60)
    staff.watch()
    caller = now()
    assert caller is not None
    assert ({(at.role, at.area) for at in caller.roles}, caller.post) == (
        {("grid_worker", "QX-B1"), ("post_staff", "QX")},
        "zhifa",
    )
    assert staff.moves(world.admin) == ()
    staff.watch()
    assert told(world, "account")[-1] == ("account", "Root", "Wang")
    with pytest.raises(Invalid, match="future"):
        staff.move(world.admin, wang.account_id, START, there, None)
    of_town = world.person("of-town", "administrator", "QX")
    with pytest.raises(Invalid, match="no area"):
        staff.move(of_town, wang.account_id, START + DAY, (RoleGiven("operator", "QX2"),), None)
    with pytest.raises(Invalid, match="nobody moves himself"):
        staff.move(world.admin, world.admin.account_id, START + DAY, there, None)
    staff.move(world.admin, wang.account_id, START + DAY, there, None)
    staff.forget_move(world.admin, wang.account_id)
    with pytest.raises(NotFound):
        staff.forget_move(world.admin, wang.account_id)
    assert accounts.authenticate("x") is None


def test_leaving_gives_back_what_was_in_hand(world: World) -> None:
    incidents, staff = world.incidents, staff_of(world)
    wang = world.worker("wang", "QX-A1")
    there = {"lon": IN_A1[0] + 0.003, "lat": IN_A1[1], "error_m": 1.0}
    arrived = world.take().case_id
    handled = world.take(key="2", object_id="2", box=[0, 0, 0.1, 0.1], blobs={}, location=there).case_id
    for case_id, steps in ((arrived, ("accept", "arrive")), (handled, ("accept", "handle"))):
        incidents.act(world.admin, case_id, "assign", {"worker_id": wang.account_id})
        for action in steps:
            incidents.act(wang, case_id, action)
    now = signed_in(world, "wang")
    incidents.accounts.change(world.admin, wang.account_id, AccountChange(leaves_at=START + 60))
    staff.watch()
    assert now() is not None
    heard: list[str] = []
    incidents.feed.listen(lambda change: heard.append(change.topic))
    world.clock.pass_(60)
    # At once, whether or not anybody has looked after it yet.
    assert now() is None
    with pytest.raises(SignInFailed):
        incidents.accounts.sign_in("wang", PASSWORD, address=HERE)
    for _ in range(2):
        staff.watch()
    found = incidents.get_case(world.admin, arrived)
    assert (found.case.state, found.case.assignee) == ("filed", None)
    last = found.trace[-1]
    assert (last.action, last.actor.kind, last.detail["reason"]) == (
        "release",
        "system",
        "whoever it was sent to has left",
    )
    assert found.trace[-2].actor.name == "Wang"
    assert incidents.get_case(world.admin, handled).case.state == "handled"
    assert heard.count("case") == 1
    orders = world.dispatch.orders_of_case(world.admin, arrived)
    assert [order.state for order in orders] == ["withdrawn"]
    incidents.accounts.change(world.admin, wang.account_id, AccountChange(enabled=True))
    assert incidents.accounts.sign_in("wang", PASSWORD, address=HERE)


def test_disabling_gives_back_too(sqlite_world: World) -> None:
    world, incidents = sqlite_world, sqlite_world.incidents
    wang = world.worker("wang", "QX-A1")
    case_id = world.take().case_id
    incidents.act(world.admin, case_id, "assign", {"worker_id": wang.account_id})
    incidents.accounts.change(world.admin, wang.account_id, AccountChange(enabled=False))
    staff_of(world).watch()
    assert incidents.get_case(world.admin, case_id).case.state == "filed"


def looks(world: World) -> list[tuple[str, str, float, float | None, bool, float, int]]:
    with world.incidents.store.read() as connection:
        rows = connection.execute(select(audit).where(audit.c.kind == "look").order_by(audit.c.seq)).all()
    return [
        (r.camera_id, r.how, r.at - START, (r.until_at or START) - START, r.going_on, r.seconds, r.times) for r in rows
    ]


def test_three_hours_at_a_tile_are_one_row(world: World) -> None:
    kept = audit_of(world)
    who = Who.of(world.person("li", "operator", "QX"))
    kept.looking.began(who, "cam-a", How.LIVE)
    kept.flush()
    assert looks(world) == [("cam-a", "live", 0, 0, True, 0, 1)]
    for _ in range(180):
        world.clock.pass_(60)
        kept.flush()
    kept.looking.began(who, "cam-a", How.LIVE)
    kept.looking.ended(who, "cam-a", How.LIVE)
    kept.looking.ended(who, "cam-a", How.LIVE)
    kept.flush()
    assert looks(world) == [("cam-a", "live", 0, 10800, False, 10800, 1)]
    # Soon again: the same row. Long after: another.
    world.clock.pass_(GAP_SECONDS)
    for _ in range(2):
        kept.looking.began(who, "cam-a", How.LIVE)
        world.clock.pass_(30)
        kept.looking.ended(who, "cam-a", How.LIVE)
        kept.flush()
        world.clock.pass_(GAP_SECONDS + 1)
    assert looks(world) == [
        ("cam-a", "live", 0, 10800 + GAP_SECONDS + 30, False, 10830, 2),
        ("cam-a", "live", 10800 + 2 * GAP_SECONDS + 31, 10800 + 2 * GAP_SECONDS + 61, False, 30, 1),
    ]
    kept.flush()
    assert len(kept.looking) <= 1


def test_a_killed_process_leaves_nothing_going_on(sqlite_world: World) -> None:
    world, before = sqlite_world, audit_of(sqlite_world)
    before.looking.began(Who.of(world.admin), "cam-a", How.DISPLAY)
    before.flush()
    world.clock.pass_(BEAT_SECONDS)
    before.flush()
    world.clock.pass_(5 * DAY)
    audit_of(world).begin()
    assert looks(world) == [("cam-a", "display", 0, BEAT_SECONDS, False, BEAT_SECONDS, 1)]
    after = audit_of(world)
    after.looking.began(Who.of(world.admin), "cam-a", How.DISPLAY)
    after.end()
    assert len(looks(world)) == 2
    assert not any(row[4] for row in looks(world))


def test_snapshots_are_gathered_and_memory_is_bounded(sqlite_world: World) -> None:
    world, kept = sqlite_world, audit_of(sqlite_world)
    who = Who.of(world.admin)
    for _ in range(100):
        kept.looking.glanced(who, "cam-a", How.SNAPSHOT)
        world.clock.pass_(5)
        kept.flush()
    kept.end()
    assert looks(world) == [("cam-a", "snapshot", 0, 495, False, 0, 100)]
    for number in range(MOST_LOOKS + 10):
        kept.looking.glanced(who, f"cam-{number}", How.SNAPSHOT)
    assert len(kept.looking) <= MOST_LOOKS


def test_flushes_at_once_write_each_look_once(world: World) -> None:
    kept, who = audit_of(world), Who.of(world.admin)
    for number in range(40):
        kept.looking.glanced(who, f"cam-{number}", How.CLIP)
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(kept.flush) for _ in range(8)]:
            done.result()
    assert len(looks(world)) == 40


def test_what_is_old_is_forgotten(sqlite_world: World) -> None:
    world, kept = sqlite_world, audit_of(sqlite_world)
    kept.looking.glanced(Who.of(world.admin), "cam-a", How.SNAPSHOT)
    kept.flush()
    world.clock.pass_(31 * DAY)
    kept.looking.glanced(Who.of(world.admin), "cam-b", How.SNAPSHOT)
    kept.flush()
    assert kept.forget_old(30) >= 1
    assert [row[0] for row in looks(world)] == ["cam-b"]
    assert kept.forget_old(30) == 0


def test_signing_in_failing_to_and_changing(world: World) -> None:
    accounts = world.incidents.accounts
    made = accounts.create(world.admin, NewAccount("li", PASSWORD, "Li", (RoleGiven("village_room", "QX-A"),)))
    for name in ("li", "li", "my-secret-password"):
        with pytest.raises(SignInFailed):
            accounts.sign_in(name, "wrong horse 7", address=HERE)
    signed = accounts.sign_in("li", PASSWORD, address=HERE)
    accounts.change(world.admin, made.id, AccountChange(password="another horse 8", name="Li Si"))
    accounts.sign_out(accounts.sign_in("li", "another horse 8", address=HERE).caller)
    assert accounts.authenticate(signed.token) is None
    kinds = [one for one in told(world) if "Root" not in (one[1], one[2]) or one[0] == "account"]
    assert kinds == [
        ("account", "Root", "Li"),
        ("sign_in_failed", "Li", ""),
        ("sign_in_failed", "?", ""),
        ("sign_in", "Li", ""),
        ("account", "Root", "Li"),
        ("sign_in", "Li Si", ""),
        ("sign_out", "Li Si", ""),
    ]
    with world.incidents.store.read() as connection:
        rows = connection.execute(select(audit)).all()
        assert connection.execute(select(func.max(audit.c.times)).where(audit.c.kind == "sign_in_failed")).scalar() == 2
    for secret in (PASSWORD, "another horse 8", "wrong horse 7", "my-secret-password", signed.token):
        assert secret not in repr(rows)
    assert accounts.list(world.admin)[0].seen_at is not None


def test_the_audit_is_read_where_it_lies(world: World) -> None:
    kept, accounts = audit_of(world), world.incidents.accounts
    accounts.create(world.admin, NewAccount("li", PASSWORD, "Li", (RoleGiven("village_room", "QX-A"),)))
    for camera in ("QX-A", "QX-B"):
        kept.looking.glanced(Who.of(world.admin, HERE), camera, How.CLIP)
    kept.flush()
    auditors = {village: world.person(f"auditor-{village}", "auditor", village) for village in ("QX-A", "QX-B")}
    east = kept.list(auditors["QX-A"], AuditFilter()).items
    west = kept.list(auditors["QX-B"], AuditFilter()).items
    assert {one.camera_id for one in east if one.kind == "look"} == {"QX-A"}
    assert {one.camera_id for one in west if one.kind == "look"} == {"QX-B"}
    assert {one.subject for one in east if one.kind == "account"} == {"Li", "Auditor-Qx-A"}
    assert {one.subject for one in west if one.kind == "account"} == {"Auditor-Qx-B"}
    assert kept.list(world.person("op", "operator", "QX"), AuditFilter()).items == ()
    with pytest.raises(NotFound):
        kept.list(auditors["QX-B"], AuditFilter(area="QX-A"))


def test_filters_and_pages(sqlite_world: World) -> None:
    world, kept = sqlite_world, audit_of(sqlite_world)
    who = Who.of(world.admin, HERE)
    for number in range(7):
        kept.looking.glanced(who, f"cam-{number % 2}", How.SNAPSHOT if number % 2 else How.CLIP)
        kept.flush()
        world.clock.pass_(GAP_SECONDS + 1)

    def seen(**asked: object) -> int:
        return len(kept.list(world.admin, AuditFilter(kinds=frozenset({"look"}), **asked)).items)  # type: ignore[arg-type]

    assert (seen(), seen(camera="cam-0"), seen(how="snapshot"), seen(account=world.admin.account_id)) == (7, 4, 3, 7)
    assert (seen(account="nobody"), seen(area="QX"), seen(area="330603")) == (0, 7, 7)
    assert seen(from_at=START + 1, to_at=START + 2 * GAP_SECONDS) == 1
    assert len(kept.every(world.admin, AuditFilter(kinds=frozenset({"look"}), limit=2), 5)) == 5
    first = kept.list(world.admin, AuditFilter(kinds=frozenset({"look"}), limit=4))
    rest = kept.list(world.admin, AuditFilter(kinds=frozenset({"look"}), limit=4, cursor=first.cursor))
    assert [one.seq for one in (*first.items, *rest.items)] == sorted(
        (o.seq for o in (*first.items, *rest.items)), reverse=True
    )
    assert (len(rest.items), rest.cursor) == (3, None)
    for cursor in ("x", "-1", "٣", "9" * 13):
        with pytest.raises(Invalid):
            kept.list(world.admin, AuditFilter(cursor=cursor))


PATHS = {
    "one": (["/a/b/"], "/a/b/"),
    "beside": (["/a/b/", "/a/c/"], "/a/"),
    "begins alike": (["/a/bc/", "/a/bd/"], "/a/"),
    "nothing shared": (["/a/", "/b/"], ""),
    "everywhere": (["/", "/a/"], ""),
    "none": ([], ""),
}


@pytest.mark.parametrize(("paths", "shared"), PATHS.values(), ids=PATHS.keys())
def test_what_areas_share(paths: list[str], shared: str) -> None:
    assert common_path(paths) == shared


def test_nothing_is_written_where_nothing_is_looked_at(tmp_path: Path, sqlite_world: World) -> None:
    del tmp_path
    kept = audit_of(sqlite_world)
    before = len(told(sqlite_world))
    kept.flush()
    assert len(told(sqlite_world)) == before
