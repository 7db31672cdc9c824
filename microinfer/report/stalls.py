"""Cycles split into issue and stalls, a row a layer or a function, as a table and for JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.table import Table

from emulator.instructions.decode import Instruction
from emulator.profile.breakdown import Split, total
from emulator.timing.charges import Cause
from emulator.timing.ideal import Ideal

SHOWN = 3
Place = Callable[[int], str]
Text = Callable[[Instruction], str]
_SHORT = {Cause.MULTIPLY: "mul/div", Cause.FLOATING_POINT: "FP", Cause.WAIT_STATES: "waits", Cause.CACHE_MISS: "misses"}


def table(title: str, splits: Sequence[Split], ideals: Sequence[Ideal], shown: int = 30) -> Table:
    """The first `shown` rows; stalls in percent of the row's cycles, work as percent of the core's ideal."""
    present = {cause for split in splits for cause, _ in split.stalls}
    causes = [cause for cause in Cause if cause in present]
    wanted = [ideal for ideal in ideals if any(dict(split.done).get(ideal.name) for split in splits)]
    found = Table(title=title, title_justify="left")
    found.add_column("", no_wrap=True)
    for name in ("cycles", "issue %", *(f"{heading(cause)} %" for cause in causes)):
        found.add_column(name, justify="right")
    for ideal in wanted:
        found.add_column(f"{ideal.name} of {ideal.per_cycle:g}", justify="right")
    for split in splits[:shown]:
        found.add_row(*_cells(split, causes, wanted))
    if len(splits) > shown:
        found.add_row(f"{len(splits) - shown} more", f"{sum(split.cycles for split in splits[shown:]):,}")
    if len(splits) > 1:
        found.add_section()
        found.add_row(*_cells(total(splits, "all"), causes, wanted))
    return found


def _cells(split: Split, causes: Sequence[Cause], ideals: Sequence[Ideal]) -> list[str]:
    lost, cycles = dict(split.stalls), max(split.cycles, 1)
    parts = (lost.get(cause, 0) for cause in causes)
    shares = [f"{100 * split.issue / cycles:.1f}", *(f"{100 * part / cycles:.1f}" if part else "" for part in parts)]
    return [split.name, f"{split.cycles:,}", *shares, *(f"{_rate(split, i):.2f}" for i in ideals)]


def heading(cause: Cause) -> str:
    """A cause as the head of a column."""
    return _SHORT.get(cause, str(cause))


def reached(split: Split, ideals: Sequence[Ideal]) -> str:
    """ "MACs 0.41 per cycle of 1 (41 %), loads ...", without work that is not done at all."""
    done = dict(split.done)
    return ", ".join(
        f"{i.name} {_rate(split, i):.2f} per cycle of {i.per_cycle:g} ({100 * split.share(i):.0f} %)"
        for i in ideals
        if done.get(i.name)
    )


def worst(splits: Sequence[Split], place: Place, shown: int = SHOWN) -> str:
    """The most expensive hazards of all rows, with the lines that cause them; "" without any."""
    whole = max(sum(split.cycles for split in splits), 1)
    sums: dict[tuple[Cause, Instruction, Instruction | None], int] = {}
    for hazard in (hazard for split in splits for hazard in split.hazards):
        key = hazard.cause, hazard.by, hazard.waits
        sums[key] = sums.get(key, 0) + hazard.cycles
    rows = []
    ordered = sorted(sums.items(), key=lambda row: (-row[1], row[0][1].address))
    for number, ((cause, by, waits), cycles) in enumerate(ordered[:shown], 1):
        after = "" if waits is None or waits == by else f" -> {waits.text}"
        share = f"{100 * cycles / whole:.1f} %"
        rows.append(f"{number}. {cause}, {cycles:,} cycles ({share}): {place(by.address)}: {by.text}{after}")
    return "\n".join(rows)


def document(
    split: Split, ideals: Sequence[Ideal], top: int = SHOWN, place: Place | None = None, text: Text | None = None
) -> dict[str, Any]:
    """A split for JSON; `place` gives file and line of an address, `text` what to call an instruction."""
    words = text or (lambda instruction: instruction.text)
    return {
        "cycles": split.cycles,
        "instructions": split.instructions,
        "issue": split.issue,
        "stalls": {str(cause): cycles for cause, cycles in split.stalls},
        "ideal": [
            {"name": i.name, "done": dict(split.done).get(i.name, 0), "ideal_per_cycle": i.per_cycle,
             "per_cycle": _rate(split, i), "share": split.share(i)}
            for i in ideals
        ],
        "hazards": [
            {
                "cause": str(hazard.cause),
                "cycles": hazard.cycles,
                "by": _instruction(hazard.by, words, place),
                "waits": None if hazard.waits is None else _instruction(hazard.waits, words, place),
            }
            for hazard in split.hazards[:top]
        ],
    }  # fmt: skip


def documents(splits: Sequence[Split], ideals: Sequence[Ideal], place: Place | None = None) -> list[dict[str, Any]]:
    """Splits with their names."""
    return [{"name": split.name, **document(split, ideals, SHOWN, place)} for split in splits]


def _rate(split: Split, ideal: Ideal) -> float:
    return dict(split.done).get(ideal.name, 0) / split.cycles if split.cycles else 0.0


def _instruction(instruction: Instruction, text: Text, place: Place | None) -> dict[str, Any]:
    where = "" if place is None else place(instruction.address)
    return {"address": instruction.address, "text": text(instruction), "place": where}
