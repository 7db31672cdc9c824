"""`microinfer diff` compares reports under a policy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from microinfer.cli import main


def report(folder: Path, name: str, stack: int, failing: int = 0) -> str:
    rows = [{"function": "f", "stack": stack, "failing": failing}, {"function": "g", "stack": 8, "failing": 0}]
    (folder / name).write_text(json.dumps({"schema": "microinfer.verify", "functions": rows}))
    return str(folder / name)


@pytest.mark.parametrize(
    ("stack", "failing", "policy", "status"),
    [
        (100, 0, "", 0),
        (90, 0, "", 0),
        (101, 0, "", 1),
        (100, 1, "", 1),
        (104, 0, "[stack]\npercent = 5", 0),
        (106, 0, "[stack]\npercent = 5", 1),
        (106, 0, "[stack]\nabsolute = 6", 0),
        (90, 0, '[stack]\ndirection = "higher"', 1),
        (99, 0, '[stack]\ndirection = "equal"', 1),
        (500, 5, "[cycles]", 0),
    ],
)
def test_the_exit_status_follows_the_policy(
    stack: int, failing: int, policy: str, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["diff", report(tmp_path, "a.json", 100), report(tmp_path, "b.json", stack, failing)]
    if policy:
        (tmp_path / "policy.toml").write_text(policy)
        arguments += ["--policy", str(tmp_path / "policy.toml")]
    assert main([*arguments, "--json", str(tmp_path / "diff.json")]) == status
    assert f"{status} beyond what the policy allows" in capsys.readouterr().out
    assert json.loads((tmp_path / "diff.json").read_text())["worse"] == status


def test_a_metric_that_is_gone_is_worse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "b.json").write_text(json.dumps({"schema": "x", "functions": [{"function": "f", "stack": 1}]}))
    assert main(["diff", report(tmp_path, "a.json", 1), str(tmp_path / "b.json")]) == 1
    assert "functions[g].stack" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "[]", "{}"])
def test_other_files_are_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "b.json").write_text(text)
    assert main(["diff", report(tmp_path, "a.json", 1), str(tmp_path / "b.json")]) == 2
    assert "b.json: no" in capsys.readouterr().err
