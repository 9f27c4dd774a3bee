"""Evidence as files named by the SHA-256 of their content. A file is whole and on the disk before its row is."""

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from incidents.errors import Invalid, NotFound

Kind = Literal["picture", "clip", "voice"]
MAX_PICTURE_BYTES = 16 * 1024 * 1024
MAX_CLIP_BYTES = 128 * 1024 * 1024
MAX_VOICE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Media:
    kind: Kind
    media_type: str
    limit: int


JPEG = Media("picture", "image/jpeg", MAX_PICTURE_BYTES)
PNG = Media("picture", "image/png", MAX_PICTURE_BYTES)
WEBP = Media("picture", "image/webp", MAX_PICTURE_BYTES)
MP4 = Media("clip", "video/mp4", MAX_CLIP_BYTES)
M4A = Media("voice", "audio/mp4", MAX_VOICE_BYTES)


@dataclass(frozen=True, slots=True)
class StoredFile:
    sha256: str
    size: int
    media: Media


def recognise(content: bytes, where: str = "file") -> Media:
    """What the bytes are, by their own signature and never by a name. Raises Invalid for all we do not show."""
    if content[:3] == b"\xff\xd8\xff":
        media = JPEG
    elif content[:8] == b"\x89PNG\r\n\x1a\n":
        media = PNG
    elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        media = WEBP
    elif content[4:8] == b"ftyp":
        media = M4A if content[8:12] == b"M4A " else MP4
    else:
        raise Invalid("evidence must be a JPEG, PNG or WebP picture, an MP4 clip or a voice note", where)
    if len(content) > media.limit:
        raise Invalid(f"evidence of {len(content)} bytes is over the limit of {media.limit}", where)
    return media


class EvidenceFiles:
    def __init__(self, root: Path) -> None:
        self.root = root

    def store(self, content: bytes, where: str = "file") -> StoredFile:
        """Writes the content durably unless it is there already. Raises Invalid; OSError when the disk will not."""
        media = recognise(content, where)
        digest = hashlib.sha256(content).hexdigest()
        path = self.path(digest)
        if not path.exists():
            self._write(path, content)
        return StoredFile(digest, len(content), media)

    def path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def open_path(self, sha256: str) -> Path:
        """Where the bytes lie. Raises NotFound when the file is missing."""
        path = self.path(sha256)
        if not path.is_file():
            raise NotFound("the evidence file is missing from the data folder", "evidence")
        return path

    def intact(self, sha256: str) -> bool:
        """Whether the file is there with the content its name promises."""
        path = self.path(sha256)
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256

    def _write(self, path: Path, content: bytes) -> None:
        made = [folder for folder in (path.parent, path.parent.parent, self.root) if not folder.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        # A name of its own, so that two writers of the same content do not meet in one half-written file.
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        for folder in {path.parent, *(folder.parent for folder in made)}:
            _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
