"""The limits of a jailed script (zhtj.lib.jail), which runs this file by its path: nothing of the application is imported there."""

import sys


def confine(*, memory: int, cpu_seconds: int) -> None:
    """Give up, before a single byte is read, what a parser does not need: memory, time, files, processes."""
    import resource

    # CPU: a soft limit below the hard one ends in SIGXCPU, which the parent tells from the machine's own SIGKILL.
    limits = {"AS": memory, "CPU": cpu_seconds, "FSIZE": 0, "CORE": 0, "NOFILE": 32, "NPROC": 0}
    for name, soft in limits.items():
        limit = getattr(resource, f"RLIMIT_{name}", None)
        if limit is None:
            continue
        before = resource.getrlimit(limit)[1]
        hard = soft + 2 if name == "CPU" else soft
        if before != resource.RLIM_INFINITY:
            soft, hard = min(soft, before), min(hard, before)
        try:
            resource.setrlimit(limit, (soft, hard))
        except (ValueError, OSError):
            if sys.platform == "linux":  # macOS does not know all of them
                raise
