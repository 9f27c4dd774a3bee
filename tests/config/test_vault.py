"""The vault: what is in it comes back with the key, and never otherwise."""

import base64
import json
import secrets
from pathlib import Path

import pytest

from config.accounts import Account, MissingPassword, account_of
from config.load import load_cameras
from config.problem import ConfigError
from config.vault import KEY_FILE, KEY_FILE_VARIABLE, KEY_VARIABLE, VAULT_FILE, Vault, VaultProblem
from tests.config.town import VALID, write_town

PASSWORD = "Gr4ss-hüpfer 乙"
WITH_VAULT = VALID.replace("    password_env: CAMERA_PASSWORD\n", "    vault: true\n")


def vault(folder: Path, **environ: str) -> Vault:
    return Vault(folder, environ)


def new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


def test_a_camera_gets_its_account_from_the_vault_and_no_file_shows_it(tmp_path: Path) -> None:
    vault(tmp_path).put({"main": PASSWORD, "other": "x"})
    file = load_cameras(write_town(tmp_path, WITH_VAULT))
    account = account_of(file.cameras[0], file, {}, tmp_path)
    assert account == Account("operator", PASSWORD)
    assert PASSWORD not in repr(account) + repr(vault(tmp_path)) + repr(file)
    assert PASSWORD.encode() not in everything_in(tmp_path)
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in (KEY_FILE, VAULT_FILE)} == {0o600}
    assert vault(tmp_path).names() == ["main", "other"]


def test_an_entry_without_a_password_in_the_vault_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"credentials\.main\.vault: has no password in the vault; set it: gridwatch"):
        load_cameras(write_town(tmp_path, WITH_VAULT))
    both = WITH_VAULT.replace("vault: true", "vault: true\n    password_env: X")
    with pytest.raises(ConfigError, match="exactly one of password_env, password_file and vault: true"):
        load_cameras(write_town(tmp_path, both))


def test_one_changed_byte_another_name_or_another_key_do_not_open_it(tmp_path: Path) -> None:
    vault(tmp_path).put({"main": PASSWORD, "other": "x"})
    path = tmp_path / VAULT_FILE
    whole = json.loads(path.read_text())
    swapped = {"version": 1, "entries": {"main": whole["entries"]["other"], "other": whole["entries"]["main"]}}
    path.write_text(json.dumps(swapped))
    with pytest.raises(VaultProblem, match="changed by somebody without the key"):
        vault(tmp_path).password("main")
    raw = bytearray(base64.b64decode(whole["entries"]["main"]["sealed"]))
    raw[0] ^= 1
    whole["entries"]["main"]["sealed"] = base64.b64encode(raw).decode()
    path.write_text(json.dumps(whole))
    with pytest.raises(VaultProblem, match="changed by somebody without the key") as told:
        vault(tmp_path).password("main")
    assert PASSWORD not in str(told.value)
    with pytest.raises(VaultProblem, match="another key"):
        vault(tmp_path, **{KEY_VARIABLE: new_key()}).password("other")
    path.write_text("{]")
    with pytest.raises(VaultProblem, match="damaged"):
        vault(tmp_path).names()


def test_rotation_makes_the_old_key_worthless_and_keeps_the_passwords(tmp_path: Path) -> None:
    vault(tmp_path).put({"main": PASSWORD})
    old = (tmp_path / KEY_FILE).read_text().strip()
    assert vault(tmp_path).rotate() == 1
    assert vault(tmp_path).password("main") == PASSWORD
    with pytest.raises(VaultProblem, match="another key"):
        vault(tmp_path, **{KEY_VARIABLE: old}).password("main")
    # A crash after the vault is written and before the old key is taken away.
    (tmp_path / KEY_FILE).write_text((tmp_path / KEY_FILE).read_text() + old + "\n")
    assert vault(tmp_path).password("main") == PASSWORD


def test_the_operator_may_give_the_key_and_rotates_by_putting_a_new_one_in_front(tmp_path: Path) -> None:
    first, second = new_key(), new_key()
    vault(tmp_path, **{KEY_VARIABLE: first}).put({"main": PASSWORD})
    assert not (tmp_path / KEY_FILE).exists()
    assert vault(tmp_path, **{KEY_VARIABLE: f"{second},{first}"}).rotate() == 1
    secret = tmp_path / "secret"
    secret.write_text(second + "\n")
    assert vault(tmp_path, **{KEY_FILE_VARIABLE: str(secret)}).password("main") == PASSWORD
    assert vault(tmp_path, **{KEY_FILE_VARIABLE: str(secret)}).remove("main")
    assert not vault(tmp_path, **{KEY_FILE_VARIABLE: str(secret)}).remove("main")


REFUSED = [
    ("a key others can read", lambda f: (f / KEY_FILE).chmod(0o644), "can be read by others"),
    ("a key that is none", lambda f: (f / KEY_FILE).write_text("abc\n"), "32 bytes as base64"),
    ("no key", lambda f: (f / KEY_FILE).unlink(), "cannot be read"),
    ("an empty key", lambda f: (f / KEY_FILE).write_text("\n"), "is empty"),
]


@pytest.mark.parametrize(("breaking", "said"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_wrong_with_the_key_is_said_by_camera(tmp_path, breaking, said):
    vault(tmp_path).put({"main": PASSWORD})
    file = load_cameras(write_town(tmp_path, WITH_VAULT))
    breaking(tmp_path)
    with pytest.raises(MissingPassword, match=f"credentials.main: .*{said}"):
        account_of(file.cameras[0], file, {}, tmp_path)
    # And a lost key is never replaced by a new one behind the operator's back.
    with pytest.raises(VaultProblem):
        vault(tmp_path).put({"new": "x"})


def test_passwords_no_protocol_could_send_are_refused_without_being_shown(tmp_path: Path) -> None:
    for name, password in (("a b", "x"), ("a", ""), ("a", "x\ny"), ("a", "y" * 5000)):
        with pytest.raises(VaultProblem) as told:
            vault(tmp_path).put({name: password})
        assert "yy" not in str(told.value)
    assert vault(tmp_path).names() == []


def test_a_password_written_again_is_marked_and_the_others_are_not(tmp_path):
    vault = Vault(tmp_path, {})
    vault.put({"gate": "secret-1", "bridge": "secret-2"})
    before = vault.marks()
    vault.put({"gate": "secret-1"})
    after = vault.marks()
    assert before["gate"] != after["gate"]
    assert before["bridge"] == after["bridge"]
    assert "secret" not in str(after)
