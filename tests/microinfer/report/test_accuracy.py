"""docs/accuracy.md agrees with the data it is made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.accuracy.publication import publications
from emulator.accuracy.recorded import recorded
from microinfer.report.accuracy import page, percent

PAGE = Path(__file__).parents[3] / "docs" / "accuracy.md"


def test_the_page_is_what_make_accuracy_writes() -> None:
    assert PAGE.read_text() == page(publications(), recorded()), "docs/accuracy.md is old: run make accuracy"


def test_a_row_that_was_not_measured_is_listed() -> None:
    found = page(publications(), {})
    assert "## Not measured by us yet" in found
    assert all(f"- `{m.key}`\n" in found for p in publications() for m in p.measurements)


def test_nothing_claims_to_be_exact() -> None:
    assert "cycle-accurate" not in PAGE.read_text().lower()


@pytest.mark.parametrize(("part", "text"), [(0.0123, "+1.23 %"), (-0.5, "-50.00 %"), (-1e-9, "0.00 %")])
def test_percent(part: float, text: str) -> None:
    assert percent(part) == text
