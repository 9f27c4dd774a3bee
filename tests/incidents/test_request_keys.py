"""A request that comes twice is carried out once: at the same moment, after a failure, after a restart."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from incidents.errors import Conflict
from incidents.service import NewCase
from incidents.store.request_keys import (
    KEEP_SECONDS,
    AlreadyDone,
    KeyedRequest,
    KeyReused,
    delete_old_keys,
    find_answer,
    holding,
)
from tests.incidents.world import IN_A1, START, World

CASE = NewCase("05-01", *IN_A1)


def request_of(account_id: str, key: str = "key-12345", fingerprint: str = "a" * 64) -> KeyedRequest:
    return KeyedRequest(account_id, key, fingerprint, START, lambda case: json.dumps(getattr(case, "number", None)))


def answer_to(world: World, request: KeyedRequest) -> str | None:
    with world.incidents.store.read() as connection:
        return find_answer(connection, request)


def test_eight_at_the_same_moment_make_one_case(world: World) -> None:
    admin, together = world.admin, Barrier(8)

    def send(_number: int) -> str | None:
        request = request_of(admin.account_id)
        together.wait(20)
        try:
            with holding(request):
                world.incidents.create_case(admin, CASE)
        except AlreadyDone:
            return answer_to(world, request)
        return request.answer

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(8)))
    listed = world.incidents.list_cases(admin)
    assert answers == {json.dumps(listed.items[0].number)}
    assert listed.total == 1


def test_what_fails_leaves_neither_key_nor_case(world: World) -> None:
    request = request_of(world.admin.account_id)
    case = world.incidents.create_case(world.admin, CASE)
    with pytest.raises(Conflict), holding(request):
        world.incidents.act(world.admin, case.id, "reopen", {"reason": "no"})
    assert answer_to(world, request) is None
    broken = request_of(world.admin.account_id)
    broken.answer_of = lambda _case: json.dumps(object())
    with pytest.raises(TypeError), holding(broken):
        world.incidents.create_case(world.admin, CASE)
    assert world.incidents.list_cases(world.admin).total == 1
    again = request_of(world.admin.account_id)
    with holding(again):
        world.incidents.create_case(world.admin, CASE)
        # Only the first transaction is the request's.
        world.incidents.create_case(world.admin, CASE)
    assert again.answer == answer_to(world, request)
    assert world.incidents.list_cases(world.admin).total == 3


def test_keys_are_an_account_s_own_and_stand_for_one_request(world: World) -> None:
    wang = world.worker("wang", "QX-A1")
    with holding(request_of(wang.account_id)):
        world.incidents.create_case(wang, CASE)
    assert answer_to(world, request_of(world.admin.account_id)) is None
    with pytest.raises(KeyReused):
        answer_to(world, request_of(wang.account_id, fingerprint="b" * 64))
    with world.incidents.store.write() as transaction:
        assert delete_old_keys(transaction.connection, START + KEEP_SECONDS - 1) == 0
        assert delete_old_keys(transaction.connection, START + KEEP_SECONDS + 1) == 1
    assert answer_to(world, request_of(wang.account_id)) is None
