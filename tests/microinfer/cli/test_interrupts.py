"""An interrupt ends the command wherever it arrives, in a callback from C too."""

from __future__ import annotations

import ctypes
import signal
import time
from collections.abc import Iterator

import pytest

from microinfer.cli.interrupts import interrupts_repeated


@pytest.fixture(autouse=True)
def _heeded() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def raised_in_a_callback(error: type[BaseException]) -> None:
    @ctypes.CFUNCTYPE(None)
    def called_from_c() -> None:
        raise error

    called_from_c()


def test_an_interrupt_dropped_in_a_callback_comes_again() -> None:
    with pytest.raises(KeyboardInterrupt), interrupts_repeated():
        raised_in_a_callback(KeyboardInterrupt)
        time.sleep(10)


def test_other_errors_are_told_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    monkeypatch.setattr("sys.unraisablehook", lambda dropped: told.append(dropped.exc_type))
    with interrupts_repeated():
        raised_in_a_callback(ValueError)
    raised_in_a_callback(KeyboardInterrupt)
    assert told == [ValueError, KeyboardInterrupt]
