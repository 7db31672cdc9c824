"""What `annotate` takes executions and cycles from: a model's layers, firmware on a board, a recording, or nothing."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from microinfer.errors import InputError

if TYPE_CHECKING:
    from emulator.profile.breakdown import Spent
    from emulator.program.elf import Image
    from microinfer.device.board import DeviceBoard

DEFAULT_CORE = "cortex-m4"


@dataclass(frozen=True)
class AnnotatedRun:
    """A run of the ELF: its core, what its cycles went to, and in a few words where it ran; `known`: it did run."""

    core: str
    spent: tuple[Spent, ...]
    where: str
    known: bool = True


def run_of(args: argparse.Namespace) -> AnnotatedRun | None:
    """The run that the options ask for, None for none of them."""
    if args.model is not None and args.trace is not None:
        raise InputError("--model and --trace do not go together: a recording is a run already")
    if args.model is not None:
        return _of_model(args)
    if args.trace is not None:
        return _of_recording(args)
    return None if args.board is None else _of_firmware(args)


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


def _of_model(args: argparse.Namespace) -> AnnotatedRun:
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
    library = KernelLibrary(args.elf, core, args.max_cycles)

    def prepare(machine: Machine) -> None:
        if board is not None:
            board.slow_down(machine)
        machine.clear_edges()

    with progress_bar("running", len(model.nodes) * len(stacks[0])) as advance:
        profile(model, library, stacks, args.profile, progress=advance, prepare=prepare)
    where = FAST if board is None else board.describe()
    return AnnotatedRun(core, library.machine.breakdown(), f"{args.model.name}, {where}")


def _of_recording(args: argparse.Namespace) -> AnnotatedRun:
    import hashlib

    from emulator.recording.breakdown import break_down_recording
    from emulator.recording.recording import load_recording
    from emulator.timing.names import resolve_core
    from microinfer.device.board import FAST

    recording = load_recording(args.trace)
    if hashlib.sha256(args.elf.read_bytes()).hexdigest() != recording.elf:
        raise InputError(f"{args.trace.name} is a run of another ELF than {args.elf.name}; record it again")
    board = _board(args)
    core = resolve_core(args.core) if args.core else recording.core if board is None else board.core
    layout = None if board is None else board.layout_of(recording)
    settings = board is not None and board.keeps_settings(recording)
    where = FAST if board is None else board.describe(recording)
    return AnnotatedRun(core, break_down_recording(recording, core, layout, settings), f"{args.trace.name}, {where}")


def _of_firmware(args: argparse.Namespace) -> AnnotatedRun:
    from emulator.boards.board import Board
    from emulator.timing.names import resolve_core
    from microinfer.cli import memory_options

    board = Board(args.board, folders=args.boards, what_if=memory_options.what_if(args))
    if args.core and resolve_core(args.core) != board.core.name:
        raise InputError(f"board {args.board} has a {board.core.title}; leave --core away, or choose another board")
    board.load(args.elf)
    result = board.run(args.max_cycles, args.timeout)
    where = f"{board.description.name}, run to {result.end}"
    return AnnotatedRun(board.core.name, board.breakdown(), where)
