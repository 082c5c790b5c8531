#!/usr/bin/env python3
"""Runs ctest and counts tests: every Qt Test function and every named check of a script, not
only the programs that hold them.

    scripts/run_tests.py BUILD [--label L] [--exclude-label L] [--jobs N] [--totals FILE]
    scripts/run_tests.py BUILD --targets [--label L]     names of the test programs to build
    scripts/run_tests.py --sum FILE                      sums what --totals appended, and names
                                                         what failed

A program says what it counted in lines of the form
    Totals: 5 passed, 0 failed, 1 skipped
as Qt Test prints them; without such a line it counts as one. A program that fails although no such
line says so (it crashed or took too long) counts as one failure more.
"""

import argparse
import dataclasses
import os
import pathlib
import re
import subprocess
import sys

TOTALS = re.compile(r"^Totals: (\d+) passed, (\d+) failed, (\d+) skipped")
OUTPUT = re.compile(r"^(\d+): ?(.*)$")
RESULT = re.compile(r"^\s*\d+/\d+ Test\s+#(\d+): (\S+) \.*\s*(\*\*\*)?(.*?)\s+([\d.]+) sec")
SKIPPED_CHECK = re.compile(r"^SKIP\s*: (.*)$")
FAILED_CHECK = re.compile(r"^(FAIL!|QFATAL|QCRITICAL|FAIL)\s*: .*$")
LINES_OF_A_FAILURE = 400
FAILED_CHECKS_NAMED = 10


@dataclasses.dataclass
class Totals:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list = dataclasses.field(default_factory=list)  # what failed, a line each

    def add(self, passed, failed, skipped):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def count_program(lines, status):
    """Totals of one program from its output and ctest's word for how it ended."""
    totals = Totals()
    has_counted = False
    for line in lines:
        match = TOTALS.match(line)
        if match:
            totals.add(*(int(number) for number in match.groups()))
            has_counted = True
    is_passed, is_skipped = status == "Passed", status.startswith("Skipped")
    if not has_counted:
        totals.add(int(is_passed), int(not is_passed and not is_skipped), int(is_skipped))
    elif not is_passed and not is_skipped and totals.failed == 0:
        totals.failed += 1
    return totals


def name_failures(name, status, lines):
    """One line for each check that failed, or one for the program where no check says so."""
    checks = [line.strip() for line in lines if FAILED_CHECK.match(line)]
    named = [f"{name}: {line}" for line in checks[:FAILED_CHECKS_NAMED]]
    if len(checks) > FAILED_CHECKS_NAMED:
        named.append(f"{name}: and {len(checks) - FAILED_CHECKS_NAMED} more")
    return named or [f"{name}: {status}"]


def sanitizer_environment():
    """Readable reports of sanitizers; the symbolizer's usual name is not in Debian's PATH."""
    environment = dict(os.environ)
    symbolizer = pathlib.Path("/usr/lib/llvm-19/bin/llvm-symbolizer")
    common = f"external_symbolizer_path={symbolizer}" if symbolizer.exists() else "symbolize=1"
    environment.setdefault("ASAN_OPTIONS", f"{common}:detect_stack_use_after_return=1")
    environment.setdefault("UBSAN_OPTIONS", f"{common}:print_stacktrace=1")
    environment.setdefault("TSAN_OPTIONS", f"{common}:second_deadlock_stack=1")
    return environment


def run_ctest(build, arguments, jobs):
    """Runs ctest; prints one line a program, and the whole output of those that failed."""
    command = ["ctest", "--test-dir", str(build), "-V", "--no-label-summary", "-j", str(jobs),
               *arguments]
    totals, outputs = Totals(), {}
    log = build / "tests.log"
    with open(log, "w", encoding="utf-8") as kept, subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", env=sanitizer_environment()) as process:
        for line in process.stdout:
            kept.write(line)
            line = line.rstrip("\n")
            output = OUTPUT.match(line)
            if output:
                outputs.setdefault(output.group(1), []).append(output.group(2))
                continue
            result = RESULT.match(line)
            if not result:
                continue
            number, name, _, status, seconds = result.groups()
            lines = outputs.pop(number, [])
            status = status or "Passed"
            count = count_program(lines, status)
            totals.add(count.passed, count.failed, count.skipped)
            print(f"{status:<10} {name} ({count}; {seconds} s)", flush=True)
            for skipped in filter(None, (SKIPPED_CHECK.match(text) for text in lines)):
                print(f"           skipped: {skipped.group(1)}")
            if count.failed:
                totals.failures += name_failures(name, status, lines)
                print("\n".join(f"    {text}" for text in lines[-LINES_OF_A_FAILURE:]), flush=True)
    if process.returncode and not totals.failures:
        totals.failed += 1
        totals.failures.append(f"ctest ended with {process.returncode}; see {log}")
    return totals


def test_programs(build, label):
    """Targets of the test programs that ctest would run, whether they are built or not."""
    names = set()
    for path in sorted(build.glob("tests/**/CTestTestfile.cmake")):
        text = path.read_text(encoding="utf-8")
        labels = {name: value.split(";") for name, value in re.findall(
            r'set_tests_properties\(\[=\[(.+?)\]=\] PROPERTIES .*?LABELS "([^"]*)"', text)}
        for name, program in re.findall(r'add_test\(\[=\[(.+?)\]=\] "([^"]+)"', text):
            is_ours = pathlib.Path(program).parent == build.resolve() / "bin"
            if is_ours and (not label or label in labels.get(name, [])):
                names.add(pathlib.Path(program).name)
    return sorted(names)


def sum_file(path):
    totals = Totals()
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        numbers, _, failure = line.partition("\t")
        totals.add(*(int(number) for number in numbers.split()))
        if failure:
            totals.failures.append(failure)
    return totals


def append_to_file(path, totals):
    """One line of numbers; one line of zeros with a text for each failure."""
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"{totals.passed} {totals.failed} {totals.skipped}\n")
        file.writelines(f"0 0 0\t{failure}\n" for failure in totals.failures)


def print_failures(totals):
    for failure in totals.failures:
        print(f"failed: {failure}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", nargs="?", type=pathlib.Path)
    parser.add_argument("--label", help="only tests with this label")
    parser.add_argument("--exclude-label", help="regular expression of labels to leave out")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--totals", help="append the three numbers to this file")
    parser.add_argument("--targets", action="store_true", help="print the programs, run nothing")
    parser.add_argument("--sum", metavar="FILE")
    options = parser.parse_args()
    if options.sum:
        totals = sum_file(options.sum)
        print_failures(totals)
        print(totals)
        return 1 if totals.failed else 0
    if options.build is None:
        parser.error("which build folder?")
    if options.targets:
        print("\n".join(test_programs(options.build, options.label)))
        return 0
    arguments = ["-L", f"^{options.label}$"] if options.label else []
    if options.exclude_label:
        arguments += ["-LE", options.exclude_label]
    totals = run_ctest(options.build, arguments, options.jobs)
    print_failures(totals)
    print(f"Totals: {totals}")
    if options.totals:
        append_to_file(options.totals, totals)
    return 1 if totals.failed else 0


if __name__ == "__main__":
    sys.exit(main())
