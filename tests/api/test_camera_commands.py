"""`gridwatch cameras …` as an administrator types it."""

import csv
import io
import json
from pathlib import Path

import pytest

from api.command import main
from config.accounts import Account, account_named
from config.load import load_cameras
from config.vault import VAULT_FILE
from tests.estate.test_import import HEAD, row
from tests.estate.town import CAMERAS_YAML, csv_of, write_estate

SECRET = "Hik-12345"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """(arguments…, typed) → (exit status, what was printed)."""
    monkeypatch.setenv("ROADSIDE", "road-pass")
    config = write_estate(tmp_path)

    def command(*words: str | Path, typed: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        status = main([*map(str, words), "--config", str(config)])
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return command


def test_import_shows_first_and_writes_when_told(run, tmp_path):
    table, config = tmp_path / "点位.csv", tmp_path / "cameras.yaml"
    table.write_bytes(csv_of([HEAD, *[row(n) for n in range(1, 8)], row(8, 村="清栋村")], "gbk"))
    status, said = run("cameras", "import", table)
    assert status == 1
    assert "error: row 9, 村: there is no village '清栋村'; did you mean 清东村?" in said
    assert "8 rows: 7 new, 0 known already, 1 with errors" in said
    assert "coordinates: WGS 84, found with certainty" in said
    assert "account: credentials.admin-1, user admin" in said
    assert run("cameras", "import", table, "--apply")[0] == 2
    assert config.read_text(encoding="utf-8") == CAMERAS_YAML
    status, said_too = run("cameras", "import", table, "--apply", "--leave-out-faulty")
    assert (status, "7 cameras added, 0 changed" in said_too) == (0, True)
    assert SECRET not in said + said_too
    assert len(load_cameras(config).cameras) == 8
    status, shown = run("cameras", "import", table, "--json")
    document = json.loads(shown)
    assert (status, document["counts"]["known"], document["coordinates"]["system"]) == (1, 7, "wgs84")
    assert document["rows"][7]["issues"][0]["suggestion"] == "清东村"
    assert run("cameras", "import", tmp_path / "none.csv")[0] == 2
    with pytest.raises(SystemExit):
        run("cameras", "import", table, "--coordinates", "mars")


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_what_is_exported_has_no_password_and_comes_back_the_same(run, tmp_path, ending):
    first, table = tmp_path / "first.csv", tmp_path / f"estate{ending}"
    first.write_bytes(csv_of([HEAD, *[row(n) for n in range(1, 6)], row(6, 名称="=cmd|' /C calc'!A0")]))
    assert run("cameras", "import", first, "--apply")[0] == 0
    assert run("cameras", "export", table)[0] == 0
    if ending == ".csv":
        text = table.read_text(encoding="utf-8-sig")
        assert SECRET not in text
        cells = [cell for line in csv.reader(io.StringIO(text)) for cell in line]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    status, said = run("cameras", "import", table)
    assert (status, "7 rows: 0 new, 7 known already, 0 with errors" in said) == (0, True)
    assert "differs" not in said
    assert run("cameras", "export", tmp_path / "estate.pdf")[0] == 2


def test_passwords_go_into_the_vault_and_are_never_shown(run, tmp_path):
    config = tmp_path / "cameras.yaml"
    assert run("cameras", "credentials", "set", "gate", typed=f"{SECRET}\n")[0] == 2
    status, said = run("cameras", "credentials", "set", "gate", "--username", "admin", typed=f"{SECRET}\n")
    assert status == 0
    assert "already" not in said
    assert run("cameras", "credentials", "set", "roadside", typed="x\n")[0] == 2
    file = load_cameras(config)
    assert account_named("gate", file, {}, tmp_path) == Account("admin", SECRET)
    assert set(CAMERAS_YAML.splitlines()) <= set(config.read_text(encoding="utf-8").splitlines())
    status, listed = run("cameras", "credentials", "list")
    assert [line for line in listed.splitlines() if "\t" in line] == [
        "roadside\tadmin\tpassword_env ROADSIDE",
        "gate\tadmin\tvault",
    ]
    assert run("cameras", "credentials", "set", "gate", typed="other\n")[0] == 0
    before = (tmp_path / VAULT_FILE).read_bytes()
    assert run("cameras", "credentials", "rotate") == (0, "1 passwords encrypted anew\n")
    assert (tmp_path / VAULT_FILE).read_bytes() != before
    assert account_named("gate", file, {}, tmp_path) == Account("admin", "other")
    assert run("cameras", "credentials", "remove", "roadside")[0] == 2
    assert run("cameras", "credentials", "remove", "gate")[0] == 0
    assert config.read_text(encoding="utf-8") == CAMERAS_YAML
    assert run("cameras", "credentials", "remove", "gate")[0] == 2
    assert SECRET not in said + listed
