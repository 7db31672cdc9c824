"""Interrupts that are not lost."""

from __future__ import annotations

import sys
from _thread import interrupt_main
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

AGAIN_AFTER = 0.01
"""Seconds: long enough to be out of the callback, too short to be noticed."""


@contextmanager
def interrupts_repeated() -> Iterator[None]:
    """Inside, an interrupt that Python had to drop comes again.

    While the engine runs, Python gets its signals only where C calls back. An exception raised in front of the
    callback's first statement has no caller to go to: Python hands it to `sys.unraisablehook` and goes on.
    """
    before = sys.unraisablehook

    def hook(dropped: UnraisableHookArgs) -> None:
        if issubclass(dropped.exc_type, KeyboardInterrupt):
            Timer(AGAIN_AFTER, interrupt_main).start()
        else:
            before(dropped)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before
