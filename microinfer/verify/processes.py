"""Processes of this machine that run a campaign's tasks; a process that dies is replaced."""

from __future__ import annotations

import signal
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from multiprocessing import get_context

from microinfer.verify.task import Answer, Setup, Task, run_task


class Processes:
    """`jobs` of them, started when first needed."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self.window = 2 * jobs
        self._pool = self._start()

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._jobs, get_context("spawn"), _leave_interrupts_to_the_parent)

    def submit(self, setup: Setup, task: Task) -> Future[Answer]:
        """Begin a task in one of them."""
        return self._pool.submit(run_task, setup, task)

    def died(self, error: BaseException) -> bool:
        """A pool breaks when one of its processes dies."""
        return isinstance(error, BrokenExecutor)

    def renew(self) -> None:
        """Other processes; those left of the old ones end."""
        self.close(at_once=True)
        self._pool = self._start()

    def close(self, at_once: bool = False) -> None:
        """End them; `at_once` kills what they are at."""
        # The executor offers this from Python 3.14 on (kill_workers).
        processes = list((getattr(self._pool, "_processes", None) or {}).values()) if at_once else []
        self._pool.shutdown(wait=not at_once, cancel_futures=True)
        for process in processes:
            process.kill()


def _leave_interrupts_to_the_parent() -> None:
    """Ctrl-C reaches every process of a terminal; the one that writes the report acts on it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
