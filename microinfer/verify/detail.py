"""More about findings than a campaign can afford for every case: how a wrong value was scaled, who read noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from microinfer.fixedpoint import Int64Array
from microinfer.verify.arithmetic import Arithmetic, Scale
from microinfer.verify.bench import Bench
from microinfer.verify.case import Case
from microinfer.verify.finding import Finding, Mismatch
from microinfer.verify.spec import Spec, all_specs, spec_of
from microinfer.verify.unwritten import first_unwritten_read


@dataclass(frozen=True)
class _Observed(Arithmetic):
    """Exact arithmetic that keeps what it scaled."""

    seen: list[tuple[Int64Array, Scale]] = field(default_factory=list, compare=False)

    def finish(self, accumulator: Int64Array, scale: Scale) -> Int64Array:
        self.seen.append((accumulator, scale))
        return super().finish(accumulator, scale)

    def finish_wide(self, accumulator: Int64Array, scale: Scale) -> Int64Array:
        self.seen.append((accumulator, scale))
        return super().finish_wide(accumulator, scale)


def detailed(bench: Bench, spec: Spec, case: Case, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings of a case with the accumulator, multiplier and shift of wrong values and the first read of noise."""
    return tuple(_detailed(bench, spec, case, finding) for finding in findings)


def _detailed(bench: Bench, spec: Spec, case: Case, finding: Finding) -> Finding:
    if finding.kind == "depends on noise":
        read = first_unwritten_read(bench, spec, case)
        return finding if read is None else replace(finding, text=f"{finding.text}; {read}", place=read.place)
    if finding.mismatch is None:
        return finding
    mismatch = scaled(spec, case, finding.mismatch)
    return replace(finding, text=str(mismatch), mismatch=mismatch)


def scratch_asked(bench: Bench, case: Case, finding: Finding) -> str:
    """That the library's size function asks for too little, where the finding is about that scratch."""
    for query in case.plan.scratch:
        if query.path != finding.buffer or query.function not in all_specs():
            continue
        wanted, asked = spec_of(query.function).plan(case.knobs).status, bench.scratch_size(query)
        if wanted is not None and asked < wanted:
            return f"{query.function} asks for {asked} bytes, the reference for {wanted}"
    return ""


def scaled(spec: Spec, case: Case, mismatch: Mismatch) -> Mismatch:
    """The mismatch with the accumulator there and how it is scaled, where the reference scales once."""
    observed = _Observed()
    expected = spec.reference(case.knobs, case.arrays, observed)
    shape = expected[mismatch.buffer].shape
    if len(observed.seen) != 1 or observed.seen[0][0].shape != shape:
        return mismatch
    accumulator, scale = observed.seen[0]
    channel = mismatch.index[-1]
    multiplier, shift = (np.broadcast_to(part, shape[-1:])[channel] for part in (scale.multiplier, scale.shift))
    return replace(mismatch, accumulator=int(accumulator[mismatch.index]), multiplier=int(multiplier), shift=int(shift))
