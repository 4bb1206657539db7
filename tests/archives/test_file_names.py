"""What a person calls a file is kept and shown without ID numbers, and no download brings one back."""

from __future__ import annotations

import importlib

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from archives import file_names
from archives.models import Upload
from archives.services import uploads
from tests.archives.cases import found_good, pdf_bytes, waiting

ID = "44010620100304123X"
MASKED = "440106********123X"


def stored(role, name):
    return uploads.store(
        SimpleUploadedFile(name, pdf_bytes()), organization=role.organization, by=role
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        (f"张三{ID}.pdf", f"张三{MASKED}.pdf"),
        (f"张三{ID.lower()}.pdf", f"张三{MASKED.replace('X', 'x')}.pdf"),
        ("张三４４０１０６２０１００３０４１２３Ｘ.pdf", f"张三{MASKED}.pdf"),
        ("张三440106 20100304 1234.pdf", "张三440106********1234.pdf"),
        ("4401-0620-1003-0412-34.pdf", "4401-06********12-34.pdf"),
        ("2026440106201003041234.pdf", "2026440106********1234.pdf"),
        ("44010620100304123.pdf", "440106********4123.pdf"),
        ("440106100304123.pdf", "440106********4123.pdf"),
        ("张三13812345678.pdf", "张三138****5678.pdf"),
        ("C:/扫描/入团志愿书.pdf", "入团志愿书.pdf"),
        ("", "入团志愿书.pdf"),
    ],
)
def test_id_and_mobile_numbers_in_a_name_are_masked(name, kept):
    assert file_names.safe(name) == kept
    assert file_names.safe(kept) == kept


@pytest.mark.parametrize(
    "name",
    [
        "扫描_20261123_125135_0001.pdf",
        "20261123125135001.pdf",
        "202311100001_20240505.pdf",
        "第１页（２）.PDF",
    ],
)
def test_other_digits_stay_as_they_were(name):
    assert file_names.safe(name) == name.replace("１", "1").replace("２", "2")


def test_a_name_is_cut_only_after_it_is_masked():
    kept = file_names.safe("x" * 108 + ID + ".pdf")
    assert len(kept) == file_names.LONGEST and ID[6:12] not in kept


def test_an_id_number_in_a_file_name_is_neither_kept_nor_shown_nor_downloaded(
    branch_role, committee_role, log_in
):
    archive = waiting(branch_role)
    upload = stored(branch_role, f"张三{ID}.pdf")
    found_good(upload)
    assert Upload.objects.get(pk=upload.pk).name == f"张三{MASKED}.pdf"
    Upload.objects.filter(pk=archive.upload_id).update(name=Upload.objects.get(pk=upload.pk).name)
    state = log_in(branch_role).get(reverse("upload-state", args=[upload.uuid])).content.decode()
    person = log_in(committee_role).get(reverse("member", args=[archive.member.uuid])).content.decode()
    assert all(MASKED in page and ID not in page for page in (state, person))
    answer = log_in(committee_role).get(reverse("archive-original", args=[archive.uuid]))
    answer.getvalue()
    assert ID not in answer["Content-Disposition"]


def test_names_stored_before_are_masked_in_batches(branch_role, monkeypatch):
    migration = importlib.import_module("archives.migrations.0006_file_names_masked")
    monkeypatch.setattr(migration, "BATCH", 2)
    names = [f"张三{ID}.pdf", "李四.pdf", f"{ID}.pdf", "王五.pdf", f"{ID} 重扫.pdf"]
    for name in names:
        Upload.objects.filter(pk=stored(branch_role, "志愿书.pdf").pk).update(name=name)
    with connection.schema_editor() as editor:
        migration.mask(apps, editor)
    kept = list(Upload.objects.order_by("pk").values_list("name", flat=True))
    assert kept == [name.replace(ID, MASKED) for name in names]
