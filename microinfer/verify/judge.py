"""From the two runs of a suspect case to findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emulator.calls.sandbox import FRAME
from emulator.errors import CycleLimit, Fault, IllegalInstruction, StoppedError
from microinfer.verify.bench import Suspect
from microinfer.verify.finding import Finding, Mismatch
from microinfer.verify.slots import Placed, Run
from microinfer.verify.spec import Arrays

_NEAR = 1 << 19
_NULL = 0x1000


def judge(suspect: Suspect) -> tuple[Finding, ...]:
    """Everything wrong with a case, the worst first; each kind for a buffer and a place once."""
    found: dict[tuple[str, str, str], Finding] = {}
    for finding in _findings(suspect):
        found.setdefault(finding.key, finding)
    return tuple(found.values())


def _findings(suspect: Suspect) -> Iterator[Finding]:
    finished = [run for run in suspect.runs if run.returned.error is None]
    for run in suspect.runs:
        if run.returned.error is not None:
            yield _stopped(suspect, run, run.returned.error)
    for run in finished:
        if run.returned.clobbered:
            names = ", ".join(run.returned.clobbered)
            yield Finding("registers clobbered", f"{names} did not come back as they were", names)
        if not suspect.plan.accepts(run.status):
            yield _status(suspect, run)
        yield from _touched(run, suspect.plan.is_rejected or suspect.plan.declines(run.status))
    if suspect.static is not None:
        yield Finding("static data changed", str(suspect.static), suspect.static.name)
    done = [run for run in finished if suspect.plan.accepts(run.status) and not suspect.plan.declines(run.status)]
    if len(done) == len(suspect.runs):
        yield from _outputs(done, suspect.expected)


def _status(suspect: Suspect, run: Run) -> Finding:
    if suspect.plan.answers:
        most = f"at most {suspect.plan.status}" if len(suspect.plan.also) > 1 else str(suspect.plan.status)
        return Finding("wrong size", f"asks for {run.status} bytes, the reference for {most}")
    text = f"returned {run.status}, documented is {suspect.plan.status}"
    return Finding("wrong status", text, detail=str(run.status))


def _stopped(suspect: Suspect, run: Run, error: StoppedError) -> Finding:
    place = suspect.place(error.place) + _caller(suspect, run, error)
    if isinstance(error, CycleLimit):
        return Finding("does not return", f"still running after {error.limit:,} cycles at {place}", "", place)
    if isinstance(error, IllegalInstruction):
        return Finding("illegal instruction", _placed(error, place), "", place)
    if isinstance(error, Fault) and error.access in ("read", "write"):
        where = _where(run, error.address, error.size)
        if where is not None:
            buffer, text = where
            what = f"{error.access} of {error.size} bytes {text}, at {place}"
            return Finding("out of bounds", what, buffer, place, detail=error.access)
        if error.address < _NULL:
            names = f"; NULL was passed for {', '.join(suspect.null)}" if suspect.null else ""
            what = f"{error.access} of {error.size} bytes at 0x{error.address:08x}, at {place}{names}"
            return Finding("null pointer", what, "", place, detail=error.access)
    return Finding("fault", _placed(error, place), "", place, detail=error.function or "")


def _placed(error: StoppedError, place: str) -> str:
    """The message with the source line in it."""
    return str(error).replace(str(error.place), place, 1)


def _caller(suspect: Suspect, run: Run, error: StoppedError) -> str:
    """Who called the function of the C library that stopped; kernels name themselves."""
    if error.function is None or error.function == suspect.case.function or error.function.startswith("arm_"):
        return ""
    line = suspect.lines.find((run.returned.link & ~1) - 2) if run.returned.link else None
    return f", called at {line}" if line else ""


def _where(run: Run, address: int, size: int) -> tuple[str, str] | None:
    """The buffer nearest to an address in front of or behind its slot, and the distance in words."""
    sandbox = run.sandbox
    stack = sandbox.stack
    if stack.start - _NEAR < address < stack.start:
        return "stack", f"{stack.start - address:,} bytes below the stack of {stack.size:,}"
    for place in run.placed:
        slot = sandbox.slots[place.slot]
        start = slot.start + place.start - place.slot * sandbox.slot_size
        if slot.start - _NEAR <= address < slot.end + _NEAR:
            return place.buffer.path, _distance(address - start, size, place)
    block = sandbox.slots[0]
    if block.start - _NEAR <= address < block.end + _NEAR:
        return "parameters", "beside the structs with parameters"
    return None


def _distance(offset: int, size: int, place: Placed) -> str:
    name = place.buffer.path
    if offset < 0:
        return f"{-offset:,} bytes in front of {name}"
    past = max(offset - place.size, 0)
    reach = "straddling the end of" if offset < place.size else f"{past:,} bytes past the end of"
    return f"{reach} {name} ({place.size:,} bytes)" if offset + size > place.size else f"inside {name}"


def _touched(run: Run, refused: bool) -> Iterator[Finding]:
    """Bytes changed in inputs and between buffers."""
    sandbox = run.sandbox
    end = len(sandbox.slots) * sandbox.slot_size
    changed = run.before != run.after
    for place in run.placed:
        part = changed[place.start : place.start + place.size]
        name = place.buffer.path
        at = int(part.argmax()) if part.size else 0
        if refused and place.buffer.role != "scratch" and part.any():
            yield Finding("stray write", f"{name} written from byte {at} on by a call that must be refused", name)
        elif place.buffer.role == "in" and part.any():
            yield Finding("input changed", f"{int(part.sum())} bytes of {name} changed, first at byte {at}", name)
        part[:] = False
    stray = np.flatnonzero(changed[:end])
    if stray.size:
        yield _stray(run, int(stray[0]), stray.size)
    above = changed[changed.size - FRAME + 4 * 14 :]
    if above.any():
        yield Finding("caller's stack changed", f"{int(above.sum())} bytes above the stack arguments changed")


def _stray(run: Run, offset: int, count: int) -> Finding:
    slot = offset // run.sandbox.slot_size
    place = next((p for p in run.placed if p.slot == slot), None)
    if place is None:
        return Finding("stray write", f"{count} bytes of or beside the structs with parameters changed", "parameters")
    text = _distance(offset - place.start, 1, place)
    return Finding("stray write", f"{count} bytes written outside every buffer, the first {text}", place.buffer.path)


def _outputs(runs: list[Run], expected: Arrays) -> Iterator[Finding]:
    for path, wanted in expected.items():
        if not wanted.size:
            continue
        got = [run.content(path) for run in runs]
        wrong = [g != wanted for g in got]
        if not any(w.any() for w in wrong):
            continue
        untouched = np.logical_and.reduce([_untouched(run, path) for run in runs]).reshape(wanted.shape)
        if (untouched & np.logical_or.reduce(wrong)).any():
            index = tuple(int(i) for i in np.argwhere(untouched & np.logical_or.reduce(wrong))[0])
            count = int((untouched & np.logical_or.reduce(wrong)).sum())
            yield Finding("output not written", f"{count} of {wanted.size} values of {path}, first at {index}", path)
            continue
        if len(got) > 1 and (got[0] != got[1]).any():
            text = f"two runs that differ only in unwritten memory and in place give different {path}; "
            yield Finding("depends on noise", text + str(_mismatch(path, wanted, got[int(wrong[1].any())])), path)
            continue
        mismatch = _mismatch(path, wanted, got[0])
        yield Finding("wrong output", str(mismatch), path, mismatch=mismatch)


def _untouched(run: Run, path: str) -> NDArray[np.bool_]:
    """Elements of a buffer whose bytes are as they were before."""
    place = next(p for p in run.placed if p.buffer.path == path)
    same = run.before[place.start : place.start + place.size] == run.after[place.start : place.start + place.size]
    return np.asarray(same.reshape(-1, np.dtype(place.buffer.dtype).itemsize).all(axis=1))


def _mismatch(path: str, wanted: NDArray[Any], got: NDArray[Any]) -> Mismatch:
    gap = np.abs(wanted.astype(np.int64) - got.astype(np.int64))
    first = tuple(int(i) for i in np.argwhere(gap)[0])
    return Mismatch(
        path, int((gap != 0).sum()), wanted.size, int(gap.max()), first, int(wanted[first]), int(got[first])
    )
