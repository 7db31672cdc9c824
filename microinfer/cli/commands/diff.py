"""Compare two JSON reports under a policy: exit status 1 where something got worse than allowed."""

from __future__ import annotations

import argparse
from pathlib import Path

from microinfer.cli import options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", type=Path, metavar="OLD.json")
    parser.add_argument("new", type=Path, metavar="NEW.json")
    parser.add_argument(
        "--policy", type=Path, metavar="P.toml", help="direction and allowance per metric (default: nothing gets worse)"
    )
    parser.add_argument("--markdown", metavar="FILE", help="write a Markdown table, for a pull request")
    options.add_json(parser)
    parser.epilog = "Exit status: 0 nothing worse than allowed, 1 something worse, 2 a file that cannot be used."


def run(args: argparse.Namespace) -> int:
    from microinfer.cli.console import console
    from microinfer.cli.output import check_writable, write_json
    from microinfer.report import difference
    from microinfer.verify.comparison import compare, read_report
    from microinfer.verify.policy import DEFAULT_POLICY, read_policy

    for target in (args.json, args.markdown):
        check_writable(target)
    policy = read_policy(args.policy) if args.policy else DEFAULT_POLICY
    old, new = read_report(args.old), read_report(args.new)
    changes = compare(old, new, policy)
    if args.json:
        write_json(args.json, difference.render(changes))
    if args.markdown:
        write_json(args.markdown, difference.markdown(changes))
    if "-" not in (args.json, args.markdown):
        out = console()
        if changes:
            out.print(difference.table(changes))
        missing = policy.without_metric({*old.numbers, *new.numbers}) if args.policy else ()
        if missing:
            out.print(f"in neither report: {', '.join(missing)}", highlight=False, markup=False)
        out.print(difference.summary(changes), highlight=False)
    return 1 if difference.worse(changes) else 0
