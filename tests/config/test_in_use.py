"""A process started again while cameras.yaml is being edited goes on with what was in use."""

import logging
from pathlib import Path

import pytest

from config.in_use import keep_in_use, kept_file, load_or_in_use
from config.load import load_cameras
from config.problem import ConfigError
from tests.config.town import VALID, write_town


def test_what_was_in_use_stands_in_for_a_faulty_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path, data = write_town(tmp_path, VALID), tmp_path / "data"
    file = load_cameras(path)
    keep_in_use(file, data)
    assert kept_file(data).stat().st_mode & 0o777 == 0o600
    path.write_text(VALID.replace("version: 1", "version: 1\ncolour: red"))
    with caplog.at_level(logging.ERROR):
        assert load_or_in_use(path, data) == file
    assert "colour" in caplog.text
    assert "going on with the cameras that were in use" in caplog.text


@pytest.mark.parametrize("kept", [None, b"", b'{"version": 2}'], ids=["nothing kept", "empty", "another version"])
def test_without_it_the_problems_stop_the_start(tmp_path: Path, kept: bytes | None) -> None:
    path, data = write_town(tmp_path, VALID.replace("version: 1", "version: 1\ncolour: red")), tmp_path / "data"
    if kept is not None:
        kept_file(data).parent.mkdir(parents=True)
        kept_file(data).write_bytes(kept)
    with pytest.raises(ConfigError, match="colour"):
        load_or_in_use(path, data)
