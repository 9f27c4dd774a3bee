"""Vendors by real name: entered, met again, stepped up, merged and forgotten; on both kinds of database."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from config.registers import Registers
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.register import KEY_FILE, Register
from incidents.register_identity import NumberKeeper, checked_number, shown_number
from incidents.register_parts import Part
from incidents.register_queries import PartyFilter
from incidents.register_terms import NewParty
from incidents.service import NewCase
from incidents.store.register_schema import parties, party_log
from tests.incidents.test_repeats import stands
from tests.incidents.world import IN_A1, IN_A2, IN_B1, START, World

DAY = 86_400.0
WANG = NewParty("vendor", "王小二", "QX-A", "138 0013 5678", "浙d·12345", "烤红薯", "常在桥头", "330602198001011234")
NUMBER = "33060219800101123X"


@pytest.fixture
def register(world: World, tmp_path: Path) -> Register:
    return Register(world.incidents, tmp_path)


def stall(world: World, place: tuple[float, float] = IN_A1, case_class: str = "05-01") -> str:
    return world.incidents.create_case(world.admin, NewCase(case_class, *place, note="摊贩")).id


def resident(digits: str) -> str:
    """With the check character it should have."""
    return next(digits + last for last in "0123456789X" if _passes("vendor", digits + last))


def _passes(kind: str, number: str) -> bool:
    try:
        return bool(checked_number(kind, number))
    except Invalid:
        return False


def test_numbers_are_checked_masked_and_found_but_not_kept(world: World, register: Register, tmp_path: Path) -> None:
    assert _passes("vendor", "11010519491231002X")  # the example of GB 11643
    assert not _passes("vendor", "110105194912310021")
    assert _passes("firm", "91330000MA27U0B78Q") or _passes("firm", "91350100M000100Y43")  # the example of GB 32100
    assert not _passes("firm", "91350100M000100Y44")
    assert (shown_number("11010519491231002X"), shown_number("E12345678")) == ("110***********002X", "*******78")
    number = resident("33060219800101123")
    made = register.entries.make(world.admin, replace(WANG, id_number=f" {number.lower()} "))
    assert (made.phone, made.plate) == ("13800135678", "浙D12345")
    assert made.id_shown == f"330***********{number[-4:]}"
    with world.incidents.store.read() as connection:
        row = connection.execute(select(parties)).one()
    assert number not in repr(row)
    assert number not in repr(made)
    assert row.id_hash != hashlib.sha256(number.encode()).hexdigest(), "a plain hash can be tried out"
    found = register.entries.find_number(world.admin, "vendor", number)
    assert [one.id for one in found.items] == [made.id]
    assert found.items[0].phone == "138****5678"
    with pytest.raises(Conflict, match="entered already"):
        register.entries.make(world.admin, replace(WANG, name="别人", id_number=number))
    key = (tmp_path / KEY_FILE).read_bytes()
    assert len(key) == 32
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o077 == 0
    again = NumberKeeper(tmp_path / KEY_FILE).keep("vendor", number)
    assert again.hash == row.id_hash
    (tmp_path / KEY_FILE).write_bytes(b"short")
    with pytest.raises(OSError, match="not a key"):
        NumberKeeper(tmp_path / KEY_FILE).keep("vendor", number)


FAULTS = {
    "no name": ({"name": " "}, "name"),
    "a name too long": ({"name": "王" * 101}, "name"),
    "a kind nobody knows": ({"kind": "ghost"}, "kind"),
    "letters for a phone": ({"phone": "call me"}, "phone"),
    "a plate too long": ({"plate": "A" * 13}, "plate"),
    "a number with a wrong check": ({"id_number": "110105194912310021"}, "id_number"),
    "control characters": ({"note": "a\x00b"}, "note"),
}


@pytest.mark.parametrize(("changed", "where"), FAULTS.values(), ids=FAULTS.keys())
def test_what_is_wrong_is_named(sqlite_world: World, tmp_path: Path, changed: dict[str, str], where: str) -> None:
    register = Register(sqlite_world.incidents, tmp_path)
    with pytest.raises(Invalid) as caught:
        register.entries.make(sqlite_world.admin, replace(WANG, **{"id_number": "", **changed}))
    assert caught.value.where == where
    assert "110105194912310021" not in caught.value.message


def test_the_ladder_steps_up_with_the_record_that_leads_to_it(world: World, register: Register) -> None:
    parts, admin = register.parts, world.admin
    cases: list[str] = []
    wang = register.entries.make(admin, replace(WANG, id_number=""))
    for measure in ("told", "warned", "handed_over"):
        case = stall(world)
        met = parts.attach(admin, case, wang.id, Part())
        assert met.proposal is not None
        assert (met.proposal.nth, met.proposal.measure) == (len(cases) + 1, measure)
        assert [one.case_id for one in met.proposal.basis] == cases[::-1]
        done = parts.attach(admin, case, wang.id, Part(measure=measure, note="当面告知"))
        assert (done.measure, done.note, done.by_name) == (measure, "当面告知", "Root")
        cases.append(case)
        world.clock.pass_(DAY)
    history = parts.history(admin, cases[1])
    assert [one.number for one in history.place.items]
    assert history.place.total == 1
    assert history.parties[0].proposal is not None
    assert history.parties[0].proposal.nth == 2, "as it was then, whatever came later"
    assert met.proposal is not None
    assert met.proposal.level == 3
    # What turned out to be none, another class, a witness and what is long ago do not count.
    world.incidents.act(admin, cases[0], "strike-out", {"reason": "不是"})
    other = stall(world, case_class="01-01")
    assert parts.attach(admin, other, wang.id, Part()).proposal is None
    assert parts.attach(admin, stall(world), wang.id, Part(role="witness")).proposal is None
    fourth = parts.attach(admin, stall(world), wang.id, Part())
    assert fourth.proposal is not None
    assert fourth.proposal.nth == 3
    world.clock.pass_(100 * DAY)
    late = parts.attach(admin, stall(world), wang.id, Part())
    assert late.proposal is not None
    assert late.proposal.nth == 1
    # The trace names the party by its id, says what was done, and holds no word that tells who it is.
    entries = [one for one in world.incidents.get_case(admin, cases[2]).trace if one.action == "party"]
    assert [one.detail["part"] for one in entries] == ["attached", "measure"]
    assert entries[1].detail["measure"] == {"zh": "移交综合执法", "en": "handed to law enforcement"}
    assert not any(word in repr(entries) for word in ("王小二", "13800135678", "当面告知", "12345"))
    assert world.incidents.check_trace(admin, cases[2]).valid
    detail = register.entries.party(admin, wang.id)
    logged = [one for one in detail.log if one.case_id == cases[2]]
    assert [(one.detail["nth"], one.detail["proposed"]) for one in logged] == [(3, "handed_over")] * 2
    assert (detail.party.counts.total, detail.party.counts.days_30) == (5, 1)


def test_who_sees_of_whom_what(world: World, register: Register) -> None:
    """A vendor of village A, met twice in A and once in B: for B it is the first time, and from somewhere else."""
    parts, entries = register.parts, register.entries
    leader_a, leader_b = (world.person(f"leader-{v}", "grid_leader", f"QX-{v}") for v in "AB")
    room, screen = world.person("room", "village_room", "QX-A"), world.person("screen", "display", "QX-A")
    wang = entries.make(leader_a, replace(WANG, id_number=""))
    with pytest.raises(NotFound):
        entries.party(leader_b, wang.id)
    with pytest.raises(NotFound):
        parts.attach(leader_b, stall(world, IN_B1), wang.id, Part())
    for place in (IN_A1, IN_A2):
        parts.attach(leader_a, stall(world, place), wang.id, Part(measure="told"))
        world.clock.pass_(60)
    in_b = stall(world, IN_B1)
    met = parts.attach(world.admin, in_b, wang.id, Part(measure="handed_over"))
    assert met.proposal is not None
    assert met.proposal.nth == 3
    seen = entries.party(leader_b, wang.id)
    assert [one.case_id for one in seen.record] == [in_b]
    assert (seen.party.area, seen.party.area_name, seen.may_edit) == (None, None, False)
    assert seen.party.counts.total == 1
    assert [(one.action, sorted(one.detail)) for one in seen.log] == [("attached", ["measure", "role"])]
    history = parts.history(leader_b, in_b)
    assert history.parties[0].proposal is not None
    assert (history.parties[0].proposal.nth, history.parties[0].record) == (1, ())
    with pytest.raises(NotAllowed):
        entries.change(leader_b, wang.id, replace(WANG, id_number=""))
    with pytest.raises(NotFound):
        entries.make(leader_b, WANG)
    # Who needs no names gets none; the place he sees all the same.
    for caller in (room, screen):
        found = parts.history(caller, stall(world))
        assert (found.parties, found.may_see_parties, found.may_edit) == ((), False, False)
        assert found.place.total >= 1
        assert entries.parties(caller, PartyFilter()).total == 0
        with pytest.raises(NotAllowed):
            parts.attach(caller, stall(world), wang.id, Part())
    with pytest.raises(NotFound):
        parts.history(leader_b, stall(world))


def test_who_is_sent_may_enter_whom_he_meets(world: World, register: Register) -> None:
    """Also outside his grids: there the vendor is at home where he was met, and seen while the case is his."""
    worker = world.worker("chen", "QX-A1")
    case = stall(world, IN_A2)
    with pytest.raises(NotFound):
        register.parts.history(worker, case)
    world.incidents.act(world.admin, case, "assign", {"worker_id": worker.account_id})
    with pytest.raises(NotFound):
        register.parts.attach(worker, case, replace(WANG, id_number="", area="QX-B"), Part())
    met = register.parts.attach(worker, case, replace(WANG, id_number="", area="QX-A2"), Part(measure="told"))
    assert met.party.name == "王小二"
    assert register.parts.history(worker, case).may_edit
    other = world.worker("zhao", "QX-A2")
    world.incidents.act(world.admin, case, "assign", {"worker_id": other.account_id})
    with pytest.raises(NotFound):
        register.entries.party(worker, met.party.id)
    assert register.entries.party(other, met.party.id).may_edit


def test_who_is_put_down_out_of_reach_is_known_again(world: World, register: Register) -> None:
    """By name and plate or phone; another of that name, one of another town, and one made anonymous are not meant."""
    worker, case = world.worker("chen", "QX-A1"), stall(world)
    world.incidents.act(world.admin, case, "assign", {"worker_id": worker.account_id})
    known = register.entries.make(world.admin, replace(WANG, id_number="", area="QX-A1"))
    register.entries.make(world.admin, replace(WANG, id_number="", area="QX-B"))
    said = replace(WANG, id_number="", area="QX-A1", plate="浙D 12345", phone="", trade="")
    for given, again in (
        (said, True),
        (replace(said, plate="", phone="138-0013-5678"), True),
        (replace(said, plate="浙D99999"), False),
        (replace(said, plate=""), False),
        (replace(said, name="王小三"), False),
        (replace(said, kind="firm"), False),
    ):
        met = register.parts.attach(worker, case, given, Part())
        assert (met.party.id == known.id) is again, given
        assert met.party.trade == ("烤红薯" if again else ""), "what was known stays"
    with pytest.raises(Invalid, match="phone number"):
        register.parts.attach(worker, case, replace(said, phone="call me"), Part())


def test_two_entries_of_one_person_become_one(world: World, register: Register) -> None:
    admin, parts = world.admin, register.parts
    kept = register.entries.make(admin, replace(WANG, id_number="", plate="", note=""))
    gone = register.entries.make(admin, replace(WANG, name="王二", id_number="E12345678", phone=""))
    firm = register.entries.make(admin, NewParty("firm", "某厂", "QX-A"))
    both, one = stall(world), stall(world, IN_A2)
    parts.attach(admin, both, kept.id, Part())
    parts.attach(admin, both, gone.id, Part(measure="warned"))
    parts.attach(admin, one, gone.id, Part(measure="told"))
    with pytest.raises(Conflict, match="vendor and a firm"):
        register.entries.merge(admin, kept.id, firm.id)
    with pytest.raises(Conflict, match="itself"):
        register.entries.merge(admin, kept.id, kept.id)
    merged = register.entries.merge(admin, kept.id, gone.id)
    assert (merged.plate, merged.id_shown, merged.note) == ("浙D12345", "*******78", "又名 王二\n常在桥头")
    found = register.entries.party(admin, gone.id)
    assert found.party.id == kept.id, "an old link leads to who took it in"
    assert {(entry.case_id, entry.measure) for entry in found.record} == {(both, "warned"), (one, "told")}
    assert next(entry.action for entry in found.log) == "merged"
    assert register.entries.parties(admin, PartyFilter(kind="vendor")).total == 1
    other = register.entries.make(admin, replace(WANG, name="李", id_number="E87654321"))
    with pytest.raises(Conflict, match="different documents"):
        register.entries.merge(admin, kept.id, other.id)


def test_changes_are_traced_without_what_they_were(world: World, register: Register) -> None:
    wang = register.entries.make(world.admin, WANG_PLAIN)
    changed = register.entries.change(world.admin, wang.id, replace(WANG_PLAIN, phone="0575-81234567", trade="水果"), 1)
    assert (changed.phone, changed.trade, changed.version) == ("057581234567", "水果", 2)
    with pytest.raises(Conflict, match="has changed"):
        register.entries.change(world.admin, wang.id, WANG_PLAIN, 1)
    with pytest.raises(Invalid, match="kind"):
        register.entries.change(world.admin, wang.id, replace(WANG_PLAIN, kind="firm"))
    log = register.entries.party(world.admin, wang.id).log
    assert log[0].detail == {"changed": {"phone": "changed", "trade": ["烤红薯", "水果"]}}
    with pytest.raises(DBAPIError), world.incidents.store.write() as transaction:
        transaction.connection.execute(party_log.update().values(by_name="nobody"))
    with pytest.raises(DBAPIError), world.incidents.store.write() as transaction:
        transaction.connection.execute(text("DELETE FROM party_log"))


WANG_PLAIN = replace(WANG, id_number="")


def test_a_wrong_party_is_taken_off_again(world: World, register: Register) -> None:
    case = str(world.take().case_id)
    met = register.parts.attach(world.admin, case, WANG_PLAIN, Part(use_picture=True))
    assert met.party.photo_evidence_id == world.incidents.get_case(world.admin, case).case.picture_evidence_id
    register.parts.detach(world.admin, case, met.party.id)
    assert register.parts.history(world.admin, case).parties == ()
    assert register.entries.party(world.admin, met.party.id).party.photo_evidence_id is None
    parts = [one.detail["part"] for one in world.incidents.get_case(world.admin, case).trace if one.action == "party"]
    assert parts == ["attached", "detached"]
    with pytest.raises(NotFound):
        register.parts.detach(world.admin, case, met.party.id)


def test_whom_it_may_be(world: World, register: Register) -> None:
    """The appearance's party first, then those met at the place; by words whoever fits them."""
    admin, parts = world.admin, register.parts
    monday = stands(world, "monday")
    alike = parts.attach(admin, monday, replace(WANG_PLAIN, name="孙七", phone="", plate="", trade=""), Part()).party
    first = stall(world)
    near = parts.attach(admin, first, WANG_PLAIN, Part()).party
    far = parts.attach(
        admin, stall(world, IN_B1), replace(WANG_PLAIN, name="赵六", area="QX-B", phone=""), Part()
    ).party
    world.incidents.act(admin, first, "close", {"note": "已走"})
    world.clock.pass_(DAY)
    again = stands(world, "tuesday")
    assert [(one.party.id, one.reason) for one in parts.suggestions(admin, again)] == [
        (alike.id, "repeat"),
        (near.id, "place"),
    ]
    assert [one.party.id for one in parts.suggestions(admin, again, "赵")] == [far.id]
    assert [one.party.id for one in parts.suggestions(admin, again, "5678")] == [near.id]
    assert [one.party.id for one in parts.suggestions(admin, again, "浙d123 小二")] == [near.id]
    assert parts.suggestions(admin, again, "%") == ()
    parts.attach(admin, again, alike.id, Part())
    assert [one.party.id for one in parts.suggestions(admin, again)] == [near.id]


