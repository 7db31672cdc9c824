"""A GDB remote stub: `serve` lets GDB debug firmware on a board, over TCP on the loopback interface."""

from __future__ import annotations

from emulator.gdbstub.server import listen, serve

__all__ = ["listen", "serve"]
