"""What is asked every few seconds is asked of the open cases alone, however many have ended."""

from typing import Any

from sqlalchemy import event

from incidents.staff import Staff
from tests.incidents.world import World


def test_what_the_clock_asks_reads_no_ended_case(sqlite_world: World) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_more: Any) -> None:
        if statement.startswith("SELECT cases."):
            asked.append((statement, given))

    store = sqlite_world.incidents.store
    event.listen(store.engine, "before_cursor_execute", note)
    sqlite_world.incidents.supervision.watch()
    Staff(store, sqlite_world.clock, sqlite_world.incidents.feed, sqlite_world.incidents.acting).watch()
    event.remove(store.engine, "before_cursor_execute", note)
    assert len(asked) >= 3
    with store.read() as connection:
        for statement, given in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
            of_cases = [row.detail for row in plan if " cases " in row.detail]
            assert any("ix_cases_watched" in how or "ix_cases_in_hand" in how for how in of_cases), of_cases
