"""智慧团建 · 新发展团员录入: composition of the four apps."""

from zhtj.celery import app as celery_app

__all__ = ["celery_app"]
