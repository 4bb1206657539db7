"""Settings come from the environment and fail loudly, with what to do next."""

import base64
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def need(name: str) -> str:
    """A value the system cannot start without.

    Raises:
        ImproperlyConfigured: it is missing or empty.
    """
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"缺少环境变量 {name}：请对照 .env.example 补全后重新启动。")
    return value


def key(name: str, text: str) -> bytes:
    """Decode one 32-byte key written in base64.

    Raises:
        ImproperlyConfigured: it is not 32 bytes of base64.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:  # not base64, or not even ASCII
        raw = b""
    if len(raw) != 32:
        raise ImproperlyConfigured(
            f"环境变量 {name} 中的密钥应为 32 字节的 base64 文本，请参照 .env.example 重新生成。"
        )
    return raw


def data_keys() -> dict[int, bytes]:
    """`DATA_KEYS=2:<base64>,1:<base64>`: key id (1–255) → key; the first one seals, all of them open."""
    keys: dict[int, bytes] = {}
    for part in need("DATA_KEYS").split(","):
        number, _, text = part.strip().partition(":")
        if not number.isdigit() or not 1 <= int(number) <= 255 or int(number) in keys:
            raise ImproperlyConfigured(
                "环境变量 DATA_KEYS 的写法应为“编号:密钥”，编号为 1–255 且不重复，多个用逗号分隔。"
            )
        keys[int(number)] = key("DATA_KEYS", text)
    return keys


def study_domains() -> dict[str, str]:
    """The 领域 of each 在读状况, by the codes of members.choices.StudyStatus and numbering.domains.Domain.

    Raises:
        ImproperlyConfigured: one is missing, or a code is none.
    """
    usual = {"junior": "junior", "senior": "senior", "vocational": "vocational"}
    usual |= dict.fromkeys(("college", "bachelor", "master", "doctor"), "college")
    parts = [part.partition("=") for part in env.list("STUDY_DOMAINS", default=[])]
    found = {status.strip(): domain.strip() for status, _, domain in parts} or usual
    if found.keys() != usual.keys() or not set(found.values()) <= set(usual.values()):
        raise ImproperlyConfigured(
            f"环境变量 STUDY_DOMAINS 须写明 {'、'.join(usual)} 各属于 {'、'.join(dict.fromkeys(usual.values()))} 中的哪一个，写法见 .env.example。"
        )
    return found


def folder(name: str, default: Path) -> Path:
    """A folder path; made when it is not there, readable by its owner only."""
    path = Path(env.str(name, default=str(default)))
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path
