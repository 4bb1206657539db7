"""verify_archives: what is missing, changed or without a row, and that uploads in progress are left in peace."""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import close_old_connections
from django.utils import timezone

from archives import tasks, verification
from archives.models import Upload
from archives.services import uploads
from orgs.models import AuditEvent, Notice
from tests.archives.cases import found_good, uploaded
from tests.factories import plant_world
from zhtj.lib.dates import say_date


def faults() -> list[str]:
    return [line for step in verification.steps() for line in step.faults]


@pytest.fixture
def aged(monkeypatch):
    """Every file counts as old: the inode's time cannot be set back."""
    monkeypatch.setattr(verification, "YOUNG", -1)


@pytest.fixture
def files(branch_role):
    return [uploaded(branch_role) for _ in range(3)]


def test_files_as_they_were_uploaded_are_in_order_whatever_the_inspection_said(
    files, branch_role, aged, capsys
):
    from tests.archives.cases import found_bad

    found_good(files[0])
    found_bad(files[1])
    call_command("verify_archives")
    assert "核验了 3 个文件，没有发现错误" in capsys.readouterr().out


def test_a_second_name_of_the_same_bytes_is_in_order(files, branch_role, aged):
    from django.db import transaction

    with transaction.atomic():
        uploads.again(files[0], by=branch_role)
    assert faults() == []


def test_a_missing_file_is_found(files):
    files[1].path.unlink()
    assert faults() == [f"缺失：{files[1].relative_path}（文件记录 {files[1].pk}）"]


def test_one_changed_byte_is_found_and_so_is_a_shorter_file(files):
    content = bytearray(files[0].path.read_bytes())
    content[10] ^= 1
    files[0].path.write_bytes(bytes(content))
    files[1].path.write_bytes(files[1].path.read_bytes()[:-1])
    found = "\n".join(faults())
    assert f"{files[0].relative_path}（文件记录 {files[0].pk}）与上传时的摘要不符" in found
    assert f"应为 {files[1].size} 字节，实为 {files[1].size - 1} 字节" in found


def test_a_link_or_a_folder_in_the_place_of_a_file_is_no_file(files, tmp_path):
    copy = tmp_path / "elsewhere.pdf"
    copy.write_bytes(files[0].path.read_bytes())
    files[0].path.unlink()
    files[0].path.symlink_to(copy)
    files[1].path.unlink()
    files[1].path.mkdir()
    assert len([line for line in faults() if "不是普通文件" in line]) == 2


def test_old_files_without_a_row_are_found_and_young_ones_are_uploads_in_progress(
    files, settings, monkeypatch
):
    root = Path(settings.ARCHIVE_DIR)
    orphan = root / "ab" / f"ab{'0' * 30}.pdf"
    strange = files[0].path.with_suffix(".part")
    for path in (orphan, strange, root / "notes.txt"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"%PDF-")
    (root / "pages" / "0").mkdir(parents=True)
    (Path(settings.FILE_UPLOAD_TEMP_DIR) / "half.upload").write_bytes(b"x")
    assert faults() == []
    monkeypatch.setattr(verification, "YOUNG", -1)
    expected = {
        f"没有记录：ab/{orphan.name}",
        f"没有记录：{strange.parent.name}/{strange.name}",
        "没有记录：notes.txt",
    }
    assert set(faults()) == expected


def test_the_command_lists_each_and_fails(files, capsys):
    files[0].path.unlink()
    with pytest.raises(CommandError, match="核验了 3 个文件，发现 1 处有误"):
        call_command("verify_archives")
    assert files[0].relative_path in capsys.readouterr().out


def test_one_may_go_on_after_any_step_and_sees_everything_once(files, settings, aged):
    (Path(settings.ARCHIVE_DIR) / "notes.txt").write_bytes(b"x")
    files[2].path.unlink()
    whole = list(verification.steps())
    assert sum(step.files for step in whole) == 3
    rows = [place for place, step in enumerate(whole) if step.files]
    batches = [place for place, step in enumerate(whole) if verification.FILE in step.cursor]
    assert batches
    for place in {0, *rows, *(one + 1 for one in rows), *batches, len(whole) - 2}:
        assert list(verification.steps(whole[place].cursor)) == whole[place + 1 :], whole[place]
    assert whole[-1].cursor == verification.PAST


def test_a_folder_full_of_files_without_a_row_is_many_small_steps(settings, db, aged, monkeypatch):
    monkeypatch.setattr(verification, "BATCH", 2)
    folder = Path(settings.ARCHIVE_DIR) / "ab"
    folder.mkdir()
    names = [f"ab{number:030x}.pdf" for number in range(5)]
    for name in names:
        (folder / name).write_bytes(b"%PDF-")
    steps = [step for step in verification.steps() if step.cursor.startswith("ab/")]
    assert [len(step.faults) for step in steps] == [2, 2, 1]
    assert [line for step in steps for line in step.faults] == [f"没有记录：ab/{name}" for name in names]
    rest = [line for step in verification.steps(steps[1].cursor) for line in step.faults]
    assert rest == [f"没有记录：ab/{names[4]}"]


