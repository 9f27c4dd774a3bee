"""The posts cases are sent to, and which levels are sent by themselves."""

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from config.case_classes import Level, Platform
from config.strict import Strict

DEFAULT_POSTS = Path(__file__).with_name("posts.yaml")

Mode = Literal["auto", "propose", "off"]
"""`auto`: sent without a hand; `propose`: named, a person sends; `off`: left to the room."""
Tier = Literal["town", "district"]
POST_TIERS: dict[int, Tier] = {3: "town", 4: "district"}
"""Of the tiers of a case (1 grid worker to 4 district), those that posts stand at."""


class Post(Strict):
    """An office that takes cases: a platform's team of the town, a bureau of the district."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    zh: str = Field(min_length=1, max_length=60)
    en: str = Field(min_length=1, max_length=120)
    tier: Tier
    platform: Platform | None = Field(
        default=None, description="without it: of all platforms that have none of their own"
    )
    area: str | None = Field(
        default=None, max_length=64, description="area code it is there for; without it: everywhere"
    )


class Routing(Strict):
    """How cases of each tier find their way."""

    level_1: Mode = Field(default="propose", description="to a grid worker of the grid who is free")
    level_2: Mode = Field(default="auto", description="to the grid leader of the village")
    level_3: Mode = Field(default="auto", description="to the town's post of the platform")
    level_4: Mode = Field(default="auto", description="to the district's post")

    @property
    def sends(self) -> bool:
        """Whether any tier is sent by itself."""
        return "auto" in (self.level_1, self.level_2, self.level_3, self.level_4)

    def of(self, tier: Level) -> Mode:
        """The mode of one tier."""
        modes: dict[int, Mode] = {1: self.level_1, 2: self.level_2, 3: self.level_3, 4: self.level_4}
        return modes[tier]


class Posts(Strict):
    """All of them. Read once."""

    version: Literal[1]
    routing: Routing = Routing()
    posts: list[Post] = Field(max_length=200)

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        repeated = sorted(one for one, count in Counter(post.id for post in self.posts).items() if count > 1)
        if repeated:
            raise ValueError(f"has a post more than once: {', '.join(repeated)}")
        return self

    @cached_property
    def by_id(self) -> dict[str, Post]:
        return {post.id: post for post in self.posts}

    def standing_at(self, tier: Tier, platform: Platform | None, areas: Iterable[str]) -> tuple[Post, ...]:
        """Posts for a case of that platform, the best first. `areas`: codes from the finest the case lies in up to the
        whole. A post of the platform goes before one of all; of those, the one for the smallest area."""
        rank = {code: place for place, code in enumerate(areas)}
        fitting = [
            post
            for post in self.posts
            if post.tier == tier
            and (post.platform is None or post.platform == platform)
            and (post.area is None or post.area in rank)
        ]
        return tuple(
            sorted(fitting, key=lambda post: (post.platform is None, rank.get(post.area or "", len(rank)), post.id))
        )


NO_POSTS = Posts(version=1, routing=Routing(level_1="off", level_2="off", level_3="off", level_4="off"), posts=[])
