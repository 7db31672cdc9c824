"""Accuracy, confusion matrix and divergence of profiles, as rich tables and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.table import Table

from microinfer.graph.divergence import LayerDivergence
from microinfer.graph.evaluate import Evaluation

_MOST_CLASSES = 20


def confusion(evaluation: Evaluation, classes: Sequence[str]) -> Table | None:
    """Rows are labels, columns answers; None for unlabelled samples or more classes than fit."""
    count = len(evaluation.confusion)
    if not evaluation.labelled or count > _MOST_CLASSES:
        return None
    names = [*classes, *(str(i) for i in range(len(classes), count))]
    table = Table(title="label against answer", title_justify="left")
    table.add_column("")
    for name in names:
        table.add_column(name, justify="right")
    for name, row in zip(names, evaluation.confusion, strict=True):
        table.add_row(name, *(str(n) if n else "." for n in row))
    return table


def summary(evaluation: Evaluation) -> str:
    """One line."""
    if not evaluation.labelled:
        counts = ", ".join(f"{i}: {n:,}" for i, n in enumerate(evaluation.confusion[0]) if n)
        return f"{evaluation.samples:,} samples; answers by class: {counts}"
    return f"{evaluation.samples:,} samples, {evaluation.correct:,} right ({evaluation.accuracy:.2%})"


def render(evaluation: Evaluation, model: str, profile: str) -> str:
    """The evaluation as JSON text (schema microinfer.evaluation version 1)."""
    document = {
        "schema": "microinfer.evaluation",
        "schema_version": 1,
        "model": model,
        "numerics": profile,
        "samples": evaluation.samples,
        "correct": evaluation.correct if evaluation.labelled else None,
        "accuracy": evaluation.accuracy if evaluation.labelled else None,
        "confusion": evaluation.confusion.tolist() if evaluation.labelled else None,
        "answers": evaluation.confusion.sum(axis=0).tolist(),
    }
    return json.dumps(document, indent=2)


def divergence(rows: Sequence[LayerDivergence], first: str, second: str) -> Table:
    """One row a layer that differs, the rest counted in the title."""
    parted = [row for row in rows if row.differing]
    title = f"{first} against {second}: {len(parted)} of {len(rows)} layers differ"
    table = Table(title=title, title_justify="left")
    for name in ("#", "operator", "elements", "differ", "share", "by at most"):
        table.add_column(name, justify="left" if name == "operator" else "right")
    for row in parted:
        share = f"{row.differing / row.elements:.4%}"
        table.add_row(
            str(row.index), row.op, f"{row.elements:,}", f"{row.differing:,}", share, f"{row.largest:g}"
        )
    return table


def render_divergence(rows: Sequence[LayerDivergence], model: str, first: str, second: str, samples: int) -> str:
    """The divergence as JSON text (schema microinfer.divergence version 1)."""
    document = {
        "schema": "microinfer.divergence",
        "schema_version": 1,
        "model": model,
        "profile": first,
        "against": second,
        "samples": samples,
        "layers": [asdict(row) for row in rows],
    }
    return json.dumps(document, indent=2)
