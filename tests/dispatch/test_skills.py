"""What a class wants of people, and who has it."""

import pytest
from pydantic import ValidationError

from config.case_classes import CaseClasses, Skill
from incidents.errors import Invalid, NotAllowed, NotFound
from incidents.workers import Kit
from tests.incidents.world import IN_A1, IN_A2, World, catalogue


def with_fire(world: World) -> None:
    """Stalls want the fire card, and two people."""
    known = catalogue()
    stalls = known.get("05-01")
    assert stalls is not None
    wanting = stalls.model_copy(update={"skills": ["fire"], "people": 2})
    classes = [wanting if one.code == "05-01" else one for one in known.classes]
    skills = [Skill(id="fire", zh="消防证", en="fire card"), Skill(id="law", zh="执法证", en="law card")]
    changed = known.model_copy(update={"classes": classes, "skills": skills})
    object.__setattr__(world.incidents.town, "case_classes", changed)


def test_who_has_it_goes_and_who_has_not_is_told(world: World) -> None:
    with_fire(world)
    wang, chen = world.worker("wang", "QX-A1", at=IN_A1), world.worker("chen", "QX-A2", at=IN_A2)
    case_id = world.take(blobs={}).case_id
    assert world.incidents.get_case(world.admin, case_id).case.people == 2
    told = {one.name: (one.available, one.reason.zh) for one in world.dispatch.candidates(world.admin, case_id)}
    assert told == {"Wang": (False, "没有消防证"), "Chen": (False, "没有消防证")}
    world.incidents.workers.equip(world.admin, chen.account_id, Kit("e-bike", ["fire"]))
    (first, _) = world.dispatch.candidates(world.admin, case_id)
    assert (first.name, first.available, first.transport) == ("Chen", True, "e-bike")
    assert [one.available for one in world.dispatch.near(world.admin, *IN_A1)] == [True, True]
    assert next(one.name for one in world.dispatch.near(world.admin, *IN_A1, case_class="05-01")) == "Chen"
    world.incidents.workers.equip(world.admin, chen.account_id, Kit(skills=[]))
    assert not world.dispatch.candidates(world.admin, case_id)[0].available
    kept = next(one for one in world.incidents.workers.list(world.admin) if one.id == chen.account_id)
    assert (kept.transport, kept.skills) == ("e-bike", ())
    with pytest.raises(Invalid):
        world.incidents.workers.equip(world.admin, wang.account_id, Kit("rocket"))


def test_where_somebody_is_called(world: World) -> None:
    wang = world.worker("wang", "QX-A1")
    called = world.incidents.workers.equip(world.admin, wang.account_id, Kit(phone="+86 (575) 8456-0001"))
    assert (called.phone, called.transport) == ("+8657584560001", "walk")
    assert world.incidents.workers.equip(world.admin, wang.account_id, Kit("car")).phone == "+8657584560001"
    for wrong in ("1234", "call me", "1" * 21, "1" * 49):
        with pytest.raises(Invalid):
            world.incidents.workers.equip(world.admin, wang.account_id, Kit(phone=wrong))
    assert world.incidents.workers.equip(world.admin, wang.account_id, Kit(phone=" ")).phone == ""


def test_only_who_manages_all_his_areas_equips_him(world: World) -> None:
    both = world.worker("wang", "QX-A1", "QX-B1")
    of_a = world.person("head-a", "administrator", "QX-A")
    with pytest.raises(NotAllowed):
        world.incidents.workers.equip(of_a, both.account_id, Kit(skills=["fire"]))
    with pytest.raises(NotFound):
        world.incidents.workers.equip(of_a, world.worker("chen", "QX-B1").account_id, Kit(skills=[]))
    with pytest.raises(NotFound):
        world.incidents.workers.equip(both, both.account_id, Kit(skills=["fire"]))


def test_a_catalogue_that_wants_what_it_does_not_name() -> None:
    whole = catalogue().model_dump()
    whole["classes"][0]["skills"] = ["divination"]
    with pytest.raises(ValidationError, match="01-01 divination"):
        CaseClasses.model_validate(whole)
