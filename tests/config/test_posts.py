"""Posts and routing: what comes along, what is refused, and which post stands for a case."""

from pathlib import Path

import pytest

from config.case_classes import Platform
from config.load import load_posts, read_cameras
from config.posts import Posts, Tier
from config.problem import ConfigError
from tests.config.town import VALID as TOWN
from tests.config.town import write_town

VALID = """\
version: 1
routing: {level_1: off, level_2: propose, level_3: auto, level_4: auto}
posts:
  - {id: market, zh: 市场监管, en: Market, tier: town, platform: market-supervision}
  - {id: market-east, zh: 东片市场监管, en: Market east, tier: town, platform: market-supervision, area: east}
  - {id: town-office, zh: 镇值班室, en: Town office, tier: town}
  - {id: district, zh: 区中心, en: District, tier: district}
"""


def test_one_a_platform_at_the_town_and_one_at_the_district_come_along() -> None:
    posts = load_posts()
    assert sorted(str(one.platform) for one in posts.posts if one.tier == "town") == [
        "convenience-service", "law-enforcement", "market-supervision", "public-order",
    ]  # fmt: skip
    assert [one.id for one in posts.posts if one.tier == "district"] == ["district-centre"]
    assert [posts.routing.of(level) for level in (1, 2, 3, 4)] == ["propose", "auto", "auto", "auto"]
    assert posts.by_id["town-market"].platform == "market-supervision"


STANDING: dict[str, tuple[Tier, Platform | None, list[str], list[str]]] = {
    "of the platform before one of all": ("town", "market-supervision", ["west", "t"], ["market", "town-office"]),
    "the smallest area first": ("town", "market-supervision", ["east-g1", "east", "t"],
                                ["market-east", "market", "town-office"]),
    "of all where the platform has none": ("town", "public-order", ["east", "t"], ["town-office"]),
    "the other tier": ("district", "market-supervision", ["east"], ["district"]),
}  # fmt: skip


@pytest.mark.parametrize(("tier", "platform", "areas", "ids"), STANDING.values(), ids=STANDING.keys())
def test_which_post_stands_for_it(
    tmp_path: Path, tier: Tier, platform: Platform | None, areas: list[str], ids: list[str]
) -> None:
    path = tmp_path / "posts.yaml"
    path.write_text(VALID, encoding="utf-8")
    posts: Posts = load_posts(path)
    assert [one.id for one in posts.standing_at(tier, platform, areas)] == ids


BROKEN = {
    "twice": ("id: market-east", "id: market", "has a post more than once: market"),
    "a mode there is not": ("level_1: off", "level_1: maybe", "must be 'auto', 'propose' or 'off'"),
    "a tier there is not": ("tier: district", "tier: village", "tier = 'village': must be 'town' or 'district'"),
    "an id with blanks": ("id: district", "id: the district", "id = 'the district'"),
}


@pytest.mark.parametrize(("old", "new", "said"), BROKEN.values(), ids=BROKEN.keys())
def test_refuses(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "posts.yaml"
    assert old in VALID
    path.write_text(VALID.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_posts(path)
    assert said in str(caught.value)


def test_a_town_may_bring_its_own_and_the_catalogue_names_none_but_those(tmp_path: Path) -> None:
    (tmp_path / "posts.yaml").write_text(VALID, encoding="utf-8")
    own = "version: 1\nprofile: ours\n" + (
        "deadlines: {level_1: {hours: 1}, level_2: {hours: 2}, level_3: {days: 3}, level_4: {days: 4}}\n"
        'majors: [{code: "05", zh: 街, en: Street}]\n'
        "classes: [{code: 05-01, zh: 游商, en: Vendor, level: 2, platform: law-enforcement, post: market}]\n"
    )
    (tmp_path / "classes.yaml").write_text(own, encoding="utf-8")
    files = "    case_classes: classes.yaml\n    posts: posts.yaml\n    areas:"
    path = write_town(tmp_path, TOWN.replace("    areas:", files))
    read_cameras(path)
    for name, old, new, said in (
        ("classes.yaml", "post: market", "post: harbour", "classes[0].post = harbour: no such post in posts.yaml"),
        ("posts.yaml", "tier: district", "tier: village", "tier = 'village'"),
    ):
        text = (tmp_path / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            read_cameras(path)
        assert said in str(caught.value)
        assert name in str(caught.value)
        (tmp_path / name).write_text(text, encoding="utf-8")
