"""Options about energy: how often the work is done, and what the board takes in between."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emulator.accuracy.interval import Interval
    from emulator.boards.file import BoardFile

_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}
_MICROWATTS = {"nw": 1e-3, "uw": 1.0, "mw": 1e3}


def period(text: str) -> float:
    """Seconds from "100ms", "2s", "10min"."""
    return _amount(text, _SECONDS, "100ms")


def power(text: str) -> float:
    """Microwatts from "5uW", "1.2mW"."""
    return _amount(text, _MICROWATTS, "5uW")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--every and --sleep."""
    parser.add_argument("--every", type=period, metavar="TIME", help="mean power when this is done every TIME: 100ms")
    parser.add_argument(
        "--sleep", type=power, metavar="POWER", help="power between runs, e.g. 5uW (default: the board's)"
    )


def energy(
    args: argparse.Namespace, board: BoardFile, cycles: int, interval: Interval, clock_hz: int
) -> tuple[str, list[dict[str, Any]]]:
    """Lines for people and rows for JSON on the energy of so many cycles, and on mean power if that is asked for."""
    from emulator.energy import SleepRow, energy_uses, mean_power
    from microinfer.report.interval import energy_lines, energy_rows

    uses = energy_uses(board.energy, cycles, interval)
    sleep = board.sleep if args.sleep is None else SleepRow("sleep as given", args.sleep, args.sleep, "--sleep")
    means = [] if args.every is None else [mean_power(use, cycles / clock_hz, args.every, sleep) for use in uses]
    if not uses:
        return f"energy: not known for {board.name}{_instead(args)}", []
    return energy_lines(uses, means, clock_hz), energy_rows(uses, means)


def _instead(args: argparse.Namespace) -> str:
    """Where it is known, for one who asked for mean power."""
    from emulator.boards.file import board_names, load_board

    if args.every is None:
        return ""
    known = [name for name in board_names(args.boards) if load_board(name, args.boards).energy]
    return f", and so is no mean power; boards with energy rows: {', '.join(known)}"


def check_board_given(args: argparse.Namespace) -> None:
    """Raise InputError for options that mean nothing without --board."""
    from microinfer.errors import InputError

    if args.board is None and args.every is not None:
        raise InputError("--every needs --board NAME: energy is that of a board")
    if args.every is None and args.sleep is not None:
        raise InputError("--sleep needs --every TIME: it counts between two runs")


def _amount(text: str, units: dict[str, float], example: str) -> float:
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)\s*", text.lower())
    if not found or found[2] not in units or float(found[1]) <= 0:
        raise argparse.ArgumentTypeError(f"{text} is none; write {example}, with one of {', '.join(units)}")
    return float(found[1]) * units[found[2]]
