"""A deadline is looked at every few hundredths of a second, whether the core is quick, slow, or sleeps."""

from __future__ import annotations

import pytest

from emulator.engine import deadline
from emulator.engine.deadline import Deadline


@pytest.mark.parametrize("speed", [1e5, 1e6, 1e9])
def test_is_noticed_in_time(speed: float, monkeypatch: pytest.MonkeyPatch) -> None:
    now, looks, cycles = 0.0, 0, 0
    monkeypatch.setattr(deadline.time, "monotonic", lambda: now)
    end = Deadline(10.0)
    while not end.passed(cycles):
        now += (end.next_look - cycles) / speed
        cycles, looks = end.next_look, looks + 1
    assert 10.0 <= now < 10.1
    assert looks < 2_000


def test_cycles_that_cost_no_time_make_no_long_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    now, cycles = 0.0, 0
    monkeypatch.setattr(deadline.time, "monotonic", lambda: now)
    end = Deadline(1.0)
    for _ in range(3):
        assert not end.passed(cycles)
        cycles += 1_000_000_000
    assert not end.passed(cycles)
    assert end.next_look - cycles <= 16 * 50_000
