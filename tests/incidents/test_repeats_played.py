"""From pixels to the case: carts drawn on several days at one spot of a simulated street, found by the shipped
analysis, taken in as cases."""

from dataclasses import replace

import cv2
import numpy as np

from bench.appearance import CONDITIONS, design_of, town_detection
from sim.scenes.stalls import Design
from tests.incidents.world import World

PLACE = "crossing-main"
DAY = 86_400.0


def day(world: World, design: Design, condition: str) -> str:
    """The case of that day, closed in the evening."""
    told = town_detection(PLACE, design, CONDITIONS[condition])
    assert told is not None
    now = world.clock.now()
    told = replace(told, key=f"{told.key}/{now}", object_id=f"{now}", camera_id="cam-a", confirmed_at=now)
    case_id = str(world.incidents.take_detection({**told.to_plain(), "blobs": []}, []).case_id)
    world.incidents.act(world.admin, case_id, "close", {})
    world.clock.pass_(DAY)
    return case_id


def test_the_same_cart_is_a_repeat_and_another_there_is_not(sqlite_world: World) -> None:
    world = sqlite_world
    cv2.setNumThreads(1)
    rng = np.random.default_rng(3)
    cart = design_of(rng)
    another = design_of(rng, other_than=cart)
    first = day(world, cart, "the same light")
    second = day(world, cart, "dark exposure")
    other = day(world, another, "the same light")
    third = day(world, cart, "main stream")
    seen = {one: world.incidents.get_case(world.admin, one) for one in (first, second, other, third)}
    ordinals = [one.repeat.ordinal if one.repeat else 1 for one in seen.values()]
    assert ordinals == [1, 2, 1, 3]
    newest = seen[third].repeat
    assert newest is not None
    assert [one.id for one in newest.earlier] == [second, first]
    beside = seen[other].same_place
    assert beside is not None
    assert beside.id == second
