"""Where a request comes from, behind PROXY_COUNT reverse proxies of ours."""

from django.conf import settings
from django.http import HttpRequest


def address(request: HttpRequest) -> str:
    """What our outermost proxy saw. Everything further left in X-Forwarded-For the client may have made up."""
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    count: int = settings.PROXY_COUNT
    if 0 < count <= len(seen) and seen[-count]:
        return seen[-count]
    return str(request.META.get("REMOTE_ADDR", ""))
