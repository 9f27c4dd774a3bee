"""The open pages: how many an account may have, and what becomes of them when its rights change or its session ends."""

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from api.camera_directory import CameraDirectory
from api.errors import TooMany
from incidents.accounts import Accounts
from incidents.rights import Caller, Permission
from ingest.access_unit import Rendition
from runtime.clock import Clock
from wall.events import Event, Topic
from wall.page_session import CLOSE_GOING_AWAY, CLOSE_TRY_LATER
from wall.ptz.lock import Holder, holder_at

logger = logging.getLogger(__name__)

PERMISSION: dict[Topic, Permission] = {
    "case": Permission.CASE_SEE,
    "camera": Permission.CAMERA_SEE,
    "worker": Permission.WORKER_SEE,
    "display": Permission.DISPLAY_SHOW,
    "alarm": Permission.ALARM_ANSWER,
    "ptz": Permission.CAMERA_SEE,
    "estate": Permission.CAMERA_SEE,
    "town": Permission.CASE_SEE,
    "loudspeaker": Permission.CAMERA_SEE,
}


class CallerRights:
    """What one caller may see on a page. The scopes are worked out once: events are many."""

    def __init__(self, caller: Caller, cameras: CameraDirectory) -> None:
        self._caller = caller
        self._cameras = cameras
        self._scopes = {topic: caller.scope(permission) for topic, permission in PERMISSION.items()}

    def may_watch(self, camera_id: str, profile: Rendition) -> bool:
        return self._cameras.may_watch(self._caller, camera_id, profile)

    def holder_at(self, camera_id: str) -> Holder | None:
        """The caller as one who may turn this dome; None where he may not."""
        return holder_at(self._caller, self._cameras.path(camera_id))

    def worker_areas(self) -> frozenset[str]:
        return self._scopes["worker"].prefixes

    def may_hear(self, event: Event) -> bool:
        if event.topic == "display" and event.assignee_id is not None:
            # Said to the display itself.
            return event.assignee_id == self._caller.account_id
        scope = self._scopes[event.topic]
        holders = (*event.posts, None)
        if not any(scope.covers(path, event.assignee_id, post) for path in event.paths for post in holders):
            return False
        return all(scope.covers(path) for path in event.names) != event.reduced


class Watching(Protocol):
    """Somebody who watches under a session: a page, or a WHEP player."""

    async def run(self) -> None: ...

    def end(self, code: int, reason: str) -> None: ...

    def revoke(self) -> None: ...

    def set_rights(self, rights: CallerRights) -> None: ...


@dataclass(slots=True, eq=False)
class OpenPage:
    """The token stays in memory for as long as the page is open, and goes nowhere else."""

    caller: Caller
    token: str
    session: Watching


class Pages:
    def __init__(
        self, accounts: Accounts, cameras: CameraDirectory, clock: Clock, *, per_account: int, poll_seconds: float
    ) -> None:
        self._accounts = accounts
        self._cameras = cameras
        self._clock = clock
        self._per_account = per_account
        self._poll_seconds = poll_seconds
        self._pages: list[OpenPage] = []
        self._count: Counter[str] = Counter()
        self._task: asyncio.Task[None] | None = None
        self._checks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return self._count.total()

    def enter(self, account_id: str) -> None:
        """Counts a page in. Raises TooMany."""
        if self._count[account_id] >= self._per_account:
            raise TooMany(f"more than {self._per_account} open pages of one account")
        self._count[account_id] += 1

    def leave(self, account_id: str) -> None:
        self._count[account_id] -= 1

    def rights_of(self, caller: Caller) -> CallerRights:
        return CallerRights(caller, self._cameras)

    async def run(self, page: OpenPage) -> None:
        """Serves the page to its end."""
        self._pages.append(page)
        try:
            await page.session.run()
        finally:
            self._pages.remove(page)

    def start(self) -> None:
        self._task = asyncio.create_task(self._poll(), name="page rights")

    async def stop(self) -> None:
        for page in self._pages:
            page.session.end(CLOSE_GOING_AWAY, "the server is stopping")
        tasks = [task for task in (self._task, *self._checks) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def recheck(self, account_id: str) -> None:
        """Looks at an account's pages now, since its sessions or roles have just changed."""
        pages = [page for page in self._pages if page.caller.account_id == account_id]
        if pages:
            task = asyncio.create_task(self._check(pages), name="page rights of one account")
            self._checks.add(task)
            task.add_done_callback(self._checks.discard)

    def cameras_changed(self) -> None:
        """Streams of cameras that went, or went to other areas, end at once on pages that may not see them now."""
        for page in tuple(self._pages):
            page.session.set_rights(self.rights_of(page.caller))

    async def _poll(self) -> None:
        """Sessions run out, and other processes change rights: what is told is not all there is."""
        while True:
            await self._clock.sleep(self._poll_seconds)
            await self._check(list(self._pages))

    async def _check(self, pages: list[OpenPage]) -> None:
        for page in pages:
            try:
                caller = await run_in_threadpool(self._accounts.authenticate, page.token)
            except SQLAlchemyError:
                logger.exception("rights of a page could not be read: it is closed rather than served blindly")
                page.session.end(CLOSE_TRY_LATER, "the store does not answer")
                continue
            if caller is None:
                logger.info("page of %s closed: session ended", page.caller.account_id)
                page.session.revoke()
            elif caller.rights != page.caller.rights:
                page.caller = caller
                page.session.set_rights(self.rights_of(caller))
