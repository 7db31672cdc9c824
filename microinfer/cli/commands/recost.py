"""Cost a recorded run again: for other cores, another board's memories, other wait states or clock."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from microinfer.cli import count_reports, energy_options, memory_options, options

if TYPE_CHECKING:
    from emulator.accuracy.interval import Interval
    from emulator.profile.breakdown import Split
    from emulator.recording.recording import Recording
    from emulator.recording.recost import RunCost
    from microinfer.device.board import DeviceBoard

DEFAULT_CLOCK = 100_000_000
SHOWN = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recording", type=Path, metavar="RECORDING", help="written by profile or emulate --record")
    parser.add_argument(
        "--core", metavar="NAME[,NAME..]", help="cores, e.g. m3,m4,m7 (default: the board's, else the run's)"
    )
    memory_options.add_placement(parser)
    memory_options.add_what_if(parser)
    memory_options.add_clock(parser)
    parser.add_argument(
        "--stalls", action="store_true", help="split the cycles of each function on each core: issue, what it waits for"
    )
    energy_options.add_arguments(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    import json

    from emulator.recording.recording import load_recording
    from emulator.timing.ideal import load_ideals
    from emulator.timing.names import resolve_cores
    from microinfer.cli.console import console
    from microinfer.cli.output import check_writable, write_json
    from microinfer.device.board import FAST, DeviceBoard
    from microinfer.report import recost as report
    from microinfer.report import stalls

    memory_options.check_board_given(args)
    energy_options.check_board_given(args)
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
    energy, rows = _energy(args, board, costs[0], intervals[0], clock)
    notes = (*report.notes(recording, costs[0], board), *energy)
    splits = {core: _splits(recording, core, board) for core in cores} if args.stalls else {}
    if args.json:
        document = report.document(costs, clock, where, recording.elf, intervals, notes) | {"energy": rows}
        for fields in document["cores"] if splits else ():
            fields["stalls"] = stalls.documents(splits[fields["core"]], load_ideals(fields["core"]))
        write_json(args.json, json.dumps(document, indent=2))
    if args.json != "-":
        out = console()
        out.print(report.cores(costs, clock, where, intervals))
        if costs[0].parts:
            out.print(report.layers(costs, intervals))
        for core, parts in splits.items():
            out.print(stalls.table(f"where the cycles went, {core}", parts, load_ideals(core), SHOWN))
        if not splits:
            out.print(report.functions(costs[0]))
        for note in notes:
            out.print(note, highlight=False, markup=False, soft_wrap=True)
    return 0


def _energy(
    args: argparse.Namespace, board: DeviceBoard | None, cost: RunCost, interval: Interval, clock: int
) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """On a board with its own core, lines and rows on the energy of the first cost."""
    if board is None or cost.core != board.core:
        return (), []
    text, rows = energy_options.energy(args, board.file, cost.cycles - cost.asleep, interval, clock)
    return (text,) if rows or args.every else (), rows


def _splits(recording: Recording, core: str, board: DeviceBoard | None) -> tuple[Split, ...]:
    """What the cycles of each function went to on a core, most cycles first."""
    from emulator.profile.breakdown import split_by
    from emulator.program.symbols import SymbolTable
    from emulator.recording.breakdown import break_down_recording

    symbols = SymbolTable(recording.symbols)
    if board is None:
        spent = break_down_recording(recording, core)
    else:
        layout, settings = board.layout_of(recording), board.keeps_settings(recording)
        spent = break_down_recording(recording, core, layout, settings, muls_cycles=board.muls_cycles(core))
    return split_by(spent, lambda address: str(symbols.locate(address)).split("+")[0])


def _cost(recording: Recording, core: str, board: DeviceBoard | None) -> RunCost:
    from emulator.recording.recost import recost

    if board is None:
        return recost(recording, core)
    settings, muls_cycles = board.keeps_settings(recording), board.muls_cycles(core)
    return recost(recording, core, board.layout_of(recording), settings=settings, muls_cycles=muls_cycles)