def test_a_round_in_many_slices_says_what_one_slice_says(files, world, monkeypatch):
    """Each message ends after one step, and the next one is taken up by hand as the worker would."""
    files[0].path.unlink()
    files[1].path.write_bytes(b"")
    monkeypatch.setattr(tasks, "SLICE", -1)
    sent: list[tuple] = [()]
    monkeypatch.setattr(tasks.verify_archives, "delay", lambda *args: sent.append(args))
    rounds = 0
    while sent:
        tasks.verify_archives(*sent.pop())
        rounds += 1
    assert rounds > 256
    event = AuditEvent.objects.get(verb="verify")
    assert event.note == "files=3 wrong=2"
    notice = Notice.objects.get(kind="档案核验")
    assert (notice.organization, notice.sort) == (world.province, "news")
    assert notice.title.startswith("档案核验发现 2 处有误")
    assert files[0].relative_path in notice.body and files[1].relative_path in notice.body


def test_a_clean_night_is_on_record_and_bothers_nobody(files, world):
    tasks.verify_archives()
    tasks.verify_archives()
    assert AuditEvent.objects.get(verb="verify").note == "files=3 wrong=0"
    assert not Notice.objects.filter(kind="档案核验").exists()


def days_ago(days: int) -> None:
    """The files came in so long ago."""
    for upload in Upload.objects.all():
        Upload.objects.filter(pk=upload.pk).update(created_at=upload.created_at - timedelta(days=days))


def test_a_night_without_a_result_is_told_to_the_province_once_with_what_to_do(files, world):
    days_ago(2)
    for _ in range(2):
        tasks.verify_archives()
    (notice,) = Notice.objects.filter(kind="档案核验")
    assert (notice.organization, notice.title) == (world.province, "昨夜的档案核验没有完成")
    assert (
        say_date(timezone.localdate() - timedelta(days=1)) in notice.body and "请系统维护人员" in notice.body
    )


def test_a_night_that_broke_off_is_missed_by_the_next_one(files, world, monkeypatch):
    """The message of the second slice is lost with its worker; the next night comes."""
    days_ago(2)
    yesterday = timezone.localtime() - timedelta(days=1)
    with monkeypatch.context() as patch:
        patch.setattr(tasks, "SLICE", -1)
        patch.setattr(tasks, "LONGEST", timedelta(days=2))
        patch.setattr(tasks.verify_archives, "delay", lambda *args: None)
        tasks.verify_archives(began=yesterday.isoformat())
    assert not Notice.objects.filter(kind="档案核验").exists()
    tasks.verify_archives()
    assert say_date(yesterday.date()) in Notice.objects.get(kind="档案核验").body


def test_a_finished_night_and_a_first_one_are_not_missed(files, world):
    tasks.verify_archives()
    assert not Notice.objects.exists(), "nothing was there yesterday"
    days_ago(2)
    tasks._report(str(timezone.localdate() - timedelta(days=1)), 3, 0, [])
    tasks.verify_archives()
    assert not Notice.objects.filter(kind="档案核验").exists()


def test_a_round_that_takes_a_day_ends_and_says_so(files, world, monkeypatch):
    monkeypatch.setattr(tasks, "SLICE", -1)
    tasks.verify_archives(began="2026-01-01T01:30:00+08:00")
    assert "未能在一天内核验完" in Notice.objects.get(kind="档案核验").body


@pytest.mark.django_db(transaction=True)
def test_uploads_and_a_purge_at_the_same_time_are_no_faults():
    world = plant_world()
    role = world.role(world.branch)
    stop = threading.Event()
    trouble: list[Exception] = []

    def busy() -> None:
        try:
            while not stop.is_set():
                fresh = uploaded(role)
                Upload.objects.filter(pk=fresh.pk).delete()
                fresh.path.unlink()
                uploaded(role)
        except Exception as error:
            trouble.append(error)
        finally:
            close_old_connections()
            from django.db import connection

            connection.close()

    thread = threading.Thread(target=busy)
    thread.start()
    try:
        found = [line for _ in range(10) for line in faults()]
    finally:
        stop.set()
        thread.join(timeout=30)
    assert not trouble and found == []
    assert Upload.objects.exists()


def test_nothing_personal_is_told(files):
    for file in files:
        file.path.unlink()
    for line in faults():
        assert "志愿书" not in line and os.sep + "tmp" not in line