def test_people_are_forgotten_when_their_time_is_up(world: World, register: Register) -> None:
    admin, entries = world.admin, register.entries
    register.rules = Registers(keep_days=60)
    gone, stays, open_one = (
        entries.make(admin, replace(WANG_PLAIN, name=name)).id for name in ("走了", "还在", "未结")
    )
    closed = stall(world)
    register.parts.attach(admin, closed, gone, Part(measure="told", note="住桥下"))
    world.incidents.act(admin, closed, "strike-out", {"reason": "已走"})
    register.parts.attach(admin, stall(world, IN_A2), open_one, Part())
    world.clock.pass_(50 * DAY)
    register.parts.attach(admin, stall(world, IN_B1), stays, Part())
    assert entries.forget_old() == 0
    world.clock.pass_(11 * DAY)
    assert entries.forget_old() == 1
    assert entries.forget_old() == 0
    left = entries.party(admin, gone)
    assert left.party.anonymous
    assert not left.may_edit
    assert (left.party.name, left.party.phone, left.party.plate, left.party.note) == ("", "", "", "")
    assert [(one.measure, one.note) for one in left.record] == [("told", "")]
    assert {one.name for one in entries.parties(admin, PartyFilter()).items} == {"还在", "未结"}
    with world.incidents.store.read() as connection:
        dump = repr([*connection.execute(select(parties)), *connection.execute(select(party_log))])
    assert "走了" not in dump
    with pytest.raises(Conflict, match="anonymous"):
        register.parts.attach(admin, stall(world), gone, Part())


