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
    (tmp_path / "b.json").write_text(
        json.dumps({"schema": "microinfer.verify", "functions": [{"function": "f", "stack": 1}]})
    )
    assert main(["diff", report(tmp_path, "a.json", 1), str(tmp_path / "b.json")]) == 1
    assert "functions[g].stack" in capsys.readouterr().out


def documents(folder: Path, schema: str, old: object, new: object) -> list[str]:
    """Two reports of a kind, as arguments."""
    for name, content in (("old.json", old), ("new.json", new)):
        assert isinstance(content, dict)
        (folder / name).write_text(json.dumps({"schema": schema, **content}))
    return ["diff", str(folder / "old.json"), str(folder / "new.json")]


@pytest.mark.parametrize(
    ("schema", "old", "new", "status"),
    [
        ("microinfer.profile", {"cycles": 100, "memory": {"arena": 8}}, {"cycles": 101, "memory": {"arena": 8}}, 1),
        ("microinfer.profile", {"cycles": 100, "memory": {"code": 8}}, {"cycles": 99, "memory": {"code": 9}}, 1),
        ("microinfer.profile", {"exact": True}, {"exact": False}, 1),
        ("microinfer.profile", {"layers": [{"index": 0, "op": "ADD", "stack": 8}]}, {"layers": []}, 1),
        ("microinfer.profile", {"layers": []}, {"layers": [{"index": 0, "op": "ADD", "stack": 8}]}, 0),
        ("microinfer.emulate", {"cycles": 100, "exit_code": 0}, {"cycles": 90, "exit_code": 0}, 0),
        ("microinfer.emulate", {"cycles": 100, "exit_code": 0}, {"cycles": 90, "exit_code": 3}, 1),
        ("microinfer.size", {"flash": 1000, "ram": 8}, {"flash": 1001, "ram": 8}, 1),
        ("microinfer.size", {"symbols": [{"symbol": "f", "flash": 8}]}, {"symbols": [{"symbol": "g", "flash": 9}]}, 0),
        ("microinfer.verify", {"interrupted": False}, {"interrupted": True}, 1),
        ("microinfer.verify", {"defects": []}, {"defects": [{"function": "f", "kind": "fault", "failing": 1}]}, 1),
    ],
)
def test_without_a_policy_nothing_may_get_worse(
    schema: str, old: object, new: object, status: int, tmp_path: Path
) -> None:
    assert main(documents(tmp_path, schema, old, new)) == status


@pytest.mark.parametrize(
    ("policy", "status"),
    [
        ("[cycles]\npercent = 5", 1),
        ('["layers[0 CONV_2D].cycles"]\npercent = 20\n[cycles]\npercent = 5', 0),
        ('["layers*.cycles"]\npercent = 20\n[cycles]\npercent = 5', 0),
        ('["layers*.cycles"]\npercent = 20\n["layers[0*].cycles"]\npercent = 5', 1),
        ('["*"]\nabsolute = 10', 0),
        ('[".cycles"]', 0),
    ],
)
def test_of_the_rules_that_fit_the_longest_counts(policy: str, status: int, tmp_path: Path) -> None:
    old, new = ({"cycles": 1000, "layers": [{"index": 0, "op": "CONV_2D", "cycles": c}]} for c in (100, 110))
    (tmp_path / "p.toml").write_text(policy)
    arguments = documents(tmp_path, "microinfer.profile", old, new)
    assert main([*arguments, "--policy", str(tmp_path / "p.toml")]) == status


def test_what_is_new_counts_from_zero_unless_the_policy_lets_it(tmp_path: Path) -> None:
    arguments = documents(tmp_path, "microinfer.verify", {}, {"functions": [{"function": "f", "stack": 8}]})
    for policy, status in (("[stack]", 1), ("[stack]\nabsolute = 8", 0), ('[stack]\nnew = "allowed"', 0)):
        (tmp_path / "p.toml").write_text(policy)
        assert main([*arguments, "--policy", str(tmp_path / "p.toml")]) == status


def test_two_defects_of_a_function_are_two_metrics(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = {"function": "f", "kind": "fault", "failing": 3}
    arguments = documents(tmp_path, "microinfer.verify", {"defects": [row]}, {"defects": [row, row]})
    assert main(arguments) == 1
    out = capsys.readouterr().out
    assert "defects[f fault #2].failing" in out and "1 metric differs, 1 beyond" in out


def test_a_rule_without_a_metric_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.toml").write_text("[cycels]\n[cycles]")
    arguments = documents(tmp_path, "microinfer.emulate", {"cycles": 1}, {"cycles": 1})
    assert main([*arguments, "--policy", str(tmp_path / "p.toml")]) == 0
    assert "in neither report: cycels" in capsys.readouterr().out


def test_markdown_for_a_pull_request(tmp_path: Path) -> None:
    arguments = documents(tmp_path, "microinfer.emulate", {"cycles": 1000, "stack": 64}, {"cycles": 1100, "stack": 48})
    assert main([*arguments, "--markdown", str(tmp_path / "diff.md")]) == 1
    text = (tmp_path / "diff.md").read_text()
    assert text.startswith("**2 metrics differ, 1 beyond what the policy allows**")
    assert (
        "| `cycles` | 1,000 | 1,100 | +10.0 % | **worse** |" in text and "| `stack` | 64 | 48 | -25.0 % | ok |" in text
    )


def test_reports_of_two_kinds_are_not_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = documents(tmp_path, "microinfer.emulate", {"cycles": 1}, {"cycles": 1})
    (tmp_path / "new.json").write_text(json.dumps({"schema": "microinfer.profile", "cycles": 1}))
    assert main(arguments) == 2
    assert "microinfer.emulate with one of microinfer.profile" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ('[x]\ndirection = "up"', "known: lower, higher, equal"),
        ('[x]\npercent = "5"', "percent '5'; wanted: a number"),
        ("[x]\nabsolute = -1", "absolute -1; wanted: a number"),
        ('[x]\nnew = "yes"', "known: zero, allowed"),
        ("[x]\nlimit = 5", "limit"),
        ("[x", "no policy"),
    ],
)
def test_a_policy_that_means_nothing_is_refused(
    policy: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "p.toml").write_text(policy)
    arguments = documents(tmp_path, "microinfer.emulate", {}, {})
    assert main([*arguments, "--policy", str(tmp_path / "p.toml")]) == 2
    error = capsys.readouterr().err
    assert "p.toml" in error and message in error


@pytest.mark.parametrize("text", ["", "[]", "{}"])
def test_other_files_are_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "b.json").write_text(text)
    assert main(["diff", report(tmp_path, "a.json", 1), str(tmp_path / "b.json")]) == 2
    assert "b.json: no" in capsys.readouterr().err
