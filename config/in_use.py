"""The configuration in use, kept for a process that is started again while cameras.yaml is being edited: half-written
lines must not take the cameras from a command centre that runs."""

import logging
from pathlib import Path

from pydantic import ValidationError

from config.atomic_file import write_atomically
from config.cameras import CamerasFile
from config.load import load_cameras
from config.problem import ConfigError

_log = logging.getLogger(__name__)


def kept_file(data: Path) -> Path:
    return data / "run" / "cameras-in-use.json"


def keep_in_use(file: CamerasFile, data: Path) -> None:
    """Without passwords, as cameras.yaml is. That it cannot be written is only logged."""
    try:
        kept_file(data).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(kept_file(data), file.model_dump_json(exclude_defaults=True).encode(), 0o600)
    except OSError as problem:
        _log.warning("%s cannot be written: %s", kept_file(data), problem.strerror or problem)


def load_or_in_use(path: Path, data: Path) -> CamerasFile:
    """cameras.yaml, and where it has problems what was in use last; they are logged. Raises ConfigError when there is
    nothing of the kind."""
    try:
        return load_cameras(path)
    except ConfigError as error:
        try:
            file = CamerasFile.model_validate_json(kept_file(data).read_bytes())
        except (OSError, ValidationError):
            raise error from None
        _log.error("%s", error)
        _log.error("%s has problems: going on with the cameras that were in use", path)
        return file
