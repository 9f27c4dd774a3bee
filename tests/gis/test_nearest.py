from hypothesis import given
from hypothesis import strategies as st

from gis.nearest import nearest
from gis.plane import Plane, distance_m

HERE = (120.45, 30.08)
PLANE = Plane(*HERE)
offsets = st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000))


@given(st.lists(offsets, max_size=40), st.integers(0, 12))
def test_the_nearest_come_first_and_none_nearer_is_left_out(away: list[tuple[float, float]], count: int) -> None:
    places = [PLANE.to_degrees(*one) for one in away]
    found = nearest(range(len(places)), lambda i: places[i], *HERE, count)
    assert len(found) == min(count, len(places))
    metres = [near.distance_m for near in found]
    assert metres == sorted(metres)
    for near in found:
        assert abs(near.distance_m - distance_m(*HERE, *places[near.item])) < 1e-6
    left = set(range(len(places))) - {near.item for near in found}
    if found:
        assert all(distance_m(*HERE, *places[i]) >= metres[-1] - 1e-6 for i in left)


def test_items_without_a_place_are_left_out() -> None:
    places = {"a": PLANE.to_degrees(0, 50), "b": None, "c": PLANE.to_degrees(10, 0)}
    assert [near.item for near in nearest(places, places.get, *HERE)] == ["c", "a"]


def test_equal_distances_keep_their_order() -> None:
    assert [near.item for near in nearest("xyz", lambda _: HERE, *HERE, 2)] == ["x", "y"]


def test_longitude_counts_less_than_latitude() -> None:
    places = {"east": (120.46, 30.08), "north": (120.45, 30.0895)}
    assert [near.item for near in nearest(places, places.get, *HERE)] == ["east", "north"]
