"""Faults of cameras' video: episodes from when they began to when they ended, with pictures, and the days of reports.

What is wrong is judged elsewhere; here it is plain text. Safe to call from any thread."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, and_, delete, insert, or_, select, update

from config.camera_map import CameraMap
from incidents import queries
from incidents.errors import Invalid, NotFound
from incidents.evidence_files import EvidenceFiles
from incidents.queries import QualityFilter
from incidents.rights import Caller, Permission, Scope
from incidents.store import Store
from incidents.store.quality_schema import quality_days, quality_episodes
from incidents.store.schema import areas
from incidents.views import AreaView, QualityEpisode
from runtime.clock import Clock

LOST = "lost"
FAULTS = (
    LOST, "frozen", "black", "overexposed", "colour_cast", "noise", "blurred", "covered", "turned", "wrong_time",
)  # fmt: skip
"""In the order they are shown in."""
PICTURED_EPISODES = 12
"""Of each camera: older ones lose their pictures, so that one that flickers does not fill the disk."""
KEPT_SECONDS = 400 * 86_400.0
PICTURED_SECONDS = 60 * 86_400.0
"""An episode's row is kept for a good year, its pictures for two months."""
MAX_NAME = 64


@dataclass(frozen=True, slots=True)
class DayCamera:
    """A camera as it was on a day."""

    id: str
    name: str
    name_en: str
    area: str


class Quality:
    """`changed` is called after the commit of whatever began or ended."""

    def __init__(self, store: Store, folder: Path, clock: Clock, cameras: CameraMap) -> None:
        self._store, self._clock, self._cameras = store, clock, cameras
        self._files = EvidenceFiles(folder)
        self.changed: Callable[[], None] = lambda: None

    def take(self, message: Mapping[str, Any], blobs: Sequence[bytes]) -> None:
        """What a worker tells; the same a second time changes nothing. Raises Invalid."""
        camera_id, fault = str(message.get("camera_id")), str(message.get("fault"))
        try:
            since, at = float(message["since"]), float(message["at"])
        except (KeyError, TypeError, ValueError):
            raise Invalid("since and at must be Unix times", "at") from None
        if message.get("turn") == "well":
            self._all_well(camera_id, at)
            return
        if fault not in FAULTS:
            raise Invalid("not a fault of a camera's video", "fault")
        if message.get("turn") == "ended":
            self.end(camera_id, fault, at, since)
            return
        pictures = dict(zip(message.get("blobs", ()), blobs, strict=False))
        self.begin(camera_id, fault, since, at, pictures.get("picture.jpg"), pictures.get("healthy.jpg"))

    def begin(
        self,
        camera_id: str,
        fault: str,
        since: float,
        at: float,
        picture: bytes | None = None,
        healthy: bytes | None = None,
    ) -> None:
        """Raises Invalid for a camera that is not configured, or a picture that is none."""
        camera = self._cameras.get(camera_id)
        if camera is None:
            raise Invalid("no such camera", "camera_id")
        files = [self._files.store(one).sha256 if one else None for one in (picture, healthy)]
        with self._store.write() as transaction:
            connection = transaction.connection
            open_one = _of(camera_id, fault) & quality_episodes.c.ended_at.is_(None)
            same = _of(camera_id, fault) & (quality_episodes.c.began_at == since)
            if connection.execute(select(quality_episodes.c.id).where(or_(open_one, same))).first():
                return
            row: dict[str, Any] = {"id": uuid4().hex, "camera_id": camera_id, "area": camera.area, "fault": fault}
            row |= {"began_at": since, "told_at": at, "picture": files[0], "healthy": files[1]}
            connection.execute(insert(quality_episodes).values(**row))
            unused = _let_go_of_pictures(connection, _surplus(connection, camera_id))
            transaction.after_commit("quality", self.changed)
        self._remove(unused)

    def end(self, camera_id: str, fault: str, at: float, since: float | None = None) -> None:
        """Ends what goes on. Where nothing does there is nothing to end."""
        which = _of(camera_id, fault) & quality_episodes.c.ended_at.is_(None)
        if since is not None:
            which = and_(which, quality_episodes.c.began_at <= at)
        with self._store.write() as transaction:
            transaction.connection.execute(update(quality_episodes).where(which).values(ended_at=at))
            transaction.after_commit("quality", self.changed)

    def _all_well(self, camera_id: str, at: float) -> None:
        """A worker that has lost its memory finds the camera well: what it began before, it will not end."""
        mine = and_(quality_episodes.c.camera_id == camera_id, quality_episodes.c.fault != LOST)
        going_on = and_(mine, quality_episodes.c.ended_at.is_(None), quality_episodes.c.began_at < at)
        with self._store.write() as transaction:
            transaction.connection.execute(update(quality_episodes).where(going_on).values(ended_at=at))
            transaction.after_commit("quality", self.changed)

    def going_on(self, fault: str) -> dict[str, float]:
        """Ids of the cameras with this fault, and since when; for the system's own watch."""
        query = select(quality_episodes.c.camera_id, quality_episodes.c.began_at).where(
            quality_episodes.c.fault == fault, quality_episodes.c.ended_at.is_(None)
        )
        with self._store.read() as connection:
            return {row.camera_id: row.began_at for row in connection.execute(query)}

    def end_strays(self) -> None:
        """Cameras that are not in use any more have no faults."""
        with self._store.read() as connection:
            query = select(quality_episodes.c.camera_id).where(quality_episodes.c.ended_at.is_(None)).distinct()
            ids = connection.execute(query).scalars().all()
        strays = [one for one in ids if (camera := self._cameras.get(one)) is None or not camera.enabled]
        if strays:
            which = quality_episodes.c.camera_id.in_(strays) & quality_episodes.c.ended_at.is_(None)
            with self._store.write() as transaction:
                transaction.connection.execute(update(quality_episodes).where(which).values(ended_at=self._clock.now()))
                transaction.after_commit("quality", self.changed)

    def list(self, caller: Caller, wanted: QualityFilter) -> tuple[QualityEpisode, ...]:
        """Newest first, of cameras still configured or not. Raises NotFound, Invalid."""
        if wanted.fault is not None and wanted.fault not in FAULTS:
            raise Invalid(f"one of {', '.join(FAULTS)}", "fault")
        return self.episodes(caller.scope(Permission.CAMERA_SEE), wanted)

    def episodes(self, scope: Scope, wanted: QualityFilter) -> tuple[QualityEpisode, ...]:
        with self._store.read() as connection:
            return queries.list_quality_episodes(connection, scope, wanted)

    def picture(self, caller: Caller, episode_id: str, which: str) -> Path:
        """The file of its `picture` or its `healthy` one. Raises NotFound."""
        with self._store.read() as connection:
            queries.get_quality_episode(connection, caller.scope(Permission.CAMERA_SEE), episode_id)
            column = quality_episodes.c.picture if which == "picture" else quality_episodes.c.healthy
            digest = connection.execute(select(column).where(quality_episodes.c.id == episode_id)).scalar()
        if digest is None:
            raise NotFound("there is no such picture", "episode")
        return self._files.open_path(digest)

    # --- days

    def keep_day(self, day: str) -> None:
        """Notes which cameras were in use, once a day; forgets what is over its time."""
        used = [[one.id, one.name, one.name_en, one.area] for one in self._cameras.values() if one.enabled]
        now = self._clock.now()
        row = {"day": day, "made_at": now, "cameras": json.dumps(used, ensure_ascii=False, separators=(",", ":"))}
        with self._store.write() as transaction:
            connection = transaction.connection
            if connection.execute(select(quality_days.c.day).where(quality_days.c.day == day)).first() is None:
                connection.execute(insert(quality_days).values(**row))
            old = quality_episodes.c.ended_at < now - PICTURED_SECONDS
            unused = _let_go_of_pictures(
                connection, connection.execute(select(quality_episodes.c.id).where(old)).scalars().all()
            )
            connection.execute(delete(quality_episodes).where(quality_episodes.c.ended_at < now - KEPT_SECONDS))
            connection.execute(delete(quality_days).where(quality_days.c.made_at < now - KEPT_SECONDS))
        self._remove(unused)

    def day_kept(self, day: str) -> bool:
        with self._store.read() as connection:
            return connection.execute(select(quality_days.c.day).where(quality_days.c.day == day)).first() is not None

    def cameras_on(self, day: str, scope: Scope) -> tuple[DayCamera, ...]:
        """Those in use on that day within the scope; where nobody noted them then, those in use now."""
        with self._store.read() as connection:
            noted = connection.execute(select(quality_days.c.cameras).where(quality_days.c.day == day)).scalar()
            paths = {row.code: row.path for row in connection.execute(select(areas.c.code, areas.c.path))}
        if noted is not None:
            found = [DayCamera(*one) for one in json.loads(noted)]
        else:
            used = [one for one in self._cameras.values() if one.enabled]
            found = [DayCamera(one.id, one.name, one.name_en, one.area) for one in used]
        return tuple(one for one in found if scope.covers(paths.get(one.area, "")))

    def areas(self, scope: Scope) -> tuple[AreaView, ...]:
        with self._store.read() as connection:
            return queries.list_areas(connection, scope)

    def _remove(self, digests: Sequence[str]) -> None:
        for digest in digests:
            self._files.path(digest).unlink(missing_ok=True)


