"""The core tables themselves: complete, sourced, and pointing at tests that exist."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

import emulator
from emulator.errors import TimingError, UnknownCore
from emulator.timing.core import Core, Rule, TimingClass, core_names, load_core
from emulator.timing.pipelines import make_pipeline

ROOT = Path(__file__).parents[3]
FOLDER = Path(emulator.__file__).parent / "cores"


@pytest.fixture(params=core_names())
def core(request: pytest.FixtureRequest) -> Core:
    return load_core(request.param)


def test_a_core_is_a_file() -> None:
    assert core_names() == sorted(p.stem for p in FOLDER.glob("*.toml"))
    assert {"cortex-m0", "cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33"} <= set(core_names())


def test_every_row_has_a_source(core: Core) -> None:
    rows: tuple[TimingClass | Rule, ...] = (*core.classes, *core.rules)
    assert [row.name for row in rows if not row.source.strip()] == []


def test_every_test_named_exists(core: Core) -> None:
    table = tomllib.loads((FOLDER / f"{core.name}.toml").read_text())
    for row in (*table["class"], *table["rule"]):
        if "test" in row:
            file, name = row["test"].split("::")
            assert f"def {name}(" in (ROOT / file).read_text(), row["name"]


def test_no_row_is_shadowed_by_a_row_above_with_the_same_pattern(core: Core) -> None:
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for row in core.classes:
        keys = {(pattern, row.when) for pattern in row.instructions}
        assert not keys & seen, row.name
        seen |= keys


def test_an_unknown_core_is_answered_with_near_names() -> None:
    with pytest.raises(UnknownCore, match="did you mean cortex-m4"):
        load_core("cortex_m4")


def test_a_table_without_a_rule_is_refused() -> None:
    core = load_core("cortex-m4")
    with pytest.raises(TimingError, match="wants the rules address_hazard"):
        make_pipeline(replace(core, rules=core.rules[1:]))


def test_an_unknown_condition_is_refused() -> None:
    with pytest.raises(TimingError, match=r"unknown condition \['often'\]; there are: writes_pc"):
        TimingClass("x", ("add",), 1, "none", when=("often",))
