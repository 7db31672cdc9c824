"""Search a kernel library for bugs: values, memory, registers, against the reference; smallest case of each."""

from __future__ import annotations

import argparse
from pathlib import Path

from microinfer.cli import options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("elf", type=Path, metavar="LIB.elf", help="kernel library, as built: no sources needed")
    options.add_core(parser)
    parser.add_argument("--cases", type=options.positive_int, default=1000, metavar="N", help="cases a function")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other cases")
    parser.add_argument("--function", action="append", default=[], metavar="NAME", help="only this function")
    parser.add_argument("--jobs", type=options.positive_int, default=1, metavar="N", help="processes")
    parser.add_argument("--spec", type=Path, action="append", default=[], metavar="OPS.py", help="your own functions")
    parser.add_argument("--save", type=Path, metavar="DIR", help="write the smallest cases as npz, pytest and C")
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    from concurrent.futures import ProcessPoolExecutor
    from contextlib import nullcontext

    from microinfer.cli.console import console, progress_bar
    from microinfer.cli.output import check_folder, check_writable, write_json
    from microinfer.report import verification as report
    from microinfer.verify.campaign import Campaign
    from microinfer.verify.user_specs import load_specs

    check_writable(args.json)
    if args.save:
        check_folder(args.save)
    load_specs(tuple(args.spec))
    campaign = Campaign(args.elf, args.core, args.cases, args.seed, tuple(args.function))
    workers = nullcontext() if args.jobs == 1 else ProcessPoolExecutor(
        args.jobs, initializer=load_specs, initargs=(tuple(args.spec),)
    )  # fmt: skip
    with progress_bar("verifying", campaign.chunks * len(campaign.chosen())) as advance, workers as executor:
        result = campaign.run(executor, advance)
    if args.save:
        _save(args, result)
    if args.json:
        write_json(args.json, report.render(result))
    if args.json != "-":
        out = console()
        out.print(report.functions(result))
        out.print(report.summary(result), highlight=False, soft_wrap=True)
    return 1 if result.defects else 0


def _save(args: argparse.Namespace, result: object) -> None:
    from microinfer.cli.output import write_file
    from microinfer.verify.bench import Bench
    from microinfer.verify.campaign import CampaignResult
    from microinfer.verify.export import export

    assert isinstance(result, CampaignResult)
    bench = Bench(args.elf, args.core)
    counts: dict[str, int] = {}
    for defect in result.defects:
        counts[defect.function] = counts.get(defect.function, 0) + 1
        name = f"{defect.function}_{counts[defect.function]}"
        for file in export(defect, name, bench, args.save):
            write_file(args.save / file.name, file.content)
