"""What `import microinfer` costs, and which way the packages may know each other."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"unicorn", "elftools", "capstone", "tflite", "flatbuffers", "rich", "emulator"}
OWNERS = {"unicorn": "emulator", "elftools": "emulator", "capstone": "emulator", "tflite": "microinfer"}


def modules_after(statement: str) -> set[str]:
    """Top-level names in sys.modules of a new interpreter after `statement`."""
    script = f"{statement}\nimport sys\nprint(' '.join(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def imports_of(package: str) -> Iterator[tuple[Path, str]]:
    """(file, top-level module) of every import statement below `package`, wherever in the file it stands."""
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name.partition(".")[0]) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield path, node.module.partition(".")[0]


@pytest.mark.parametrize(
    "statement",
    ["import microinfer", "import microinfer.graph.session", "from microinfer.ops import registry; registry.check([])"],
)
def test_the_reference_engine_needs_numpy_only(statement: str) -> None:
    loaded = modules_after(statement)
    assert "microinfer" in loaded
    assert not loaded & HEAVY


def test_the_emulator_knows_nothing_of_microinfer() -> None:
    found = list(imports_of("emulator"))
    assert found
    assert [str(path) for path, name in found if name == "microinfer"] == []
    assert "microinfer" not in modules_after("import emulator")


@pytest.mark.parametrize("engine", sorted(OWNERS))
def test_one_module_imports_each_engine(engine: str) -> None:
    owners = {path for package in ("microinfer", "emulator") for path, name in imports_of(package) if name == engine}
    assert len(owners) == 1
    assert owners.pop().relative_to(ROOT).parts[0] == OWNERS[engine]
