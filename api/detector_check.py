"""Whether the configured object detector runs, for `gridwatch config check`."""

from pathlib import Path

from config.detector import DetectorProblem
from config.load import LoadedCameras
from runtime.clock import SystemClock
from vision.confirming.detector import check, shown


def detector_lines(loaded: LoadedCameras, path: Path) -> list[str]:
    """One line: what it is, or a warning. None without a detector, or where a warning about it was given already."""
    settings = loaded.file.detector
    if settings is None or any(warning.key.startswith("detector.") for warning in loaded.warnings):
        return []
    try:
        form = check(settings, path.resolve().parent, SystemClock())
    except DetectorProblem as problem:
        return [f"warning: {path}: {shown(settings, problem)}; what rules find is told without the detector"]
    return [f"detector: {settings.model}, {form.width}×{form.height}, {form.classes} classes"]
