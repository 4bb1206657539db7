"""Addresses of the frame: sign-in, choice of role, 操作中心, 组织管理."""

from django.urls import URLPattern, path

from orgs.views import account, inbox, organizations, sign_in

urlpatterns: list[URLPattern] = [
    path("login/", sign_in.SignIn.as_view(), name="login"),
    path("login/resume/", sign_in.resume, name="login-resume"),
    path("logout/", sign_in.sign_out, name="logout"),
    path("session/", sign_in.session_alive, name="session-alive"),
    path("roles/", account.roles, name="roles"),
    path("roles/<int:pk>/", account.act_as, name="act-as"),
    path("password/", account.password, name="password-change"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read/", inbox.read_all, name="inbox-read-all"),
    path("inbox/<int:pk>/", inbox.open_notice, name="notice"),
    path("orgs/", organizations.organizations, name="organizations"),
    path("orgs/tree/", organizations.search, name="organization-search"),
    path("orgs/tree/<int:pk>/", organizations.children, name="organization-children"),
]
