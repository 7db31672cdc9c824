"""Call a function of an ELF, or several with the same arguments, and say what it costs on one core or more."""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from microinfer.cli import memory_options, options

if TYPE_CHECKING:
    from microinfer.device.function_call import CallCost

DEFAULT_CLOCK = 100_000_000
DEFAULT_CORE = "cortex-m4"
WARM = 4
"""Calls before the one that counts, where caches remember."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("elf", type=Path, metavar="ELF", help="any Arm ELF; assembly will do")
    parser.add_argument("function", metavar="FUNCTION[,FUNCTION..]", help="names, or addresses such as 0x8000")
    parser.add_argument(
        "arguments",
        nargs="*",
        metavar="ARG",
        help="12, 0x20, zeros:BYTES, ones:BYTES, count:BYTES, random:BYTES or X.npy; negative ones behind --",
    )
    parser.add_argument("--core", metavar="NAME[,NAME..]", help="cores (default: the board's, else cortex-m4)")
    memory_options.add_placement(parser)
    memory_options.add_what_if(parser)
    memory_options.add_clock(parser)
    parser.add_argument(
        "--warm", type=int, metavar="N", help=f"calls before the one that counts (default: {WARM} with --board, else 0)"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of random bytes")
    parser.add_argument("--stalls", action="store_true", help="what the cycles went to")
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    from emulator.timing.names import resolve_cores
    from microinfer.cli.output import check_writable
    from microinfer.device.board import FAST, DeviceBoard
    from microinfer.device.function_call import FunctionCall, argument, run_calls

    memory_options.check_board_given(args)
    check_writable(args.json)
    board = DeviceBoard.named(args.board, args.boards, memory_options.what_if(args), args.code_in)
    cores = resolve_cores(args.core or (DEFAULT_CORE if board is None else board.core))
    warm = args.warm if args.warm is not None else WARM if board is not None else 0
    arguments = tuple(argument(text, args.seed + n) for n, text in enumerate(args.arguments))
    calls = [FunctionCall(name, arguments, warm) for name in args.function.split(",")]
    costs = run_calls(args.elf, cores, calls, board)
    clock = args.clock or (DEFAULT_CLOCK if board is None else board.clock_hz)
    _show(args, costs, FAST if board is None else board.describe(), clock)
    return 0


def _show(args: argparse.Namespace, costs: Sequence[CallCost], where: str, clock: int) -> None:
    from emulator.timing.ideal import load_ideals
    from microinfer.cli.console import console
    from microinfer.cli.output import write_json
    from microinfer.report import call as report
    from microinfer.report import stalls
    from microinfer.report.interval import untried_line

    ideals = {cost.core: load_ideals(cost.core) for cost in costs}
    if args.json:
        sha256 = hashlib.sha256(args.elf.read_bytes()).hexdigest()
        write_json(args.json, json.dumps(report.document(costs, where, clock, sha256, ideals), indent=2))
    if args.json == "-":
        return
    out = console()
    out.print(report.table(costs, where, clock))
    for cost in costs:
        for line in (*report.clobbered_line(cost), *untried_line(cost.interval)):
            out.print(line, highlight=False, markup=False, soft_wrap=True)
        if args.stalls:
            out.print(stalls.table(cost.function, (cost.spent,), ideals[cost.core]))
