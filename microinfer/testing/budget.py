"""Budgets of a test: the dearest call it made, against its `cycles` and `stack` markers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import pytest

UNITS = ("cycles", "stack")


class Spent(Protocol):
    """What a call took: cycles, bytes of stack."""

    @property
    def cycles(self) -> int: ...

    @property
    def stack(self) -> int: ...


def check_budgets(item: pytest.Item, core: str, spent: Sequence[Spent]) -> None:
    """Fail the test for each budget exceeded; its largest numbers also become properties of the JUnit report."""
    __tracebackhide__ = True
    over = []
    for unit in UNITS:
        largest = max((getattr(one, unit) for one in spent), default=None)
        if largest is not None:
            item.user_properties.append((f"{unit} on {core}", largest))
        for marker in item.iter_markers(unit):
            most = _budget(marker, core)
            if most is not None and largest is None:
                over.append(f"a budget of {most:,} {unit}, but the test made no call that could be measured")
            elif most is not None and largest is not None and largest > most:
                over.append(f"{largest:,} {unit} on {core}, the budget is {most:,}")
    if over:
        pytest.fail("\n".join(dict.fromkeys(over)), pytrace=False)


def _budget(marker: pytest.Mark, core: str) -> int | None:
    """The most a marker allows, None on cores it does not speak of."""
    from emulator.timing.core import load_core

    values = dict(zip(("max", "core"), marker.args, strict=False)) | dict(marker.kwargs)
    if not isinstance(values.get("max"), int) or set(values) > {"max", "core"} or len(marker.args) > 2:
        pytest.fail(f"@pytest.mark.{marker.name} wants max=NUMBER and perhaps core=NAME", pytrace=False)
    wanted = values.get("core")
    if wanted is not None:
        load_core(wanted)
    return int(values["max"]) if wanted in (None, core) else None
