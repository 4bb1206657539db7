"""Whether every uploaded file is still there and still the same, and whether every file on the disk belongs to a row.

Read only. A file is kept before its row, and a row forgotten before its file, so for a while either may be without the other: a file
young enough is let be, and a row whose file is gone is looked for once more.
"""

from __future__ import annotations

import hashlib
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings

from archives.models import Upload

YOUNG = 24 * 3600
"""Seconds until a file without a row is no upload in progress any more."""
FOLDERS = tuple(f"{number:02x}" for number in range(256))
PAST = "~"
"""After every uuid of a folder, and every file in it."""
FILE = "/"
"""Between folder and name of a file: its folder's rows have been looked at."""
BATCH = 500
"""Files without a row are looked for so many at a time: also a folder on slow storage is no step that takes longer than a message may."""


@dataclass(frozen=True, slots=True)
class Step:
    """What was looked at last; one goes on from `cursor`. `files`: how many rows were compared with their file."""

    cursor: str
    faults: tuple[str, ...] = ()
    files: int = 0


def steps(after: str = "") -> Iterator[Step]:
    """The whole of it, from the step that ended at `after` on: folder by folder, each row with its file, then the files without a row."""
    for folder in FOLDERS:
        if folder < after[:2]:
            continue
        if after[:3] not in (folder + FILE, folder + PAST):
            yield from _rows(folder, after)
        if after != folder + PAST:
            yield from _files(folder, after[3:] if after[:3] == folder + FILE else "")
            yield Step(folder + PAST)
    yield Step(PAST, tuple(_strangers()))


def _rows(folder: str, after: str) -> Iterator[Step]:
    found = Upload.objects.filter(uuid__gte=UUID(f"{folder:0<32}"), uuid__lte=UUID(f"{folder:f<32}"))
    if after[:2] == folder:
        found = found.filter(uuid__gt=UUID(after))
    for upload in found.only("uuid", "sha256", "size").order_by("uuid").iterator(chunk_size=500):
        wrong = wrong_with(upload)
        # Perhaps forgotten a moment ago, row first.
        faults = (wrong,) if wrong and Upload.objects.filter(pk=upload.pk).exists() else ()
        yield Step(upload.uuid.hex, faults, files=1)


def wrong_with(upload: Upload) -> str:
    """What is wrong with the file of a row, in words; empty when nothing is."""
    name = f"{upload.relative_path}（文件记录 {upload.pk}）"
    try:
        kind = upload.path.lstat()
        if not stat.S_ISREG(kind.st_mode):
            return f"内容有变：{name}不是普通文件"
        if kind.st_size != upload.size:
            return f"内容有变：{name}应为 {upload.size} 字节，实为 {kind.st_size} 字节"
        with upload.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return f"缺失：{name}"
    except OSError as trouble:
        return f"无法读取：{name}{trouble.strerror}"
    return "" if digest == upload.sha256 else f"内容有变：{name}与上传时的摘要不符"


def _files(folder: str, after: str) -> Iterator[Step]:
    """The files of a folder behind a name, in order."""
    root = Path(settings.ARCHIVE_DIR) / folder
    names = sorted(path.name for path in root.iterdir() if path.name > after) if root.is_dir() else []
    for start in range(0, len(names), BATCH):
        batch = names[start : start + BATCH]
        yield Step(folder + FILE + batch[-1], tuple(_orphans(folder, [root / name for name in batch])))


def _orphans(folder: str, paths: Iterable[Path]) -> Iterator[str]:
    """Those of a folder's files that are old and that no row points to."""
    old = [path for path in paths if _is_old(path)]
    named = {path: uuid for path in old if (uuid := _uuid(path, folder))}
    known = set(Upload.objects.filter(uuid__in=named.values()).values_list("uuid", flat=True))
    for path in old:
        if path not in named or named[path] not in known:
            yield f"没有记录：{folder}/{path.name}"


def _strangers() -> Iterator[str]:
    """Whatever else lies in the archive folder, apart from page images and uploads in progress."""
    root = Path(settings.ARCHIVE_DIR)
    ours = {root / name for name in (*FOLDERS, "pages", "lost+found")}
    for path in sorted(root.iterdir()) if root.is_dir() else ():
        incoming = Path(settings.FILE_UPLOAD_TEMP_DIR).is_relative_to(path)
        if path not in ours and not incoming and _is_old(path):
            yield f"没有记录：{path.name}"


def _is_old(path: Path) -> bool:
    """By the inode's own time: a second name of older bytes is as young as the name."""
    try:
        return time.time() - path.lstat().st_ctime > YOUNG
    except FileNotFoundError:
        return False


def _uuid(path: Path, folder: str) -> UUID | None:
    """The uuid a file is named after, if it is named as ours are."""
    try:
        found = UUID(path.stem)
    except ValueError:
        return None
    return found if path.name == f"{found.hex}.pdf" and found.hex[:2] == folder else None
