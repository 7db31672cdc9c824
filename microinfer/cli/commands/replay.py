"""Run a saved case again on a kernel library."""

from __future__ import annotations

import argparse
from pathlib import Path

from microinfer.cli import options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("case", type=Path, metavar="CASE.npz")
    parser.add_argument("--elf", type=Path, metavar="LIB.elf", help="library (default: the one that failed)")
    parser.add_argument("--core", metavar="NAME", help="core to emulate (default: the one it failed on)")
    parser.add_argument("--spec", type=Path, action="append", default=[], metavar="OPS.py", help="your own functions")
    options.add_json(parser)
    parser.epilog = (
        "A folder of cases (a corpus): microinfer verify LIB.elf --corpus DIR --cases 0. "
        "Exit status: 0 the case is clean, 1 it fails, 2 a file or name that cannot be used."
    )


def run(args: argparse.Namespace) -> int:
    import json

    from microinfer.cli.console import console
    from microinfer.cli.output import check_writable, write_json
    from microinfer.errors import InputError
    from microinfer.verify.bench import Bench
    from microinfer.verify.check import findings_of
    from microinfer.verify.spec import spec_of
    from microinfer.verify.store import load_case
    from microinfer.verify.user_specs import load_specs

    check_writable(args.json)
    load_specs(tuple(args.spec))
    saved = load_case(args.case)
    if not (args.elf or saved.library):
        raise InputError(f"{args.case} does not say what library it failed on: give one, --elf LIB.elf")
    bench = Bench(args.elf or args.case.parent / saved.library, args.core or saved.core or "cortex-m4")
    bench.require(saved.case.function)
    findings = findings_of(bench, spec_of(saved.case.function), saved.case)
    if args.json:
        texts = [str(finding) for finding in findings]
        row = {"function": saved.case.function, "then": saved.finding, "now": texts}
        write_json(args.json, json.dumps({"schema": "microinfer.replay", "schema_version": 1, **row}, indent=2))
    if args.json != "-":
        out = console()
        for finding in findings:
            out.print(f"{saved.case.function}: {finding}", markup=False, highlight=False, soft_wrap=True)
        if not findings:
            out.print(f"{saved.case.function}: ok; then: {saved.finding or 'clean'}", markup=False, highlight=False)
    return 1 if findings else 0
