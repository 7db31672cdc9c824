"""Where a campaign's tasks run: here, in processes, on any Executor. Tasks whose worker died are given again.

A task lost with its worker may be what killed it, so lost tasks run one at a time; the third death is the answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from typing import Protocol

from microinfer.verify.task import Answer, CasesTask, Setup, Task, run_task

_DEATHS = 3
_WINDOW = 64


class Workers(Protocol):
    """Something that runs tasks, at most `window` of them at a time."""

    window: int

    def submit(self, setup: Setup, task: Task) -> Future[Answer]:
        """Begin a task; raises what `died` knows where no worker is left."""

    def died(self, error: BaseException) -> bool:
        """Whether an exception says that a worker died, not that the task is wrong."""

    def renew(self) -> None:
        """Make submitting possible again after a death."""

    def close(self, at_once: bool = False) -> None:
        """Let go of the workers; `at_once`: without waiting for what they are at."""


class Here:
    """This thread."""

    window = 1

    def submit(self, setup: Setup, task: Task) -> Future[Answer]:
        """Run the task now."""
        future: Future[Answer] = Future()
        future.set_result(run_task(setup, task))
        return future

    def died(self, error: BaseException) -> bool:
        """Never: a death here is the end of all."""
        return False

    def renew(self) -> None:
        """Nothing to do."""

    def close(self, at_once: bool = False) -> None:
        """Nothing to do."""


class Given:
    """An executor of the caller's, who also closes it. Once it is broken, the rest runs here."""

    window = _WINDOW

    def __init__(self, executor: Executor) -> None:
        self._executor: Executor | None = executor
        self._begun: list[Future[Answer]] = []

    def submit(self, setup: Setup, task: Task) -> Future[Answer]:
        """Begin a task on the executor."""
        if self._executor is None:
            return Here().submit(setup, task)
        self._begun = [future for future in self._begun if not future.done()]
        self._begun.append(self._executor.submit(run_task, setup, task))
        return self._begun[-1]

    def died(self, error: BaseException) -> bool:
        """Executors say BrokenExecutor; those that give up on a future cancel it."""
        return isinstance(error, BrokenExecutor | CancelledError)

    def renew(self) -> None:
        """A broken executor stays so, and nobody but the caller can make another."""
        self._executor = None

    def close(self, at_once: bool = False) -> None:
        """Cancel what has not begun; the executor is the caller's."""
        for future in self._begun:
            future.cancel()


def run_tasks(
    setup: Setup, tasks: Iterable[Task], accept: Callable[[Task, Answer], Sequence[Task]], workers: Workers
) -> None:
    """Run tasks and those that `accept` makes of each answer, until none is left; the order of answers varies."""
    waiting, suspects = deque(tasks), deque[Task]()
    deaths: dict[int, int] = {}
    running: dict[Future[Answer], Task] = {}

    def begin(task: Task) -> None:
        try:
            running[workers.submit(setup, task)] = task
        except Exception as error:
            if not workers.died(error):
                raise
            lost.append(task)

    while waiting or suspects or running:
        lost: list[Task] = []
        if suspects and not running:
            begin(suspects.popleft())
        while not suspects and not lost and waiting and len(running) < workers.window:
            begin(waiting.popleft())
        for future in wait(running, return_when=FIRST_COMPLETED).done if running else ():
            task = running.pop(future)
            try:
                answer = future.result()
            except (Exception, CancelledError) as error:
                if not workers.died(error):
                    raise
                lost.append(task)
            else:
                waiting.extend(accept(task, answer))
        for task in lost:
            deaths[id(task)] = deaths.get(id(task), 0) + 1
            if deaths[id(task)] < _DEATHS:
                suspects.append(task)
            else:
                waiting.extend(accept(task, _given_up(task)))
        if lost:
            workers.renew()


def _given_up(task: Task) -> Answer:
    """The answer for a task that nobody survives."""
    if isinstance(task, CasesTask):
        return f"the process that ran cases {task.start} to {task.stop - 1} died, {_DEATHS} times"
    return task.unshrunk()
