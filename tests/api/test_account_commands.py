"""`gridwatch accounts …` as somebody types it who has lost the only administrator."""

import re
from pathlib import Path

import pytest

from api.command import main
from tests.estate.town import write_estate

TABLE = "username,name,grids,home_lon,home_lat,transport,password\nwang,王五,{grid},,,,correct horse 7\n"


@pytest.fixture
def run(tmp_path, capsys):
    """(arguments…) → (exit status, what was printed)."""
    config, data = write_estate(tmp_path), tmp_path / "data"

    def command(*words: str | Path) -> tuple[int, str]:
        status = main(["accounts", *map(str, words), "--config", str(config), "--data", str(data)])
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return command


def test_the_way_back_in(run, tmp_path):
    status, said = run("list")
    assert (status, "--data names the folder the command centre runs with" in said) == (2, True)
    assert not (tmp_path / "data").exists()
    table = tmp_path / "workers.csv"
    grid = re.search(r'"code": "([^"]+)"', (tmp_path / "grids.geojson").read_text(encoding="utf-8"))
    assert grid is not None
    table.write_text(TABLE.format(grid=grid[1]), encoding="utf-8")
    assert run("import", table) == (0, "1 accounts made, 0 known already\n")
    status, said = run("add-administrator", "chief")
    assert (status, "gridwatch setup-code" in said) == (2, True), "the first one is made in the browser"
    status, said = run("recover", "wang", "--administrator")
    assert (status, re.search(r"one-time code: [A-Z2-9]{4}(-[A-Z2-9]{4}){2} \(once, until ", said) is not None) == (
        0,
        True,
    )
    status, said = run("add-administrator", "chief", "--name", "所长")
    assert (status, "user name: chief" in said) == (0, True)
    assert run("add-administrator", "Chief")[0] == 2, "taken"
    assert run("recover", "nobody") == (2, "no account nobody\n")
    status, said = run("list", "--role", "administrator")
    assert status == 0
    assert re.search(r"^chief\t所长\tadministrator@\S+\tin use\tlast used: never$", said, re.MULTILINE)
    assert re.search(r"^wang\t王五\tadministrator@\S+, grid_worker@\S+\tin use", said, re.MULTILINE)
    assert said.endswith("2 accounts, 2 in use\n")
