"""Options about a board's memories and clock, the same for every subcommand that counts cycles."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.memories.layout import WhatIf

_UNITS = {"": 1, "hz": 1, "khz": 1_000, "k": 1_000, "mhz": 1_000_000, "m": 1_000_000, "ghz": 1_000_000_000}
_BARE_MEGAHERTZ = 10_000


def frequency(text: str) -> int:
    """A clock in Hz: "64MHz", "64e6", "32768"; a bare number below 10,000 is in MHz."""
    found = re.fullmatch(r"\s*([0-9.]+(?:e[0-9]+)?)\s*([kmg]?(?:hz)?)\s*", text.lower().replace("_", ""))
    if not found or found[2] not in _UNITS:
        raise argparse.ArgumentTypeError(f"{text} is no clock; write 64MHz or 64e6")
    value = float(found[1])
    unit = 1_000_000 if not found[2] and value < _BARE_MEGAHERTZ else _UNITS[found[2]]
    hz = round(value * unit)
    if hz < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return hz


def wait_states(text: str) -> int:
    """A number of cycles, 0 or more."""
    value = int(text)
    if not 0 <= value <= 255:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 255")
    return value


def add_clock(parser: argparse.ArgumentParser) -> None:
    """--clock."""
    parser.add_argument(
        "--clock", type=frequency, metavar="HZ", help="core clock, e.g. 64MHz, which wait states follow"
    )


def add_what_if(parser: argparse.ArgumentParser) -> None:
    """--wait-states and --caches."""
    parser.add_argument("--wait-states", type=wait_states, metavar="N", help="of the board's flash, whatever the clock")
    parser.add_argument(
        "--caches", choices=("on", "off"), default="on", help="caches and prefetch of the board's flash (default: on)"
    )


def add_placement(parser: argparse.ArgumentParser) -> None:
    """--board, --boards and --code-in."""
    parser.add_argument("--board", metavar="NAME", help="board whose flash and clock count; a wrong name lists them")
    parser.add_argument(
        "--boards", type=Path, action="append", default=[], metavar="DIR", help="folder with boards of your own"
    )
    add_code_in(parser)


def add_code_in(parser: argparse.ArgumentParser) -> None:
    """--code-in."""
    parser.add_argument(
        "--code-in",
        choices=("FLASH", "RAM"),
        default="FLASH",
        type=str.upper,
        help="where code is read from (default: FLASH); firmware leaves constants where they are",
    )


def add_record(parser: argparse.ArgumentParser) -> None:
    """--record."""
    parser.add_argument("--record", type=Path, metavar="FILE", help="keep the run, to cost it again with recost")


def what_if(args: argparse.Namespace) -> WhatIf:
    """What these options ask of a board."""
    from emulator.memories.layout import WhatIf

    return WhatIf(args.wait_states, args.clock, args.caches == "on")


def firmware_what_if(args: argparse.Namespace) -> WhatIf:
    """The same for firmware that runs on a board as a whole."""
    return replace(what_if(args), code_in=args.code_in)


def check_board_given(args: argparse.Namespace) -> None:
    """Raise InputError for options that mean nothing without --board."""
    from microinfer.errors import InputError

    asked = {
        "--wait-states": args.wait_states is not None,
        "--caches off": args.caches == "off",
        "--code-in RAM": args.code_in == "RAM",
    }
    if args.board is None and any(asked.values()):
        given = next(name for name, used in asked.items() if used)
        raise InputError(f"{given} needs --board NAME: memories are those of a board")
