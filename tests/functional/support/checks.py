"""Runs named checks and counts them in the form that scripts/run_tests.py sums.

A test file makes one Suite, decorates its checks and ends with sys.exit(suite.run()):

    suite = Suite("area_feature")

    @suite.check
    def refuses_an_unknown_key():
        ...

Checks run in the order of the file; after a failed `needed` check the rest counts as failed, after
a skipped one the file ends.
"""

import os
import sys
import time
import traceback

SKIP_EXIT_CODE = 77


class Skip(Exception):
    """Raised by a check that cannot run here; the text says what is missing."""


def is_ci():
    """On CI nothing is skipped for want of a tool: what is missing is a failure."""
    return os.environ.get("CI", "") == "true"


def skip_unless_ci(reason):
    """Skips the check, visibly; on CI fails it."""
    if is_ci():
        raise AssertionError(reason)
    raise Skip(reason)


def expect_equal(actual, wanted, what="value"):
    if actual != wanted:
        raise AssertionError(f"{what}: got {actual!r}, wanted {wanted!r}")


def expect_in(part, whole, what="text"):
    if part not in whole:
        raise AssertionError(f"{what}: {part!r} is not in {whole!r}")


class Suite:
    def __init__(self, name):
        self.name = name
        self._checks = []
        self._cleanups = []

    def check(self, function):
        self._checks.append((function, False))
        return function

    def needed(self, function):
        """A check without which the following ones make no sense."""
        self._checks.append((function, True))
        return function

    def cleanup(self, function):
        """Called at the end, the last one first, whatever happened."""
        self._cleanups.append(function)
        return function

    def run(self, arguments=None):
        """Runs all checks, or those whose names are given. Returns the exit code."""
        wanted = sys.argv[1:] if arguments is None else arguments
        unknown = set(wanted) - {function.__name__ for function, _ in self._checks}
        if unknown:
            print(f"no check named {', '.join(sorted(unknown))}")
            return 1
        counts = {"PASS": 0, "FAIL": 0, "SKIP": 0}
        stop = None
        try:
            for function, is_needed in self._checks:
                if wanted and function.__name__ not in wanted and not is_needed:
                    continue
                outcome = self._run_one(function, stop)
                counts[outcome] += 1
                if is_needed and outcome == "SKIP":
                    break  # what is missing is said once
                if is_needed and outcome == "FAIL":
                    stop = outcome
        finally:
            for function in reversed(self._cleanups):
                function()
        print(f"Totals: {counts['PASS']} passed, {counts['FAIL']} failed, "
              f"{counts['SKIP']} skipped", flush=True)
        if counts["FAIL"]:
            return 1
        return SKIP_EXIT_CODE if counts["SKIP"] and not counts["PASS"] else 0

    def _run_one(self, function, stop):
        label = f"{self.name}::{function.__name__}"
        if stop is not None:
            print(f"{stop:<6} : {label} (an earlier check that it needs did not pass)", flush=True)
            return stop
        started = time.monotonic()
        try:
            function()
        except Skip as reason:
            print(f"SKIP   : {label} ({reason})", flush=True)
            return "SKIP"
        except Exception:  # every failure of a check is reported, none ends the run
            print(f"FAIL   : {label}", flush=True)
            traceback.print_exc(file=sys.stdout)
            sys.stdout.flush()
            return "FAIL"
        print(f"PASS   : {label} ({time.monotonic() - started:.2f} s)", flush=True)
        return "PASS"
