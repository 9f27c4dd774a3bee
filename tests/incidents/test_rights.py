"""Every query × every role × inside and outside: generated from the query module and the role table themselves."""

import inspect
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import Connection

from config.exchange import Destination
from config.registers import Registers
from config.zones import Zone
from exchange import outbox_queries
from exchange.outbox import Outbox
from exchange.outbox_queries import OutboxFilter
from incidents import (
    audit_queries,
    case_places,
    case_queries,
    case_times,
    part_queries,
    queries,
    register_places,
    register_queries,
    similar_queries,
    stuck_queries,
)
from incidents import detection_queries as judged
from incidents.accounts import AccountChange, RoleGiven
from incidents.audit import Audit
from incidents.audit_queries import AuditFilter
from incidents.case_filter import CaseFilter
from incidents.detection_quality import DetectionQuality
from incidents.detection_queries import Wanted
from incidents.errors import NotAllowed, NotFound
from incidents.looking import How, Looking, Who
from incidents.quality import Quality
from incidents.queries import QualityFilter
from incidents.register import Register
from incidents.register_parts import Part
from incidents.register_places import SpotFilter
from incidents.register_queries import PartyFilter
from incidents.register_terms import NewParty
from incidents.rights import EVERYWHERE, FIELD_ROLES, NOWHERE, POST_ROLES, ROLES, Caller, Permission, RoleAt, Scope
from incidents.service import NewCase, visible_camera
from incidents.staff import Staff, StandInGiven
from incidents.store import open_store
from incidents.suggestions import Suggestion
from tests.incidents.world import IN_A1, IN_A2, IN_B1, START, World, make_world

P = Permission


@dataclass(frozen=True)
class Place:
    """Ids of things of one kind each, that lie in one village."""

    area: str
    case: str
    evidence: str
    worker: str
    account: str
    episode: str
    camera: str
    rejected: str
    cause: str
    event: str
    stand_in: str
    party: str


@dataclass(frozen=True)
class Query:
    """How to ask for what lies in one place, and with which permission the service asks."""

    permission: Permission
    ask: Callable[[Connection, Scope, Place], Any]


def among(found: Any, wanted: str, key: Callable[[Any], str] = lambda one: str(one.id)) -> bool:
    """A list is asked whether the thing is in it; not to be there is not to be found."""
    if wanted not in {key(one) for one in found}:
        raise NotFound("not in the list")
    return True


def _counted(connection: Connection, scope: Scope, at: Place) -> bool:
    """Kept counts, and those made by looking, which must agree and know the grids of the place."""
    kept = case_queries.count_cases(connection, scope, CaseFilter(), "grid")
    looked = case_queries.count_cases(connection, scope, CaseFilter(from_at=0.0), "grid")
    assert kept == looked
    return among(kept, at.area, lambda one: one.key[: len(at.area)])


def _spans(connection: Connection, scope: Scope, at: Place) -> bool:
    """Counted by stretches of time: together what looking by quarters counts, and no place from elsewhere."""
    edges = (0.0, START, START + 60.0, 1e11)
    spans = case_times.count_spans(connection, scope, CaseFilter(), edges)
    between = case_times.count_between(connection, scope, CaseFilter(), edges)
    assert between == (0, *(sum(counts[at] for counts in spans.values()) for at in (1, 2)))
    quarters = case_times.count_quarters(connection, scope, CaseFilter())
    assert sum(map(sum, spans.values())) == sum(n for _, n in quarters)
    assert all(counts[0] == 0 and sum(counts) for counts in spans.values())
    return among(spans, at.area, lambda one: one[: len(at.area)])


def _told_at(village: str) -> str:
    """The system that is told what happens in this village and nothing else."""
    return f"system-{village.lower()}"


