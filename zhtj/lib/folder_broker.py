"""Celery's folder transport (`filesystem://`) without its races, for machines that have no Redis.

kombu 5.7 opens a message's file before it writes it, and a reader may take it in between: the message is lost, and
the worker ends over the empty text. Here a message appears under its name when it is complete. Which queue belongs
to which exchange kombu keeps in files that processes starting together tread on as well; our messages name their
queue, so nothing is kept.
"""

import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override] # kombu has both
        name = f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        draft = Path(self.data_folder_out, f"{name}.part")
        try:
            draft.write_text(dumps(payload), encoding="utf-8")
            draft.rename(draft.with_suffix(""))
        except OSError as error:
            raise ChannelError("消息无法写入队列文件夹") from error

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The oldest message; of several readers the one whose rename succeeds has it."""
        for path in sorted(Path(self.data_folder_in).iterdir()):
            if path.name.partition(".")[2] != f"{queue}.msg":
                continue
            mine = path.with_suffix(".taken")
            try:
                path.rename(mine)
            except FileNotFoundError:
                continue
            text = mine.read_text(encoding="utf-8")
            mine.unlink()
            return loads(text)
        raise Empty

    def _queue_bind(self, *_: Any) -> None:
        """Nothing to remember, see _lookup."""

    def _lookup(self, exchange: str, routing_key: str, default: str | None = None) -> list[str]:
        """The routing key is the name of the queue. Celery's own events, on a topic exchange, have no reader here."""
        return [routing_key] if self.typeof(exchange).type == "direct" else []


class Transport(filesystem.Transport):
    Channel = Channel
