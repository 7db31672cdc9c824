"""The README's Python runs as it stands, on our own kernels."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.support.kernels import library

ROOT = Path(__file__).parents[1]


def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    (tmp_path / "build").mkdir()
    shutil.copy(library(), tmp_path / "build" / "mykernels.elf")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)
    assert len(blocks) == 3 and names["y"].tolist() == list(range(-8, 8))  # type: ignore[attr-defined]
