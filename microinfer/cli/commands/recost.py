"""Cost a recorded run again: for other cores, another board's memories, other wait states or clock."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from microinfer.cli import count_reports, memory_options, options

if TYPE_CHECKING:
    from emulator.recording.recording import Recording
    from emulator.recording.recost import RunCost
    from microinfer.device.board import DeviceBoard

DEFAULT_CLOCK = 100_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recording", type=Path, metavar="RECORDING", help="written by profile or emulate --record")
    parser.add_argument(
        "--core", metavar="NAME[,NAME..]", help="cores, e.g. m3,m4,m7 (default: the board's, else the run's)"
    )
    memory_options.add_placement(parser)
    memory_options.add_what_if(parser)
    memory_options.add_clock(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    import json

    from emulator.recording.recording import load_recording
    from emulator.timing.names import resolve_cores
    from microinfer.cli.console import console
    from microinfer.cli.output import check_writable, write_json
    from microinfer.device.board import FAST, DeviceBoard
    from microinfer.report import recost as report

    memory_options.check_board_given(args)
    check_writable(args.json)
    recording = load_recording(args.recording)
    board = DeviceBoard.named(args.board, args.boards, memory_options.what_if(args), args.code_in)
    default = recording.core if board is None else board.core
    cores = resolve_cores(args.core) if args.core else (default,)
    clock = args.clock or (DEFAULT_CLOCK if board is None else board.clock_hz)
    where = FAST if board is None else board.describe(recording)
    layout = None if board is None else board.layout_of(recording)
    costs = [_cost(recording, core, board) for core in cores]
    intervals = count_reports.of_recording(recording, costs, layout)
    notes = report.notes(recording, costs[0], board)
    if args.json:
        document = report.document(costs, clock, where, recording.elf, intervals, notes)
        write_json(args.json, json.dumps(document, indent=2))
    if args.json != "-":
        out = console()
        out.print(report.cores(costs, clock, where, intervals))
        if costs[0].parts:
            out.print(report.layers(costs))
        out.print(report.functions(costs[0]))
        for note in notes:
            out.print(note, highlight=False, markup=False, soft_wrap=True)
    return 0


def _cost(recording: Recording, core: str, board: DeviceBoard | None) -> RunCost:
    from emulator.recording.recost import recost

    if board is None:
        return recost(recording, core)
    return recost(recording, core, board.layout_of(recording), settings=board.keeps_settings(recording))
