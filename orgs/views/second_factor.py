"""两步验证: the code after the password, and one's own account page: set up, change the phone, new recovery codes, stop."""

from __future__ import annotations

from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from orgs.access import ActingRequest, address_of_ours, elsewhere, login_required_answer, signed_in
from orgs.forms.sign_in import CodeForm, ProofForm
from orgs.models import Authenticator
from orgs.services import accounts, second_factor
from orgs.services.codes import CodeRefused
from orgs.services.second_factor import FactorRefused

BEGUN = "second_factor"
"""In the session: the device it has begun, which no other session gets to see."""
FEW = 3
"""Recovery codes left, from which on somebody who used one is told to make new ones."""


@sensitive_post_parameters()
@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """After the password: the code. The only page, besides 退出, that opens before it."""
    if not request.user.is_authenticated:
        return login_required_answer(request)
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    if getattr(request, "due", "") != second_factor.CODE:
        return redirect(address_of_ours(request, wanted) or "home")
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            second_factor.verify(request, form.cleaned_data["code"])
        except CodeRefused as refused:
            form.add_error("code", str(refused))
            status = 429 if refused.waits else 422
        else:
            _tell_few(request)
            return redirect(address_of_ours(request, wanted) or "home")
    elif form.is_bound:
        status = 422
    context = {"form": form, "summary": form.summary, "next": wanted}
    return render(request, "orgs/second_factor_code.html", context, status=status)


def _tell_few(request: HttpRequest) -> None:
    left = second_factor.codes_left(second_factor.person(request))
    if left <= FEW:
        messages.warning(request, f"恢复码只剩 {left} 个，请在“两步验证”中换一批新的。")


@sensitive_post_parameters()
@never_cache
@signed_in
def overview(request: ActingRequest) -> HttpResponse:
    """How it stands, and what the person can do about it: the first device takes the password once more, what concerns one that is there a code."""
    if request.user.must_change_password:
        return elsewhere(request, "password-change")
    sent = request.POST if request.method == "POST" else None
    deed = DEEDS.get(request.POST.get("do", ""))
    # Not verified: there is no device, or the code would have been asked for.
    if not second_factor.is_verified(request.user):
        proof = ProofForm(request, sent)
        if proof.is_valid() and deed is _begin:
            return _begin(request)
        return _page(request, proof, status=422 if proof.is_bound else 200)
    if sent is None:
        return _page(request, CodeForm())
    form = CodeForm(request.POST)
    if deed and form.is_valid():
        try:
            second_factor.check(request.user, form.cleaned_data["code"], role=request.role)
            return deed(request)
        except (CodeRefused, FactorRefused) as refused:
            form.add_error("code", str(refused))
    return _page(request, form, status=422)


def _page(request: ActingRequest, form: CodeForm | ProofForm, status: int = 200) -> HttpResponse:
    return render(request, "orgs/second_factor.html", _standing(request, form), status=status)


def _standing(request: ActingRequest, form: CodeForm | ProofForm) -> dict[str, Any]:
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    device = getattr(request.user, "otp_device", None)
    return {
        "form": form, "summary": form.summary, "next": address_of_ours(request, wanted), "device": device,
        "codes_left": second_factor.codes_left(request.user) if device else 0,
        "needing": second_factor.needing(request.user), "due": request.due,
        "several_roles": len(accounts.roles_of(request.user)) > 1,
    }  # fmt: skip


def _begin(request: ActingRequest) -> HttpResponse:
    request.session[BEGUN] = second_factor.begin(request.user).pk
    return elsewhere(request, "second-factor-set-up", wanted=request.POST.get("next", ""))


def _renew(request: ActingRequest) -> HttpResponse:
    return _codes(request, second_factor.renew_codes(request), "新的恢复码已生成，原来的恢复码全部失效。")


def _remove(request: ActingRequest) -> HttpResponse:
    second_factor.remove(request)
    messages.success(request, "两步验证已停用，以后登录只需密码。")
    return redirect("second-factor")


DEEDS = {"begin": _begin, "codes": _renew, "remove": _remove}


@sensitive_post_parameters()
@never_cache
@signed_in
def set_up(request: ActingRequest) -> HttpResponse:
    """The key, as an image and in words, until a code proves that the phone has it; then the recovery codes, once."""
    device = second_factor.pending(request.user, request.session.get(BEGUN))
    if device is None:
        return elsewhere(request, "second-factor", wanted=request.GET.get("next", ""))
    form = CodeForm(request.POST if request.method == "POST" else None, spare=False)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            codes = second_factor.confirm(request, device, form.cleaned_data["code"])
        except FactorRefused as refused:
            messages.warning(request, str(refused))
            return redirect("second-factor")
        except CodeRefused as wrong:
            form.add_error("code", str(wrong))
            status = 429 if wrong.waits else 422
        else:
            del request.session[BEGUN]
            return _codes(request, codes, "两步验证已设置，以后每次登录都要输入验证码。")
    context = {"form": form, "summary": form.summary, "next": request.GET.get("next", ""), **_key(device)}
    return render(request, "orgs/second_factor_set_up.html", context, status=status)


def _key(device: Authenticator) -> dict[str, Any]:
    text = device.text_key
    image = segno.make(device.config_url, micro=False).svg_data_uri(scale=4, border=4, light="#fff")
    return {"image": image, "groups": [text[at : at + 4] for at in range(0, len(text), 4)]}


def _codes(request: ActingRequest, codes: list[str], words: str) -> HttpResponse:
    """Shown once: the answer to the form itself, which no other address gives again."""
    wanted = address_of_ours(request, request.POST.get("next", ""))
    context = {"codes": codes, "words": words, "next": wanted}
    return render(request, "orgs/second_factor_codes.html", context)
