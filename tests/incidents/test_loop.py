"""Triage, extensions, supervision by people and by the system, and evaluation, as the API calls them."""

from dataclasses import replace
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from config.case_classes import Level, Words
from incidents.case_filter import CaseFilter
from incidents.deadline import case_due_at
from incidents.errors import Conflict, Invalid, NotAllowed
from incidents.rights import Caller
from incidents.store import Store, open_store
from incidents.supervision import Supervision
from incidents.text import Text
from tests.incidents.world import IN_A1, START, World, make_world, town

HOUR = 3600.0


def due(code: str, level: Level) -> float:
    here = town()
    return case_due_at(here.case_classes, code, level, START, here.timezone, here.calendar)


@pytest.fixture
def people(world: World) -> tuple[Caller, Caller, Caller]:
    return (
        world.person("li", "operator", "QX"),
        world.person("zhao", "supervisor", "QX"),
        world.worker("wang", "QX-A1", at=IN_A1),
    )


def last(world: World, caller: Caller, case_id: str) -> Any:
    return world.incidents.get_case(caller, case_id).trace[-1]


def test_triage(world: World, people: tuple[Caller, Caller, Caller]) -> None:
    li, _, wang = people
    case_id = world.take().case_id
    before = world.incidents.get_case(li, case_id).case
    assert (before.edition, before.tier, before.deadline_at) == (town().case_classes.profile, 2, due("05-01", 2))
    world.clock.pass_(HOUR)
    with pytest.raises(Invalid, match="case_class or level"):
        world.incidents.act(li, case_id, "triage", {"note": "hm"})
    with pytest.raises(Invalid, match="catalogue"):
        world.incidents.act(li, case_id, "triage", {"case_class": "99-99"})
    with pytest.raises(NotAllowed):
        world.incidents.act(wang, case_id, "triage", {"level": 3})
    done = world.incidents.act(li, case_id, "triage", {"case_class": "01-03", "level": 3, "note": "a heap"})
    assert (done.case_class, done.level, done.tier, done.class_name.zh) == ("01-03", 3, 3, "积存垃圾渣土")
    assert done.title.zh == before.title.zh.replace(before.class_name.zh, "积存垃圾渣土")
    assert done.title.en == before.title.en.replace(before.class_name.en, done.class_name.en)
    assert done.deadline_at == due("01-03", 3), "it runs from the opening, by the right class"
    detail = last(world, li, case_id).detail
    assert detail["changed"] == {
        "case_class": ["05-01", "01-03"],
        "level": [2, 3],
        "tier": [2, 3],
        "deadline_at": [before.deadline_at, done.deadline_at],
    }
    assert (detail["class_before"]["zh"], detail["class_after"]["zh"]) == (before.class_name.zh, "积存垃圾渣土")
    with pytest.raises(Conflict, match="already"):
        world.incidents.act(li, case_id, "triage", {"level": 3})
    found = world.incidents.list_cases(li, CaseFilter(text="积存垃圾"))
    assert [one.id for one in found.items] == [case_id], "it is found by its new class"
    assert world.incidents.check_trace(li, case_id).valid


def test_a_changed_catalogue_rewrites_no_history(world: World, people: tuple[Caller, Caller, Caller]) -> None:
    li, _, _ = people
    case_id = world.take().case_id
    before = world.incidents.get_case(li, case_id).case
    classes = world.incidents.town.case_classes
    assert (kept := world.incidents.get_case(li, case_id).terms) is not None
    assert (kept.national, kept.files_when is None) == ("0501", False)
    gone = Words(zh="摊贩已入市", en="moved into the market")
    new = {"05-01": {"zh": "游商", "level": 4, "national": None, "closes_when": gone}}
    other = [one.model_copy(update=new.get(one.code, {})) for one in classes.classes]
    later = classes.model_copy(update={"profile": "edition 2027", "classes": other})
    world.incidents.town = replace(world.incidents.town, case_classes=later)
    after = world.incidents.get_case(li, case_id).case
    assert after == before
    assert world.incidents.get_case(li, case_id).terms == kept
    assert world.incidents.list_cases(li).items == (before,)
    corrected = world.incidents.act(li, case_id, "triage", {"level": 3})
    assert (corrected.edition, corrected.class_name.zh, corrected.level) == ("edition 2027", "游商", 3)
    corrected_terms = world.incidents.get_case(li, case_id).terms
    assert corrected_terms == replace(kept, national=None, closes_when=Text(gone.zh, gone.en)), "triage opens it anew"


