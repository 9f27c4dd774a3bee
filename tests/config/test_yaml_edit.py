"""Changes to cameras.yaml leave every other character as it was."""

import random
from pathlib import Path

import pytest

from config.load import read_cameras
from config.yaml_document import parse_document
from config.yaml_edit import YamlEdit, YamlEditError
from tests.config.town import EXAMPLE, VALID, write_town

FILE = Path("cameras.yaml")
NEW = {"id": "cam-9", "name": "桥头: #2", "area": "330699101001", "streams": {"sub": {"url": "rtsp://10.0.0.9/sub"}},
       "position": {"lon": 120.45, "lat": 30.0, "height_m": 6.0}, "enabled": False}  # fmt: skip


def said(text: str):
    return parse_document(FILE, text.encode()).value


def without(longer: str, shorter: str) -> bool:
    """Whether `shorter` is `longer` with some characters taken out, all others in their order."""
    rest = iter(longer)
    return all(character in rest for character in shorter)


def test_the_annotated_example_keeps_every_character_and_gains_what_was_added(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    edit = YamlEdit(EXAMPLE, text)
    edit.append(("cameras",), [NEW, {**NEW, "id": "cam-10"}])
    edit.put(("credentials",), "import-1", {"username": "admin", "vault": True})
    edit.put(("cameras", 0), "enabled", False)
    edit.put(("cameras", 0), "national_code", "33069910101320000001")
    edit.put(("cameras", 1, "position"), "lon", 120.5)
    edit.put(("cameras", 2), "name", "北门小学 (新)")
    edit.put(("cameras", 0, "streams", "sub"), "url", "rtsp://10.20.0.9/x")
    result = edit.result()
    old, new = said(text), said(result)
    assert new["cameras"][-2:] == [NEW, {**NEW, "id": "cam-10"}]
    assert len(new["cameras"]) == len(old["cameras"]) + 2
    assert new["credentials"] == {**old["credentials"], "import-1": {"username": "admin", "vault": True}}
    assert (new["cameras"][0]["enabled"], new["cameras"][1]["position"]["lon"]) == (False, 120.5)
    changed = {"lon: 120.45012", "rtsp://10.20.0.9:554/Streaming/Channels/102", "北门小学门口"}
    kept = [line for line in text.splitlines() if not any(one in line for one in changed)]
    assert without(result, "\n".join(kept))


SHAPES = [
    ("no line at the end", VALID.rstrip("\n")),
    ("comment behind the last camera", VALID + "# the end\n"),
    ("windows line ends", VALID.replace("\n", "\r\n")),
    ("byte order mark", "\ufeff" + VALID),
    ("no indent before the dashes", VALID.replace("\n  - id: cam-1", "\n- id: cam-1").replace("\n    ", "\n  ")
        .replace("\n  areas", "\n    areas").replace("\n  grids", "\n    grids")
        .replace("\n  username", "\n    username").replace("\n  password_env", "\n    password_env")),
    ("last value empty", VALID + "    homography:\n"),
    ("last value a block of text", VALID + "    name_en: |\n      Ferry\n      Street\n"),
    ("cameras in the middle", VALID + "defaults: {ring_seconds: 20}\n"),
]  # fmt: skip


@pytest.mark.parametrize("text", [row[1] for row in SHAPES], ids=[row[0] for row in SHAPES])
def test_adds_behind_the_last_camera_whatever_it_looks_like(text: str) -> None:
    edit = YamlEdit(FILE, text)
    edit.append(("cameras",), [NEW])
    edit.put((), "allowed_networks", ["10.0.0.0/8"], after="town")
    result = edit.result()
    assert said(result) == {**said(text), "cameras": [*said(text)["cameras"], NEW], "allowed_networks": ["10.0.0.0/8"]}
    assert without(result, text)
    assert ("\r\n" in result) == ("\r\n" in text)


def test_an_empty_list_begins() -> None:
    text = VALID.split("cameras:")[0] + "cameras: []  # none yet\n"
    edit = YamlEdit(FILE, text)
    edit.append(("cameras",), [NEW])
    assert said(edit.result())["cameras"] == [NEW]


def test_a_key_goes_with_its_lines_and_the_last_one_with_what_held_it() -> None:
    edit = YamlEdit(FILE, EXAMPLE.read_text(encoding="utf-8"))
    edit.remove(("credentials",), "schools")
    edit.remove(("cameras", 1), "ring_seconds")
    result = edit.result()
    gone = {"  schools:", "    username: viewer", "    ring_seconds: 30"}
    gone.add("    password_env: GRIDWATCH_SCHOOLS_PASSWORD")
    kept = [line for line in EXAMPLE.read_text(encoding="utf-8").splitlines() if line not in gone]
    assert result.splitlines() == kept
    last = YamlEdit(FILE, VALID)
    last.remove(("credentials",), "main")
    assert "credentials" not in said(last.result())


def test_what_is_written_is_read_as_a_camera(tmp_path: Path) -> None:
    edit = YamlEdit(FILE, VALID)
    edit.append(("cameras",), [NEW])
    file = read_cameras(write_town(tmp_path, edit.result())).file
    assert (file.cameras[1].name, file.cameras[1].enabled) == ("桥头: #2", False)


REFUSED = [
    ("a list in brackets", VALID.split("cameras:")[0] + "cameras: [{id: a}]\n",
     lambda e: e.append(("cameras",), [NEW])),
    ("a key that is not there", VALID, lambda e: e.put(("cameras", 7), "name", "x")),
    ("a block to replace", VALID, lambda e: e.put(("cameras", 0), "zones", [])),
    ("not a list", VALID, lambda e: e.append(("town",), [NEW])),
    ("not a mapping", VALID, lambda e: e.put(("cameras",), "x", 1)),
    ("through an alias", VALID.replace("streams: {sub:", "streams: &s {sub:") + "    device: *s\n",
     lambda e: e.put(("cameras", 0, "device", "sub"), "url", "rtsp://10.0.0.7/")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "change"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refuses_what_it_cannot_do_without_touching_more(text, change):
    edit = YamlEdit(FILE, text)

    def whole() -> None:
        change(edit)
        edit.result()

    with pytest.raises(YamlEditError):
        whole()


def test_any_text_comes_back_as_it_was_given() -> None:
    rng = random.Random(7)
    odd = "aZ09 :#-'\"\\{}[],&*!|>%@`~?\t村镇é\u2028\u0085\x7f🙂=yesnull.e+"
    for _ in range(300):
        name = "".join(rng.choice(odd) for _ in range(rng.randrange(1, 9)))
        edit = YamlEdit(FILE, VALID)
        edit.append(("cameras",), [{**NEW, "name": name}])
        edit.put(("cameras", 0), "name_en", name)
        cameras = said(edit.result())["cameras"]
        assert cameras[1]["name"] == cameras[0]["name_en"] == name


@pytest.mark.parametrize("text", [row[1] for row in SHAPES], ids=[row[0] for row in SHAPES])
def test_what_was_appended_is_taken_away_again(text: str) -> None:
    edit = YamlEdit(FILE, text)
    edit.append(("cameras",), [NEW])
    longer = edit.result()
    edit = YamlEdit(FILE, longer)
    edit.remove_item(("cameras",), len(said(longer)["cameras"]) - 1)
    assert edit.result().rstrip("\r\n") == text.rstrip("\r\n")


def test_an_entry_goes_and_every_comment_stays() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    edit = YamlEdit(EXAMPLE, text)
    edit.remove_item(("cameras",), 1)
    result = edit.result()
    before, after = said(text)["cameras"], said(result)["cameras"]
    assert after == [before[0], *before[2:]]
    assert without(text, result)
    own_lines = [line for line in text.splitlines() if line.startswith(("#", "  #"))]
    assert all(line in result.splitlines() for line in own_lines)


def test_the_last_entry_leaves_an_empty_list() -> None:
    text = VALID + "# the end\n"
    edit = YamlEdit(FILE, text)
    edit.remove_item(("cameras",), 0)
    result = edit.result()
    assert said(result)["cameras"] == []
    assert result.endswith("cameras: []\n# the end\n")
    again = YamlEdit(FILE, result)
    again.append(("cameras",), [NEW])
    assert said(again.result())["cameras"] == [NEW]


REFUSED_ITEMS = [
    ("in brackets", VALID.split("cameras:")[0] + "cameras: [{id: a}, {id: b}]\n", 0, "lines of its own"),
    ("not there", VALID, 7, r"no cameras\[7\]"),
    ("behind another", VALID.split("cameras:")[0] + "cameras:\n  - - a\n    - b\n", 0, "alias|by hand|lines"),
]


@pytest.mark.parametrize(("text", "index", "why"), [r[1:] for r in REFUSED_ITEMS], ids=[r[0] for r in REFUSED_ITEMS])
def test_an_entry_that_cannot_be_told_apart_is_left(text: str, index: int, why: str) -> None:
    edit = YamlEdit(FILE, text)
    path = ("cameras", 0) if "- - a" in text else ("cameras",)
    with pytest.raises(YamlEditError, match=why):
        edit.remove_item(path, index)
