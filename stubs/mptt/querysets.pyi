from typing import Self, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model, covariant=True)

class TreeQuerySet(models.QuerySet[M]):
    def get_ancestors(self, include_self: bool = ...) -> Self: ...
    def get_descendants(self, include_self: bool = ...) -> Self: ...
