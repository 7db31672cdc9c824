"""Workers of a campaign: they may die, be many, be on a Dask cluster, or be interrupted."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from microinfer.errors import VerifyError
from microinfer.report import verification
from microinfer.verify.campaign import Campaign
from microinfer.verify.dask import DaskWorkers
from microinfer.verify.processes import Processes
from tests.microinfer.verify.broken import COPY, needs_native_counting, reshape_with
from tests.support.kernels import library

pytestmark = needs_native_counting

FUNCTIONS = ("arm_reshape_s8", "arm_vector_sum_s8")
RESHAPE = """
import os
from dataclasses import replace
from multiprocessing import parent_process
from microinfer.verify.spec import register, spec_of

plain, cases = spec_of("arm_reshape_s8"), []

def reference(knobs, arrays, arithmetic):
    cases.append(knobs)
    {statement}
    return plain.reference(knobs, arrays, arithmetic)

register(replace(plain, reference=reference))
"""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library whose arm_reshape_s8 is wrong from the fifth element on."""
    return reshape_with(tmp_path_factory.mktemp("broken"), f"{COPY} if (total_size > 4) output[4] ^= 1;")


@pytest.fixture(scope="module")
def campaign(broken: Path) -> Campaign:
    return Campaign(broken, "cortex-m4", 400, functions=FUNCTIONS)


@pytest.fixture(scope="module")
def wanted(campaign: Campaign) -> str:
    """The report of one process that nobody disturbs."""
    return verification.render(campaign.run())


@pytest.mark.parametrize("executor", [ThreadPoolExecutor(2), ProcessPoolExecutor(2)])
def test_any_executor_gives_the_same_report(executor: Executor, campaign: Campaign, wanted: str) -> None:
    with executor:
        assert verification.render(campaign.run(executor)) == wanted


def test_a_process_that_is_killed_loses_nothing(campaign: Campaign, wanted: str) -> None:
    killed = []

    def kill_one() -> None:
        if not killed:
            killed.append(next(iter(multiprocessing.active_children())))
            killed[0].kill()

    assert verification.render(campaign.run(Processes(2), kill_one)) == wanted
    assert killed[0].exitcode == -signal.SIGKILL
    assert multiprocessing.active_children() == []


def test_when_a_given_pool_breaks_the_rest_runs_here(campaign: Campaign, wanted: str) -> None:
    def kill_all() -> None:
        for process in multiprocessing.active_children():
            process.kill()

    with ProcessPoolExecutor(2) as pool:
        assert verification.render(campaign.run(pool, kill_all)) == wanted


def test_cases_that_kill_every_process_are_told_and_the_others_run(tmp_path: Path) -> None:
    (tmp_path / "ops.py").write_text(RESHAPE.format(statement="if parent_process(): os._exit(9)"))
    specs = (tmp_path / "ops.py",)
    deadly, sound = Campaign(library(), "cortex-m4", 20, functions=FUNCTIONS, specs=specs).run(Processes(2)).functions
    assert deadly.skipped == "the process that ran cases 0 to 9 died, 3 times" and deadly.cases == 0
    assert (sound.cases, sound.skipped) == (20, "")


@pytest.mark.filterwarnings("ignore")
def test_a_dask_cluster_gives_the_same_report_though_a_worker_is_killed(campaign: Campaign, wanted: str) -> None:
    distributed = pytest.importorskip("distributed", reason="needs distributed: pip install 'microinfer[dask]'")
    steps = []
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        workers = list(cluster.workers.values())

        def kill_one() -> None:
            steps.append(None)
            if len(steps) == 1:
                os.kill(workers[0].process.pid, signal.SIGKILL)

        assert verification.render(campaign.run(DaskWorkers(cluster.scheduler_address), kill_one)) == wanted
    assert len(steps) == campaign.steps


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_is_not_there_is_named() -> None:
    pytest.importorskip("distributed", reason="needs distributed: pip install 'microinfer[dask]'")
    with pytest.raises(VerifyError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:1"):
        DaskWorkers("tcp://127.0.0.1:1", timeout="0.2s")


def _heeds_interrupts() -> None:
    """A shell starts background jobs, and this suite may be one, with interrupts ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupt_leaves_a_partial_report(jobs: int, broken: Path, tmp_path: Path) -> None:
    marker, report = tmp_path / "running", tmp_path / "report.json"
    statement = f"len(cases) > 1200 and open({str(marker)!r}, 'w').close()"
    (tmp_path / "ops.py").write_text(RESHAPE.format(statement=statement))
    command = [sys.executable, "-m", "microinfer", "verify", str(broken), "--function", "arm_reshape_s8"]
    command += ["--cases", "1000000", "--jobs", str(jobs), "--spec", str(tmp_path / "ops.py")]
    command += ["--json", str(report), "--markdown", str(tmp_path / "report.md")]
    options: dict[str, Any] = {"start_new_session": True, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **options, preexec_fn=_heeds_interrupts) as process:
        end = time.monotonic() + 120
        while not marker.exists() and time.monotonic() < end and process.poll() is None:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        try:
            out, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    document = json.loads(report.read_text())
    assert document["interrupted"] and 500 <= document["cases"] < 1_000_000
    (defect,) = document["defects"]
    assert (defect["function"], defect["kind"], defect["cases"]) == (
        "arm_reshape_s8",
        "wrong output",
        document["cases"],
    )
    assert "interrupted" in out and "partial: interrupted" in (tmp_path / "report.md").read_text()
