"""A gate's result as JUnit XML: a suite is a test suite, a measure a test case."""

from __future__ import annotations

from xml.etree import ElementTree

from bench import clean
from bench.gate.findings import ALL, Finding, FindingStatus, GateResult, Measure
from bench.gate.text import headline, sentence

_UNJUDGED = (FindingStatus.REPORTED, FindingStatus.BLIND)


def xml(result: GateResult) -> str:
    """The file's text. Failed measures are failures with the lost items named, unjudged ones are skipped."""
    root = ElementTree.Element("testsuites", name="bench gate")
    for model, suite in dict.fromkeys((f.model, f.suite) for f in result.findings):
        mine = [f for f in result.findings if (f.model, f.suite) == (model, suite)]
        box = ElementTree.SubElement(root, "testsuite", name=clean.xml(f"{model}.{suite}"), tests=str(len(mine)))
        box.set("failures", str(sum(f.failed for f in mine)))
        box.set("skipped", str(sum(f.status in _UNJUDGED for f in mine)))
        for finding in mine:
            _case(box, finding, result)
    if result.now.looks:
        _claims(root, result)
    if result.blind:
        box = ElementTree.SubElement(root, "testsuite", name="power", tests="1", failures="1", skipped="0")
        case = ElementTree.SubElement(box, "testcase", classname="power", name="cannot tell")
        ElementTree.SubElement(case, "failure", message=clean.xml("; ".join(result.blind)))
    root.set("tests", str(sum(int(box.get("tests", "0")) for box in root)))
    root.set("failures", str(sum(int(box.get("failures", "0")) for box in root)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _claims(root: ElementTree.Element, result: GateResult) -> None:
    """Where the run's own claims stand, if it was judged on its way; those that are open are skipped."""
    open_yet = [name for name, said in result.now.looks.items() if said.startswith("open")]
    box = ElementTree.SubElement(root, "testsuite", name="claims", tests=str(len(result.now.looks)), failures="0")
    box.set("skipped", str(len(open_yet)))
    for name, said in result.now.looks.items():
        case = ElementTree.SubElement(box, "testcase", classname="claims", name=clean.xml(name))
        if name in open_yet:
            ElementTree.SubElement(case, "skipped", message=clean.xml(said))
        else:
            ElementTree.SubElement(case, "system-out").text = clean.xml(said)


def _case(box: ElementTree.Element, finding: Finding, result: GateResult) -> None:
    case = ElementTree.SubElement(box, "testcase", classname=str(box.get("name")), name=finding.measure)
    said = clean.xml(sentence(finding))
    if finding.failed:
        failure = ElementTree.SubElement(case, "failure", message=said)
        failure.text = clean.xml("\n".join([headline(result), *_lost(finding, result)]))
    elif finding.status in _UNJUDGED:
        ElementTree.SubElement(case, "skipped", message=said)
    else:
        ElementTree.SubElement(case, "system-out").text = said


def _lost(finding: Finding, result: GateResult) -> list[str]:
    if finding.measure is not Measure.QUALITY:
        return []
    return [
        f"lost: {move.suite} {move.item} ({move.outcome})"
        for move in result.moves
        if move.lost and move.model == finding.model and finding.suite in (move.suite, ALL)
    ]
