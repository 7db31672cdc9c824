"""docs/accuracy.md agrees with the data it is made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.accuracy.publication import publications, read_publication
from emulator.accuracy.recorded import Recorded, recorded
from microinfer.report.accuracy import page, percent

PAGE = Path(__file__).parents[3] / "docs" / "accuracy.md"


def test_the_page_is_what_make_accuracy_writes() -> None:
    assert PAGE.read_text() == page(publications(), recorded()), "docs/accuracy.md is old: run make accuracy"


def test_a_row_that_was_not_measured_is_listed() -> None:
    found = page(publications(), {})
    assert "## Not measured by us yet" in found
    assert all(f"- `{m.key}`\n" in found for p in publications() for m in p.measurements)


def test_a_pair_that_is_ordered_wrongly_is_listed() -> None:
    text = """overhead = 0
[calls]
"looped" = ["f"]
"unrolled" = ["g"]
[tasks]
"block" = ["looped", "unrolled"]
[[set]]
core = "cortex-m4"
board = "X"
memory = ""
wait_states = 0
[set.cycles]
"looped" = 640
"unrolled" = 600
"""
    publication = read_publication("p", f'title = "T"\nsource = "S"\nbuild = "B"\n{text}')
    counts = {"p: looped, X, 0 WS": 590.0, "p: unrolled, X, 0 WS": 600.0}
    ours = {key: Recorded(key, cycles, 0, 0, "", "", ()) for key, cycles in counts.items()}
    found = page([publication], ours)
    assert "Ordered rightly: 0 of 1 pairs." in found
    assert "| cortex-m4 | `p: unrolled, X, 0 WS` | `p: looped, X, 0 WS` | +6.67 % | -1.67 % |" in found
    ours["p: looped, X, 0 WS"] = Recorded("p: looped, X, 0 WS", 620, 0, 0, "", "", ())
    assert "Ordered rightly: 1 of 1 pairs." in page([publication], ours)


def test_nothing_claims_to_be_exact() -> None:
    assert "cycle-accurate" not in PAGE.read_text().lower()


@pytest.mark.parametrize(("part", "text"), [(0.0123, "+1.23 %"), (-0.5, "-50.00 %"), (-1e-9, "0.00 %")])
def test_percent(part: float, text: str) -> None:
    assert percent(part) == text
