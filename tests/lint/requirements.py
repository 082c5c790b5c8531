#!/usr/bin/env python3
"""Which requirements have a test: requirements.toml against the markers in tests/.

A marker is a comment with a tag in it: R041, P02, B30, SV2-41. Fails when an entry that is done has
no marker, when a marker names no entry, and when the list itself is broken. Prints what has no
test.
"""

import pathlib
import re
import sys
import tomllib

from sources import ROOT, Report, expect, files_under

LIST = pathlib.Path(__file__).with_name("requirements.toml")
TAG = re.compile(r"\b(R\d{3}|[PB]\d{2}|SV2-\d{1,2})\b")
COMMENT = {".cpp": "//", ".h": "//", ".ts": "//", ".js": "//", ".py": "#", ".sh": "#"}
STATES = ("planned", "done")
ENTRIES = {f"{n:03}" for n in range(1, 279)} | {f"P{n:02}" for n in range(1, 47)} | {
    f"B{n:02}" for n in range(1, 67)} | {f"SV2-{n}" for n in range(1, 97)}


def marker(tag):
    """How tests name the entry `tag`: a number has an R before it."""
    return f"R{tag}" if tag[0].isdigit() else tag


def markers_in(name, text):
    """(tag, line) of every marker in the comments of a file."""
    sign = COMMENT[pathlib.PurePath(name).suffix]
    for number, line in enumerate(text.splitlines(), 1):
        _, found, comment = line.partition(sign)
        if found:
            for match in TAG.finditer(comment):
                yield match.group(1), number


def check_list(report, entries):
    tags = [entry.get("tag") for entry in entries]
    for tag in sorted(set(tags) ^ ENTRIES, key=str):
        report.add(LIST, 0, f"{tag} is missing" if tag in ENTRIES else f"{tag} is no requirement")
    for tag in sorted({tag for tag in tags if tags.count(tag) > 1}):
        report.add(LIST, 0, f"{tag} stands twice")
    for entry in entries:
        is_sound = (entry.get("state") in STATES and isinstance(entry.get("issue"), int)
                    and entry.get("words", "").strip())
        if not is_sound:
            report.add(LIST, 0, f"{entry.get('tag')} needs words, an issue and a state")


def check_markers(report, entries, found):
    """`found` is marker -> list of (path, line)."""
    known = {marker(entry["tag"]) for entry in entries}
    for tag, places in sorted(found.items()):
        if tag not in known:
            report.add(*places[0], f"{tag} is no requirement")
    for entry in entries:
        if entry["state"] == "done" and marker(entry["tag"]) not in found:
            report.add(LIST, 0, f"{entry['tag']} ({entry['words']}) is done but has no test")


def print_untested(entries, found):
    by_issue = {}
    for entry in entries:
        if marker(entry["tag"]) not in found:
            by_issue.setdefault(entry["issue"], []).append(entry["tag"])
    for issue, tags in sorted(by_issue.items(), key=lambda row: row[0] or 10**6):
        name = f"issue {issue}" if issue else "not assigned"
        print(f"without a test, {name} ({len(tags)}): {' '.join(tags)}")


def self_test():
    text = "// R041, P02: what\ncode(); // B30, SV2-4\n\"R042\";\n"
    expect(list(markers_in("a_test.cpp", text)) == [("R041", 1), ("P02", 1), ("B30", 2),
                                                    ("SV2-4", 2)], "C++")
    expect(list(markers_in("a.py", "# R001\nx = 'R002'\n")) == [("R001", 1)], "Python")
    entry = {"tag": "041", "words": "x", "issue": 2, "state": "done"}

    def findings(check, *arguments):
        report = Report("self-test")
        check(report, *arguments)
        return len(report.findings)

    place = [("a_test.cpp", 1)]
    expect(findings(check_markers, [entry], {"R041": place}) == 0, "a tested requirement")
    expect(findings(check_markers, [entry], {}) == 1, "done without a test")
    expect(findings(check_markers, [{**entry, "state": "planned"}], {}) == 0, "planned")
    expect(findings(check_markers, [entry], {"R041": place, "R999": place}) == 1, "unknown marker")
    rows = [{**entry, "tag": tag} for tag in ENTRIES]
    expect(findings(check_list, rows) == 0, "a whole list")
    expect(findings(check_list, rows[1:]) == 1, "a missing row")
    expect(findings(check_list, rows + [rows[0]]) == 1, "a row twice")
    expect(findings(check_list, [{**rows[0], "state": "half"}] + rows[1:]) == 1, "a bad state")


def main():
    if "--self-test" in sys.argv:
        self_test()
        print("requirements: self-test passed")
        return 0
    report = Report("requirements")
    entries = tomllib.loads(LIST.read_text(encoding="utf-8"))["requirements"]
    check_list(report, entries)
    found = {}
    files = [path for path in files_under("tests", endings=tuple(COMMENT))
             if path != pathlib.Path(__file__)]
    for path in files:
        for tag, line in markers_in(path.name, path.read_text(encoding="utf-8")):
            found.setdefault(tag, []).append((path, line))
    check_markers(report, entries, found)
    print_untested(entries, found)
    if "--list" in sys.argv:
        for tag, places in sorted(found.items()):
            print(tag, *(f"{path.relative_to(ROOT)}:{line}" for path, line in places))
    done = sum(entry["state"] == "done" for entry in entries)
    print(f"{len(found)} of {len(entries)} requirements have a test, {done} are done")
    return report.finish(f"{len(files)} files")


if __name__ == "__main__":
    sys.exit(main())
