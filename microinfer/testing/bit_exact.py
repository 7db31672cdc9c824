"""The assertion: one case, values and memory and registers."""

from __future__ import annotations

from microinfer.testing.library import Library
from microinfer.verify.bench import Bench, Clean
from microinfer.verify.case import Case
from microinfer.verify.check import check
from microinfer.verify.spec import spec_of
from microinfer.verify.store import SavedCase


def assert_bit_exact(library: Bench, case: Case | SavedCase) -> Clean:
    """Run a case on a library; AssertionError lists everything wrong. Returns cycles and stack of the clean run.

    Raises KernelError when the library lacks the function.
    """
    __tracebackhide__ = True
    one = case.case if isinstance(case, SavedCase) else case
    library.require(one.function)
    result = check(library, spec_of(one.function), one)
    if not isinstance(result, Clean):
        rows = "\n".join(f"  {finding}" for finding in result)
        raise AssertionError(f"{one.function} on {library.core}, {library.path.name}:\n{rows}")
    if isinstance(library, Library):
        library.spent.append(result)
    return result
