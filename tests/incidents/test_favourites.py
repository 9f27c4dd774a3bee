"""Favourites: each account's own, and never a camera it may not see."""

from dataclasses import replace

import pytest

from incidents.accounts import AccountChange, RoleGiven
from incidents.errors import Conflict, NotFound
from incidents.favourites import MAX_FAVOURITES, Favourites
from tests.incidents.world import CAMERAS, PASSWORD, World, camera, town


def of(world: World) -> Favourites:
    return Favourites(world.incidents.store, world.clock, world.incidents.town)


def test_they_are_ones_own_and_in_the_order_of_starring(world: World) -> None:
    ming, hong = (world.person(name, "operator", "QX") for name in ("ming", "hong"))
    starred = of(world)
    starred.add(ming, "cam-b")
    world.clock.pass_(1)
    starred.add(ming, "cam-a")
    starred.add(ming, "cam-b")
    assert (starred.list(ming), starred.list(hong)) == (("cam-b", "cam-a"), ())
    starred.remove(hong, "cam-a")
    starred.remove(ming, "cam-b")
    starred.remove(ming, "cam-b")
    assert starred.list(ming) == ("cam-a",)


@pytest.mark.parametrize("camera_id", ["cam-a", "no-such", "\x00", "x" * 300])
def test_a_camera_outside_is_as_one_that_is_not_there(world: World, camera_id: str) -> None:
    room = world.person("room", "village_room", "QX-B")
    for ask in (of(world).add, of(world).remove):
        with pytest.raises(NotFound, match=r"^no such camera$"):
            ask(room, camera_id)
    assert of(world).list(room) == ()


def test_what_one_may_no_longer_see_is_kept_and_not_told(world: World) -> None:
    ming = world.person("ming", "operator", "QX")
    for camera_id in CAMERAS:
        of(world).add(ming, camera_id)

    def now_at(area: str) -> tuple[str, ...]:
        change = AccountChange(roles=(RoleGiven("operator", area),))
        world.incidents.accounts.change(world.admin, ming.account_id, change)
        return of(world).list(world.incidents.accounts.sign_in("ming", PASSWORD, address="127.0.0.1").caller)

    assert now_at("QX-B") == ("cam-b",)
    assert now_at("QX2") == ()
    assert now_at("QX") == ("cam-a", "cam-b")


def test_there_is_an_end_to_them(sqlite_world: World) -> None:
    many = {f"c{n}": camera(f"c{n}", "QX-A", "多", "Many") for n in range(MAX_FAVOURITES + 1)}
    starred = Favourites(sqlite_world.incidents.store, sqlite_world.clock, replace(town(), cameras=many))
    ming = sqlite_world.person("ming", "operator", "QX")
    for camera_id in list(many)[:-1]:
        starred.add(ming, camera_id)
    with pytest.raises(Conflict, match="at most 500"):
        starred.add(ming, f"c{MAX_FAVOURITES}")
    starred.add(ming, "c0")
    assert len(starred.list(ming)) == MAX_FAVOURITES
