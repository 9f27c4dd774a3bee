"""Which open case a new one may double: by class, distance and time, and by how cameras saw the two."""

from base64 import b64decode

from sqlalchemy import insert

from gis.plane import Plane
from incidents.rights import EVERYWHERE
from incidents.service import NewCase
from incidents.similar_queries import SimilarCase, list_similar
from incidents.store.schema import case_objects
from tests.incidents.looks import look
from tests.incidents.world import GRID_BOXES, World


def _made(world: World, north_m: float, seed: int | None) -> str:
    west, south, *_ = next(iter(GRID_BOXES.values()))
    at = Plane(west + 1e-3, south + 1e-3).to_degrees(0.0, north_m)
    case = world.incidents.create_case(world.admin, NewCase("05-01", *at, 1, ""))
    world.clock.pass_(60)
    if seed is not None:
        seen = {"object_id": f"o-{case.id}", "case_id": case.id, "camera_id": "c", "rule": "stall", "box": "[]"}
        with world.incidents.store.write() as transaction:
            told = insert(case_objects).values(**seen, seen_at=case.opened_at, appearance=b64decode(look(seed)))
            transaction.connection.execute(told)
    return case.id


def _proposed(world: World, case_id: str) -> SimilarCase:
    with world.incidents.store.read() as connection:
        first, *rest = list_similar(connection, EVERYWHERE, case_id)
    assert first.doubled
    assert not any(one.doubled or one.likeness is not None for one in rest)
    return first


def test_what_looks_the_same_is_proposed_before_what_is_nearer(world: World) -> None:
    same, other, unseen = _made(world, 40, seed=1), _made(world, 20, seed=2), _made(world, 5, seed=None)
    found = _proposed(world, _made(world, 0, seed=1))
    assert found.case.id == same
    assert found.likeness is not None
    assert found.likeness > 0.95
    # Nothing looks like it: the nearest, and where the two can be compared, how little alike they are.
    assert _proposed(world, _made(world, 8, seed=3)).case.id == unseen
    beside = _proposed(world, _made(world, 21, seed=4))
    assert (beside.case.id, beside.likeness is not None and beside.likeness < 0.75) == (other, True)
    assert _proposed(world, _made(world, 19, seed=None)).likeness is None
