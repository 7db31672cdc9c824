"""A verification as SARIF, JUnit XML and Markdown."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from microinfer.cli import main
from microinfer.report import verification_junit, verification_markdown, verification_sarif
from microinfer.verify.campaign import Campaign
from microinfer.verify.result import CampaignResult
from tests.microinfer.verify.broken import COPY, reshape_with

FUNCTIONS = ("arm_reshape_s8", "arm_vector_sum_s8")


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> CampaignResult:
    """arm_reshape_s8 wrong in the fifth element, another function sound."""
    elf = reshape_with(tmp_path_factory.mktemp("broken"), f"{COPY} if (total_size > 4) output[4] ^= 1;")
    return Campaign(elf, "cortex-m4", 40, functions=FUNCTIONS).run()


def renamed(result: CampaignResult, **changes: Any) -> CampaignResult:
    """The result with its defect's finding changed."""
    first, *others = result.functions
    finding = replace(first.defects[0].finding, **changes)
    first = replace(first, defects=(replace(first.defects[0], finding=finding),))
    return replace(result, functions=(first, *others))


def check_sarif(document: Any) -> None:
    """What the schema of SARIF 2.1.0 demands of the parts that are used here."""
    assert set(document) == {"$schema", "version", "runs"} and document["version"] == "2.1.0"
    for run in document["runs"]:
        assert set(run) <= {"tool", "invocations", "results", "properties"}
        rules = run["tool"]["driver"]["rules"]
        assert isinstance(run["tool"]["driver"]["name"], str) and len({rule["id"] for rule in rules}) == len(rules)
        assert all(isinstance(call["executionSuccessful"], bool) for call in run["invocations"])
        for note in (note for call in run["invocations"] for note in call["toolExecutionNotifications"]):
            assert isinstance(note["message"]["text"], str)
        for one in run["results"]:
            assert one["level"] in ("none", "note", "warning", "error") and one["message"]["text"]
            assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
            assert all(isinstance(value, str) for value in one["partialFingerprints"].values())
            for location in one["locations"]:
                check_location(location)


def check_location(location: Any) -> None:
    assert set(location) <= {"physicalLocation", "logicalLocations"}
    physical = location["physicalLocation"]
    assert re.fullmatch(r"[\w.%/+-]+", physical["artifactLocation"]["uri"])
    assert "region" not in physical or physical["region"]["startLine"] >= 1
    assert all(isinstance(logical["name"], str) for logical in location["logicalLocations"])


