"""Detections from the workers into the store."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from incidents.errors import Invalid
from incidents.quality import Quality
from incidents.service import Incidents
from runtime.clock import Clock

logger = logging.getLogger(__name__)

QUALITY = "quality"
"""What a message says it is that tells of a camera's video rather than of a thing in the street."""
FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 30.0
PASSING = (OperationalError, InterfaceError, OSError)
"""Locked, full, restarting: it will pass."""


class IntakeRefused(RuntimeError):
    """The store will not take this detection, now or later; the worker sets it aside."""


def intake(
    incidents: Incidents, quality: Quality, clock: Clock
) -> Callable[[dict[str, Any], tuple[bytes, ...]], Awaitable[None]]:
    """A `Live.on_detection` handler, for all that workers spool. It returns once that is on the disk, which is what
    acknowledges it.

    While the store is away it waits and tries again; what comes after stays in the worker's spool meanwhile.
    Raises IntakeRefused.
    """

    async def take(detection: dict[str, Any], blobs: tuple[bytes, ...]) -> None:
        wait = FIRST_RETRY_SECONDS
        while True:
            try:
                if detection.get("what") == QUALITY:
                    await run_in_threadpool(quality.take, detection, blobs)
                    return
                taken = await run_in_threadpool(incidents.take_detection, detection, blobs)
            except Invalid as error:
                logger.error("a detection of camera %r is refused: %s", detection.get("camera_id"), error)
                raise IntakeRefused(str(error)) from error
            except PASSING:
                logger.exception("a detection waits for the store; tried again in %.1f s", wait)
            except SQLAlchemyError as error:
                raise IntakeRefused("the store does not take it") from error
            else:
                break
            await clock.sleep(wait)
            wait = min(wait * 2, LONGEST_RETRY_SECONDS)
        logger.info("detection of %s: %s, case %s", detection.get("camera_id"), taken.outcome, taken.case_id)

    return take
