"""Processes that ``nuudel serve`` starts: they end with it, and are started again when they die."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

CHECK_SECONDS = 0.5
STOP_SECONDS = 15
RESTART_SECONDS = 2.0
PARENT = "PARENT_OF_NUUDEL"


def end_with_parent() -> None:
    """In a child: end when the process that started it is gone, even if it was killed."""
    parent = int(os.environ.get(PARENT, "0"))
    if not parent:
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(CHECK_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


@dataclass
class Child:
    """A process that is kept running, or runs to its end where it is there for one job.

    Attributes
    ----------
    command
        Options of the Python interpreter.
    log
        Where its output goes; None: where the parent's goes.
    once
        Whether it is not started again.
    """

    name: str
    command: Sequence[str]
    log: Path | None = None
    once: bool = False
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        command = [sys.executable, *self.command]
        named = {**os.environ, PARENT: str(os.getpid())}
        with self.log.open("ab") if self.log else nullcontext() as output:
            # A session of its own: Ctrl-C reaches the parent alone, which stops its children in order.
            self.process = subprocess.Popen(
                command, env=named, stdout=output, stderr=output, start_new_session=True
            )

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process is None or not self.running:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class Children:
    """All of them, in the order in which they start; stopped in the reverse order."""

    children: list[Child] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def add(self, child: Child) -> None:
        self.children.append(child)
        child.start()

    def keep_running(self) -> None:
        """Until ``stopping`` is set; a child that died is started again after a pause."""
        while not self.stopping.wait(CHECK_SECONDS):
            for child in self.children:
                if not child.running and not child.once and not self.stopping.wait(RESTART_SECONDS):
                    child.start()

    def stop(self) -> None:
        self.stopping.set()
        for child in reversed(self.children):
            child.stop()