def test_an_extension_is_asked_for_by_the_worker_and_decided_by_the_supervisor(
    world: World, people: tuple[Caller, Caller, Caller]
) -> None:
    li, zhao, wang = people
    case_id = world.take().case_id
    world.incidents.act(li, case_id, "assign", {"worker_id": wang.account_id})
    actions = {one: world.incidents.get_case(one, case_id).actions for one in people}
    assert "ask_extension" in actions[wang]
    assert "ask_extension" in actions[li], "on his behalf, by radio"
    assert "ask_extension" not in actions[zhao]
    until = due("05-01", 2) + 24 * HOUR
    with pytest.raises(Invalid, match="until"):
        world.incidents.act(wang, case_id, "ask-extension", {"until": START, "reason": "rain"})
    with pytest.raises(Invalid, match="reason"):
        world.incidents.act(wang, case_id, "ask-extension", {"until": until})
    asked = world.incidents.act(wang, case_id, "ask-extension", {"until": until, "reason": "rain"})
    assert (asked.extension_until, asked.deadline_at) == (until, due("05-01", 2))
    with pytest.raises(NotAllowed):
        world.incidents.act(li, case_id, "grant-extension")
    with pytest.raises(Invalid, match="reason"):
        world.incidents.act(zhao, case_id, "refuse-extension")
    world.incidents.act(zhao, case_id, "refuse-extension", {"reason": "it rains every day"})
    world.incidents.act(li, case_id, "ask-extension", {"until": until, "reason": "rain, by radio"})
    assert last(world, li, case_id).detail["on_behalf_of"] == "Wang"
    granted = world.incidents.act(zhao, case_id, "grant-extension", {"note": "till tomorrow"})
    assert (granted.deadline_at, granted.extension_until) == (until, None)
    assert last(world, li, case_id).detail["changed"]["deadline_at"] == [due("05-01", 2), until]
    corrected = world.incidents.act(li, case_id, "triage", {"level": 1})
    assert corrected.deadline_at == until, "what was granted is not taken away"


def test_the_system_urges_then_steps_up_once_each(world: World, people: tuple[Caller, Caller, Caller]) -> None:
    li, zhao, wang = people
    case_id, deadline = world.take().case_id, due("05-01", 2)
    told: list[Any] = []
    world.incidents.feed.listen(told.append)
    watch = world.incidents.supervision.watch
    assert watch() == (0, 0)
    world.clock.pass_(0.8 * (deadline - START) - 1)
    assert watch() == (0, 0)
    world.clock.pass_(1)
    assert [watch(), watch()] == [(1, 0), (0, 0)]
    entry = last(world, li, case_id)
    assert (entry.action, entry.actor.kind) == ("urge", "system")
    world.clock.pass_(deadline - world.clock.now())
    assert [watch(), watch()] == [(0, 1), (0, 0)]
    entry = last(world, li, case_id)
    assert (entry.action, entry.detail["changed"]) == ("step_up", {"tier": [2, 3]})
    view = world.incidents.get_case(zhao, case_id).case
    assert (view.tier, view.supervised_at) == (3, deadline)
    assert [change.data.tier for change in told if change.topic == "case"] == [2, 3]
    # More time makes another deadline, which is urged for and breached anew.
    world.incidents.act(li, case_id, "assign", {"worker_id": wang.account_id})
    world.incidents.act(wang, case_id, "ask-extension", {"until": deadline + 40 * HOUR, "reason": "rain"})
    world.incidents.act(zhao, case_id, "grant-extension")
    assert watch() == (0, 0)
    world.clock.pass_(39 * HOUR)
    assert watch() == (1, 0)
    world.clock.pass_(HOUR)
    assert watch() == (0, 1)
    assert world.incidents.get_case(li, case_id).case.tier == 4
    assert world.incidents.check_trace(li, case_id).valid


