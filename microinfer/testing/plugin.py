"""pytest plugin: `--microinfer-elf`, `--microinfer-core`, fixtures, and budgets of cycles and stack.

    @pytest.mark.cycles(max=20_000, core="cortex-m4")
    @pytest.mark.stack(max=512)
    def test_layer(microinfer_machine):
        microinfer_machine.call("layer", x, y)

A budget is for the dearest call the test makes on `microinfer_machine`, or case it asserts on `microinfer_library`;
with `core` it counts on that core only. Both options may stand in the ini file, as microinfer_elf and microinfer_core.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from emulator import CallResult, Machine
    from microinfer.testing.budget import Spent
    from microinfer.testing.library import Library

_CORE = "cortex-m4"
_SPENT = pytest.StashKey[list["CallResult"]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("microinfer")
    group.addoption("--microinfer-elf", type=Path, metavar="LIB.elf", help="library under test")
    group.addoption("--microinfer-core", metavar="NAME", help=f"core to emulate (default: {_CORE})")
    parser.addini("microinfer_elf", "library under test, relative to this file")
    parser.addini("microinfer_core", "core to emulate", default=_CORE)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "cycles(max, core=None): most cycles a call may take, on that core only")
    config.addinivalue_line("markers", "stack(max, core=None): most bytes of stack a call may take, on that core only")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Run the test, then hold what its calls took against its budgets: exceeding one is a failure of the test."""
    fixtures = getattr(item, "funcargs", {})
    library: Library | None = fixtures.get("microinfer_library")
    if library is not None:
        library.spent.clear()
    yield
    if library is None and "microinfer_machine" not in fixtures:
        return
    from microinfer.testing.budget import check_budgets

    spent: list[Spent] = [*item.stash.get(_SPENT, []), *(library.spent if library else [])]
    check_budgets(item, _core(item.config), spent)


def _elf(config: pytest.Config) -> Path:
    elf, ini = config.getoption("--microinfer-elf"), config.getini("microinfer_elf")
    if elf is None and not ini:
        pytest.skip("needs --microinfer-elf LIB.elf")
    return Path(elf) if elf is not None else (config.inipath or Path()).parent / str(ini)


def _core(config: pytest.Config) -> str:
    return str(config.getoption("--microinfer-core") or config.getini("microinfer_core"))


@pytest.fixture(scope="session")
def microinfer_library(pytestconfig: pytest.Config) -> Library:
    """The library under test, for assert_bit_exact."""
    from microinfer.testing.library import Library

    return Library(_elf(pytestconfig), _core(pytestconfig))


@pytest.fixture
def microinfer_machine(request: pytest.FixtureRequest) -> Machine:
    """A machine with the library loaded, new for every test."""
    from emulator import Machine

    machine = Machine.from_elf(_elf(request.config), _core(request.config))
    results: list[CallResult] = request.node.stash.setdefault(_SPENT, [])
    call = machine.call

    def counted(*arguments: Any, **options: Any) -> CallResult:
        results.append(call(*arguments, **options))
        return results[-1]

    machine.call = counted  # type: ignore[method-assign]
    return machine
