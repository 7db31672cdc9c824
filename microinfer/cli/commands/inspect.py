"""Show a model's layers, costs, quantisation, what is unsupported, and its arena plan."""

from __future__ import annotations

import argparse
from pathlib import Path

from microinfer.cli import options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, metavar="MODEL.tflite")
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    from microinfer import load
    from microinfer.cli.console import console
    from microinfer.cli.output import check_writable, write_json
    from microinfer.graph.inspection import inspect
    from microinfer.report import inspection as report

    check_writable(args.json)
    found = inspect(load(args.model))
    if args.json:
        write_json(args.json, report.render(found))
    if args.json != "-":
        out = console()
        out.print(report.layers(found))
        out.print(report.picture(found), highlight=False, markup=False, soft_wrap=True)
        out.print(report.totals(found), highlight=False, markup=False, soft_wrap=True)
    return 0
