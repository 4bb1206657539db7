"""登录 and 退出, and the log-in dialog over a page whose session has run out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from orgs.forms.sign_in import SignInForm
from orgs.models import Authenticator, Role, User
from orgs.services import accounts, second_factor
from orgs.services.codes import CodeRefused
from orgs.services.second_factor import FactorRefused


class SignIn(LoginView):
    """The login page; leads on to `next` where that is an address of ours."""

    authentication_form = SignInForm
    template_name = "orgs/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"idle_minutes": settings.IDLE_MINUTES}

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(
            self.get_context_data(form=form), status=429 if form.is_locked else 200
        )


def locked_answer(request: HttpRequest, response: HttpResponse, credentials: object) -> HttpResponse:
    """What django-axes sends to a locked client: the form, with the reason in it."""
    response.status_code = 429
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """退出."""
    if request.user.is_authenticated:
        accounts.sign_out(request)
    messages.success(request, "已退出登录。")
    answer = redirect("login")
    # A page that the browser kept whole would come back with its names by the back button.
    answer["Clear-Site-Data"] = '"cache"'
    return answer


@never_cache
@require_GET
def session_alive(request: HttpRequest) -> HttpResponse:
    """Asked by a page left alone: whether its person still acts in its `role`. Does not keep the session alive."""
    role: Role | None = getattr(request, "role", None)
    alive = role is not None and request.GET.get("role", str(role.pk)) == str(role.pk)
    left = int(accounts.seconds_left(request.session)) if alive else 0
    # Another tab may have logged in meanwhile, which changes the token.
    return JsonResponse({"alive": alive, "seconds_left": left, "csrf": get_token(request)})


@sensitive_post_parameters("password", "code")
@never_cache
@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    """The dialog's answer: signs the same person in again, in the role that the page was made for; by two steps where there are two."""
    form = SignInForm(request, data=request.POST)
    if not form.is_valid():
        return _refused(form.refusal, 429 if form.is_locked else 200)
    user = form.get_user()
    role = next((role for role in accounts.roles_of(user) if str(role.pk) == request.POST.get("role")), None)
    if role is None:
        return _refused("您在该组织的身份已变更，不能继续此页面，请重新登录。", 403)
    try:
        device = _second_step(user, role, request.POST.get("code", ""))
    except CodeRefused as refused:
        status = 429 if refused.waits else 200
        return JsonResponse({"ok": False, "needs_code": True, "message": str(refused)}, status=status)
    except FactorRefused as refused:
        return _refused(str(refused), 403)
    login(request, user)
    if device:
        second_factor.hold(request, device)
    accounts.act_as(request, role)
    return JsonResponse({"ok": True, "csrf": get_token(request)})


def _second_step(user: User, role: Role, code: str) -> Authenticator | None:
    """The device whose code was given; None where there is none and the role needs none. Nobody is signed in before."""
    if second_factor.is_set(user):
        if not code.strip():
            raise CodeRefused("请再输入身份验证器上的六位数字，或一个恢复码。")
        return second_factor.check(user, code, role=role)
    if second_factor.needed(role):
        raise FactorRefused("按省级规定，该身份须先设置两步验证：请在新窗口登录并设置，再回到本页继续。")
    return None


def _refused(words: str, status: int) -> HttpResponse:
    return JsonResponse({"ok": False, "message": words}, status=status)
