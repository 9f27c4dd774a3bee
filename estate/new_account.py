"""An account on its way into cameras.yaml and the vault: by an import, or with one camera."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.cameras import CamerasFile, Credentials
from config.checks import errors_in, parts_of
from config.problem import Problem
from config.validation import validate
from config.yaml_document import Value, parse_document
from config.yaml_edit import YamlEdit


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Its password goes into the vault, under `name`."""

    name: str
    username: str
    password: str = field(repr=False)


def put_accounts(edit: YamlEdit, credentials: Mapping[str, Credentials], accounts: Collection[NewAccount]) -> None:
    """Entries that `credentials` lacks, and the user names of those it has."""
    entries: dict[str, Value] = {}
    for one in accounts:
        known = credentials.get(one.name)
        if known is None:
            entries[one.name] = {"username": one.username, "vault": True}
        elif known.username != one.username:
            edit.put(("credentials", one.name), "username", one.username)
    if entries and not credentials:
        edit.put((), "credentials", entries, after="town")
    elif entries:
        for name, entry in entries.items():
            edit.put(("credentials",), name, entry)


def checked(config: Path, text: str, accounts: Collection[NewAccount]) -> tuple[CamerasFile | None, list[Problem]]:
    """What a start would find in `text`, but for passwords, which are not in the vault yet."""
    document = parse_document(config, text.encode())
    file, problems = validate(document, CamerasFile)
    fresh = {f"credentials.{one.name}.vault" for one in accounts}
    errors = errors_in(document, parts_of(file, document.value))
    return file, [*problems, *(one for one in errors if one.key not in fresh)]
