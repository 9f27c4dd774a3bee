"""Where a case goes by itself, and why: by the tier it has come up to, its class's platform, and who is there."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, select

from config.case_classes import CaseClass, Level
from config.posts import POST_TIERS, Mode, Post
from incidents.acting import SYSTEM_DUTIES, Acting, Step, announce_workers
from incidents.case import ENDED, IN_HAND, SYSTEM, Action, Standing, State
from incidents.case_posts import ON_IT, only_routed
from incidents.case_rows import standing_of
from incidents.opening import Town
from incidents.store import Transaction
from incidents.store.schema import accounts, areas, cases, orders, roles, workers
from incidents.text import Text
from incidents.views import Person, RoutingView
from incidents.visible_cases import LIVE_ORDERS

AFTER = frozenset({Action.CONFIRM, Action.TRIAGE, Action.STEP_UP, Action.REOPEN, Action.TAKE_BACK})
"""Steps after which it is looked at anew where a case belongs."""
LEVELS = ("一级", "二级", "三级", "四级")
WHOM = (Text("网格员", "grid worker"), Text("网格长", "grid leader"), Text("镇岗位", "town post"),
        Text("区岗位", "district post"))  # fmt: skip
PLATFORMS = {
    "public-order": Text("综治工作", "public order"),
    "market-supervision": Text("市场监管", "market supervision"),
    "law-enforcement": Text("综合执法", "law enforcement"),
    "convenience-service": Text("便民服务", "convenience service"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """Where a case belongs now: with a post, a person, or nobody; `why` in one line."""

    tier: int
    mode: Mode
    why: Text
    post: Post | None = None
    worker: Person | None = None


# Built once: every case that is filed asks.
_WITH_PATH = (
    select(cases, areas.c.path)
    .select_from(cases.join(areas, areas.c.code == cases.c.place))
    .where(cases.c.id == bindparam("case_id"))
)


Nearest = Callable[[Connection, Row[Any], Sequence[str]], str | None]
"""Of these free workers the one to send to this row of `cases`; None: none of them should go."""


class Routing:
    """Sends cases by itself (`Acting.router`), in the transaction of what made them fit to be sent."""

    def __init__(self, acting: Acting, town: Callable[[], Town]) -> None:
        self._acting = acting
        self._town = town
        self.nearest: Nearest | None = None
        """Dispatch's ranking, once there is one; without it the first by name."""

    def follow(self, transaction: Transaction, step: Step) -> None:
        if step.action in AFTER:
            self.route(transaction, step.case_id, step.at, stepped_up=step.action is Action.STEP_UP)

    def opened(self, transaction: Transaction, case_id: str, level: Level, at: float) -> None:
        """A new case, which nobody has yet: where its level is not sent by itself, nothing has to be read of it."""
        if self._town().posts.routing.of(level) == "auto":
            self.route(transaction, case_id, at)

    def route(self, transaction: Transaction, case_id: str, at: float, stepped_up: bool = False) -> None:
        """Where its tier is sent by itself. What a person has sent or taken is moved by a step-up alone."""
        if not self._town().posts.routing.sends:
            return
        connection = transaction.connection
        row = connection.execute(_WITH_PATH, {"case_id": case_id}).one()
        now = standing_of(connection, row)
        if now.state not in {State.FILED} | IN_HAND:
            return
        if not (now.state is State.FILED or only_routed(now) or stepped_up):
            return
        if self._town().posts.routing.of(now.tier) != "auto" and not only_routed(now):  # type: ignore[arg-type]
            return
        way = self.way(connection, row, now)
        found = way.mode == "auto" and (way.post is not None or way.worker is not None)
        if not found and (stepped_up or now.state is State.FILED):
            return
        post = way.post if found else None
        worker = way.worker if found and post is None else None
        if (post.id if post else None, worker.id if worker else None) == (now.post, now.assignee_id):
            return
        if now.state in ON_IT and (post is None or post.id == now.post):
            return
        self._send(transaction, row, at, way, post, worker)

    def _send(
        self, transaction: Transaction, row: Row[Any], at: float, way: Way, post: Post | None, worker: Person | None
    ) -> None:
        detail: dict[str, Any] = {"tier": way.tier, "why": {"zh": way.why.zh, "en": way.why.en}}
        if post is not None:
            detail |= {"post": post.id, "post_name": {"zh": post.zh, "en": post.en}}
        if worker is not None:
            detail |= {"worker_id": worker.id, "worker_name": worker.name}
        step = self._acting.step(transaction, row.id, Action.ROUTE, SYSTEM, SYSTEM_DUTIES, at=at, detail=detail)
        concerned = {step.before.assignee_id, step.after.assignee_id}
        if worker is not None:
            concerned |= self._send_along(transaction, row, step)
        announce_workers(transaction, self._acting.feed, [one for one in concerned if one])

    def _send_along(self, transaction: Transaction, row: Row[Any], sent: Step) -> set[str]:
        """As many more as the case wants, of the grid workers of its village; who is short is for the room to see."""
        there = {sent.after.assignee_id, *(one.worker_id for one in sent.after.companions)}
        if len(there) >= sent.after.people:
            return set()
        connection = transaction.connection
        village = roles.c.area.in_(select(areas.c.code).where(areas.c.parent == row.area))
        people, added = _having(connection, "grid_worker", village), set[str]()
        while len(there) + len(added) < sent.after.people:
            found = self._free(connection, row, people, there | added)
            if found is None:
                break
            zh, en = f"{sent.after.people} 人同往,自动派出", f"{sent.after.people} go together, sent by itself"
            detail = {"worker_id": found.id, "worker_name": found.name, "why": {"zh": zh, "en": en}}
            self._acting.step(
                transaction, sent.case_id, Action.SEND_ALONG, SYSTEM, SYSTEM_DUTIES, at=sent.at, detail=detail
            )
            added.add(found.id)
        return added

    def way(self, connection: Connection, row: Row[Any], now: Standing) -> Way:
        """`row`: of `cases`, with the `path` of its place."""
        town = self._town()
        mode = town.posts.routing.of(now.tier)  # type: ignore[arg-type]
        case_class = town.case_classes.get(now.case_class)
        begun = _begun(now, case_class)
        if mode == "off":
            return Way(now.tier, mode, _line(begun, Text("本级由指挥室派遣", "sent by the room")))
        whom = WHOM[now.tier - 1]
        post = self._post(town, row, now, case_class)
        worker = self._person(connection, row, now)
        if post is None and worker is None:
            why = Text(f"没有可派的{whom.zh},留在指挥室", f"no {whom.en} here: stays with the room")
            if now.tier in POST_TIERS and now.returned:
                why = Text("岗位已退回,留在指挥室", "the post returned it: stays with the room")
            return Way(now.tier, mode, _line(begun, why))
        name = Text(post.zh, post.en) if post else Text(worker.name, worker.name) if worker else whom
        if mode == "auto":
            told = Text(f"自动派至{name.zh}", f"sent to {name.en}")
        else:
            told = Text(f"建议派给{whom.zh}{name.zh}", f"proposed: {whom.en} {name.en}")
        return Way(now.tier, mode, _line(begun, told), post, worker)

    def _post(self, town: Town, row: Row[Any], now: Standing, case_class: CaseClass | None) -> Post | None:
        tier = POST_TIERS.get(now.tier)
        if tier is None:
            return None
        posts = town.posts
        upward = list(reversed([code for code in row.path.split("/") if code]))
        found = posts.standing_at(tier, case_class.platform if case_class else None, upward)
        own = posts.by_id.get(case_class.post or "") if case_class else None
        wanted = ((own,) if own is not None and own.tier == tier else ()) + found
        return next((post for post in wanted if post.id not in now.returned), None)

    def _person(self, connection: Connection, row: Row[Any], now: Standing) -> Person | None:
        """The leader of the village (or of the grid itself); the grid's worker who is on duty and free."""
        if now.tier == 2:
            found = _holders(connection, "grid_leader", [code for code in (row.grid, row.area) if code])
            return found[0][0] if found else None
        if now.tier == 1 and row.grid is not None:
            return self._free(connection, row, _holders(connection, "grid_worker", [row.grid]))
        return None

    def _free(
        self,
        connection: Connection,
        row: Row[Any],
        there: Sequence[tuple[Person, bool]],
        without: Collection[str | None] = (),
    ) -> Person | None:
        """Of these, with whether they are on duty, the nearest who has nothing in hand."""
        busy = _busy(connection, [person.id for person, _ in there])
        free = {one.id: one for one, duty in there if duty and one.id not in busy and one.id not in without}
        if self.nearest is None or not free:
            return next(iter(free.values()), None)
        return free.get(self.nearest(connection, row, list(free)) or "")

    def told(self, connection: Connection, case_id: str) -> RoutingView | None:
        """Who has it, and why; None for what has ended. Whether the case may be seen is the caller's to check."""
        row = connection.execute(_WITH_PATH, {"case_id": case_id}).one()
        now = standing_of(connection, row)
        if now.state in ENDED:
            return None
        way = self.way(connection, row, now)
        if now.state is State.REVIEW:
            why = Text("待确认立案后派遣", "sent once it is confirmed")
            return RoutingView(now.tier, "room", None, None, why)
        by_hand = now.dispatched_by is not None
        if now.post is not None:
            post = self._town().posts.by_id.get(now.post)
            name = Text(post.zh, post.en) if post else Text(now.post, now.post)
            return RoutingView(now.tier, "post", now.post, name, self._held(way, now, name, by_hand))
        if now.assignee_id is not None:
            known = connection.execute(select(accounts.c.name).where(accounts.c.id == now.assignee_id)).scalar_one()
            name = Text(known, known)
            return RoutingView(now.tier, "person", now.assignee_id, name, self._held(way, now, name, by_hand))
        return RoutingView(now.tier, "room", None, None, way.why)

    def _held(self, way: Way, now: Standing, name: Text, by_hand: bool) -> Text:
        begun = _begun(now, self._town().case_classes.get(now.case_class))
        if by_hand:
            return _line(begun, Text(f"由人工派至{name.zh}", f"sent to {name.en} by a person"))
        there = way.post is not None and way.post.id == now.post
        return way.why if there else _line(begun, Text(f"自动派至{name.zh}", f"sent to {name.en}"))


