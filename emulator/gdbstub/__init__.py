"""A GDB remote stub: `serve` lets GDB debug firmware on a board, over TCP on the loopback interface."""
