"""Compile our kernels for a core to an ELF, or say where the cached one lies."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from microinfer.cli import options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_core(parser)
    for level in ("0", "1", "2", "3", "s"):
        flag = f"-O{level}"
        text = "optimisation level (default: -O2)" if level == "2" else argparse.SUPPRESS
        parser.add_argument(flag, dest="optimisation", action="store_const", const=flag, default="-O2", help=text)
    parser.add_argument("--cc", choices=("gcc", "zig"), help="compiler (default: gcc if there, else zig)")
    parser.add_argument("-o", "--output", type=Path, metavar="LIB.elf", help="copy the result here")
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    from microinfer.cli.output import check_writable, write_file, write_json
    from microinfer.device.build import build
    from microinfer.device.toolchain import find_compiler

    check_writable(args.json)
    check_writable(str(args.output) if args.output else None)
    compiler = find_compiler(args.cc)
    elf = build(args.core, args.optimisation, compiler)
    if args.output:
        write_file(args.output, elf.read_bytes())
    path = args.output or elf
    if args.json:
        row = {"core": args.core, "compiler": compiler.version, "optimisation": args.optimisation, "elf": str(path)}
        write_json(args.json, json.dumps({"schema": "microinfer.build", "schema_version": 1, **row}, indent=2))
    if args.json != "-":
        print(path)
    return 0