def test_thousands_of_parties_are_listed_sorted_and_counted(sqlite_world: World, tmp_path: Path) -> None:
    register = Register(sqlite_world.incidents, tmp_path)
    row = {"kind": "vendor", "phone": "", "plate": "", "trade": "", "note": "", "id_shown": "", "version": 1}
    at = {"made_at": START, "last_case_at": START, "made_by": sqlite_world.admin.account_id, "area": "QX-A"}
    many = [{"id": f"{n:032x}", "name": f"摊贩{n:05}", **row, **at} for n in range(5000)]
    with sqlite_world.incidents.store.write() as transaction:
        transaction.connection.execute(parties.insert(), many)
    busy = many[4321]["id"]
    register.parts.attach(sqlite_world.admin, stall(sqlite_world), str(busy), Part())
    page = register.entries.parties(sqlite_world.admin, PartyFilter(order="days_30", limit=100))
    assert (page.total, len(page.items)) == (5000, 100)
    assert [one.id for one in page.items[:1]] == [busy]
    assert [one.name for one in page.items[1:3]] == ["摊贩00000", "摊贩00001"]
    assert register.entries.parties(sqlite_world.admin, PartyFilter(text="04999")).total == 1
    with pytest.raises(Invalid):
        register.entries.parties(sqlite_world.admin, PartyFilter(limit=20_001))
