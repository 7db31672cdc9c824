"""A campaign's tasks on a Dask cluster. The only importer of distributed.

Relied on: the scheduler runs a task again when its worker dies, and reports KilledWorker after four deaths; a client's
`get_executor` is a concurrent.futures.Executor. Workers need microinfer installed, but neither the library's file nor
the files with specifications.
"""

from __future__ import annotations

from concurrent.futures import CancelledError, Future

from microinfer.errors import VerifyError
from microinfer.verify.task import Answer, Setup, Task, run_task

_WINDOW = 256


class DaskWorkers:
    """The workers of the cluster whose scheduler is at `address`, e.g. tcp://10.0.0.1:8786.

    VerifyError where distributed is not installed or no scheduler answers.
    """

    window = _WINDOW

    def __init__(self, address: str, timeout: str = "10s") -> None:
        try:
            from distributed import Client, KilledWorker
        except ImportError as error:
            raise VerifyError("--dask needs the package distributed: pip install 'microinfer[dask]'") from error
        try:
            self._client = Client(address, timeout=timeout, set_as_default=False)
        except (OSError, ValueError) as error:
            raise VerifyError(f"no Dask scheduler answers at {address}") from error
        self._deaths = (KilledWorker, CancelledError)
        self._executor = self._client.get_executor()

    def submit(self, setup: Setup, task: Task) -> Future[Answer]:
        """Begin a task on the cluster."""
        future: Future[Answer] = self._executor.submit(run_task, setup, task)
        return future

    def died(self, error: BaseException) -> bool:
        """Dask gives up on a task after a few deaths."""
        return isinstance(error, self._deaths)

    def renew(self) -> None:
        """Nothing to do: Dask goes on with the workers that are left."""

    def close(self, at_once: bool = False) -> None:
        """Let go of the cluster; tasks that have not ended are cancelled."""
        self._executor.shutdown(wait=not at_once)
        self._client.close()
