"""How every process writes its log: one line an event, time first."""

import logging


def set_up_logging(level: int = logging.INFO) -> None:
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", force=True)
    logging.getLogger("libav").setLevel(logging.ERROR)