QUERIES: dict[str, Query] = {
    "list_cases": Query(P.CASE_SEE, lambda c, s, at: among(
        case_queries.list_cases(c, s, CaseFilter()).items, at.case)),
    "export_cases": Query(P.CASE_SEE, lambda c, s, at: among(
        case_queries.export_cases(c, s, CaseFilter())[0], at.case)),
    "walk_cases": Query(P.CASE_SEE, lambda c, s, at: among(
        case_queries.walk_cases(c, s, CaseFilter()).items, at.case)),
    "count_quarters": Query(P.CASE_SEE, lambda c, s, at: among(
        case_times.count_quarters(c, s, CaseFilter(area=at.area)), "True", lambda one: str(one[1] > 0))),
    "count_spans": Query(P.CASE_SEE, lambda c, s, at: _spans(c, s, at)),
    "list_case_places": Query(P.CASE_SEE, lambda c, s, at: among(
        case_places.list_case_places(c, s, CaseFilter(area=at.area)).opened_at, "True", lambda one: str(one > 0))),
    "count_between": Query(P.CASE_SEE, lambda c, s, at: _spans(c, s, at)),
    "list_similar": Query(P.CASE_SEE, lambda c, s, at: not similar_queries.list_similar(c, s, at.case) or True),
    "get_cases": Query(P.CASE_SEE, lambda c, s, at: among(similar_queries.get_cases(c, s, (at.case,)), at.case)),
    "list_stuck": Query(P.CASE_SEE, lambda c, s, at: among(
        stuck_queries.list_stuck(c, s, START, at.area).groups, "filed", lambda one: one.state)),
    "count_cases": Query(P.CASE_SEE, lambda c, s, at: _counted(c, s, at)),
    "get_case": Query(P.CASE_SEE, lambda c, s, at: queries.get_case(c, s, at.case)),
    "get_trace": Query(P.CASE_SEE, lambda c, s, at: queries.get_trace(c, s, at.case)),
    "list_parts": Query(P.CASE_SEE, lambda c, s, at: part_queries.list_parts(c, s, at.case) == ()),
    "list_evidence": Query(P.CASE_SEE, lambda c, s, at: queries.list_evidence(c, s, at.case)),
    "get_evidence": Query(P.CASE_SEE, lambda c, s, at: queries.get_evidence(c, s, at.evidence)),
    "list_areas": Query(P.CASE_SEE, lambda c, s, at: among(queries.list_areas(c, s), at.area, lambda one: one.code)),
    "get_area": Query(P.CASE_SEE, lambda c, s, at: queries.get_area(c, s, at.area)),
    "list_workers": Query(P.WORKER_SEE, lambda c, s, at: among(
        queries.list_workers(c, s), at.worker, lambda one: one[0].id)),
    "get_worker": Query(P.WORKER_SEE, lambda c, s, at: queries.get_worker(c, s, at.worker)),
    "list_accounts": Query(P.ACCOUNT_SEE, lambda c, s, at: among(queries.list_accounts(c, s), at.account)),
    "list_quality_episodes": Query(P.CAMERA_SEE, lambda c, s, at: among(
        queries.list_quality_episodes(c, s, QualityFilter()), at.episode)),
    "get_quality_episode": Query(P.CAMERA_SEE, lambda c, s, at: queries.get_quality_episode(c, s, at.episode)),
    "get_account": Query(P.ACCOUNT_MANAGE, lambda c, s, at: queries.get_account(c, s, at.account)),
    "count_verdicts": Query(P.CAMERA_SEE, lambda c, s, at: among(
        judged.count_verdicts(c, s, Wanted()), at.camera, lambda one: one.camera_id)),
    "count_waiting": Query(P.CAMERA_SEE, lambda c, s, at: among(
        judged.count_waiting(c, s, Wanted()), at.camera, lambda one: one[0])),
    "list_judged": Query(P.CASE_SEE, lambda c, s, at: among(
        judged.list_judged(c, s, Wanted()), at.rejected, lambda one: one.case_id)),
    "list_facts": Query(P.CAMERA_SEE, lambda c, s, at: among(
        judged.list_facts(c, s, Wanted(camera=at.camera)), "False", lambda one: str(one.right))),
    "list_audit": Query(P.AUDIT_SEE, lambda c, s, at: among(
        audit_queries.list_audit(c, s, AuditFilter(kinds=frozenset({"look"}))).items, at.camera,
        lambda one: one.camera_id)),
    "list_stand_ins": Query(P.ACCOUNT_SEE, lambda c, s, at: among(
        audit_queries.list_stand_ins(c, s, START), at.account, lambda one: one.absent_id)),
    "get_stand_in": Query(P.ACCOUNT_SEE, lambda c, s, at: audit_queries.get_stand_in(c, s, at.stand_in)),
    "list_moves": Query(P.ACCOUNT_SEE, lambda c, s, at: among(
        audit_queries.list_moves(c, s), at.account, lambda one: one.account_id)),
    "list_causes": Query(P.CAMERA_SEE, lambda c, s, at: among(judged.list_causes(c, s, Wanted(), START), at.cause)),
    "count_causes": Query(P.CAMERA_SEE, lambda c, s, at: among(
        judged.count_causes(c, s, Wanted(), START), at.camera, lambda one: one.camera_id)),
    "get_cause": Query(P.CAMERA_SEE, lambda c, s, at: judged.get_cause(c, s, at.cause)),
    "list_changes": Query(P.CAMERA_SEE, lambda c, s, at: among(
        judged.list_changes(c, s, Wanted()), at.camera, lambda one: one.camera_id)),
    "list_entries": Query(P.ESTATE_MANAGE, lambda c, s, at: among(
        outbox_queries.list_entries(c, s, OutboxFilter()), at.event)),
    "count_entries": Query(P.ESTATE_MANAGE, lambda c, s, at: among(
        outbox_queries.count_entries(c, s), _told_at(at.area), lambda one: one.destination)),
    "list_parties": Query(P.REGISTER_SEE, lambda c, s, at: among(
        register_queries.list_parties(c, s, PartyFilter(), START).items, at.party)),
    "get_party": Query(P.REGISTER_SEE, lambda c, s, at: register_queries.get_party(c, s, at.party, START)),
    "find_same": Query(P.REGISTER_SEE, lambda c, s, at: among(
        [register_queries.find_same(c, s, _vendor(at.area), START)], at.party, str)),
    "list_record": Query(P.REGISTER_SEE, lambda c, s, at: among(
        register_queries.list_record(c, s, at.party), at.case, lambda one: one.case_id)),
    "list_log": Query(P.REGISTER_SEE, lambda c, s, at: among(
        register_queries.list_log(c, s, at.party), at.case, lambda one: str(one.case_id))),
    "list_case_parties": Query(P.REGISTER_SEE, lambda c, s, at: among(
        register_queries.list_case_parties(c, s, at.case), at.party, lambda one: one[0])),
    "parties_met": Query(P.REGISTER_SEE, lambda c, s, at: among(
        register_queries.parties_met(c, s, [at.case]), at.party, str)),
    "place_history": Query(P.CASE_SEE, lambda c, s, at: register_places.place_history(c, s, at.case, Registers())),
    "list_places": Query(P.CASE_SEE, lambda c, s, at: among(
        register_places.list_places(c, s, SpotFilter(least=2), Registers(), START), at.area,
        lambda one: one.last.area)),
    "get_entry": Query(P.ESTATE_MANAGE, lambda c, s, at: outbox_queries.get_entry(c, s, at.event)),
}  # fmt: skip
MODULES: tuple[ModuleType, ...] = (
    queries,
    audit_queries,
    case_queries,
    case_times,
    case_places,
    similar_queries,
    stuck_queries,
)
MODULES += (judged, outbox_queries, part_queries, register_queries, register_places)
OF_CAMERAS = {name for name, query in QUERIES.items() if query.permission is P.CAMERA_SEE}


