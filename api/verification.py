"""Handled: is the thing gone? The camera that saw it is asked first, and its answer is applied to the case."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from incidents.awaiting import VerificationTarget
from incidents.errors import Conflict, NotFound
from incidents.service import Incidents
from ingest.live import Live, LiveError, Reply
from runtime.clock import Clock
from wall.ptz.rounds import Rounds

logger = logging.getLogger(__name__)

ROUNDS_OFF = {
    "zh": "球机的自动巡视已关闭或该视角已不存在，无法自动回看",
    "en": "the dome's rounds are switched off or have no such view any more, so it does not come back by itself",
}
NOT_FREE = {"zh": "球机一直被占用或未能转到该视角", "en": "the dome was not free, or did not come to its view"}
RESULTS = frozenset({"gone", "present", "cannot_tell"})


_LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class VerificationRules:
    patience_seconds: float = 60.0
    """Somebody may still be sweeping, or stand in the picture: so long `gone` is waited for."""
    retry_seconds: float = 5.0
    poll_seconds: float = 2.0
    at_once: int = 4
    dome_seconds: float = 1800.0
    """So long hands may keep a dome from coming back to the view that saw it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    result: str
    reason: str | dict[str, str]
    """One line, or one in each language."""
    captured_at: float
    picture: bytes | None


class Verification:
    """Works from the store, not from memory: what was handled before a restart is asked about after it."""

    def __init__(
        self, incidents: Incidents, live: Live, clock: Clock, rounds: Rounds, rules: VerificationRules | None = None
    ) -> None:
        self._incidents = incidents
        self._rounds = rounds
        self._waiting: set[str] = set()
        self._live = live
        self._clock = clock
        self._rules = rules or VerificationRules()
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(self._rules.at_once)
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._loop = asyncio.create_task(self._poll(), name="verification")

    async def stop(self) -> None:
        tasks = [task for task in (self._loop, *self._asking.values()) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _poll(self) -> None:
        while True:
            try:
                waiting = await run_in_threadpool(self._incidents.awaiting_camera)
            except SQLAlchemyError:
                logger.exception("cases to verify could not be read")
                waiting = ()
            for target in waiting:
                if target.case_id not in self._asking:
                    task = asyncio.create_task(self._verify(target), name=f"verify {target.case_id}")
                    self._asking[target.case_id] = task
            # A person decided while a dome was waited for.
            for case_id in self._waiting - {target.case_id for target in waiting}:
                self._asking[case_id].cancel()
            await self._clock.sleep(self._rules.poll_seconds)

    async def _verify(self, target: VerificationTarget) -> None:
        try:
            verdict = await self._ask_until_gone(target)
            await run_in_threadpool(
                self._incidents.camera_verified,
                target.case_id,
                target.camera_id,
                verdict.result,
                verdict.reason,
                captured_at=verdict.captured_at,
                picture=verdict.picture,
            )
            logger.info("case %s verified by %s: %s", target.case_id, target.camera_id, verdict.result)
        except (Conflict, NotFound) as error:
            logger.info("case %s needs no verification any more: %s", target.case_id, error)
        except SQLAlchemyError:
            logger.exception("verdict on case %s could not be stored; it will be asked for again", target.case_id)
        finally:
            del self._asking[target.case_id]

    async def _ask_until_gone(self, target: VerificationTarget) -> Verdict:
        """Of a dome's view when it stands there: it is called back, and its hands are waited for."""
        if target.view_id is None:
            return await self._ask_patiently(target, None) or self._cannot_tell(NOT_FREE)
        until = self._clock.monotonic() + self._rules.dome_seconds
        self._waiting.add(target.case_id)
        try:
            with self._rounds.wishes.wish(target.camera_id, target.view_id, target.case_id) as wish:
                while self._clock.monotonic() < until:
                    if not self._rounds.has_view(target.camera_id, target.view_id):
                        return self._cannot_tell(ROUNDS_OFF)
                    if wish.stands.is_set():
                        verdict = await self._ask_patiently(target, wish.stands)
                        if verdict is not None:
                            return verdict
                    await self._clock.sleep(min(_LOOK_SECONDS, self._rules.retry_seconds))
        finally:
            self._waiting.discard(target.case_id)
        return self._cannot_tell(NOT_FREE)

    async def _ask_patiently(self, target: VerificationTarget, stands: asyncio.Event | None) -> Verdict | None:
        """`gone` at once; anything else only after the patience is used up. None when the dome was turned away."""
        patient_until = self._clock.monotonic() + self._rules.patience_seconds
        while True:
            verdict = await self._ask(target)
            remaining = patient_until - self._clock.monotonic()
            if verdict.result == "gone":
                return verdict
            if stands is not None and not stands.is_set():
                return None
            if remaining <= 0:
                return verdict
            await self._clock.sleep(min(self._rules.retry_seconds, remaining))

    def _cannot_tell(self, reason: dict[str, str]) -> Verdict:
        return Verdict("cannot_tell", reason, self._clock.now(), None)

    async def _ask(self, target: VerificationTarget) -> Verdict:
        try:
            async with self._slots:
                view = {"view": target.view_id} if target.view_id is not None else {}
                reply = await self._live.request(
                    target.camera_id, "verify", object_id=target.object_id, box=list(target.box), **view
                )
        except LiveError as error:
            return Verdict("cannot_tell", str(error), self._clock.now(), None)
        return _verdict(reply, self._clock.now())


def _verdict(reply: Reply, now: float) -> Verdict:
    """A worker's answer; one that says nothing usable is no verdict."""
    body: dict[str, Any] = reply.body
    result = body.get("result")
    captured_at = body.get("captured_at")
    return Verdict(
        result if isinstance(result, str) and result in RESULTS else "cannot_tell",
        _reason(body.get("reason")),
        float(captured_at) if isinstance(captured_at, int | float) else now,
        reply.blobs[0] if reply.blobs else None,
    )


def _reason(given: Any) -> str | dict[str, str]:
    if isinstance(given, dict):
        return {language: str(given[language]) for language in ("zh", "en") if language in given}
    return str(given or "")
