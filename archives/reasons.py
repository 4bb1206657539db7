"""Why a file was refused, and what to do: one sentence a code (指引 1.1: PDF 版本)."""

REPRINT = "请用阅读器打开后“打印为 PDF”，再重新上传。"
MESSAGES: dict[str, str] = {
    "empty": "文件是空的。请重新扫描或导出后再上传。",
    "not_pdf": "不是 PDF 文件。请先转换为 PDF 再上传。",
    "too_large": "文件超过大小限制。请降低扫描分辨率（200 dpi 即可）后重新上传。",
    "too_many": "一小时内上传的文件过多，已填写的内容没有丢失。请稍后再上传；确有需要的，请联系上级团组织管理员。",
    "disk_full": "服务器暂时不能保存文件，已填写的内容没有丢失。请稍后重新选择文件；如反复出现，请联系上级团组织管理员。",
    "truncated": "文件不完整（缺少结尾）。请重新扫描或重新下载后再上传。",
    "trailing_data": "文件结尾之后还有其他内容，不能确认其来源。" + REPRINT,
    "unreadable": "文件已损坏，无法读取。请重新扫描后上传。",
    "encrypted": "文件已加密，无法审核。请去掉密码，或" + REPRINT[1:],
    "no_pages": "文件中没有页面。请重新扫描后上传。",
    "too_many_pages": "页数过多，入团志愿书一般为 12 页。请只上传本人的入团志愿书。",
    "too_complex": "文件内部结构过于复杂，不像扫描件。" + REPRINT,
    "active_script": "文件中含有脚本（JavaScript），不能接收。" + REPRINT,
    "active_action": "文件中含有会自动执行的动作，不能接收。" + REPRINT,
    "active_media": "文件中含有音频、视频或三维内容，不能接收。" + REPRINT,
    "active_attachment": "文件中附带了其他文件，不能接收。" + REPRINT,
    "active_form": "文件中含有 XFA 动态表单，不能接收。" + REPRINT,
    "too_slow": "文件检查超时，内部结构异常。" + REPRINT,
    "by_hand": "系统未能自动检查该文件，由审核人查看原件。",
    "no_file": "找不到文件，或不能读取。请核对文件名和权限。",
    "unavailable": "系统暂时不能检查该文件。请稍后再试。",
}

# What people pick by mistake: bytes, where they stand (-1: anywhere in the head), what it is. The first that fits counts.
SIGNATURES: tuple[tuple[bytes, int, str], ...] = (
    (b"\xff\xd8\xff", 0, "JPG 图片"),
    (b"\x89PNG", 0, "PNG 图片"),
    (b"GIF8", 0, "GIF 图片"),
    (b"BM", 0, "BMP 图片"),
    (b"II*\x00", 0, "TIFF 图片"),
    (b"MM\x00*", 0, "TIFF 图片"),
    (b"WEBP", 8, "WebP 图片"),
    (b"ftyphei", 4, "HEIC 图片"),
    (b"ftypmif1", 4, "HEIC 图片"),
    (b"OFD.xml", -1, "OFD 文件"),
    (b"[Content_Types].xml", -1, "Word、Excel 或 PPT 文件"),
    (b"PK\x03\x04", 0, "ZIP 压缩文件"),
    (b"\xd0\xcf\x11\xe0", 0, "Word、WPS 或 Excel 97–2003 文件"),
    (b"{\\rtf", 0, "RTF 文件"),
    (b"Rar!", 0, "RAR 压缩文件"),
    (b"7z\xbc\xaf", 0, "7z 压缩文件"),
    (b"%!PS", 0, "PostScript 文件"),
    (b"<!DOCTYPE", 0, "网页"),
    (b"<html", 0, "网页"),
)


def message(code: str) -> str:
    """The sentence for a reason code.

    Raises:
        KeyError: no such reason.
    """
    return MESSAGES[code]


def not_pdf(head: bytes) -> str:
    """Says what was picked instead of a PDF, when its first bytes tell."""
    if b"%PDF-" in head:
        return "PDF 文件的开头有多余内容，不能确认其来源。" + REPRINT
    for signature, place, words in SIGNATURES:
        if signature in head if place < 0 else head.startswith(signature, place):
            return f"不是 PDF 文件（检测到 {words}）。请先转换为 PDF 再上传。"
    return message("not_pdf")


def too_large(size: int, limit_mb: int) -> str:
    return f"大小 {size / 2**20:.1f} MB，超过 {limit_mb} MB。请降低扫描分辨率（200 dpi 即可）后重新上传。"
