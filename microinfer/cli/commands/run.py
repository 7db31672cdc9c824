"""Run a model on the reference: answers and accuracy, tensors to files, or two numerics profiles side by side."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from microinfer.cli import options

if TYPE_CHECKING:
    from microinfer.graph.evaluate import Chunk
    from microinfer.graph.model import Array, Model


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, metavar="MODEL.tflite")
    parser.add_argument(
        "--input",
        type=Path,
        action="append",
        metavar="PATH",
        help="npy, npz, png or wav, once per model input; or a folder of them, a sub-folder a class (default: random)",
    )
    parser.add_argument("--labels", type=Path, metavar="L.npy", help="class numbers of the samples")
    parser.add_argument("--seed", type=int, default=0, help="seed of the random input")
    parser.add_argument("--limit", type=options.positive_int, metavar="N", help="use the first N samples")
    parser.add_argument("--range", type=float, nargs=2, metavar=("LOW", "HIGH"), help="real values of image pixels")
    parser.add_argument("--profile", default="tflm", metavar="NAME", help="numerics profile (default: tflm)")
    parser.add_argument("--against", metavar="NAME", help="compare layer by layer with this profile")
    parser.add_argument("--dump", type=Path, metavar="DIR", help="write every tensor of each sample to DIR as npz")
    parser.add_argument("--tap", action="append", metavar="TENSOR", help="dump only this tensor (name or number)")
    parser.add_argument("--jobs", type=options.positive_int, default=1, metavar="N", help="processes")
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    from microinfer import load
    from microinfer.cli.output import check_writable

    check_writable(args.json)
    model = load(args.model)
    if args.against or args.dump:
        stacks = _stacks(args, model)
        return _against(args, model, stacks) if args.against else _dump(args, model, stacks)
    return _evaluate(args, model)


def _stacks(args: argparse.Namespace, model: Model) -> list[Array]:
    from microinfer.errors import InputError
    from microinfer.samples.arrays import sample_stacks

    if args.input and any(path.is_dir() for path in args.input):
        raise InputError("a folder of samples can be evaluated, not compared or dumped; give one file")
    return [stack[: args.limit] for stack in sample_stacks(model, args.input, args.seed, _range(args))]


def _range(args: argparse.Namespace) -> tuple[float, float] | None:
    return (args.range[0], args.range[1]) if args.range else None


def _chunks(args: argparse.Namespace, model: Model) -> tuple[int, Iterator[Chunk], tuple[str, ...]]:
    """Number of samples, their chunks, and class names where folders give them."""
    from microinfer.samples.chunks import from_arrays, from_folder, read_labels, scan_folder

    if args.input and len(args.input) == 1 and args.input[0].is_dir():
        folder = scan_folder(args.input[0]).first(args.limit)
        return len(folder.files), from_folder(model, folder, _range(args)), folder.classes
    stacks = _stacks(args, model)
    labels = read_labels(args.labels, args.limit, stacks, model) if args.labels else None
    return len(stacks[0]), from_arrays(stacks, labels), ()


def _evaluate(args: argparse.Namespace, model: Model) -> int:
    from microinfer.cli.console import console, progress_bar
    from microinfer.cli.output import write_json
    from microinfer.graph.evaluate import CHUNK, evaluate, total
    from microinfer.report import evaluation as report

    count, chunks, classes = _chunks(args, model)
    parts = []
    with progress_bar("running", -(-count // CHUNK)) as advance:
        for part in evaluate(model, chunks, args.profile, args.jobs):
            parts.append(part)
            advance()
    result = total(parts)
    if args.json:
        write_json(args.json, report.render(result, model.name, args.profile))
    if args.json != "-":
        out = console()
        if table := report.confusion(result, classes):
            out.print(table)
        out.print(report.summary(result), highlight=False)
    return 0


def _against(args: argparse.Namespace, model: Model, stacks: list[Array]) -> int:
    from microinfer.cli.console import console, progress_bar
    from microinfer.cli.output import write_json
    from microinfer.graph.divergence import diverge, total
    from microinfer.report import evaluation as report

    samples = []
    with progress_bar("comparing", len(stacks[0])) as advance:
        for rows in diverge(model, stacks, args.profile, args.against):
            samples.append(rows)
            advance()
    layers = total(samples)
    if args.json:
        write_json(args.json, report.render_divergence(layers, model.name, args.profile, args.against, len(samples)))
    if args.json != "-":
        console().print(report.divergence(layers, args.profile, args.against))
    return 0


def _dump(args: argparse.Namespace, model: Model, stacks: list[Array]) -> int:
    from microinfer.cli.console import console, progress_bar
    from microinfer.cli.output import check_folder, write_npz
    from microinfer.graph.session import Session

    check_folder(args.dump)
    taps = [model.tensor(int(tap) if tap.isdigit() else tap) for tap in args.tap or ()]
    session = Session(model, args.profile)
    with progress_bar("dumping", len(stacks[0])) as advance:
        for number, sample in enumerate(zip(*stacks, strict=True)):
            trace = session.run(*sample)
            chosen = taps or [t for t in model.tensors if t.index in trace.activations]
            write_npz(args.dump / f"sample{number:05}.npz", {t.name: trace.tensor(t.index) for t in chosen})
            advance()
    console().print(f"{len(stacks[0])} samples dumped to {args.dump}", highlight=False)
    return 0
