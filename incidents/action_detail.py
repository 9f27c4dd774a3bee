"""What a person may ask for, with the details each may carry, checked and filled in."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from config.posts import Post
from incidents import queries
from incidents.case import Action, Duty, Standing
from incidents.case_crew import MOST_PEOPLE
from incidents.duties import ALONG_STATES, PART_STATES, along_meant, part_meant, posts_of
from incidents.errors import Invalid
from incidents.opening import Town
from incidents.rights import EVERYWHERE, Caller, Permission
from incidents.text import clean_text
from incidents.verdicts import verdict_detail
from incidents.views import CaseView

MAX_NOTE = 2000
PERSONS_DETAIL: Mapping[Action, frozenset[str]] = {
    Action.CONFIRM: frozenset({"note"}),
    Action.REJECT: frozenset({"note", "reason", "cause", "word"}),
    Action.DUPLICATE: frozenset({"note", "of"}),
    Action.TAKE_BACK: frozenset(),
    Action.ASSIGN: frozenset({"worker_id", "post", "note", "people"}),
    Action.SEND_ALONG: frozenset({"worker_id", "note"}),
    Action.ALONG_ACCEPT: frozenset({"worker_id", "note"}),
    Action.ALONG_DECLINE: frozenset({"worker_id", "reason"}),
    Action.ALONG_ARRIVE: frozenset({"worker_id", "note"}),
    Action.ALONG_WITHDRAW: frozenset({"worker_id", "reason"}),
    Action.ACCEPT: frozenset({"note"}),
    Action.DECLINE: frozenset({"reason"}),
    Action.RETURN: frozenset({"reason"}),
    Action.JOIN: frozenset({"post", "note"}),
    Action.PART_ACCEPT: frozenset({"post", "note"}),
    Action.PART_DONE: frozenset({"post", "note"}),
    Action.PART_WITHDRAW: frozenset({"post", "reason"}),
    Action.ARRIVE: frozenset({"note"}),
    Action.HANDLE: frozenset({"note", "found"}),
    Action.VERIFY: frozenset({"result", "note"}),
    Action.CLOSE: frozenset({"note"}),
    Action.REOPEN: frozenset({"reason"}),
    Action.STRIKE_OUT: frozenset({"reason", "cause", "word"}),
    Action.COMMENT: frozenset({"note"}),
    Action.REMIND: frozenset({"note"}),
    Action.TRIAGE: frozenset({"case_class", "level", "note"}),
    Action.ASK_EXTENSION: frozenset({"until", "reason"}),
    Action.GRANT_EXTENSION: frozenset({"note"}),
    Action.REFUSE_EXTENSION: frozenset({"reason"}),
    Action.SUPERVISE: frozenset({"reason"}),
    Action.EVALUATE: frozenset({"score", "note"}),
}
"""What a person may ask for, and the details each may carry; every person may say from where (lon, lat)."""
NUMBERS: Mapping[str, tuple[float, float]] = {
    "lon": (-180.0, 180.0),
    "lat": (-90.0, 90.0),
    "level": (1, 4),
    "score": (1, 5),
    "people": (1, MOST_PEOPLE),
    "until": (0.0, 1e11),
}
"""Details that are numbers, with their bounds; those with whole bounds are whole."""
BY_THE_HOLDER = (Action.ACCEPT, Action.DECLINE, Action.ARRIVE, Action.HANDLE, Action.ASK_EXTENSION)


def clean_detail(action: Action, given: Mapping[str, Any]) -> dict[str, Any]:
    """The details of a person's request, checked and bounded. Raises Invalid naming the key."""
    allowed = PERSONS_DETAIL[action] | {"lon", "lat"}
    clean: dict[str, Any] = {}
    for key, value in given.items():
        if key not in allowed:
            raise Invalid(f"{action} takes no {key}", key)
        if value is None:
            continue
        if bounds := NUMBERS.get(key):
            low, high = bounds
            kind = int if isinstance(low, int) else int | float
            if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
                raise Invalid(f"{key} must be a number between {low} and {high}", key)
            clean[key] = value if kind is int else float(value)
        elif text := clean_text(value, key, MAX_NOTE):
            clean[key] = text
    return clean


def filled_in(
    connection: Connection,
    town: Town,
    caller: Caller,
    view: CaseView,
    now: Standing,
    duties: frozenset[Duty],
    action: Action,
    clean: Mapping[str, Any],
) -> dict[str, Any]:
    """The details with what the trace says beside: names, which part is meant, on whose behalf. Raises NotFound,
    NotAllowed, Invalid."""
    told = dict(clean)
    if action in ALONG_STATES:
        told["worker_id"] = along_meant(caller, duties, now, told.get("worker_id"))
        told["worker_name"] = queries.get_worker(connection, EVERYWHERE, told["worker_id"])[0].name
        if told["worker_id"] not in caller.holders and action is not Action.ALONG_WITHDRAW:
            told["on_behalf_of"] = told["worker_name"]
    if action in (Action.ASSIGN, Action.SEND_ALONG) and Duty.DISPATCH in duties and "worker_id" in told:
        worker, _ = queries.get_worker(connection, caller.scope(Permission.WORKER_SEE), told["worker_id"])
        told["worker_name"] = worker.name
    if action in PART_STATES:
        told["post"] = part_meant(caller, duties, now, action, told.get("post"))
    if "post" in told:
        told["post_name"] = _name(town, told["post"], must_be=action in (Action.ASSIGN, Action.JOIN))
    told |= verdict_detail(connection, caller, view.id, action, told)
    if behalf := _on_behalf(town, caller, view, action, told):
        told["on_behalf_of"] = behalf
    return told


def _on_behalf(
    town: Town, caller: Caller, view: CaseView, action: Action, told: Mapping[str, Any]
) -> str | dict[str, str] | None:
    """Whose step it is that the caller reports; None where it is his own."""
    if action in (Action.PART_ACCEPT, Action.PART_DONE):
        return None if told["post"] in posts_of(caller) else _name(town, told["post"], must_be=False)
    if action not in BY_THE_HOLDER:
        return None
    if view.assignee is not None:
        return view.assignee.name if view.assignee.id != caller.account_id else None
    if view.post is not None and view.post not in posts_of(caller):
        return _name(town, view.post, must_be=False)
    return None


def _name(town: Town, post_id: str, *, must_be: bool) -> dict[str, str]:
    """Raises Invalid for a post that is not configured, where it must be."""
    post: Post | None = town.posts.by_id.get(post_id)
    if post is None and must_be:
        raise Invalid(f"no post {post_id[:40]!r}", "post", "没有该岗位")
    return {"zh": post.zh, "en": post.en} if post else {"zh": post_id, "en": post_id}