def test_no_query_without_a_row() -> None:
    there = {
        name
        for module in MODULES
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert there == set(QUERIES)
    for name in there:
        parameters = list(
            inspect.signature(next(getattr(one, name) for one in MODULES if hasattr(one, name))).parameters.values()
        )
        assert [one.annotation for one in parameters[:2]] == [Connection, Scope], name


@pytest.fixture(scope="module")
def places(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("matrix")
    shutil.copy(migrated_sqlite, folder / "test.sqlite")
    store = open_store(folder / "test.sqlite", migrate=False)
    world = make_world(store, folder)
    Outbox(store, world.clock, random.Random(7), "QX").configure(
        [Destination(id=_told_at(one), url="https://127.0.0.1/", credentials="x", area=one) for one in ("QX-A", "QX-B")]
    )
    yield world, {name: _furnish(world, name, grid, spot) for name, grid, spot in (
        ("QX-A", "QX-A1", IN_A1), ("QX-B", "QX-B1", IN_B1))}  # fmt: skip
    store.close()


def _furnish(world: World, village: str, grid: str, spot: tuple[float, float]) -> Place:
    camera = {"QX-A": "cam-a", "QX-B": "cam-b"}[village]
    case = world.take(
        key=village, object_id=village, camera_id=camera, location={"lon": spot[0], "lat": spot[1], "error_m": 1.0}
    ).case_id
    evidence = world.incidents.get_case(world.admin, case).evidence[0].id
    worker = world.worker(f"worker-{village}", grid, at=spot).account_id
    account = world.person(f"room-{village}", "village_room", village).account_id
    quality = Quality(world.incidents.store, world.incidents.files.root, world.clock, world.incidents.town.cameras)
    quality.begin(camera, "covered", START, START)
    with world.incidents.store.read() as connection:
        found = queries.list_quality_episodes(connection, EVERYWHERE, QualityFilter(camera=camera))
    rejected = _judge(world, camera, spot)
    with world.incidents.store.read() as connection:
        (cause,) = judged.list_causes(connection, EVERYWHERE, Wanted(camera=camera), START)
    with world.incidents.store.read() as connection:
        event = outbox_queries.list_entries(connection, EVERYWHERE, OutboxFilter(destination=_told_at(village)))[0].id
    return Place(
        village,
        case,
        evidence,
        worker,
        account,
        found[0].id,
        camera,
        rejected,
        cause.id,
        event,
        _staff(world, village, camera, account),
        _party(world, village, case, spot),
    )


def _staff(world: World, village: str, camera: str, account: str) -> str:
    """Somebody who stands in for the account, a move of it that is to come, and a look at the camera."""
    incidents = world.incidents
    deputy = world.person(f"deputy-{village}", "village_room", village)
    looking = Looking(world.clock, lambda _: f"/330603/QX/{village}/")
    looking.glanced(Who.of(deputy), camera, How.SNAPSHOT)
    Audit(incidents.store, world.clock, looking).flush()
    staff = Staff(incidents.store, world.clock, incidents.feed, incidents.acting)
    staff.move(world.admin, account, START + 900.0, (RoleGiven("display", village),), None)
    return staff.stand_in(world.admin, StandInGiven(deputy.account_id, account, START, START + 600.0)).id


def _party(world: World, village: str, case: str, spot: tuple[float, float]) -> str:
    """A vendor met in the case; and another case beside it, so that the place keeps coming back."""
    world.incidents.create_case(world.admin, NewCase("05-01", spot[0] + 0.0001, spot[1]))
    register = Register(world.incidents, world.incidents.files.root.parent)
    return register.parts.attach(world.admin, case, _vendor(village), Part(measure="told")).party.id


def _vendor(village: str) -> NewParty:
    return NewParty("vendor", f"vendor of {village}", village, "13800135678")


def _judge(world: World, camera: str, spot: tuple[float, float]) -> str:
    """A rejected detection with its cause, one that waits, and a threshold that was taken."""
    where = {"lon": spot[0] + 0.002, "lat": spot[1], "error_m": 1.0}
    told = {"camera_id": camera, "opens_case": False, "blobs": {}, "location": where}
    rejected = str(world.take(key=f"r{camera}", object_id=f"r{camera}", box=[0, 0, 0.1, 0.1], **told).case_id)
    world.incidents.act(world.admin, rejected, "reject", {"cause": "bin"})
    world.take(key=f"w{camera}", object_id=f"w{camera}", box=[0.2, 0, 0.1, 0.1], **told)
    zone = Zone.model_validate({"id": "z", "rule": "stall", "polygon": [[0, 0], [1, 0], [1, 1]], "case_class": "05-01"})
    taken = Suggestion("dwell_seconds", 180.0, 260.0, 9, 11, 1, 40)
    configured = world.incidents.town.cameras[camera]
    DetectionQuality(world.incidents).note_change(world.admin, configured, zone, taken)
    return rejected


# Where a role is held, and whether that covers village QX-A.
HELD = {"district": ("330603", True), "town": ("QX", True), "village": ("QX-A", True),
        "other village": ("QX-B", False), "other town": ("QX2", False), "grid inside": ("QX-A1", None)}  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("held", HELD)
def test_matrix(places: tuple[World, dict[str, Place]], query: str, role: str, held: str) -> None:
    world, furnished = places
    code, covers = HELD[held]
    with world.incidents.store.read() as connection:
        path = queries.get_area(connection, EVERYWHERE, code).path
        caller = Caller("somebody", "somebody", "Somebody", "s", (RoleAt(role, code, path, code),))
        row = QUERIES[query]
        scope = caller.scope(row.permission)
        granted = row.permission in ROLES[role] and role not in POST_ROLES
        if covers is None:
            # A grid reaches the cases and workers in it, and nothing of the village around it.
            covers = (
                query
                not in {
                    "list_areas",
                    "get_area",
                    "list_accounts",
                    "get_account",
                    "list_audit",
                    "list_stand_ins",
                    "get_stand_in",
                    "list_moves",
                }
                | OF_CAMERAS
            )
        if granted and covers:
            assert row.ask(connection, scope, furnished["QX-A"])
        else:
            with pytest.raises(NotFound):
                row.ask(connection, scope, furnished["QX-A"])


@pytest.mark.parametrize("query", QUERIES)
def test_nobody_sees_nothing(places: tuple[World, dict[str, Place]], query: str) -> None:
    world, furnished = places
    with world.incidents.store.read() as connection:
        assert QUERIES[query].ask(connection, EVERYWHERE, furnished["QX-A"])
        with pytest.raises(NotFound):
            QUERIES[query].ask(connection, NOWHERE, furnished["QX-A"])


def test_scope_in_memory_and_in_the_database_agree(places: tuple[World, dict[str, Place]]) -> None:
    """The feed filters with `covers`, queries with `where`."""
    world, _ = places
    with world.incidents.store.read() as connection:
        areas = queries.list_areas(connection, EVERYWHERE)
        assert len(areas) == 9
        for held in areas:
            scope = Scope(frozenset({held.path}))
            seen = {area.code for area in queries.list_areas(connection, scope)}
            assert seen == {area.code for area in areas if scope.covers(area.path)}


def test_an_area_code_that_begins_like_another_is_another() -> None:
    assert not Scope(frozenset({"/QX/QX-A/"})).covers("/QX/QX-A1/")
    assert not Scope(frozenset({"/QX/"})).covers("/QX2/QX2-C/")


def test_an_unknown_role_grants_nothing() -> None:
    caller = Caller("x", "x", "X", "s", (RoleAt("emperor", "QX", "/QX/", "QX"),))
    assert caller.permissions() == []
    assert all(caller.scope(permission) == NOWHERE for permission in Permission)


WORKERS_VIEW = {
    "his own grid": ("QX-A1", True),
    "another grid of his village": ("QX-A2", False),
}


@pytest.mark.parametrize(("grid", "sees"), WORKERS_VIEW.values(), ids=WORKERS_VIEW.keys())
def test_a_grid_worker_sees_his_grid(sqlite_world: World, grid: str, sees: bool) -> None:
    case_id = sqlite_world.take().case_id
    worker = sqlite_world.worker("wang", grid)
    assert sqlite_world.incidents.list_cases(worker).total == int(sees)
    if not sees:
        with pytest.raises(NotFound):
            sqlite_world.incidents.get_case(worker, case_id)
        sqlite_world.incidents.act(sqlite_world.admin, case_id, "assign", {"worker_id": worker.account_id})
        found = sqlite_world.incidents.get_case(worker, case_id)
        assert "accept" in found.actions
        assert sqlite_world.incidents.get_evidence(worker, found.evidence[0].id)


# What each role at the town may do to a filed case: the action, and the roles that may.
DOERS: dict[str, tuple[str, dict[str, Any], set[str]]] = {
    "assign": ("assign", {"worker_id": "?"}, {"administrator", "operator", "dispatcher", "grid_leader"}),
    "strike out": ("strike-out", {"reason": "nothing"}, {"administrator", "operator", "supervisor"}),
    "close": ("close", {"note": "seen to"}, {"administrator", "operator", "supervisor"}),
    "comment": ("comment", {"note": "hm"}, {"administrator", "operator", "dispatcher",
                "supervisor", "village_room", "grid_leader", "grid_worker"}),
    "accept": ("accept", {}, set()),
}  # fmt: skip


@pytest.mark.parametrize("name", DOERS)
def test_who_may_do_what(sqlite_world: World, name: str) -> None:
    action, detail, may = DOERS[name]
    incidents = sqlite_world.incidents
    worker = sqlite_world.worker("wang", "QX-A1")
    if "worker_id" in detail:
        detail = {"worker_id": worker.account_id}
    for number, role in enumerate(ROLES):
        spot = {"lon": IN_A1[0] + 0.001 * number, "lat": IN_A1[1], "error_m": 1.0}
        box = [0.15 * (number % 6), 0.2 * (number // 6), 0.1, 0.1]
        case_id = sqlite_world.take(key=role, object_id=role, location=spot, box=box, blobs={}).case_id
        caller = sqlite_world.person(f"a-{role}", role, "QX")
        if role in POST_ROLES:
            with pytest.raises(NotFound):
                incidents.act(caller, case_id, action, detail)
            continue
        offered = action.replace("-", "_") in incidents.get_case(caller, case_id).actions
        assert offered == (role in may), role
        if role in may:
            incidents.act(caller, case_id, action, detail)
        else:
            with pytest.raises(NotAllowed):
                incidents.act(caller, case_id, action, detail)


def test_cameras_follow_the_areas(sqlite_world: World) -> None:
    room = sqlite_world.person("room", "village_room", "QX-B")
    assert visible_camera(sqlite_world.incidents, room, "cam-b") == "cam-b"
    for camera in ("cam-a", "no-such"):
        with pytest.raises(NotFound, match="no such camera"):
            visible_camera(sqlite_world.incidents, room, camera)


def test_cases_are_created_only_where_one_may(sqlite_world: World) -> None:
    room = sqlite_world.person("room", "village_room", "QX-B")
    made = sqlite_world.incidents.create_case(room, NewCase("01-02", *IN_B1, note="garbage"))
    assert (made.grid, made.source, made.level) == ("QX-B1", "operator", 2)
    with pytest.raises(NotAllowed):
        sqlite_world.incidents.create_case(room, NewCase("01-02", *IN_A2))


def test_events_reach_only_who_may_see_them(sqlite_world: World) -> None:
    room_a, room_b = (sqlite_world.person(f"room-{v}", "village_room", f"QX-{v}") for v in "AB")
    heard: list[tuple[str, bool, bool]] = []
    stop = sqlite_world.incidents.feed.listen(
        lambda change: heard.append((change.topic, change.visible_to(room_a), change.visible_to(room_b)))
    )
    sqlite_world.take()
    sqlite_world.worker("wang", "QX-B1", at=IN_B1)
    sqlite_world.incidents.accounts.change(sqlite_world.admin, room_a.account_id, AccountChange(enabled=False))
    stop()
    sqlite_world.clock.pass_(1)
    sqlite_world.take(key="unheard", object_id="x", confirmed_at=START + 1)
    assert heard == [("case", True, False), ("worker", False, True), ("worker", False, True), ("session", False, False)]


def test_a_post_is_a_right_by_holder_and_not_by_place() -> None:
    at = (RoleAt("post_staff", "QX", "/330603/QX/", "Qingxi"),)
    scope = Caller("p", "p", "P", "s", at, post="zhifa").scope(P.CASE_SEE)
    assert scope == Scope(assignees=frozenset({"p"}), posts=frozenset({"zhifa"})), "and what he has taken on himself"
    assert scope.covers("/330603/QX2/", post="zhifa")
    assert not scope.covers("/330603/QX/", post="shichang")
    assert not scope.covers("/330603/QX/")
    without = Caller("p", "p", "P", "s", at)
    assert (without.scope(P.CASE_SEE), without.permissions()) == (NOWHERE, [])
    for role in set(ROLES) - POST_ROLES:
        held = Caller("p", "p", "P", "s", (RoleAt(role, "QX", "/330603/QX/", "Qingxi"),), post="zhifa")
        assert not any(held.scope(permission).posts for permission in Permission), role


def test_an_auditor_changes_nothing() -> None:
    assert ROLES["auditor"] == {P.CASE_SEE, P.TRACE_CHECK, P.ACCOUNT_SEE, P.AUDIT_SEE}


@pytest.mark.parametrize("role", sorted(FIELD_ROLES))
def test_who_is_sent_sees_what_he_is_sent_to_wherever_it_lies(sqlite_world: World, role: str) -> None:
    incidents = sqlite_world.incidents
    held = {"grid_worker": "QX-B1", "grid_leader": "QX-B"}[role]
    caller = sqlite_world.person("sun", role, held)
    incidents.workers.set_duty(caller, True)
    case_id = sqlite_world.take().case_id
    with pytest.raises(NotFound):
        incidents.get_case(caller, case_id)
    incidents.act(sqlite_world.admin, case_id, "assign", {"worker_id": caller.account_id})
    assert incidents.act(caller, case_id, "accept").state == "accepted"
    assert incidents.list_cases(caller).total == 1
