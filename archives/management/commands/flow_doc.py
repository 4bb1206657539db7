"""Draws docs/流程/ from the tables of arrows, so that the pictures cannot differ from the code."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from archives.flow import ARCHIVE, UPLOAD
from archives.models import Archive, Upload
from members.flow import MEMBER
from members.models import Member
from numbering.flow import DISPUTE, HOLDING, REGISTRATION
from numbering.models import Dispute, Holding, Registration
from orgs.flow import JOB
from orgs.models import Job
from zhtj.lib.states import Arrows

FLOWS: dict[str, tuple[Any, Arrows]] = {
    "上传文件": (Upload.State, UPLOAD),
    "入团志愿书": (Archive.State, ARCHIVE),
    "团员": (Member.State, MEMBER),
    "编号占用": (Holding.State, HOLDING),
    "编号占用核实": (Dispute.State, DISPUTE),
    "编号登记备案": (Registration.State, REGISTRATION),
    "后台任务": (Job.State, JOB),
}


class Command(BaseCommand):
    help = "由状态表生成 docs/流程/*.mmd；--check 只核对，过期则以非零状态退出"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "docs" / "流程"
        drawn = {folder / f"{name}.mmd": draw(*flow) for name, flow in FLOWS.items()}
        if options["check"]:
            stale = [
                path.name
                for path, text in drawn.items()
                if not path.is_file() or path.read_text(encoding="utf-8") != text
            ]
            if stale:
                raise CommandError(f"已过期：{'、'.join(stale)}。请运行 python dev.py manage flow_doc")
            return
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in drawn.items():
            path.write_text(text, encoding="utf-8")


def draw(states: Any, arrows: Arrows) -> str:
    """A Mermaid state diagram with the words people read."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {state.value}: {state.label}" for state in states]
    for state in states:
        lines += [f"    {state.value} --> {to.value}" for to in states if to.value in arrows[state]]
        if not arrows[state]:
            lines.append(f"    {state.value} --> [*]")
    return "\n".join(lines) + "\n"
