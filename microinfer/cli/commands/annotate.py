"""Show a function's disassembly with executions, cycles and stalls of each instruction, beside its source."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from microinfer.cli import memory_options, options

if TYPE_CHECKING:
    from emulator.instructions.decode import Instruction
    from emulator.profile.annotation import Annotation
    from emulator.program.dwarf import LineRow
    from emulator.program.symbols import SymbolTable
    from microinfer.cli.annotated_runs import AnnotatedRun


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("elf", type=Path, metavar="ELF", help="kernel library or firmware")
    parser.add_argument("function", metavar="FUNCTION", help="name, or an address such as 0x8000")
    parser.add_argument("--model", type=Path, metavar="MODEL.tflite", help="run this model on ELF, a kernel library")
    parser.add_argument(
        "--input", type=Path, action="append", metavar="X.npy", help="as for profile: once per model input"
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the random input")
    parser.add_argument("--profile", default="tflm", metavar="NAME", help="numerics profile of the model's run")
    parser.add_argument("--trace", type=Path, metavar="RECORDING", help="a run of ELF, written by profile --record")
    parser.add_argument("--core", metavar="NAME", help="core (default: the board's, the recording's, else cortex-m4)")
    memory_options.add_placement(parser)
    memory_options.add_what_if(parser)
    memory_options.add_clock(parser)
    parser.add_argument("--max-cycles", type=options.positive_int, metavar="N", help="stop firmware after N cycles")
    parser.add_argument("--timeout", type=options.positive_float, metavar="SECONDS", help="stop firmware after it")
    parser.add_argument("--top", type=options.positive_int, default=3, metavar="N", help="hazards shown (default: 3)")
    parser.add_argument("--lines", action="store_true", help="source lines instead of instructions")
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    from emulator.profile.annotation import annotate, find_function, function_code, name_at
    from emulator.profile.listing import list_texts
    from emulator.program.elf import read_code_ranges, read_elf
    from emulator.program.source_lines import SourceLines
    from emulator.program.symbols import SymbolTable
    from microinfer.cli.annotated_runs import read_of, run_of
    from microinfer.cli.output import check_writable

    check_writable(args.json)
    memory_options.check_board_given(args)
    image = read_elf(args.elf)
    symbols, lines, read = SymbolTable(image.symbols), SourceLines(args.elf), read_of(image)
    symbol = find_function(symbols, args.function)
    code = function_code(symbols, symbol, read, read_code_ranges(args.elf))
    inside = range(code[0].address, code[-1].end) if code else range(0)
    ran = run_of(args, inside.__contains__) or _once(args, code, symbols, read)
    texts = list_texts(read, code, lambda at: name_at(symbols, at))
    annotation = annotate(symbol, ran.core, code, texts, ran.spent, lines.at, ran.known)
    _check_ran(annotation, ran, symbols)
    _show(args, annotation, ran, lambda address: lines.find(address) or str(symbols.locate(address)))
    return 0


def _once(
    args: argparse.Namespace, code: tuple[Instruction, ...], symbols: SymbolTable, read: Callable[[int, int], bytes]
) -> AnnotatedRun:
    """Nothing ran: the cost of each instruction from top to bottom."""
    from emulator.profile.breakdown import break_down
    from emulator.profile.listing import straight
    from emulator.timing.core import load_core
    from emulator.timing.cost import CostModel
    from emulator.timing.names import resolve_core
    from microinfer.cli.annotated_runs import DEFAULT_CORE, AnnotatedRun

    core = resolve_core(args.core or DEFAULT_CORE)
    model = CostModel(load_core(core), read, symbols.locate)
    spent = break_down(straight(code, model), model, symbols.start_of)
    return AnnotatedRun(core, spent, "not run", known=False)


def _check_ran(annotation: Annotation, ran: AnnotatedRun, symbols: SymbolTable) -> None:
    """Raise InputError for a function that the run never came to."""
    from emulator.profile.breakdown import split_by
    from microinfer.errors import InputError

    if annotation.split.instructions:
        return
    names = [part.name for part in split_by(ran.spent, lambda at: str(symbols.locate(at)).split("+")[0])[:5]]
    most = f"most cycles went to {', '.join(names)}" if names else "nothing ran"
    raise InputError(f"{annotation.function} did not run in {ran.where}; {most}")


def _show(args: argparse.Namespace, annotation: Annotation, ran: AnnotatedRun, place: Callable[[int], str]) -> None:
    from microinfer.cli.console import console
    from microinfer.cli.output import write_json
    from microinfer.report import annotation as report

    if args.json:
        write_json(args.json, report.json_text(annotation, ran.where, args.top, place, ran.interval))
    if args.json != "-":
        out = console()
        if args.lines:
            out.print(report.by_line(annotation, ran.where, place))
        else:
            out.print(report.listing(annotation, ran.where, _source_of(args.elf.parent)))
        text = report.summary(annotation, args.top, place, ran.interval)
        out.print(text, highlight=False, markup=False, soft_wrap=True)


def _source_of(folder: Path) -> Callable[[LineRow], str]:
    """Text of a source line where the compiler had the file, or beside the ELF; "" where it is not to be found."""
    texts: dict[str, list[str]] = {}

    def text(row: LineRow) -> str:
        if row.file not in texts:
            places = (Path(row.file), folder / Path(row.file).name)
            found = next((place for place in places if place.is_file()), None)
            texts[row.file] = [] if found is None else found.read_text(errors="replace").splitlines()
        lines = texts[row.file]
        return lines[row.line - 1].strip() if row.line <= len(lines) else ""

    return text
