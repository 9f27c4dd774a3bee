"""Detections from the workers into the store."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool

from incidents.errors import Invalid
from incidents.service import Incidents

logger = logging.getLogger(__name__)


def intake(incidents: Incidents) -> Callable[[dict[str, Any], tuple[bytes, ...]], Awaitable[None]]:
    """A `Live.on_detection` handler. It returns once the detection is on the disk, which is what acknowledges it; it
    raises where the store cannot take it now, and the worker keeps it."""

    async def take(detection: dict[str, Any], blobs: tuple[bytes, ...]) -> None:
        try:
            taken = await run_in_threadpool(incidents.take_detection, detection, blobs)
        except Invalid as error:
            # It will never be taken: acknowledged, so that it does not block what comes after it.
            logger.error("a detection of camera %r was refused: %s", detection.get("camera_id"), error)
            return
        logger.info("detection of %s: %s, case %s", detection.get("camera_id"), taken.outcome, taken.case_id)

    return take
