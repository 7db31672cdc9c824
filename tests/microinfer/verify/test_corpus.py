"""Cases that reached something new are kept, varied, saved, and run again on other libraries."""

from __future__ import annotations

import json
from itertools import takewhile
from pathlib import Path

import pytest

from microinfer.cli import main
from microinfer.errors import VerifyError
from microinfer.report import verification
from microinfer.verify.campaign import Campaign
from microinfer.verify.corpus import entry_of, read_corpus
from microinfer.verify.function_run import FunctionRun
from microinfer.verify.knobs import knob_items
from microinfer.verify.mutation import Kept
from microinfer.verify.processes import Processes
from microinfer.verify.source import Entry, Round, Source
from microinfer.verify.spec import all_specs, spec_of
from microinfer.verify.task import CasesTask, Reached, Stretch
from tests.microinfer.verify.broken import COPY, needs_native_counting, reshape_with
from tests.support.kernels import library

pytestmark = needs_native_counting

FUNCTION = "arm_convolve_s8"
STAIR = (("y.stride", 5), ("x.stride", 5), ("y.dilation", 3), ("x.dilation", 3), ("y.kernel", 5), ("batch", 2))


def near(function: str, start: int, *kept: int) -> Source:
    """A source whose cases from `start` on are near the kept ones."""
    plain = Source(function, 0, (), (Round(0, ()),))
    spec = spec_of(function)
    return plain.next_round(start, [Kept(number, plain.tape(spec, number)) for number in kept])


@pytest.mark.parametrize("function", sorted(all_specs()))
def test_a_varied_case_is_one_of_the_function_and_the_same_again(function: str) -> None:
    spec, source = spec_of(function), near(function, 10, 1, 2)
    for number in range(20):
        case = source.case(spec, number)
        assert case.knobs == source.case(spec, number).knobs
        assert source.knobs(spec, number) == (None if case.reject else case.knobs)
        assert spec.plan_of(case.knobs, case.reject) == case.plan
        assert set(case.arrays) == {b.path for b in case.plan.buffers if b.role in ("in", "inout")}


def test_a_varied_case_shares_most_knobs_with_the_one_it_is_near() -> None:
    spec, source = spec_of(FUNCTION), near(FUNCTION, 10, 1)
    base = dict(knob_items(source.case(spec, 1).knobs))
    varied = [dict(knob_items(source.case(spec, number).knobs)) for number in range(11, 60) if number % 4]
    shared = [sum(base[path] == value for path, value in one.items()) / len(base) for one in varied]
    assert sum(shared) / len(shared) > 0.7 and sum(one < 1 for one in shared) > len(varied) / 3


def steps_reached(seed: int, cases: int = 2000) -> int:
    """How far a campaign comes on a stair of conditions, each an edge that only the one before it leads to."""
    spec, run = spec_of(FUNCTION), FunctionRun(FUNCTION, seed, cases)
    tasks, highest = list(run.begin()), 0
    while tasks:
        task = tasks.pop(0)
        assert isinstance(task, CasesTask)
        reached = []
        for number in range(task.start, task.stop):
            knobs = task.source.knobs(spec, number)
            have = dict(knob_items(knobs)) if knobs else {}
            climbed = list(takewhile(lambda step, have=have: have.get(step[0]) == step[1], STAIR))  # type: ignore[misc]
            highest = max(highest, len(climbed))
            edges = frozenset((n, 0, 0) for n in range(len(climbed)))
            reached.append(Reached(number, edges, task.source.tape(spec, number)))
        tasks += run.accept(task, Stretch(task.start, task.stop, (), 0, 0, tuple(reached)))
    return highest


def test_what_chance_seldom_reaches_is_reached_by_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    guided = sum(steps_reached(seed) for seed in range(4))
    monkeypatch.setattr("microinfer.verify.source.draw_near", lambda *arguments: None)
    by_chance = sum(steps_reached(seed) for seed in range(4))
    assert guided >= by_chance + 4


def test_unreached_code_is_told_by_source_line(tmp_path: Path) -> None:
    elf = reshape_with(tmp_path, f"if (total_size > 5000) {{\n output[1] = output[3];\n return;\n }} {COPY}")
    (row, *_) = Campaign(elf, "cortex-m4", 20, functions=("arm_reshape_s8",)).run().coverage
    file, _, line = row.lines[0].partition(":")
    source = (tmp_path / "kernels" / "src" / file).read_text().splitlines()
    assert source[int(line.split("-")[0]) - 1].strip() == "output[1] = output[3];"
    assert row.file.endswith("src/arm_reshape_s8.c") and "total_size > 5000" in source[row.line - 1]


