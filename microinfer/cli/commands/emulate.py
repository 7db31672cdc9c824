"""Run firmware on an emulated microcontroller board: what it prints, its cycles, and why it stopped."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from microinfer.cli import count_reports, energy_options, firmware_reports, memory_options, options

if TYPE_CHECKING:
    from emulator.boards.board import Board
    from emulator.boards.dialogue import Step
    from emulator.boards.run_result import RunResult

FAULT_STATUS = 1
LIMIT_STATUS = 124


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("firmware", type=Path, metavar="FIRMWARE", help="ELF, Intel HEX, or raw binary with --base")
    parser.add_argument("--board", required=True, metavar="NAME", help="board to run on; a wrong name lists them")
    parser.add_argument("--base", type=lambda text: int(text, 0), metavar="ADDRESS", help="address of a raw binary")
    parser.add_argument("--max-cycles", type=options.positive_int, metavar="N", help="stop after N cycles")
    parser.add_argument("--timeout", type=options.positive_float, metavar="SECONDS", help="stop after this time")
    parser.add_argument("--input", metavar="FILE", help="bytes for UART and console input; - for standard input")
    parser.add_argument("--script", type=Path, metavar="FILE", help="input step by step: lines of wait, send and stop")
    parser.add_argument("--until", metavar="TEXT", help="stop once the output has this text")
    parser.add_argument("--files", type=Path, metavar="DIR", help="directory that semihosting may use (default: none)")
    parser.add_argument("--arguments", default="", metavar="TEXT", help="semihosting command line")
    parser.add_argument(
        "--boards", type=Path, action="append", default=[], metavar="DIR", help="folder with boards and peripherals"
    )
    parser.add_argument("--strict", action="store_true", help="unknown registers are errors")
    parser.add_argument(
        "--foreign", action="store_true", help="load code that the core lacks: it faults when it is reached"
    )
    parser.add_argument(
        "--gdb", type=_port, metavar="PORT", help="wait for GDB on this port of 127.0.0.1; 0 picks a free one"
    )
    memory_options.add_what_if(parser)
    memory_options.add_clock(parser)
    memory_options.add_code_in(parser)
    memory_options.add_record(parser)
    firmware_reports.add_arguments(parser)
    parser.add_argument(
        "--export",
        action="append",
        default=[],
        metavar="FORMAT=FILE",
        help="write the profile: callgrind, chrome, collapsed or speedscope",
    )
    energy_options.add_arguments(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    from emulator.boards.board import Board
    from emulator.profile.export import render
    from emulator.timing.ideal import load_ideals
    from microinfer.cli.output import check_writable, write_file, write_json
    from microinfer.report import emulation

    check_writable(args.json)
    check_writable(None if args.record is None else str(args.record))
    energy_options.check_board_given(args)
    exports = [_export(text) for text in args.export]
    board = Board(
        args.board,
        folders=args.boards,
        strict=args.strict,
        foreign=args.foreign,
        shared=args.files,
        arguments=args.arguments,
        source=_source(args),
        sink=None if args.json == "-" else _show,
        profile=firmware_reports.wants_profile(args),
        memory=args.memory,
        what_if=memory_options.firmware_what_if(args),
        record=firmware_reports.wants_recording(args),
    )
    board.load(args.firmware, args.base)
    result = _run(board, args)
    recording = board.recording() if args.record is not None else None
    if recording is not None:
        recording.save(args.record)
    count = count_reports.recorded(count_reports.of_firmware(args, board, result.cycles), recording)
    if args.json:
        profile = board.profile() if firmware_reports.wants_profile(args) else None
        memory = board.memory_use() if args.memory else None
        clock_hz = board.description.clock_hz
        splits = firmware_reports.splits(board) if args.stalls else None
        ideals = load_ideals(board.core.name)
        place = firmware_reports.place_of(args, board)
        text = emulation.json_text(result, args.board, clock_hz, profile, memory, splits, ideals, place)
        write_json(args.json, json.dumps(json.loads(text) | count.fields, indent=2, allow_nan=False))
    if args.json != "-":
        print(emulation.summary(result, board.description.clock_hz, count.interval, count.lines), file=sys.stderr)
        firmware_reports.show(args, board)
    for name, target in exports:
        write_file(target, render(board.profile(), name).encode())
    return _status(result)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port: want 0 (any free one) to 65535")
    return int(text)


def _run(board: Board, args: argparse.Namespace) -> RunResult:
    """Run the firmware, by GDB if asked for."""
    from microinfer.errors import InputError

    if args.gdb is None:
        return board.run(args.max_cycles, args.timeout, args.until)
    if args.until:
        raise InputError("--until does not go with --gdb: set a breakpoint instead")
    if args.record is not None:
        raise InputError("--record does not go with --gdb: a debugger changes code and time; record without it")

    def tell(port: int) -> None:
        print(f"waiting for GDB: target remote localhost:{port}", file=sys.stderr, flush=True)

    return board.serve_gdb(args.gdb, args.max_cycles, args.timeout, tell)


def _export(text: str) -> tuple[str, Path]:
    """Format and file of an --export, both checked now."""
    from emulator.profile.export import formats
    from microinfer.cli.output import check_writable
    from microinfer.errors import InputError

    name, _, target = text.partition("=")
    if name not in formats() or not target:
        raise InputError(f"--export {text}: want FORMAT=FILE with FORMAT out of {', '.join(formats())}")
    check_writable(target)
    return name, Path(target)


def _show(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _source(args: argparse.Namespace) -> tuple[Step, ...]:
    """What the firmware may read: the steps of --script, then the bytes of --input."""
    from emulator.boards.dialogue import as_steps, read_script

    script = read_script(_input(str(args.script)).decode(errors="replace")) if args.script else ()
    return (*script, *as_steps(_input(args.input)))


def _input(name: str | None) -> bytes:
    from microinfer.errors import InputError

    if name is None:
        return b""
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {name}: {error.strerror}") from error


def _status(result: RunResult) -> int:
    """The firmware's exit code; 0 when it came to rest, 1 after a fault, 124 at a limit."""
    if result.exit_code is not None:
        return result.exit_code & 0xFF
    return {"fault": FAULT_STATUS, "max cycles": LIMIT_STATUS, "timeout": LIMIT_STATUS}.get(result.end, 0)
