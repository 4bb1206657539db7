"""A province with its administrator, for tests of the tree."""

from __future__ import annotations

import pytest

from orgs.models import Organization, Role
from tests.orgs.trees import plant


@pytest.fixture
def planted(db: None) -> tuple[Organization, Role]:
    return plant()