def test_what_was_late_over_a_restart_is_stepped_up_once(migrated_sqlite: Path, tmp_path: Path) -> None:
    copy(migrated_sqlite, tmp_path / "test.sqlite")
    store: Store = open_store(tmp_path / "test.sqlite", migrate=False)
    world = make_world(store, tmp_path)
    cases = [world.take(key=str(n), object_id=str(n), box=[0.1 * n, 0.1, 0.05, 0.05], location=None).case_id
             for n in range(3)]  # fmt: skip
    world.clock.pass_(30 * HOUR)
    store.close()
    again: Store = open_store(tmp_path / "test.sqlite", migrate=False)
    acting = replace(world.incidents.acting, followers=[])
    watcher = Supervision(again, world.clock, acting, lambda: 0.8)
    assert [watcher.watch(), watcher.watch()] == [(0, 3), (0, 0)], "late already: not urged any more"
    again.close()
    third = open_store(tmp_path / "test.sqlite", migrate=False)
    assert Supervision(third, world.clock, acting, lambda: 0.8).watch() == (0, 0)
    third.close()
    assert len(set(cases)) == 3


def test_what_has_ended_is_left_alone(world: World, people: tuple[Caller, Caller, Caller]) -> None:
    _, zhao, _ = people
    case_id = world.take().case_id
    world.incidents.act(zhao, case_id, "close")
    world.clock.pass_(1000 * HOUR)
    assert world.incidents.supervision.watch() == (0, 0)


def test_supervising_and_evaluating_are_the_supervisors(world: World, people: tuple[Caller, Caller, Caller]) -> None:
    li, zhao, wang = people
    case_id = world.take().case_id
    with pytest.raises(NotAllowed):
        world.incidents.act(li, case_id, "supervise", {"reason": "it has stood there for days"})
    view = world.incidents.act(zhao, case_id, "supervise", {"reason": "it has stood there for days"})
    assert (view.supervised_at, view.tier) == (START, 2)
    world.incidents.act(li, case_id, "assign", {"worker_id": wang.account_id})
    for action in ("accept", "handle"):
        world.incidents.act(wang, case_id, action)
    with pytest.raises(Conflict):
        world.incidents.act(zhao, case_id, "evaluate", {"score": 4})
    world.incidents.act(zhao, case_id, "verify", {"result": "gone"})
    for wrong in (0, 6, 2.5, "4"):
        with pytest.raises(Invalid, match="score"):
            world.incidents.act(zhao, case_id, "evaluate", {"score": wrong})
    with pytest.raises(NotAllowed):
        world.incidents.act(li, case_id, "evaluate", {"score": 5})
    assert world.incidents.act(zhao, case_id, "evaluate", {"score": 4, "note": "quick"}).score == 4
    assert last(world, zhao, case_id).detail == {"score": 4, "note": "quick", "changed": {"score": [None, 4]}}


def test_changing_hands_does_not_wash_them(world: World, people: tuple[Caller, Caller, Caller]) -> None:
    """Whoever dispatched or handled it earlier in the round may not verify, though another did it last."""
    li, _, wang = people
    chen, ma = world.worker("chen", "QX-A2", at=IN_A1), world.person("ma", "operator", "QX")
    case_id = world.take().case_id
    world.incidents.act(li, case_id, "assign", {"worker_id": wang.account_id})
    world.incidents.act(ma, case_id, "assign", {"worker_id": chen.account_id})
    for action in ("accept", "handle"):
        world.incidents.act(chen, case_id, action)
    assert "verify" not in world.incidents.get_case(li, case_id).actions
    for one in (li, ma):
        with pytest.raises(NotAllowed, match="another person"):
            world.incidents.act(one, case_id, "verify", {"result": "gone"})