def _begun(now: Standing, case_class: CaseClass | None) -> Text:
    """Level, class and platform, and how far it has been stepped up."""
    platform = PLATFORMS[case_class.platform] if case_class else Text("", "")
    zh, en = f"{LEVELS[now.level - 1]}", f"Level {now.level}"
    if case_class is not None:
        zh, en = f"{zh},{case_class.zh}({platform.zh})", f"{en}, {case_class.en} ({platform.en})"
    if now.tier > now.level:
        up = WHOM[now.tier - 1]
        zh, en = f"{zh},超时升级至{up.zh}", f"{en}, stepped up to the {up.en}"
    return Text(zh, en)


def _line(begun: Text, told: Text) -> Text:
    return Text(f"{begun.zh}:{told.zh}", f"{begun.en}: {told.en}")


def _holders(connection: Connection, role: str, codes: list[str]) -> list[tuple[Person, bool]]:
    """(who, whether on duty), of the finest of these areas that has any; those on duty first."""
    return next((found for code in codes if (found := _having(connection, role, roles.c.area == code))), [])


def _having(connection: Connection, role: str, where: ColumnElement[bool]) -> list[tuple[Person, bool]]:
    """(who, whether on duty), of those with this role in these areas; those on duty first."""
    query = (
        select(accounts.c.id, accounts.c.name, workers.c.duty)
        .distinct()
        .join(roles, roles.c.account_id == accounts.c.id)
        .outerjoin(workers, workers.c.account_id == accounts.c.id)
        .where(roles.c.role == role, where, accounts.c.enabled)
        .order_by(accounts.c.name, accounts.c.id)
    )
    found = [(Person(row.id, row.name), bool(row.duty)) for row in connection.execute(query)]
    return sorted(found, key=lambda one: not one[1])


def _busy(connection: Connection, ids: list[str]) -> set[str]:
    if not ids:
        return set()
    # Open ones alone have an index by whom they are sent to: of all of five years a worker has thousands.
    mine = cases.c.closed_at.is_(None), cases.c.assignee_id.in_(ids), cases.c.state.in_(sorted(IN_HAND))
    query = select(cases.c.assignee_id).where(*mine)
    sent = select(orders.c.worker_id).where(orders.c.worker_id.in_(ids), orders.c.state.in_(LIVE_ORDERS))
    return {*connection.execute(query).scalars(), *connection.execute(sent).scalars()}
