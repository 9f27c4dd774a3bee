"""How every process writes its log: one line an event, time first."""

import asyncio
import logging


def set_up_logging(level: int = logging.INFO) -> None:
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", force=True)
    logging.getLogger("libav").setLevel(logging.ERROR)
    # It writes every address it asks in full, and those of tile services hold a key.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").addFilter(_is_no_request_cut_off)


def _is_no_request_cut_off(record: logging.LogRecord) -> bool:
    """At shutdown uvicorn ends the requests that are still waiting, says how many, and then writes a stack trace for
    each as if it had failed. The access log has a line of each already."""
    return record.exc_info is None or not isinstance(record.exc_info[1], asyncio.CancelledError)
