#!/usr/bin/env python3
"""scripts/run_tests.py counts what programs report, and crashes as failures."""

import sys

from sources import ROOT, expect

sys.path.insert(0, str(ROOT / "scripts"))

import run_tests  # noqa: E402

QT = ["********* Start testing of A *********", "PASS   : A::initTestCase()",
      "Totals: 3 passed, 0 failed, 0 skipped, 0 blacklisted, 1ms",
      "Totals: 2 passed, 1 failed, 1 skipped, 0 blacklisted, 1ms"]
CTEST_LINES = [
    (" 1/20 Test  #3: util .............................   Passed    0.05 sec",
     ("3", "util", None, "Passed", "0.05")),
    ("12/20 Test #13: peers_core_blocks ................***Skipped   0.12 sec",
     ("13", "peers_core_blocks", "***", "Skipped", "0.12")),
    ("14/20 Test #14: engine ..........................***Failed    2.00 sec",
     ("14", "engine", "***", "Failed", "2.00")),
    ("15/20 Test #15: sim ..............................***Timeout 300.04 sec",
     ("15", "sim", "***", "Timeout", "300.04")),
    ("16/20 Test #16: x ...............................***Exception: SegFault  0.10 sec",
     ("16", "x", "***", "Exception: SegFault", "0.10")),
    ("17/20 Test #17: y ...............................***Not Run   0.00 sec",
     ("17", "y", "***", "Not Run", "0.00")),
]


def main():
    cases = [
        (QT[:3], "Passed", "3 passed, 0 failed, 0 skipped"),
        (QT, "Failed", "5 passed, 1 failed, 1 skipped"),
        (QT[:3], "Exception: SegFault", "3 passed, 1 failed, 0 skipped"),
        (QT[:3], "Timeout", "3 passed, 1 failed, 0 skipped"),
        ([], "Passed", "1 passed, 0 failed, 0 skipped"),
        ([], "Failed", "0 passed, 1 failed, 0 skipped"),
        ([], "Not Run", "0 passed, 1 failed, 0 skipped"),
        ([], "Skipped", "0 passed, 0 failed, 1 skipped"),
        (["Totals: 0 passed, 0 failed, 1 skipped"], "Skipped", "0 passed, 0 failed, 1 skipped"),
    ]
    for lines, status, wanted in cases:
        count = str(run_tests.count_program(lines, status))
        expect(count == wanted, f"{status} with {lines}: {count}, wanted {wanted}")
    for line, wanted in CTEST_LINES:
        match = run_tests.RESULT.match(line)
        expect(match and match.groups() == wanted, f"{line!r}: {match and match.groups()}")
    print("test_counting: passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