def test_a_corpus_is_saved_and_reaches_as_much_without_other_cases(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    arguments = ["verify", str(library()), "--function", FUNCTION, "--corpus", str(folder), "--json"]
    assert main([*arguments, str(tmp_path / "a.json"), "--cases", "150"]) == 0
    saved = sorted((folder / FUNCTION).iterdir())
    assert main([*arguments, str(tmp_path / "b.json"), "--cases", "0"]) == 0
    first, again = (json.loads((tmp_path / name).read_text()) for name in ("a.json", "b.json"))
    assert 3 < len(saved) == first["functions"][0]["kept"] == again["cases"]
    assert sum(path.stat().st_size for path in saved) < 4096 * len(saved)
    assert again["coverage"][0]["executed"] == first["coverage"][0]["executed"]
    assert sorted((folder / FUNCTION).iterdir()) == saved


def test_a_corpus_is_a_quick_regression_of_another_library(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    base = ["--function", "arm_reshape_s8", "--corpus", str(folder)]
    assert main(["verify", str(library()), *base, "--cases", "50"]) == 0
    elf = reshape_with(tmp_path, f"{COPY} if (total_size > 4) output[4] ^= 1;")
    report = tmp_path / "report.json"
    assert main(["verify", str(elf), *base, "--cases", "0", "--json", str(report)]) == 1
    (defect,) = json.loads(report.read_text())["defects"]
    assert defect["smallest"] == {"size": 5} and defect["origin"].startswith("corpus ")


def test_the_report_with_a_corpus_does_not_depend_on_workers(tmp_path: Path) -> None:
    campaign = Campaign(library(), "cortex-m4", 80, 3, (FUNCTION,), tmp_path)
    for function, entry in campaign.run().corpus:
        (tmp_path / function).mkdir(exist_ok=True)
        (tmp_path / function / entry.name).write_bytes(entry.content)
    here, elsewhere = campaign.run(), campaign.run(Processes(2))
    assert verification.render(here) == verification.render(elsewhere) and here.corpus == elsewhere.corpus


def test_the_same_case_has_the_same_name_whichever_campaign_found_it() -> None:
    spec, source = spec_of(FUNCTION), Source(FUNCTION, 0, (), (Round(0, ()),))
    case, tape = source.case(spec, 5), source.tape(spec, 5)
    entry = entry_of(case, tape)
    again = Source(FUNCTION, 9, (entry,), (Round(-1, ()),))
    assert entry_of(again.case(spec, -1), again.tape(spec, -1)) == entry
    assert entry_of(source.case(spec, 6), tape).name != entry.name


def test_files_that_are_no_cases_of_the_function_are_named(tmp_path: Path) -> None:
    (tmp_path / FUNCTION).mkdir()
    (tmp_path / FUNCTION / "bad.npz").write_bytes(b"nothing")
    with pytest.raises(VerifyError, match=r"bad\.npz: no saved case"):
        read_corpus(tmp_path, FUNCTION)
    case = Source("arm_reshape_s8", 0, (), (Round(0, ()),)).case(spec_of("arm_reshape_s8"), 0)
    (tmp_path / FUNCTION / "bad.npz").write_bytes(entry_of(case, ()).content)
    with pytest.raises(VerifyError, match=r"bad\.npz: a case of arm_reshape_s8 among those of arm_convolve_s8"):
        read_corpus(tmp_path, FUNCTION)
    assert read_corpus(tmp_path, "arm_softmax_s8") == ()


def test_a_saved_case_without_a_library_asks_for_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = Source("arm_reshape_s8", 0, (), (Round(0, ()),)).case(spec_of("arm_reshape_s8"), 0)
    entry: Entry = entry_of(case, ())
    (tmp_path / entry.name).write_bytes(entry.content)
    assert main(["replay", str(tmp_path / entry.name)]) == 2
    assert "--elf LIB.elf" in capsys.readouterr().err
    assert main(["replay", str(tmp_path / entry.name), "--elf", str(library())]) == 0
