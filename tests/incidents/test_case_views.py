"""Views of the case desk on both databases: whose they are, who sees and changes shared ones, what they may say."""

import pytest

from incidents.case_views import SHELF_MAX, CaseViews
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.incidents.world import World


def views_of(world: World) -> CaseViews:
    return CaseViews(world.incidents.store, world.clock)


def test_ones_own_are_kept_by_name_and_are_nobody_elses(world: World) -> None:
    views = views_of(world)
    mine, other = world.person("li", "operator", "QX"), world.person("wang", "operator", "QX")
    made = views.keep(mine, "  夜间 ", None, "state=open&level=3")
    again = views.keep(mine, "夜间", None, "state=all&text=桥 下&overdue=true")
    assert (again.id, again.name, again.area, again.may_change) == (made.id, "夜间", None, True)
    assert views.list(mine) == (again,)
    assert again.query == "state=all&text=%E6%A1%A5+%E4%B8%8B&overdue=true"
    assert views.keep(mine, "夜间", None, again.query).query == again.query
    assert views.list(other) == views.list(world.admin) == ()
    with pytest.raises(NotFound):
        views.remove(other, made.id)
    # The same name on another's shelf is another view.
    views.keep(other, "夜间", None, "")
    with pytest.raises(Conflict, match="kept the view anew"):
        views.remove(mine, made.id, made.updated_at - 1)
    views.remove(mine, made.id, views.list(mine)[0].updated_at)
    assert views.list(mine) == ()
    assert [one.query for one in views.list(other)] == [""]


# Role, where held, and whether a view shared at village QX-A is seen and may be changed.
SHARED = [
    ("administrator", "330603", True, True),
    ("operator", "QX", True, True),
    ("supervisor", "QX-A", True, True),
    ("dispatcher", "QX-A", True, False),
    ("village_room", "QX-A", True, False),
    ("operator", "QX-B", False, False),
    ("operator", "QX-A1", False, False),
    ("operator", "QX2", False, False),
]


def test_shared_ones_follow_the_areas(world: World) -> None:
    views = views_of(world)
    shared = views.keep(world.person("head", "operator", "QX"), "重点", "QX-A", "sort=deadline")
    for number, (role, area, seen, changed) in enumerate(SHARED):
        caller = world.person(f"p{number}", role, area)
        listed = {one.id: one.may_change for one in views.list(caller)}
        assert listed == ({shared.id: changed} if seen else {}), (role, area)
        if not seen:
            with pytest.raises(NotFound):
                views.remove(caller, shared.id)
            with pytest.raises(NotFound):
                views.keep(caller, "重点", "QX-A", "")
        elif not changed:
            with pytest.raises(NotAllowed):
                views.remove(caller, shared.id)
            with pytest.raises(NotAllowed):
                views.keep(caller, "重点", "QX-A", "")
        else:
            assert views.keep(caller, "重点", "QX-A", "sort=deadline").id == shared.id
    assert {one.updated_by for one in views.list(world.admin)} == {"P2"}


@pytest.mark.parametrize(
    ("name", "query", "said"),
    [
        (" ", "", "name must not be empty"),
        ("x" * 41, "", "at most 40"),
        ("x", "state=open&colour=red", "no filter 'colour'"),
        ("x", "nonsense", "not what an address may say"),
        ("x", "&".join(f"state={n}" for n in range(40)), "not what an address may say"),
        ("x", "text=" + "a" * 200, "query.text must be a text of at most 100"),
        ("x", "text=" + "%E6%A1%A5" * 120, "more than 1000"),
        ("x", "text=%00", "control characters"),
    ],
)
def test_what_no_desk_could_open_is_not_kept(sqlite_world: World, name: str, query: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        views_of(sqlite_world).keep(sqlite_world.admin, name, None, query)
    assert views_of(sqlite_world).list(sqlite_world.admin) == ()


def test_a_shelf_is_full_at_some_time(sqlite_world: World) -> None:
    views = views_of(sqlite_world)
    for number in range(SHELF_MAX):
        views.keep(sqlite_world.admin, str(number), None, "")
    with pytest.raises(Conflict, match="delete some first"):
        views.keep(sqlite_world.admin, "one more", None, "")
    assert views.keep(sqlite_world.admin, "7", None, "level=4").query == "level=4"
