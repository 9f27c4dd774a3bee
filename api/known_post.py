"""Posts of accounts are those of the configuration."""

from api.centre import Centre
from incidents.errors import Invalid


def known_post(centre: Centre, post: str | None) -> None:
    """Raises Invalid for a post that is not there; none at all is as good as any."""
    if post and post not in centre.incidents.town.posts.by_id:
        raise Invalid(f"no post {post[:64]!r} in the configuration", "post", f"没有编号为 {post[:64]} 的岗位")
