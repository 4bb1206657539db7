"""Which passwords are refused: short ones, common ones, digits, and what anybody who knows product and organisation tries first."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.module_loading import import_string

from orgs.models import User
from tests.factories import PASSWORD, RoleFactory
from tests.ground.test_settings import load

BAD = (
    "a1b2c3d4e", "password123", "Password2026!", "1234567890", "13800138000", "20080615-2026", "qwertyuiop", "1qaz2wsx3edc", "abcdefghij",
    "aaaaaaaaaa1", "abcabcabcabc", "zhihuituanjian", "ZhiHuiTuanJian2026", "zhihuituanjian@123", "智慧团建2026", "智慧团建智慧团建", "zhtj-2026-0001",
    "gongqingtuan123", "GongQingTuan@2026", "tuanwei123456", "Tuanwei@2026", "tuanzhibu666", "共青团2026年团委", "管理员密码123456", "admin@123456",
    "P@ssw0rd2026", "bingzhongxue2026", "丙中学团委2026!", "zhangwei1990", "mima123456789",
)  # fmt: skip
GOOD = (
    "樱桃树下-第8排-座位",
    "correct horse battery",
    "k7Qx-92vb-Tm4r",
    "雨后窗台上的三只麻雀",
    "tuanwei-brave-otter-57",
)


@pytest.fixture
def user(world, db) -> User:
    role = RoleFactory(organization=world.school, user__name="张伟", user__username="zhangwei")
    return role.user


def taken(user: User, password: str) -> bool:
    try:
        validate_password(password, user)
    except ValidationError:
        return False
    return True


def test_thirty_that_are_guessed_first_are_refused(user):
    assert len(set(BAD)) == 30
    assert [one for one in BAD if taken(user, one)] == []


def test_five_of_unrelated_words_or_random_signs_are_taken(user):
    assert len(set(GOOD)) == 5
    assert [one for one in GOOD if not taken(user, one)] == []


def test_the_names_of_ones_own_organisation_count_and_others_do_not(user, world):
    elsewhere = RoleFactory(organization=world.other_school).user
    for password in ("丙中学团委2026!", "bzxtw-2026-0501", "bingzhongxue#2026"):
        assert not taken(user, password), password
    assert taken(elsewhere, "bingzhongxue#2026")


def test_the_page_says_the_rules(client, user):
    client.force_login(user)
    page = client.get("/password/").content.decode()
    assert "至少 10 位" in page and "本组织的名称" in page
    refused = client.post(
        "/password/", {"old_password": PASSWORD, "new_password1": BAD[16], "new_password2": BAD[16]}
    )
    page = refused.content.decode()
    assert "密码太容易猜到" in page
    assert '<a href="#id_new_password1">' in page and '<a href="#id_new_password2">' not in page


def test_passwords_are_hashed_with_argon2id(tmp_path, monkeypatch):
    deployed = load(tmp_path, monkeypatch)
    hasher = import_string(deployed["PASSWORD_HASHERS"][0])()
    assert hasher.encode(GOOD[0], hasher.salt()).startswith("argon2$argon2id$")


def test_every_refusal_is_in_chinese(user: User) -> None:
    told = []
    for password in ("a1b", "12345678", "password123"):
        with pytest.raises(ValidationError) as refused:
            validate_password(password, user)
        told += refused.value.messages
    assert "密码太短，至少 10 个字符" in told
    assert all(words.startswith(("密码", "这个密码")) for words in told), told
