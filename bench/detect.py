"""How well the shipped detector finds what is left behind, and what it costs.

`python -m bench.detect --footage DIR --events FILE --json` plays clips of fixed cameras at the rate of key frames to
`CameraAnalysis`, with a zone over the whole picture, no pose and one setting for all, and prints one JSON object: what
was found, missed and falsely told, in all and by clip; without `--json` a table. Before every clip come 20 s of its
own event-free beginning, played to and fro (`--lead-in`), since clips are shorter than a scene takes to learn.

`python -m bench.detect --simulated --hours 200 --json` plays hours in drawn streets instead, stalls and bags among
passers-by in every named condition, sampled as the schedule would. With `--footage DIR` they are drawn into the two
clips of Intel's sample-videos there.

`--detector FILE`: with an object detector that looks at what is about to be told, as `detector` in cameras.yaml does.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import cv2

from bench.composited import measure as composite
from bench.footage import Setting, TruthError, measure, read_events
from bench.scenarios import measure as simulate
from bench.weather import CONDITIONS
from config.detector import Detector
from runtime.clock import SystemClock
from vision.confirming.detector import ObjectDetector


def main() -> None:
    cv2.setNumThreads(1)
    given = _arguments()
    if given.simulated:
        result = _simulated(given)
        print(json.dumps(result, ensure_ascii=False) if given.json else _conditions(result))
        return
    try:
        setting = Setting(given.interval, given.dwell, given.lead_in, tuple(given.rule or ["dumping"]))
        detector = _detector(given.detector)
        result = measure(given.footage, read_events(given.events), setting, detector)
    except TruthError as problem:
        sys.exit(f"bench.detect: {problem}")
    if detector is not None:
        detector.close()
    print(json.dumps(result, ensure_ascii=False) if given.json else _table(result))


def _detector(model: Path | None) -> ObjectDetector | None:
    if model is None:
        return None
    detector = ObjectDetector(SystemClock())
    # The clips go by faster than they were: time is no matter here.
    detector.change(Detector(model=str(model.resolve()), busy_share=1.0), Path())
    if detector.figures.problem:
        sys.exit(f"bench.detect: {detector.figures.problem}")
    return detector


def _simulated(given: argparse.Namespace) -> dict[str, Any]:
    if given.footage is None:
        return simulate(given.hours, given.seed, given.condition or list(CONDITIONS))
    detector = _detector(given.detector)
    try:
        result = composite(given.footage, given.hours, given.seed, detector)
    except TruthError as problem:
        sys.exit(f"bench.detect: {problem}")
    if detector is not None:
        result["detector"] = detector.figures.to_plain()
        detector.close()
    return result


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.detect", description=__doc__)
    parser.add_argument("--simulated", action="store_true", help="drawn streets instead of footage")
    parser.add_argument("--hours", type=int, default=200, help="of drawn street, the conditions in turn")
    parser.add_argument("--seed", type=int, default=1, help="of the first round of conditions")
    parser.add_argument("--condition", action="append", choices=list(CONDITIONS), help="only this one; may be repeated")
    parser.add_argument("--footage", type=Path, help="folder of the clips")
    parser.add_argument("--events", type=Path, help="what is left behind in them, JSON")
    parser.add_argument("--interval", type=float, default=1.0, help="seconds between two pictures")
    parser.add_argument("--dwell", type=float, default=8.0, help="of the zone, in seconds: the clips are short")
    parser.add_argument("--lead-in", type=float, default=20.0, help="seconds of event-free pictures before each clip")
    parser.add_argument(
        "--rule", action="append", choices=["dumping", "stall"], help="default: dumping; may be repeated"
    )
    parser.add_argument("--detector", type=Path, help="ONNX file that looks at what is about to be told")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if not given.simulated and (given.footage is None or given.events is None):
        parser.error("--footage and --events are needed, or --simulated")
    if given.detector is not None and given.footage is None:
        parser.error("--detector needs --footage: a drawn street shows a model nothing it knows")
    if given.interval <= 0 or given.dwell < 1 or given.lead_in < 0:
        parser.error("--interval must be above 0, --dwell at least 1, --lead-in not below 0")
    return given


def _table(result: dict[str, Any]) -> str:
    lines = [f"{'clip':40} found  24px   false  delay  ms/frame"]
    for name, row in [*result["clips"].items(), ("all", result)]:
        delay = row.get("delay_median_s", row.get("delays_s"))
        lines.append(
            f"{name[:40]:40} {row['found']}/{row['objects']}    {row['found_24px']}/{row['objects_24px']}    "
            f"{row['false_alarms']:5}  {delay!s:5}  {row['vision_ms_per_frame']}"
        )
    return "\n".join(lines)


def _conditions(result: dict[str, Any]) -> str:
    lines = [f"{'condition':22} hours  stalls  dumping  false  recall  precision  ms/picture"]
    for name, row in [*result["conditions"].items(), ("all", result)]:
        lines.append(
            f"{name:22} {row['hours']:5}  {row['stalls_found']:3}/{row['stalls']:<3} {row['dumping_found']:3}/"
            f"{row['dumping']:<3}  {row['false']:5}  {row['recall']:6}  {row['precision']:9}  "
            f"{row['vision_ms_per_picture']}"
        )
    return "\n".join([*lines, *result["missed"], *result["false_alarms"]])


if __name__ == "__main__":
    main()
