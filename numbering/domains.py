"""领域: what a segment, and with it a number, is for (spec/domain 3; 指引 3.3)."""

from django.db.models import TextChoices


class Domain(TextChoices):
    """初中, 高中, 中职 and 高校 together are the 学校领域."""

    JUNIOR = "junior", "初中"
    SENIOR = "senior", "高中"
    VOCATIONAL = "vocational", "中职"
    COLLEGE = "college", "高校"
    SOCIETY = "society", "社会"


SCHOOL_DOMAINS = frozenset(Domain) - {Domain.SOCIETY}
