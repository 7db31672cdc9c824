"""Options of `emulate` for where time and memory went, and the tables they ask for."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from microinfer.cli import annotated_runs, options

if TYPE_CHECKING:
    from emulator.boards.board import Board
    from emulator.profile.breakdown import Split


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--profile", action="store_true", help="show where the time went: functions, instructions, exceptions"
    )
    parser.add_argument(
        "--stalls", action="store_true", help="split the cycles of each function: issue, and what it waits for"
    )
    parser.add_argument("--lines", action="store_true", help="show cycles by source line")
    parser.add_argument(
        "--memory", action="store_true", help="show high-water marks of stacks and heap, and what is touched"
    )
    parser.add_argument("--top", type=options.positive_int, default=30, metavar="N", help="rows of a table")


def wants_profile(args: argparse.Namespace) -> bool:
    """Whether a profile has to be kept."""
    return bool(args.profile or args.lines or args.memory or args.export)


def wants_recording(args: argparse.Namespace) -> bool:
    """Whether the run has to be recorded: to keep it, or to tell which lines met the stalls of memories."""
    return args.record is not None or bool(args.stalls and args.lines and args.gdb is None)


def splits(board: Board) -> tuple[Split, ...]:
    """What the cycles of each function went to, most cycles first."""
    from emulator.profile.breakdown import split_by

    def name(address: int) -> str:
        function = board.symbols.function_at(address)
        return "(no symbol)" if function is None else function.name

    return split_by(board.breakdown(), name)


def place_of(args: argparse.Namespace, board: Board) -> Callable[[int], str]:
    """What to call an address: its source line, else function and offset."""
    from emulator.program.source_lines import SourceLines

    lines = SourceLines(args.firmware)
    return lambda address: lines.find(address) or str(board.symbols.locate(address))


def line_splits(args: argparse.Namespace, board: Board) -> tuple[Split, ...]:
    """What the cycles of each source line went to, most cycles first."""
    from emulator.profile.breakdown import split_by
    from emulator.program.source_lines import SourceLines

    lines = SourceLines(args.firmware)
    recorded = wants_recording(args)
    spent = annotated_runs.spent_by_instruction(args, board, lambda at: True) if recorded else board.breakdown()
    return split_by(spent, lambda address: lines.find(address) or "(no debug information)")


def show(args: argparse.Namespace, board: Board) -> None:
    """Print the tables asked for to standard error."""
    from emulator.timing.ideal import load_ideals
    from microinfer.cli.console import error_console
    from microinfer.report import firmware_memory, firmware_profile, stalls

    console = error_console()
    if args.profile:
        profile = board.profile()
        console.print(firmware_profile.functions(profile, args.top))
        console.print(firmware_profile.instructions(profile))
        if profile.exceptions:
            console.print(firmware_profile.exceptions(profile))
    if args.stalls:
        title = f"where the cycles went, {board.core.name}"
        ideals = load_ideals(board.core.name)
        functions = splits(board)
        console.print(stalls.table(title, functions, ideals, args.top))
        text = stalls.worst(functions, place_of(args, board))
        console.print(text, highlight=False, markup=False, soft_wrap=True)
        if args.lines:
            console.print(stalls.table("by source line", line_splits(args, board), ideals, args.top))
    if args.lines:
        console.print(firmware_profile.lines(board.profile(), args.top))
    if args.memory:
        use = board.memory_use()
        console.print(firmware_memory.stacks(use))
        if use.touched:
            console.print(firmware_memory.touched(use, args.top))
        if use.heap is not None:
            console.print(firmware_memory.heap(use.heap), highlight=False, markup=False, soft_wrap=True)
