from pathlib import Path

import pytest

from config.accounts import MAX_PASSWORD_BYTES, Account, MissingPassword, account_of
from config.cameras import CamerasFile
from config.load import load_cameras
from tests.config.town import VALID, write_town


def town(folder: Path, place: str) -> CamerasFile:
    (folder / "password.txt").touch()
    return load_cameras(write_town(folder, VALID.replace("password_env: CAMERA_PASSWORD", place)))


def test_from_the_environment(tmp_path: Path) -> None:
    file = town(tmp_path, "password_env: CAMERA_PASSWORD")
    assert account_of(file.cameras[0], file, {"CAMERA_PASSWORD": "s3cret"}, tmp_path) == Account("operator", "s3cret")


WRITTEN = {
    "one line": (b"s3cret\n", "s3cret"),
    "no line end": (b"s3cret", "s3cret"),
    "Windows line end": (b"s3cret\r\n", "s3cret"),
    "byte order mark": (b"\xef\xbb\xbfs3cret\n", "s3cret"),
    "blanks belong to it": (b" s3 cret \nnote\n", " s3 cret "),
    "Chinese": ("口令\n".encode(), "口令"),
}


@pytest.mark.parametrize(("raw", "password"), WRITTEN.values(), ids=WRITTEN.keys())
def test_from_a_file_beside_the_configuration(tmp_path: Path, raw: bytes, password: str) -> None:
    file = town(tmp_path, "password_file: password.txt")
    (tmp_path / "password.txt").write_bytes(raw)
    assert account_of(file.cameras[0], file, {}, tmp_path) == Account("operator", password)


def test_a_camera_without_credentials_has_no_account(tmp_path: Path) -> None:
    file = load_cameras(write_town(tmp_path, VALID.replace("    credentials: main\n", "")))
    assert account_of(file.cameras[0], file, {}, tmp_path) is None


def test_the_password_is_not_shown() -> None:
    assert "s3cret" not in repr(Account("operator", "s3cret"))


FAULTS = {
    "empty": (b"\nsecond line", "the first line of .* is empty"),
    "too long": (b"x" * (MAX_PASSWORD_BYTES + 1), "is longer than"),
    "not text": (b"\xff\xfe\x00", "is not UTF-8"),
}


@pytest.mark.parametrize(("raw", "said"), FAULTS.values(), ids=FAULTS.keys())
def test_a_file_without_a_password(tmp_path: Path, raw: bytes, said: str) -> None:
    file = town(tmp_path, "password_file: password.txt")
    (tmp_path / "password.txt").write_bytes(raw)
    with pytest.raises(MissingPassword, match=rf"credentials\.main: .*{said}"):
        account_of(file.cameras[0], file, {}, tmp_path)


def test_a_file_taken_away(tmp_path: Path) -> None:
    file = town(tmp_path, "password_file: password.txt")
    (tmp_path / "password.txt").unlink()
    with pytest.raises(MissingPassword, match=r"credentials\.main: .* cannot be read: No such file"):
        account_of(file.cameras[0], file, {}, tmp_path)


def test_a_variable_that_is_not_set(tmp_path: Path) -> None:
    file = town(tmp_path, "password_env: CAMERA_PASSWORD")
    with pytest.raises(
        MissingPassword, match=r"credentials\.main: the environment variable CAMERA_PASSWORD is not set"
    ):
        account_of(file.cameras[0], file, {"CAMERA_PASSWORD": ""}, tmp_path)
