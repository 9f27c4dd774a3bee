"""`gridwatch grids …` as an administrator types it."""

import json
import zipfile
from datetime import date
from pathlib import Path

import pytest
from geopandas.geodataframe import GeoDataFrame
from shapely import box

from api.command import main
from api.town_files import read_town
from config.load import load_cameras
from gis.files import GeographyError
from tests.estate.town import CODES, VILLAGES, write_estate

pytestmark = pytest.mark.filterwarnings("ignore:.*laundered:RuntimeWarning", "ignore:.*laundered:UserWarning")


@pytest.fixture
def run(tmp_path, capsys):
    config = write_estate(tmp_path)

    def command(*words: str | Path) -> tuple[int, str]:
        status = main([*map(str, words), "--config", str(config), "--data", str(tmp_path / "data")])
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return command


def zipped(folder: Path, gap: float = 0.0, code: str = "330699101001001") -> Path:
    """Two grids of one village, cut by a gap of so many degrees, in zone 40 as the survey office hands them out."""
    west, south, east, north = VILLAGES["清东村"].bounds
    middle = (west + east) / 2
    rows = [
        {"wgbm": code, "wgmc": "西网格", "village": CODES["清东村"], "geometry": box(west, south, middle - gap, north)},
        {"wgbm": "330699101001002", "wgmc": "东网格", "village": "清东村", "geometry": box(middle, south, east, north)},
    ]
    folder.mkdir()
    GeoDataFrame(rows, geometry="geometry", crs=4326).to_crs(4528).to_file(folder / "网格.shp", encoding="gb18030")
    with zipfile.ZipFile(folder / "网格.zip", "w") as archive:
        for one in folder.glob("网格.*"):
            if one.suffix not in (".zip", ".cpg"):
                archive.write(one, one.name)
    return folder / "网格.zip"


def test_check_tells_what_is_wrong_and_mends_on_request(run, tmp_path):
    status, said = run("grids", "check", zipped(tmp_path / "good"))
    assert status == 0
    assert "coordinates: CGCS2000 / 3-degree Gauss-Kruger zone 40, as the file says" in said
    assert "2 grids, 0 errors, 0 mended" in said
    gaping = zipped(tmp_path / "gap", gap=0.00002)
    status, said = run("grids", "check", gaping)
    assert status == 0
    assert "warning: feature 1 (330699101001001), feature 2 (330699101001002): leave a gap of" in said
    assert "1.9 m wide on average at 120.47499" in said
    status, said = run("grids", "check", gaping, "--mend", "--output", tmp_path / "mended.geojson")
    assert (status, ": gained 1" in said, "leave a gap" in said) == (0, True, False)
    written = json.loads((tmp_path / "mended.geojson").read_text(encoding="utf-8"))
    assert [one["properties"]["village"] for one in written["features"]] == [CODES["清东村"]] * 2
    status, said = run("grids", "check", zipped(tmp_path / "bad", code="33069/1"), "--json")
    assert (status, json.loads(said)["by_fault"]) == (1, {"code_malformed": 1})
    status, said = run("grids", "check", gaping, "--coordinates", "gk3-zone39")
    assert (status, "are of zone 40, not of gk3-zone39" in said) == (2, True)


def test_an_edition_holds_from_its_day_on(run, tmp_path):
    good = zipped(tmp_path / "good")
    status, said = run("grids", "import", good, "--from", "2026-12-01")
    assert status == 0
    assert "2 grids from 2026-12-01 on: 2 new, 1 gone, 0 redrawn" in said
    assert run("grids", "import", good, "--from", "2026-12-01")[0] == 2
    assert run("grids", "import", zipped(tmp_path / "bad", code="33069/1"), "--from", "2027-01-01")[0] == 2
    assert run("config", "check")[0] == 0

    config = load_cameras(tmp_path / "cameras.yaml")

    def grid_at(day: date) -> str:
        found = read_town(config, tmp_path, day).town.locator.containing(120.46, 30.08)
        assert found is not None
        return found.code

    assert [grid_at(date(2026, 11, 30)), grid_at(date(2026, 12, 1)), grid_at(date(2030, 1, 1))] == [
        "g1", "330699101001001", "330699101001001"
    ]  # fmt: skip
    tree = {area.code: area.parent for area in read_town(config, tmp_path, date(2026, 12, 1)).areas}
    assert tree["330699101001002"] == CODES["清东村"]
    status, said = run("grids", "list")
    assert "from the beginning: the grids file of cameras.yaml: grids.geojson" in said
    assert "2026-12-01: 2 grids: grids-2026-12-01-" in said

    edition = next(tmp_path.glob("grids-2026-12-01-*.geojson"))
    whole = edition.read_bytes()
    edition.write_bytes(whole.replace("西网格".encode(), "北网格".encode()))
    with pytest.raises(GeographyError, match="was changed since it was taken"):
        grid_at(date(2026, 12, 1))
    edition.write_bytes(whole)
    assert run("grids", "withdraw", "2026-12-01") == (0, f"withdrawn: {edition.name}\n")
    assert run("grids", "withdraw", "2026-12-01")[0] == 2
    assert grid_at(date(2026, 12, 1)) == "g1"


INDEXES = ["[]", "{", '{"editions": [{"first_day": "x"}]}', "[" * 100_000]
ELSEWHERE = '{"editions": [{"first_day": "2026-12-01", "file": "../../etc/passwd"}]}'


@pytest.mark.parametrize("text", [*INDEXES, ELSEWHERE], ids=["list", "cut", "no day", "deep", "elsewhere"])
def test_an_index_that_cannot_be_read_stops_rather_than_giving_other_grids(run, tmp_path, text):
    (tmp_path / "grid_editions.json").write_text(text)
    status, said = run("config", "check")
    assert (status, "cannot be read as the index of editions of grids" in said) == (2, True)
