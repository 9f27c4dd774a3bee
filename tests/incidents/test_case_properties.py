"""Whatever people, cameras and the clock do to a case, in whatever order: what must hold all the same."""

from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.case import ENDED, IN_HAND, SYSTEM, TRANSITIONS, Action, Actor, Duty, Standing, State, decide
from incidents.case_posts import only_routed, open_parts
from incidents.case_terms import AlongState, Companion, PartState
from incidents.errors import Conflict, Invalid, NotAllowed

T = 1_790_000_000.0
DAY = 86400.0
PEOPLE = {name: Actor("person", name, name.title()) for name in ("li", "zhao", "wang", "chen", "root", "wei", "sun")}
POSTS = {"wei": "market", "sun": "fire"}
"""Who works at which post."""
CAMERA = Actor("camera", "cam-a", "East crossing")
FRESH = Actor("person", "fresh", "Never seen before")
DUTIES = {
    "li": {Duty.TRIAGE, Duty.DISPATCH, Duty.VERIFY, Duty.COMMENT},
    "zhao": {Duty.TRIAGE, Duty.VERIFY, Duty.SUPERVISE, Duty.COMMENT},
    "wang": {Duty.COMMENT},
    "chen": {Duty.COMMENT},
    "wei": set(),
    "sun": set(),
    "root": {Duty.TRIAGE, Duty.DISPATCH, Duty.VERIFY, Duty.SUPERVISE, Duty.COMMENT},
}
"""By role, as `incidents.acting.duties_of` has them: operator, supervisor, grid workers, administrator."""


def duties_of(actor: Actor, standing: Standing) -> frozenset[Duty]:
    if actor.kind != "person":
        return frozenset({Duty.CAMERA if actor.kind == "camera" else Duty.SYSTEM})
    held = set(DUTIES[actor.id])
    own = POSTS.get(actor.id)
    if standing.assignee_id == actor.id or (own is not None and standing.post == own):
        held.add(Duty.HANDLE)
    if own is not None and standing.post == own:
        held.add(Duty.POST)
    if actor.id in {one.worker_id for one in standing.companions}:
        held.add(Duty.ALONG)
    if own in {part.post for part in standing.parts}:
        held.add(Duty.PART)
    if Duty.DISPATCH in held and (standing.assignee_id is not None or standing.post is not None):
        held.add(Duty.HANDLE)
    return frozenset(held)


ACTORS = [*PEOPLE.values(), CAMERA, SYSTEM]
IDLE = {Action.COMMENT, Action.EVIDENCE, Action.LOOK, Action.MERGE, Action.UNMERGE, Action.UNANSWERED}
IDLE |= {Action.PARTY, Action.REMIND, Action.FEEDBACK, Action.TALK_DOWN}
LIVELY = sorted(set(TRANSITIONS) - IDLE)


def plan(seed: int, length: int) -> list[Any]:
    """Drawn evenly, which Hypothesis by itself does not do: it likes small numbers, and would accept for ever."""
    chance = Random(seed)
    return [
        (
            chance.randrange(len(LIVELY)),
            chance.randrange(len(ACTORS)),
            chance.choice(["wang", "chen"]),
            chance.choice(["gone", "present", "cannot_tell"]),
            chance.randint(1, 4),
            chance.choice([0.0, 60.0, DAY / 2, 3 * DAY]),
            chance.choice([None, "market", "fire", "district"]),
        )
        for _ in range(length)
    ]


class Told:
    """A case that is lived through, with what would stand in its trace."""

    def __init__(self, standing: Standing) -> None:
        self.now, self.at = standing, T
        self.trace: list[tuple[Action, Actor, Standing, Standing]] = []

    def live(self, plan: list[Any]) -> "Told":
        for which, who, worker, result, level, passed, post in plan:
            self.at += passed
            detail: dict[str, Any] = {"worker_id": worker} if post is None else {"post": post}
            detail |= {"result": result, "reason": "why", "note": "said", "of": "another"}
            more = {"level": level, "score": level, "until": self.at + level * DAY, "review": level == 1}
            more["along"] = worker
            more["due_at"] = self.at + (level - 2) * DAY
            self._one({**detail, **more}, LIVELY[which:] + LIVELY[:which], ACTORS[who:] + ACTORS[:who])
        return self

    def _one(self, detail: dict[str, Any], actions: list[Action], actors: list[Actor]) -> None:
        """The first of these that one of them may do now."""
        for action in actions:
            if self.now.state not in TRANSITIONS[action].sources:
                continue
            if "along" in action:
                there = [one.worker_id for one in self.now.companions]
                detail = {**detail, "worker_id": there[0] if there else detail["along"]}
            for actor in actors:
                try:
                    after = decide(self.now, action, actor, duties_of(actor, self.now), detail, self.at)
                except (Conflict, NotAllowed, Invalid):
                    continue
                self.trace.append((action, actor, self.now, after))
                self.now = after
                return


START = Standing(State.REVIEW, case_class="05-01", level=2, tier=2, deadline_at=T + DAY)
TWO = replace(
    START, state=State.ASSIGNED, assignee_id="wang", people=2, companions=(Companion("chen", AlongState.WAITING),)
)
"""Sent by the system, one along: two steps in a thousand lives would come to it by themselves."""
lives = st.builds(
    lambda start, planned: Told(start).live(planned),
    st.sampled_from([replace(START, state=State.REVIEW), replace(START, state=State.FILED), TWO]),
    st.builds(plan, st.integers(0, 2**32), st.integers(0, 60)),
)
PROPERTY = settings(max_examples=60, deadline=None)


