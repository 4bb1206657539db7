"""What comes after what in a background job."""

from orgs.models import Job
from zhtj.lib.states import Arrows

JOB: Arrows = {
    Job.State.QUEUED: frozenset({Job.State.RUNNING, Job.State.FAILED}),
    Job.State.RUNNING: frozenset({Job.State.DONE, Job.State.FAILED}),
    Job.State.DONE: frozenset(),
    Job.State.FAILED: frozenset({Job.State.QUEUED}),
}
