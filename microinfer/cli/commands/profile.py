"""Run a model's layers on compiled kernels in the emulator: exactness, cycles, memory."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from microinfer.cli import count_reports, energy_options, memory_options, options

if TYPE_CHECKING:
    from emulator import Machine
    from emulator.profile.breakdown import Split
    from emulator.recording.recording import Recording
    from emulator.recording.recost import RunCost
    from microinfer.device.board import DeviceBoard
    from microinfer.device.library import KernelLibrary
    from microinfer.device.result import ProfileResult

DEFAULT_CORE = "cortex-m4"
DEFAULT_CLOCK = 100_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, metavar="MODEL.tflite")
    parser.add_argument(
        "--core",
        metavar="NAME[,NAME..]",
        help="core to run on, then cores to cost the same run for, e.g. m4,m7 (default: the board's, else cortex-m4)",
    )
    parser.add_argument("--kernels", type=Path, metavar="LIB.elf", help="kernel library (default: our own, built)")
    parser.add_argument(
        "--input",
        type=Path,
        action="append",
        metavar="X.npy",
        help="one sample or a batch; once per model input (default: random, see --seed)",
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the random input")
    parser.add_argument("--profile", default="tflm", metavar="NAME", help="numerics profile of the reference")
    memory_options.add_placement(parser)
    memory_options.add_what_if(parser)
    memory_options.add_clock(parser)
    memory_options.add_record(parser)
    parser.add_argument(
        "--max-cycles", type=options.positive_int, metavar="N", help="bound on each kernel call (default: by its work)"
    )
    parser.add_argument(
        "--stalls", action="store_true", help="split each layer's cycles: issue, load-use, branches, memory and so on"
    )
    energy_options.add_arguments(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    from emulator.timing.names import resolve_cores
    from microinfer import load
    from microinfer.cli.console import progress_bar
    from microinfer.cli.output import check_writable
    from microinfer.device.board import DeviceBoard
    from microinfer.device.build import default_library
    from microinfer.device.layer_stalls import LayerStalls
    from microinfer.device.library import KernelLibrary
    from microinfer.device.profile import profile
    from microinfer.samples.arrays import sample_stacks

    check_writable(args.json)
    check_writable(None if args.record is None else str(args.record))
    memory_options.check_board_given(args)
    energy_options.check_board_given(args)
    board = DeviceBoard.named(args.board, args.boards, memory_options.what_if(args), args.code_in)
    default = DEFAULT_CORE if board is None else board.core
    cores = resolve_cores(args.core) if args.core else (default,)
    model = load(args.model)
    stacks = sample_stacks(model, args.input, args.seed)
    muls_cycles = 1 if board is None else board.muls_cycles(cores[0])
    library = KernelLibrary(args.kernels or default_library(cores[0]), cores[0], args.max_cycles, muls_cycles)
    recorded, stalls = args.record is not None or len(cores) > 1, LayerStalls()

    def prepare(machine: Machine) -> None:
        if board is not None:
            board.slow_down(machine)
        if recorded:
            machine.record()
        if args.stalls:
            stalls.start(machine)

    with progress_bar("profiling", len(model.nodes) * len(stacks[0])) as advance:
        result = profile(model, library, stacks, args.profile, progress=stalls.behind(advance), prepare=prepare)
    recording = library.machine.recording() if recorded else None
    if args.record is not None and recording is not None:
        recording.save(args.record)
    clock = args.clock or (DEFAULT_CLOCK if board is None else board.clock_hz)
    count = count_reports.recorded(count_reports.of_profile(args, result, library.machine, board, clock), recording)
    costs = _others(recording, cores, board)
    if recording is not None and costs:
        count = count_reports.with_cores(count, recording, costs, board)
    _report(args, result, clock, costs, stalls.splits(), count, _places(library))
    return 0 if result.exact and count.fits else 1


def _others(recording: Recording | None, cores: tuple[str, ...], board: DeviceBoard | None) -> list[RunCost]:
    """The run's cost on every core if there are several."""
    if recording is None or len(cores) < 2:
        return []
    from emulator.recording.recost import recost

    if board is None:
        return [recost(recording, core) for core in cores]
    layout = board.layout(recording.regions)
    return [recost(recording, core, layout, muls_cycles=board.muls_cycles(core)) for core in cores]


def _places(library: KernelLibrary) -> Callable[[int], str]:
    """What to call an address: its source line, else function and offset."""
    from emulator.program.source_lines import SourceLines
    from emulator.program.symbols import SymbolTable

    lines, symbols = SourceLines(library.path), SymbolTable(library.machine.symbols)
    return lambda address: lines.find(address) or str(symbols.locate(address))


def _report(
    args: argparse.Namespace,
    result: ProfileResult,
    clock: int,
    costs: list[RunCost],
    splits: tuple[Split, ...],
    count: count_reports.CountReport,
    place: Callable[[int], str],
) -> None:
    from emulator.timing.ideal import load_ideals
    from microinfer.cli.console import console
    from microinfer.cli.output import write_json
    from microinfer.report import json as json_report
    from microinfer.report import recost, table
    from microinfer.report import stalls as stall_report

    mhz, where = clock / 1e6, args.board or "memory without wait states"
    if args.json:
        document = json.loads(json_report.render(result, mhz)) | {"board": args.board} | count.fields
        if costs:
            document["cores"] = recost.document(costs, clock, where, "", count.cores)["cores"]
        if splits:
            document["stalls"] = stall_report.documents(splits, load_ideals(result.core), place)
        write_json(args.json, json.dumps(document, indent=2, allow_nan=False))
    if args.json != "-":
        out = console()
        out.print(table.layers(result))
        if costs:
            out.print(recost.cores(costs, clock, where, count.cores))
            out.print(recost.layers(costs, count.cores))
        if splits:
            title = f"where the cycles went, {result.core}, {where}"
            out.print(stall_report.table(title, splits, load_ideals(result.core), len(splits)))
            out.print(stall_report.worst(splits, place), highlight=False, markup=False, soft_wrap=True)
        totals = table.totals(result, mhz, interval=count.interval, notes=count.lines)
        out.print(totals, highlight=False, soft_wrap=True)