@PROPERTY
@given(lives)
def test_nothing_closes_unseen(told: Told) -> None:
    """Closed: by a check of a camera or of a person who had no hand in it, or because the camera saw it leave."""
    hands: set[str] = set()
    handled: set[str] = set()
    for action, actor, before, after in told.trace:
        if action in (Action.REOPEN, Action.TAKE_BACK):
            hands, handled = set(), set()
        if after.state is State.CLOSED and before.state is not State.CLOSED:
            assert action in (Action.VERIFY, Action.CLOSE, Action.GONE)
            assert after.resolution is not None
            if actor.kind == "person":
                assert actor.id not in handled
                assert actor.id not in hands or (action is Action.CLOSE and before.gone_at is not None)
            if action is Action.GONE:
                assert before.state in (State.REVIEW, State.FILED) or only_routed(before)
        if action is Action.VERIFY and actor.kind == "person":
            assert actor.id not in hands
        if action is Action.EVALUATE:
            assert actor.id not in (before.dispatched_by, before.handled_by)
        if action in (Action.ASSIGN, Action.JOIN, Action.SEND_ALONG):
            hands.add(actor.id)
        if action is Action.HANDLE:
            went = {one.worker_id for one in before.companions if one.state is not AlongState.WAITING}
            handled |= went
            hands |= went
        along = {one.worker_id for one in after.companions}
        assert not along or (after.state in IN_HAND and after.assignee_id not in along)
        if action is Action.PART_DONE:
            handled.add(actor.id)
            hands.add(actor.id)
        if action is Action.HANDLE:
            handled |= {actor.id, str(before.assignee_id)}
            hands |= handled


@PROPERTY
@given(lives)
def test_nothing_is_lost(told: Told) -> None:
    """From wherever a case has got to there is a way on: out of it while it is open, back into it when it has ended."""
    duties = frozenset(Duty) - {Duty.CAMERA, Duty.SYSTEM}
    detail = {"reason": "why", "result": "gone"}

    def may(action: Action) -> bool:
        try:
            decide(told.now, action, FRESH, duties, detail, told.at)
        except (Conflict, NotAllowed, Invalid):
            return False
        return True

    if told.now.state in ENDED:
        assert may(Action.REOPEN)
    elif told.now.state is State.REVIEW:
        assert may(Action.CONFIRM)
        assert may(Action.REJECT)
    else:
        held = told.now.assignee_id is not None or told.now.post is not None
        assert told.now.state not in IN_HAND | {State.HANDLED} or held
        for part in open_parts(told.now):
            told.now = decide(told.now, Action.PART_WITHDRAW, FRESH, duties, {**detail, "post": part.post}, told.at)
        assert may(Action.CLOSE)


@PROPERTY
@given(lives)
def test_parts_are_done_under_one_that_leads(told: Told) -> None:
    """No case is handled or closed over the head of a post that is still at its part, and no post routes itself."""
    for action, actor, before, after in told.trace:
        if after.state in ENDED | {State.HANDLED, State.REVIEW}:
            assert not open_parts(after)
        if action in (Action.HANDLE, Action.CLOSE):
            assert not open_parts(before)
        assert after.post not in {part.post for part in open_parts(after)}, "who leads has no part beside"
        if after.post != before.post:
            assert action in (Action.ASSIGN, Action.ROUTE, Action.RETURN, Action.REOPEN, Action.TAKE_BACK)
        if action is Action.ROUTE:
            assert actor == SYSTEM
            assert after.dispatchers == before.dispatchers
            if before.state in (State.ACCEPTED, State.ARRIVED):
                assert (after.state, after.assignee_id) == (before.state, before.assignee_id), "he stays at it"
        for part in after.parts:
            were = {one.post: one.state for one in before.parts}
            if part.state is PartState.DONE and were.get(part.post) is not PartState.DONE:
                assert were[part.post] is PartState.ACCEPTED


@PROPERTY
@given(lives)
def test_the_trace_adds_up_to_the_case(told: Told) -> None:
    """No step is left out: each begins where the one before it ended, and the last one is where the case stands."""
    standing = told.trace[0][2] if told.trace else told.now
    for action, _, before, after in told.trace:
        assert before == standing
        assert before.state in TRANSITIONS[action].sources
        standing = after
    assert standing == told.now


@PROPERTY
@given(lives)
def test_time_is_given_by_another_and_kept(told: Told) -> None:
    urged: list[float | None] = []
    stepped: list[float | None] = []
    for action, actor, before, after in told.trace:
        if before.deadline_at != after.deadline_at:
            assert action in (Action.TRIAGE, Action.GRANT_EXTENSION)
        if action is Action.GRANT_EXTENSION:
            assert actor.id not in (before.extension_by, before.assignee_id)
            assert after.deadline_at == before.extension_until
            assert after.deadline_at is not None
            assert before.deadline_at is not None
            assert after.deadline_at > before.deadline_at
        if after.extended_until is not None:
            assert after.deadline_at is not None
            assert after.deadline_at >= after.extended_until
        assert after.extension_until is None or after.state in IN_HAND
        assert after.score is None or after.state is State.CLOSED
        assert after.level <= 4
        assert after.tier <= 4
        if action is Action.URGE:
            urged.append(before.deadline_at)
        if action is Action.STEP_UP:
            stepped.append(before.deadline_at)
            assert after.tier == min(4, before.tier + 1)
    # A deadline that comes again after another one is another deadline.
    for done in (urged, stepped):
        assert all(one != other for one, other in pairwise(done))


def test_the_plans_reach_every_state_and_action() -> None:
    """What never happens is not tested: the lives above are not idle ones."""
    reached: set[State] = set()
    done: set[Action] = set()

    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @given(lives)
    def look(told: Told) -> None:
        reached.update(after.state for _, _, _, after in told.trace)
        done.update(action for action, _, _, _ in told.trace)

    look()
    assert reached == set(State)
    assert done == set(LIVELY)