def test_sarif_says_where_in_the_sources(result: CampaignResult) -> None:
    document = json.loads(verification_sarif.render(result))
    check_sarif(document)
    (one,) = document["runs"][0]["results"]
    assert one["ruleId"] == "wrong-output" and "expected" in one["message"]["text"]
    place = one["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("arm_reshape_s8.c") and place["region"]["startLine"] > 1
    assert one["properties"]["smallest"] == {"size": 5}


def test_sarif_takes_the_line_of_the_instruction_where_one_is_known(result: CampaignResult, tmp_path: Path) -> None:
    file = f"{tmp_path}/src/deep.c"
    rows = tuple(replace(row, file=file, line=7) for row in result.coverage)
    known = replace(renamed(result, place="memset+0x2, memset.c:9, called at deep.c:88"), coverage=rows)
    (one,) = json.loads(verification_sarif.render(known, root=tmp_path))["runs"][0]["results"]
    place = one["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "src/deep.c"}, "region": {"startLine": 88}}
    elsewhere = json.loads(verification_sarif.render(known, root=tmp_path / "other"))["runs"][0]["results"][0]
    assert elsewhere["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "deep.c"


def test_sarif_without_debug_information_names_library_and_function(result: CampaignResult) -> None:
    blind = replace(result, coverage=tuple(replace(row, file="", line=0) for row in result.coverage))
    document = json.loads(verification_sarif.render(blind))
    check_sarif(document)
    (location,) = document["runs"][0]["results"][0]["locations"]
    assert location["physicalLocation"] == {"artifactLocation": {"uri": result.library}}
    assert location["logicalLocations"][0]["name"] == "arm_reshape_s8"


def test_junit_has_a_test_case_a_function_and_the_defect_as_failure(result: CampaignResult) -> None:
    suites = ElementTree.fromstring(verification_junit.render(result).partition("\n")[2])
    (suite,) = suites
    assert (suite.tag, suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("testsuite", "2", "1", "0")
    broken, sound = suite.findall("testcase")
    assert (broken.get("name"), sound.get("name")) == FUNCTIONS and len(sound) == 0
    failure = broken.find("failure")
    assert failure is not None and failure.get("type") == "wrong output"
    assert "smallest case: size=5" in (failure.text or "")


def test_what_did_not_run_is_skipped_in_junit(result: CampaignResult) -> None:
    broken, sound = result.functions
    partial = replace(result, functions=(broken, replace(sound, cases=20, complete=False)), interrupted=True)
    suites = ElementTree.fromstring(verification_junit.render(partial).partition("\n")[2])
    assert suites.get("skipped") == "1"
    (skipped,) = suites.iter("skipped")
    assert skipped.get("message") == "interrupted after 20 cases"
    run = json.loads(verification_sarif.render(partial))["runs"][0]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert "partial: interrupted" in verification_markdown.render(partial)


def test_a_function_that_fails_through_another_is_no_success(result: CampaignResult) -> None:
    broken, sound = result.functions
    shared = replace(broken, defects=(replace(broken.defects[0], also=(sound.function,)),))
    both = replace(result, functions=(shared, replace(sound, through=(broken.function,))))
    suites = ElementTree.fromstring(verification_junit.render(both).partition("\n")[2])
    assert suites.get("failures") == "2"
    assert [one.get("message") for one in suites.iter("failure")][1] == "fails through arm_reshape_s8"
    markdown, sarif = verification_markdown.render(both), verification_sarif.render(both)
    assert "| through arm_reshape_s8 |" in markdown and "also through arm_vector_sum_s8" in markdown
    assert "also through arm_vector_sum_s8" in sarif


def test_text_that_markup_would_take_for_its_own_stays_text(result: CampaignResult) -> None:
    odd = renamed(result, text='a|b <c> & "d" \x00\n e')
    table = verification_markdown.render(odd)
    (row,) = (line for line in table.splitlines() if "wrong output: a" in line)
    assert r"a\|b" in row and row.count(" | ") == 5
    (failure,) = ElementTree.fromstring(verification_junit.render(odd).partition("\n")[2]).iter("failure")
    assert 'a|b <c> & "d" ?' in (failure.text or "")
    assert json.loads(verification_sarif.render(odd))["runs"][0]["results"]


def test_all_reports_come_from_one_run(result: CampaignResult, tmp_path: Path) -> None:
    elf = reshape_with(tmp_path, f"{COPY} if (total_size > 4) output[4] ^= 1;")
    names = {kind: tmp_path / f"report.{kind}" for kind in ("json", "sarif", "junit", "markdown")}
    options = [text for kind, path in names.items() for text in (f"--{kind}", str(path))]
    functions = [text for name in FUNCTIONS for text in ("--function", name)]
    assert main(["verify", str(elf), "--cases", "40", *functions, *options]) == 1
    assert names["junit"].read_text() == verification_junit.render(result) + "\n"
    assert names["markdown"].read_text() == verification_markdown.render(result) + "\n"
    assert names["sarif"].read_text() == verification_sarif.render(result) + "\n"


def test_every_kind_of_finding_has_a_rule(result: CampaignResult) -> None:
    for kind in ("fault", "caller's stack changed", "depends on noise"):
        document = json.loads(verification_sarif.render(renamed(result, kind=kind)))
        check_sarif(document)
        assert re.fullmatch(r"[a-z-]+", document["runs"][0]["results"][0]["ruleId"])
