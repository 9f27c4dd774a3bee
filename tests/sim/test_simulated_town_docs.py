"""docs/simulated-town.md names every fault, option, route and key there is."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from sim import fault, town_process
from sim.control import control_app
from sim.director import Director
from sim.faults import FaultSwitch
from sim.onvif.brand import BRANDS, Hostile, Quirk
from sim.rtsp.fault import Fault
from sim.rtsp.server import RtspServer
from sim.schedule import DEFAULT_RATE
from sim.truth import EventState, TownEvent, TruthLog

PAGE = (Path(__file__).parents[2] / "docs" / "simulated-town.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("parser", [fault._parser(), town_process._parser()], ids=["fault", "town"])
def test_options(parser) -> None:
    options = {option for action in parser._actions for option in action.option_strings if option.startswith("--")}
    assert {option for option in options - {"--help"} if option not in PAGE} == set()


def test_faults_states_and_keys_of_the_truth() -> None:
    names = {*Fault, *EventState, *(one.name for one in fields(TownEvent))}
    assert {name for name in names if f"`{name}`" not in PAGE} == set()


async def test_routes(serve, tmp_path: Path) -> None:
    server: RtspServer = await serve()
    truth = TruthLog(tmp_path / "truth.jsonl")
    app = control_app(server, FaultSwitch(server), Director(server.estate, {}, truth, server.clock, "run1"))
    truth.close()
    routes = {f"{method.upper()} {path}" for path, entry in app.openapi()["paths"].items() for method in entry}
    named = set(re.findall(r"`((?:GET|POST) [^`]+)`", PAGE))
    assert routes == named


def test_the_schedule_is_as_the_page_says() -> None:
    assert (DEFAULT_RATE.first_s, DEFAULT_RATE.mean_gap_s, DEFAULT_RATE.dumping_share) == (30.0, 240.0, 0.25)
    assert (DEFAULT_RATE.stand_from_s, DEFAULT_RATE.stand_to_s, DEFAULT_RATE.rest_seconds) == (900.0, 2400.0, 600.0)


def test_brands_quirks_and_hostile_replies() -> None:
    names = {*BRANDS, *Quirk, *Hostile}
    assert {name for name in names if f"`{name}`" not in PAGE} == set()
