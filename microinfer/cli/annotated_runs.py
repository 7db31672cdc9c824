"""What `annotate` takes executions and cycles from: a model's layers, firmware on a board, a recording, or nothing."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from microinfer.cli import count_reports
from microinfer.errors import InputError

if TYPE_CHECKING:
    from emulator.accuracy.interval import Interval
    from emulator.boards.board import Board
    from emulator.profile.breakdown import Spent
    from emulator.program.elf import Image
    from emulator.recording.recording import Recording
    from microinfer.device.board import DeviceBoard

DEFAULT_CORE = "cortex-m4"
EVENTS = 1 << 24
"""Words of a run's order that are looked at to tell which instructions met a stall; memory beyond is its blocks'."""

Wanted = Callable[[int], bool]


@dataclass(frozen=True)
class AnnotatedRun:
    """A run of the ELF: its core, what its cycles went to, and in a few words where it ran; `known`: it did run.

    `interval` is that of the whole run.
    """

    core: str
    spent: tuple[Spent, ...]
    where: str
    known: bool = True
    interval: Interval | None = None


def run_of(args: argparse.Namespace, wanted: Wanted) -> AnnotatedRun | None:
    """The run that the options ask for, None for none of them; `wanted`: addresses that are going to be shown."""
    if args.model is not None and args.trace is not None:
        raise InputError("--model and --trace do not go together: a recording is a run already")
    if args.model is not None:
        return _of_model(args, wanted)
    if args.trace is not None:
        return _of_recording(args, wanted)
    return None if args.board is None else _of_firmware(args, wanted)


def read_of(image: Image) -> Callable[[int, int], bytes]:
    """Bytes of the image by address, fewer where its data ends."""

    def read(address: int, size: int) -> bytes:
        holder = next((s for s in image.segments if s.address <= address < s.address + len(s.data)), None)
        return b"" if holder is None else holder.data[address - holder.address :][:size]

    return read


def _board(args: argparse.Namespace) -> DeviceBoard | None:
    from microinfer.cli import memory_options
    from microinfer.device.board import DeviceBoard

    return DeviceBoard.named(args.board, args.boards, memory_options.what_if(args), args.code_in)


def _of_model(args: argparse.Namespace, wanted: Wanted) -> AnnotatedRun:
    from emulator import Machine
    from emulator.timing.names import resolve_core
    from microinfer import load
    from microinfer.cli.console import progress_bar
    from microinfer.device.board import FAST
    from microinfer.device.library import KernelLibrary
    from microinfer.device.profile import profile
    from microinfer.samples.arrays import sample_stacks

    board = _board(args)
    core = resolve_core(args.core) if args.core else DEFAULT_CORE if board is None else board.core
    model = load(args.model)
    stacks = sample_stacks(model, args.input, args.seed)
    library = KernelLibrary(args.elf, core, args.max_cycles, 1 if board is None else board.muls_cycles(core))

    def prepare(machine: Machine) -> None:
        if board is not None:
            board.slow_down(machine)
        machine.clear_edges()
        if board is not None:
            machine.record(EVENTS)

    with progress_bar("running", len(model.nodes) * len(stacks[0])) as advance:
        profile(model, library, stacks, args.profile, progress=advance, prepare=prepare)
    machine = library.machine
    recording = None if board is None else machine.recording()
    where = f"{args.model.name}, {FAST if board is None else board.describe()}"
    sure = count_reports.of_machine(machine, None if board is None else board.layout(machine.memory))
    whole = recording is not None and recording.whole
    spent = _spent(recording, core, board, wanted) if whole and recording is not None else machine.breakdown()
    return AnnotatedRun(core, spent, where, interval=sure)


def spent_by_instruction(args: argparse.Namespace, board: Board, wanted: Wanted) -> tuple[Spent, ...]:
    """What the cycles of recorded firmware went to, stalls at wanted addresses with the instructions that met them."""
    from emulator.errors import RecordingError

    try:
        return _spent(board.recording(), board.core.name, _board(args), wanted)
    except RecordingError:
        return board.breakdown()


def _spent(recording: Recording, core: str, board: DeviceBoard | None, wanted: Wanted) -> tuple[Spent, ...]:
    from emulator.recording.breakdown import break_down_recording

    if board is None:
        return break_down_recording(recording.undivided(), core)
    layout, settings = board.layout_of(recording), board.keeps_settings(recording)
    looked_at = wanted if len(recording.stream) <= EVENTS else None
    muls_cycles = board.muls_cycles(core)
    return break_down_recording(recording.undivided(), core, layout, settings, looked_at, muls_cycles)


def _of_recording(args: argparse.Namespace, wanted: Wanted) -> AnnotatedRun:
    import hashlib

    from emulator.recording.recording import load_recording
    from emulator.timing.charges import Cause
    from emulator.timing.names import resolve_core
    from microinfer.device.board import FAST

    recording = load_recording(args.trace)
    if hashlib.sha256(args.elf.read_bytes()).hexdigest() != recording.elf:
        raise InputError(f"{args.trace.name} is a run of another ELF than {args.elf.name}; record it again")
    board = _board(args)
    core = resolve_core(args.core) if args.core else recording.core if board is None else board.core
    where = FAST if board is None else board.describe(recording)
    spent = _spent(recording, core, board, wanted)
    lost = sum(n for row in spent for cause, n in row.stalls if cause in (Cause.WAIT_STATES, Cause.CACHE_MISS))
    sure = count_reports.of_recorded(recording, core, lost, None if board is None else board.layout_of(recording))
    return AnnotatedRun(core, spent, f"{args.trace.name}, {where}", interval=sure)


def _of_firmware(args: argparse.Namespace, wanted: Wanted) -> AnnotatedRun:
    from emulator.boards.board import Board
    from emulator.timing.names import resolve_core
    from microinfer.cli import memory_options

    asked = memory_options.firmware_what_if(args)
    board = Board(args.board, folders=args.boards, what_if=asked, record=True)
    if args.core and resolve_core(args.core) != board.core.name:
        raise InputError(f"board {args.board} has a {board.core.title}; leave --core away, or choose another board")
    board.load(args.elf)
    result = board.run(args.max_cycles, args.timeout)
    where = f"{board.description.name}, run to {result.end}"
    spent = spent_by_instruction(args, board, wanted)
    return AnnotatedRun(board.core.name, spent, where, interval=count_reports.of_board(board))
