#!/usr/bin/env python3
"""Shows what clang-format 19 would change in the C++ files, and fails where that is anything."""

import concurrent.futures
import difflib
import os
import shutil
import subprocess
import sys

from sources import ROOT, Report, files_under

PROGRAM = "clang-format-19"


def difference(path):
    """Unified diff to what the formatter makes of the file; empty where it is well formed."""
    before = path.read_text(encoding="utf-8")
    after = subprocess.run([PROGRAM, str(path)], capture_output=True, text=True, check=True).stdout
    name = str(path.relative_to(ROOT))
    return "".join(difflib.unified_diff(before.splitlines(True), after.splitlines(True), name, name))


def main():
    if shutil.which(PROGRAM) is None:
        print(f"{PROGRAM} is not installed: scripts/setup.sh --dev")
        return 1 if os.environ.get("CI") == "true" else 77
    files = files_under("src", "tests")
    report = Report("check_format")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, found in zip(files, pool.map(difference, files)):
            if found:
                print(found, end="")
                report.add(path, 1, f"is not formatted; {PROGRAM} -i does it")
    return report.finish(f"{len(files)} files")


if __name__ == "__main__":
    sys.exit(main())
