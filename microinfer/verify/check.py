"""Runs one case and says what is wrong with it."""

from __future__ import annotations

from microinfer.verify.arithmetic import EXACT
from microinfer.verify.bench import Bench, Clean, Suspect
from microinfer.verify.case import Case
from microinfer.verify.finding import Finding
from microinfer.verify.judge import judge
from microinfer.verify.spec import Arrays, Spec


def check(bench: Bench, spec: Spec, case: Case) -> tuple[Finding, ...] | Clean:
    """Findings, the worst first, or what a clean case took."""
    expected = expected_of(spec, case)
    outcome = bench.run(spec, case, expected)
    return judge(outcome) if isinstance(outcome, Suspect) else outcome


def expected_of(spec: Spec, case: Case) -> Arrays:
    """What the written buffers hold afterwards; nothing for a call that must be refused."""
    return {} if case.plan.is_rejected else spec.reference(case.knobs, case.arrays, EXACT)


def findings_of(bench: Bench, spec: Spec, case: Case) -> tuple[Finding, ...]:
    """What is wrong with a case, nothing for a clean one."""
    result = check(bench, spec, case)
    return () if isinstance(result, Clean) else result
