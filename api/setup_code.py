"""The one-time code for the first account: in a file only the machine's own user can read, never in the log."""

import logging
from pathlib import Path

from incidents.service import Incidents

logger = logging.getLogger(__name__)


def setup_code_file(data_dir: Path) -> Path:
    return data_dir / "run" / "setup-code"


def write_setup_code(incidents: Incidents, data_dir: Path) -> None:
    """Makes a new code where there is no account yet; takes an old one away in any case."""
    forget_setup_code(data_dir)
    code = incidents.accounts.new_setup_code()
    if code is None:
        return
    path = setup_code_file(data_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(f"{code}\n")
    logger.info("the first account is still to be made: the one-time code is in %s", path)


def forget_setup_code(data_dir: Path) -> None:
    setup_code_file(data_dir).unlink(missing_ok=True)
