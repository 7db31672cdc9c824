"""Show where a firmware's flash and RAM go: by section, object file and symbol."""

from __future__ import annotations

import argparse
from pathlib import Path

from microinfer.cli import options

VIEWS = ("section", "object", "symbol")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("firmware", type=Path, metavar="FIRMWARE.elf")
    parser.add_argument("--board", metavar="NAME", help="compare with this board's memories")
    parser.add_argument(
        "--boards", type=Path, action="append", default=[], metavar="DIR", help="folder with boards of your own"
    )
    parser.add_argument("--map", type=Path, metavar="FILE", help="linker map, for object files (default: DWARF)")
    parser.add_argument("--by", choices=VIEWS, help="show only this table, whole unless --top says otherwise")
    parser.add_argument("--top", type=options.positive_int, metavar="N", help="rows of each table (default: 20)")
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    from emulator.boards.file import load_board
    from emulator.footprint.measure import measure
    from microinfer.cli.console import console
    from microinfer.cli.output import check_writable, write_json
    from microinfer.report import footprint as report

    check_writable(args.json)
    board = None if args.board is None else load_board(args.board, args.boards)
    found = measure(args.firmware, args.map, board)
    if args.json:
        write_json(args.json, report.json_text(found, args.firmware.name, args.board))
    if args.json == "-":
        return 0
    out = console()
    top = args.top or (None if args.by else 20)
    if args.by in (None, "section"):
        out.print(report.shares("sections", found.by(lambda piece: piece.section), top))
    if args.by in (None, "object"):
        out.print(report.shares("object files", found.by(lambda piece: piece.object), top))
    if args.by in (None, "symbol"):
        out.print(report.symbols(found.by_size(), top))
    out.print(report.totals(found), highlight=False, markup=False, soft_wrap=True)
    return 0