_PICTURED = or_(quality_episodes.c.picture.is_not(None), quality_episodes.c.healthy.is_not(None))


def _of(camera_id: str, fault: str) -> Any:
    return and_(quality_episodes.c.camera_id == camera_id, quality_episodes.c.fault == fault)


def _surplus(connection: Connection, camera_id: str) -> Sequence[str]:
    """Ids of this camera's episodes with pictures beyond the newest."""
    query = (
        select(quality_episodes.c.id)
        .where(quality_episodes.c.camera_id == camera_id, _PICTURED)
        .order_by(quality_episodes.c.began_at.desc())
    )
    return connection.execute(query).scalars().all()[PICTURED_EPISODES:]


def _let_go_of_pictures(connection: Connection, ids: Sequence[str]) -> list[str]:
    """Files no episode names any more once these name none."""
    if not ids:
        return []
    columns = (quality_episodes.c.picture, quality_episodes.c.healthy)
    rows = connection.execute(select(*columns).where(quality_episodes.c.id.in_(ids))).all()
    named = {digest for row in rows for digest in row if digest}
    connection.execute(
        update(quality_episodes).where(quality_episodes.c.id.in_(ids)).values(picture=None, healthy=None)
    )
    still: set[str] = set()
    for column in columns:
        still |= set(connection.execute(select(column).where(column.in_(named))).scalars().all())
    return sorted(named - still)
