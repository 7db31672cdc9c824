"""A verification as Markdown for a pull request: the verdict, a table of defects, a table of functions."""

from __future__ import annotations

from microinfer.verify.defect import Defect
from microinfer.verify.knobs import knobs_to_values
from microinfer.verify.result import CampaignResult, FunctionResult


def render(result: CampaignResult) -> str:
    """The result as text, the same for the same result."""
    count = len(result.defects)
    verdict = f"{count} defect{'' if count == 1 else 's'}" if count else "no defect"
    partial = ", **partial: interrupted**" if result.interrupted else ""
    head = f"**{result.library} on {result.core}: {verdict}** in {result.cases:,} cases, seed {result.seed}{partial}"
    return "\n\n".join(filter(None, (head, _defects(result), _functions(result), _unknown(result))))


def _defects(result: CampaignResult) -> str:
    if not result.defects:
        return ""
    rows = ["| function | defect | failing | family | explanation | smallest case |", "|---|---|--:|---|---|---|"]
    return "\n".join([*rows, *map(_defect, result.defects)])


def _defect(defect: Defect) -> str:
    smallest = ", ".join(f"{path}={value}" for path, value in knobs_to_values(defect.smallest.knobs).items())
    failing = f"{defect.failing} of {defect.cases}"
    also = f"also through {', '.join(defect.also)}" if defect.also else ""
    explanation = "; ".join(filter(None, (defect.explanation, also)))
    cells = (str(defect.finding), failing, defect.family, explanation, smallest)
    return f"| `{defect.function}` | {' | '.join(map(_cell, cells))} |"


def _functions(result: CampaignResult) -> str:
    rows = ["| function | cases | failing | stack | reached | verdict |", "|---|--:|--:|--:|--:|---|"]
    reached = {row.function: f"{row.percent:.0f} %" for row in result.coverage}
    for one in result.functions:
        numbers = f"{one.cases:,} | {one.failing:,} | {one.stack:,} | {reached.get(one.function, '-')}"
        rows.append(f"| `{one.function}` | {numbers} | {_cell(_verdict(one))} |")
    return "\n".join(rows)


def _verdict(function: FunctionResult) -> str:
    """What to say of a function in a few words."""
    if function.skipped:
        return f"skipped: {function.skipped}"
    if function.through and not function.defects:
        return f"through {', '.join(function.through)}"
    if not function.defects:
        return "ok" if function.cases else "not run"
    return ", ".join(dict.fromkeys(defect.finding.kind for defect in function.defects))


def _unknown(result: CampaignResult) -> str:
    return f"No specification: {', '.join(f'`{name}`' for name in result.unknown)}" if result.unknown else ""


def _cell(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").split())
