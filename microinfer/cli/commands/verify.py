"""Search a kernel library for bugs: values, memory, registers, against the reference; smallest case of each."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from microinfer.cli import options

if TYPE_CHECKING:
    from microinfer.verify.campaign import Campaign
    from microinfer.verify.result import CampaignResult
    from microinfer.verify.workers import Workers

_INTERRUPTED = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("elf", type=Path, metavar="LIB.elf", help="kernel library, as built: no sources needed")
    options.add_core(parser)
    parser.add_argument("--cases", type=_count, default=1000, metavar="N", help="cases a function (0: only the corpus)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other cases")
    parser.add_argument("--function", action="append", default=[], metavar="NAME", help="only this function")
    parser.add_argument("--spec", type=Path, action="append", default=[], metavar="OPS.py", help="your own functions")
    parser.add_argument("--jobs", type=options.positive_int, default=1, metavar="N", help="processes")
    parser.add_argument("--dask", metavar="ADDRESS", help="run on the Dask cluster with this scheduler")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="run its cases first, add those that reach more")
    parser.add_argument("--save", type=Path, metavar="DIR", help="write the smallest cases as npz, pytest and C")
    options.add_json(parser)
    parser.add_argument("--sarif", metavar="FILE", help="write the defects as SARIF 2.1.0")
    parser.add_argument("--junit", metavar="FILE", help="write JUnit XML, a test case a function")
    parser.add_argument("--markdown", metavar="FILE", help="write a Markdown table, for a pull request")
    parser.epilog = (
        "Exit status: 0 no defect, 1 defects, 2 a file or name that cannot be used, 130 interrupted; "
        "after Ctrl-C the reports are written all the same and say that they are partial."
    )


def _count(text: str) -> int:
    return 0 if text == "0" else options.positive_int(text)


def run(args: argparse.Namespace) -> int:
    from microinfer.cli.console import console, progress_bar
    from microinfer.cli.output import check_folder, check_writable
    from microinfer.report import verification as report
    from microinfer.verify.campaign import Campaign

    for target in (args.json, args.sarif, args.junit, args.markdown):
        check_writable(target)
    for folder in filter(None, (args.save, args.corpus)):
        check_folder(folder)
    campaign = Campaign(args.elf, args.core, args.cases, args.seed, tuple(args.function), args.corpus, tuple(args.spec))
    steps = campaign.steps
    with progress_bar("verifying", steps) as advance:
        result = campaign.run(_workers(args), advance)
    _write_reports(args, campaign, result)
    if "-" not in (args.json, args.sarif, args.junit, args.markdown):
        out = console()
        out.print(report.functions(result))
        out.print(report.summary(result), highlight=False, soft_wrap=True)
    return _INTERRUPTED if result.interrupted else 1 if result.defects else 0


def _workers(args: argparse.Namespace) -> Workers:
    from microinfer.verify.dask import DaskWorkers
    from microinfer.verify.processes import Processes
    from microinfer.verify.workers import Here

    if args.dask:
        return DaskWorkers(args.dask)
    return Processes(args.jobs) if args.jobs > 1 else Here()


def _write_reports(args: argparse.Namespace, campaign: Campaign, result: CampaignResult) -> None:
    from microinfer.cli.output import write_file, write_json
    from microinfer.report import verification, verification_junit, verification_markdown, verification_sarif

    if args.save:
        _save(args, result)
    for function, entry in result.corpus:
        (args.corpus / function).mkdir(exist_ok=True)
        write_file(args.corpus / function / entry.name, entry.content)
    for target, render in (
        (args.json, verification.render),
        (args.sarif, verification_sarif.render),
        (args.junit, verification_junit.render),
        (args.markdown, verification_markdown.render),
    ):
        if target:
            write_json(target, render(result))


def _save(args: argparse.Namespace, result: CampaignResult) -> None:
    from microinfer.cli.output import write_file
    from microinfer.verify.bench import Bench
    from microinfer.verify.export import export

    bench = Bench(args.elf, args.core)
    counts: dict[str, int] = {}
    for defect in result.defects:
        counts[defect.function] = counts.get(defect.function, 0) + 1
        name = f"{defect.function}_{counts[defect.function]}"
        for file in export(defect, name, bench, args.save):
            write_file(args.save / file.name, file.content)
