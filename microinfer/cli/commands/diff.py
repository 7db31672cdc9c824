"""Compare two JSON reports under a policy: exit status 1 where something got worse than allowed."""

from __future__ import annotations

import argparse
from pathlib import Path

from microinfer.cli import options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", type=Path, metavar="OLD.json")
    parser.add_argument("new", type=Path, metavar="NEW.json")
    parser.add_argument("--policy", type=Path, metavar="P.toml", help="direction and allowance per metric")
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    import json
    from dataclasses import asdict

    from rich.table import Table

    from microinfer.cli.console import console
    from microinfer.cli.output import check_writable, write_json
    from microinfer.verify.comparison import DEFAULT_POLICY, compare, read_policy, read_report

    check_writable(args.json)
    policy = read_policy(args.policy) if args.policy else DEFAULT_POLICY
    changes = compare(read_report(args.old), read_report(args.new), policy)
    bad = sum(not change.allowed for change in changes)
    if args.json:
        document = {"schema": "microinfer.diff", "schema_version": 1, "worse": bad}
        write_json(args.json, json.dumps(document | {"changes": [asdict(c) for c in changes]}, indent=2))
    if args.json != "-":
        table = Table("metric", "old", "new", "")
        for change in changes:
            numbers = ("-" if n is None else f"{n:,g}" for n in (change.old, change.new))
            table.add_row(change.path.replace("[", "\\["), *numbers, "ok" if change.allowed else "[red]worse[/red]")
        out = console()
        if changes:
            out.print(table)
        out.print(f"{len(changes)} metrics differ, {bad} beyond what the policy allows", highlight=False)
    return 1 if bad else 0
