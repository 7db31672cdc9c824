"""pytest plugin: `--microinfer-elf`, `--microinfer-core`, fixtures, and budgets of cycles and stack.

    @pytest.mark.cycles(max=20_000, core="cortex-m4")
    @pytest.mark.stack(max=512)
    def test_layer(microinfer_machine):
        microinfer_machine.call("layer", x, y)

The budget is that of the dearest call the test makes on `microinfer_machine`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from emulator import CallResult, Machine
    from microinfer.verify.bench import Bench


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("microinfer")
    group.addoption("--microinfer-elf", type=Path, metavar="LIB.elf", help="library under test")
    group.addoption("--microinfer-core", default="cortex-m4", metavar="NAME", help="core to emulate")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "cycles(max, core=None): most cycles a call may take, on that core only")
    config.addinivalue_line("markers", "stack(max): most bytes of stack a call may take")


def _elf(config: pytest.Config) -> Path:
    elf = config.getoption("--microinfer-elf")
    if elf is None:
        pytest.skip("needs --microinfer-elf LIB.elf")
    return Path(elf)


@pytest.fixture(scope="session")
def microinfer_library(pytestconfig: pytest.Config) -> Bench:
    """The library under test, for assert_bit_exact."""
    from microinfer.verify.bench import Bench

    return Bench(_elf(pytestconfig), pytestconfig.getoption("--microinfer-core"))


@pytest.fixture
def microinfer_machine(request: pytest.FixtureRequest) -> Iterator[Machine]:
    """A machine with the library loaded; budgets of the test's markers are checked when the test ends."""
    from emulator import Machine

    core = request.config.getoption("--microinfer-core")
    machine = Machine.from_elf(_elf(request.config), core)
    results: list[CallResult] = []
    call = machine.call

    def counted(*arguments: Any, **options: Any) -> CallResult:
        results.append(call(*arguments, **options))
        return results[-1]

    machine.call = counted  # type: ignore[method-assign]
    yield machine
    for unit in ("cycles", "stack"):
        _check(request.node.get_closest_marker(unit), unit, core, [getattr(r, unit) for r in results])


def _check(marker: pytest.Mark | None, unit: str, core: str, spent: list[int]) -> None:
    if marker is None or marker.kwargs.get("core") not in (None, core) or not spent:
        return
    most = marker.kwargs["max"]
    if max(spent) > most:
        pytest.fail(f"{max(spent):,} {unit} on {core}, the budget is {most:,}", pytrace=False)
