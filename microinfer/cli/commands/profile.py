"""Run a model's layers on compiled kernels in the emulator: exactness, cycles, memory."""

from __future__ import annotations

import argparse
from pathlib import Path

from microinfer.cli import options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, metavar="MODEL.tflite")
    options.add_core(parser)
    parser.add_argument("--kernels", type=Path, metavar="LIB.elf", help="kernel library (default: our own, built)")
    parser.add_argument(
        "--input",
        type=Path,
        action="append",
        metavar="X.npy",
        help="one sample or a batch; once per model input (default: random, see --seed)",
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of the random input")
    parser.add_argument("--profile", default="tflm", metavar="NAME", help="numerics profile of the reference")
    parser.add_argument("--clock", type=options.positive_float, default=100.0, metavar="MHZ", help="for milliseconds")
    parser.add_argument(
        "--max-cycles", type=options.positive_int, metavar="N", help="bound on each kernel call (default: by its work)"
    )
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    from microinfer import load
    from microinfer.cli.console import console, progress_bar
    from microinfer.cli.output import check_writable, write_json
    from microinfer.device.build import default_library
    from microinfer.device.library import KernelLibrary
    from microinfer.device.profile import profile
    from microinfer.report import json as json_report
    from microinfer.report import table
    from microinfer.samples.arrays import sample_stacks

    check_writable(args.json)
    model = load(args.model)
    stacks = sample_stacks(model, args.input, args.seed)
    path = args.kernels or default_library(args.core)
    library = KernelLibrary(path, args.core, args.max_cycles)
    with progress_bar("profiling", len(model.nodes) * len(stacks[0])) as advance:
        result = profile(model, library, stacks, args.profile, progress=advance)
    if args.json:
        write_json(args.json, json_report.render(result, args.clock))
    if args.json != "-":
        out = console()
        out.print(table.layers(result))
        out.print(table.totals(result, args.clock), highlight=False, soft_wrap=True)
    return 0 if result.exact else 1
