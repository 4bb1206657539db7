"""Every refusal says in Chinese why, and what to do."""

from __future__ import annotations

import re

import pytest

from archives import pdf
from archives.reasons import MESSAGES, message, not_pdf, too_large

ZIP = b"PK\x03\x04\x14\x00\x06\x00\x08\x00"


def test_every_code_of_the_jail_has_words():
    source = pdf.CHILD.read_text()
    codes = set(re.findall(r'Refused\("(\w+)"\)|"reject", "(\w+)"|: "(active_\w+|encrypted)"', source))
    said = {code for found in codes for code in found if code}
    assert {"encrypted", "unreadable", "too_complex", "active_script", "no_pages"} <= said
    assert said <= set(MESSAGES)


@pytest.mark.parametrize("code", MESSAGES)
def test_a_message_is_whole_sentences_and_says_what_to_do(code):
    words = message(code)
    assert words.endswith("。")
    assert code == "by_hand" or "请" in words


def test_encrypted():
    assert (
        message("encrypted") == "文件已加密，无法审核。请去掉密码，或用阅读器打开后“打印为 PDF”，再重新上传。"
    )


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "检测到 JPG 图片"),
        (b"\x89PNG\r\n\x1a\n", "检测到 PNG 图片"),
        (b"RIFF\x00\x00\x00\x00WEBP", "检测到 WebP 图片"),
        (b"\x00\x00\x00\x18ftypheic", "检测到 HEIC 图片"),
        (ZIP + b"\x00[Content_Types].xml", "检测到 Word、Excel 或 PPT 文件"),
        (ZIP + b"\x00OFD.xml", "检测到 OFD 文件"),
        (ZIP, "检测到 ZIP 压缩文件"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "检测到 Word、WPS 或 Excel"),
        (b"Rar!\x1a\x07", "检测到 RAR 压缩文件"),
        (b"hello", "不是 PDF 文件。"),
        (b"\n\n%PDF-1.7", "开头有多余内容"),
    ],
)
def test_what_was_picked_instead_of_a_pdf_is_named(head, found):
    assert found in not_pdf(head) and "请" in not_pdf(head)


def test_too_large_gives_both_sizes():
    assert too_large(24_536_678, 20).startswith("大小 23.4 MB，超过 20 MB。请")
