"""What of a configuration only shows when pictures are laid onto the ground: checked before it comes into force."""

from pathlib import Path

from config.cameras import CamerasFile
from config.problem import Problem
from gis.ground import ground_model
from gis.zone_ground import zones_in_picture


def ground_problems(path: Path, file: CamerasFile) -> list[Problem]:
    """Ground points that determine no homography, and zones on the map of which a fixed camera sees nothing."""
    problems = []
    for index, camera in enumerate(file.cameras):
        try:
            model = ground_model(camera)
        except ValueError as rule:
            problems.append(Problem(path, 0, f"cameras[{index}].homography", "", f"camera {camera.id}: {rule}"))
            continue
        for unseen in zones_in_picture(camera.zones, model)[1]:
            problems.append(Problem(path, 0, f"cameras[{index}].zones", "", f"camera {camera.id}: {unseen}"))
    return problems
