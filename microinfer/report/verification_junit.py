"""A verification as JUnit XML: a suite a library, a test case a function, its defects as the failure's text."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from microinfer.report.verification import defect_lines
from microinfer.verify.result import CampaignResult, FunctionResult

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(result: CampaignResult) -> str:
    """The result as text; no times, so that the same result gives the same bytes."""
    failed = sum(bool(one.defects or one.through) for one in result.functions)
    skipped = sum(not (one.defects or one.through) and _why_skipped(one) != "" for one in result.functions)
    name = f"microinfer verify {result.library} on {result.core}"
    counts = {"tests": str(len(result.functions)), "failures": str(failed), "skipped": str(skipped), "errors": "0"}
    suites = ElementTree.Element("testsuites", {"name": "microinfer", **counts})
    suite = ElementTree.SubElement(suites, "testsuite", {"name": name, **counts})
    _properties(suite, result)
    for one in result.functions:
        _test_case(suite, one, result)
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suites, encoding="unicode")


def _properties(suite: ElementTree.Element, result: CampaignResult) -> None:
    properties = ElementTree.SubElement(suite, "properties")
    values = {"seed": str(result.seed), "cases": str(result.cases), "partial": str(result.interrupted).lower()}
    for name, value in values.items():
        ElementTree.SubElement(properties, "property", {"name": name, "value": value})


def _test_case(suite: ElementTree.Element, one: FunctionResult, result: CampaignResult) -> None:
    place = f"{result.library.removesuffix('.elf')}.{result.core}"
    case = ElementTree.SubElement(suite, "testcase", {"classname": _text(place), "name": one.function})
    if one.defects:
        count = len(one.defects)
        message = str(one.defects[0].finding) if count == 1 else f"{count} defects"
        kinds = ", ".join(dict.fromkeys(defect.finding.kind for defect in one.defects))
        failure = ElementTree.SubElement(case, "failure", {"type": kinds, "message": _text(message)})
        lines = (line for number, one in enumerate(one.defects, 1) for line in defect_lines(number, one))
        failure.text = _text("\n".join(lines))
    elif one.through:
        message = f"fails through {', '.join(one.through)}"
        ElementTree.SubElement(case, "failure", {"type": "through another function", "message": _text(message)})
    elif why := _why_skipped(one):
        ElementTree.SubElement(case, "skipped", {"message": _text(why)})


def _why_skipped(one: FunctionResult) -> str:
    """Why no verdict can be given of a function without defects."""
    if one.skipped:
        return one.skipped
    return "" if one.complete else f"interrupted after {one.cases} cases"


def _text(text: str) -> str:
    """Characters that XML can hold."""
    return _NOT_XML.sub("?", text)
