"""Addresses of the frame: sign-in, home, 操作中心, 组织管理."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
