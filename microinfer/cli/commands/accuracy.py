"""Compare cycle counts with published ones: what is recorded, or measured again on ELF files at hand."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from microinfer.cli import options

if TYPE_CHECKING:
    from emulator.accuracy.publication import Measurement
    from emulator.accuracy.session import Attempt


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--elf", type=Path, metavar="DIR", help="measure again whatever ELF and firmware DIR has")
    parser.add_argument("--only", metavar="TEXT", default="", help="rows whose publication, routine or core has TEXT")
    parser.add_argument("--record", action="store_true", help="keep the new counts in the package's recorded.csv")
    parser.add_argument("--page", type=Path, metavar="FILE.md", help="write the page of all recorded rows")
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    from emulator.accuracy.publication import measurements
    from emulator.accuracy.recorded import recorded
    from microinfer.cli.output import check_writable, write_file
    from microinfer.errors import InputError
    from microinfer.report import accuracy as report

    check_writable(args.json)
    check_writable(None if args.page is None else str(args.page))
    wanted = [m for m in measurements() if args.only in f"{m.core} {m.key}"]
    if not wanted:
        raise InputError(f"--only {args.only}: no such row; try a core, a board or a routine of docs/accuracy.md")
    if args.record and args.elf is None:
        raise InputError("--record needs --elf DIR: there is nothing new to keep")
    if args.elf is not None:
        _measure(args, wanted)
    else:
        _show(args, wanted)
    if args.page is not None:
        from emulator.accuracy.publication import publications

        write_file(args.page, report.page(publications(), recorded()).encode())
    return 0


def _measure(args: argparse.Namespace, wanted: list[Measurement]) -> None:
    from emulator.accuracy import recorded as ours
    from emulator.accuracy.elf_files import check_folder
    from emulator.accuracy.publication import measurements
    from emulator.accuracy.session import measure_all, merge
    from microinfer.cli.console import console, progress_bar
    from microinfer.cli.output import write_file, write_json
    from microinfer.report import accuracy_attempts

    check_folder(args.elf)
    with progress_bar("measuring", len(wanted)) as advance:
        attempts = measure_all(args.elf, wanted, ours.recorded(), advance)
    if args.json:
        write_json(args.json, accuracy_attempts.json_text(attempts))
    if args.json != "-":
        out = console()
        out.print(accuracy_attempts.table(attempts))
        out.print(accuracy_attempts.missing(attempts), highlight=False, markup=False, soft_wrap=True)
    if args.record:
        rows = merge(ours.recorded(), attempts, measurements())
        write_file(ours.recorded_file(), ours.write_rows(rows).encode())
        ours.recorded.cache_clear()


def _show(args: argparse.Namespace, wanted: list[Measurement]) -> None:
    from emulator.accuracy.recorded import recorded
    from emulator.accuracy.session import Attempt
    from microinfer.cli.console import console
    from microinfer.cli.output import write_json
    from microinfer.report import accuracy_attempts

    known = recorded()
    attempts: list[Attempt] = [Attempt(m, known.get(m.key), None, "not measured now") for m in wanted]
    if args.json:
        write_json(args.json, accuracy_attempts.json_text(attempts))
    if args.json != "-":
        console().print(accuracy_attempts.summary(attempts))
