"""Options that several subcommands share, and the types they parse to."""

from __future__ import annotations

import argparse


def positive_int(text: str) -> int:
    value = int(float(text))
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return value


def positive_float(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return value


def add_core(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--core", default="cortex-m4", metavar="NAME", help="core to emulate (default: cortex-m4)")


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", metavar="FILE", help="write the result as JSON; - for standard output")
