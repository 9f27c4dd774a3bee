"""What fails once beside others is tried again; what is wrong stays wrong."""

from pathlib import Path

import pytest

from tests import whole_run

ONCE = """
from pathlib import Path

def test_{name}():
    seen = Path("seen_{name}")
    first = not seen.exists()
    seen.touch()
    assert not first
"""


@pytest.fixture
def where(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -q\n")
    (tmp_path / "test_fine.py").write_text("def test_fine(): pass\n")
    return tmp_path


def test_a_failure_that_does_not_come_again_is_named(where: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (where / "test_once.py").write_text(ONCE.format(name="once"))
    assert whole_run.main([], where) == 0
    assert "PASSED ALONE (a matter of time?):\n  test_once.py::test_once\n" in capfd.readouterr().out


def test_what_is_wrong_fails(where: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (where / "test_wrong.py").write_text("def test_wrong(): assert False\n")
    (where / "test_once.py").write_text(ONCE.format(name="once"))
    assert whole_run.main([], where) == 1
    assert "PASSED ALONE" not in capfd.readouterr().out


def test_many_failures_are_not_tried_again(where: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for i in range(whole_run.MOST_TRIED_AGAIN + 1):
        (where / f"test_once_{i}.py").write_text(ONCE.format(name=i))
    assert whole_run.main([], where) == 1
    assert "now alone" not in capfd.readouterr().out


def test_a_file_that_cannot_be_read_fails(where: Path) -> None:
    (where / "test_broken.py").write_text("import nothing_of_that_name\n")
    assert whole_run.main([], where) != 0
