"""What goes with a cycle count: its interval, and on a board energy and whether everything fits."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from microinfer.cli import energy_options

if TYPE_CHECKING:
    from emulator import Machine
    from emulator.accuracy.interval import Interval
    from emulator.boards.board import Board
    from emulator.memories.layout import Layout
    from emulator.recording.recording import Recording
    from emulator.recording.recost import RunCost
    from microinfer.device.board import DeviceBoard
    from microinfer.device.result import ProfileResult


@dataclass(frozen=True)
class CountReport:
    """A count's interval, lines for people, fields for JSON; `fits` is false when a board is too small.

    `cores` are intervals of the same run on each core asked for.
    """

    interval: Interval
    lines: tuple[str, ...]
    fields: dict[str, Any] = field(default_factory=dict)
    fits: bool = True
    cores: tuple[Interval, ...] = ()


def of_profile(
    args: argparse.Namespace, result: ProfileResult, machine: Machine, board: DeviceBoard | None, clock_hz: int
) -> CountReport:
    """For `profile`; the interval is that of all calls, inputs after the first included."""
    from microinfer.device.fit import fit
    from microinfer.report.interval import fit_line, fit_row, row, untried_line

    found = of_machine(machine, None if board is None else board.layout(machine.memory))
    fields: dict[str, Any] = {"interval": row(found, result.cycles)}
    lines = untried_line(found)
    if board is None:
        return CountReport(found, lines, fields)
    text, fields["energy"] = energy_options.energy(args, board.file, result.cycles, found, clock_hz)
    room = fit(result.memory, result.stack, board.file, board.code_in)
    fields["fit"] = fit_row(room)
    return CountReport(found, (*lines, text, fit_line(room, board.file.name)), fields, room.fits)


def of_firmware(args: argparse.Namespace, board: Board, cycles: int) -> CountReport:
    """For `emulate`, a run of so many cycles; energy is that of the cycles awake."""
    from microinfer.report.interval import row, untried_line

    found = of_board(board)
    awake, clock_hz = cycles - board.asleep, board.description.clock_hz
    text, rows = energy_options.energy(args, board.description, awake, found, clock_hz)
    lines = (*untried_line(found), *((text,) if rows or args.every else ()))
    return CountReport(found, lines, {"interval": row(found, cycles), "energy": rows})


def recorded(count: CountReport, recording: Recording | None) -> CountReport:
    """The same with a line on what a recording lacks."""
    if recording is None or recording.whole:
        return count
    lost = "recorded without the order of events, the run was too long: recost knows no wait states of it"
    return replace(count, lines=(*count.lines, lost))


def with_cores(
    count: CountReport, recording: Recording, costs: Sequence[RunCost], board: DeviceBoard | None
) -> CountReport:
    """The same with the intervals of the run on every core."""
    layout = None if board is None else board.layout(recording.regions)
    return replace(count, cores=of_recording(recording, costs, layout))


def of_recording(recording: Recording, costs: Sequence[RunCost], layout: Layout | None) -> tuple[Interval, ...]:
    """For `recost`: the interval of each core's cost."""
    return tuple(of_recorded(recording, cost.core, cost.code_stalls + cost.data_stalls, layout) for cost in costs)


def of_recorded(recording: Recording, core: str, stalls: int, layout: Layout | None) -> Interval:
    """The interval of a recorded run on a core, with so many cycles lost to memory."""
    from emulator.accuracy.interval import interval, untried_rules
    from emulator.accuracy.run_coverage import recording_coverage
    from emulator.timing.core import load_core

    return interval(recording_coverage(recording, core, stalls, untried_rules(load_core(core))), _kinds(layout))


def of_machine(machine: Machine, layout: Layout | None) -> Interval:
    """The interval of the calls that a machine has made."""
    from emulator.accuracy.run_coverage import machine_interval

    return machine_interval(machine, _kinds(layout))


def of_board(board: Board) -> Interval:
    """The interval of a run of firmware."""
    from emulator.accuracy.interval import interval, untried_rules

    return interval(board.coverage(rules=untried_rules(board.core)), board.slow_memories)


def _kinds(layout: Layout | None) -> tuple[str, ...]:
    return () if layout is None else tuple(memory.kind.name for memory in layout.memories)
