"""Parses the command line, runs a subcommand, turns expected errors into one line on standard error."""

from __future__ import annotations

import argparse
import os
import pkgutil
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from microinfer.cli.interrupts import interrupts_repeated
from microinfer.errors import MicroinferError

USAGE_ERROR = 2


class Command(Protocol):
    """A module of `microinfer.cli.commands`; its docstring's first line is the help text."""

    __doc__: str | None
    __name__: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, args: argparse.Namespace) -> int: ...


def commands() -> dict[str, Command]:
    """Subcommands by name, from the files of `microinfer.cli.commands`."""
    package = import_module("microinfer.cli.commands")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return {name.replace("_", "-"): cast(Command, import_module(f"{package.__name__}.{name}")) for name in names}


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser("microinfer", description="Quantised networks and int8 kernels without a board.")
    subparsers = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in commands().items():
        text = (command.__doc__ or "").split("\n")[0]
        sub = subparsers.add_parser(name, help=text, description=text)
        command.add_arguments(sub)
        sub.set_defaults(run=command.run)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status: 0, 1 where a comparison failed, 2 for bad input."""
    args = parser().parse_args(argv)
    # The matrices of microcontroller networks are too small to share between threads.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        with interrupts_repeated():
            return int(args.run(args))
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return USAGE_ERROR
    except Exception as error:
        if not _expected(error):
            raise
        print(f"error: {error}", file=sys.stderr)
        return USAGE_ERROR


def _expected(error: Exception) -> bool:
    """Errors with a message for the user; the emulator's are known only once it has been imported."""
    emulator = sys.modules.get("emulator.errors")
    return isinstance(error, MicroinferError) or (emulator is not None and isinstance(error, emulator.EmulatorError))
