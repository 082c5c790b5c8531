#!/usr/bin/env python3
"""clang-tidy over what changed: the .cpp files of src/ that differ from the base, and those whose
own header does.

    scripts/tidy.py [--all] [--base COMMIT] [--limit FILES] [--seconds N] [--fix]

The base is where this branch left origin/main; on that branch itself the last ten commits count.
Includes that are not needed fail here; includes that come through a file's own header do not.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "tidy"
PROGRAM = "clang-tidy-19"
FINDING = re.compile(r"^(\S+?):\d+:\d+: (warning|error): (.*) \[([\w.,-]+)\]$")


def git(*arguments):
    result = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True,
                            check=False)
    return result.stdout.strip() if result.returncode == 0 else None


def find_base():
    head = git("rev-parse", "HEAD")
    base = git("merge-base", "HEAD", "origin/main")
    if base and base != head:
        return base
    return git("rev-parse", "HEAD~10") or git("rev-list", "--max-parents=0", "HEAD")


def changed_files(base):
    names = (git("diff", "--name-only", base, "--", "src") or "").splitlines()
    names += (git("ls-files", "--others", "--exclude-standard", "--", "src") or "").splitlines()
    return {ROOT / name for name in names}


def compiled_files():
    commands = json.loads((BUILD / "compile_commands.json").read_text(encoding="utf-8"))
    files = {pathlib.Path(command["file"]) for command in commands}
    return sorted(path for path in files if (ROOT / "src") in path.parents)


def select(options):
    compiled = compiled_files()
    if options.all:
        return compiled, 0
    changed = changed_files(options.base or find_base())
    chosen = [path for path in compiled if path in changed or path.with_suffix(".h") in changed]
    # The newest first: where there are too many, what was touched last is looked at.
    chosen.sort(key=lambda path: -path.stat().st_mtime)
    return chosen[:options.limit], max(0, len(chosen) - options.limit)


def findings_of(path, deadline, is_fixing):
    """Lines to complain about; None where the time was over before the file's turn."""
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        return None
    command = [PROGRAM, "--quiet", "-p", str(BUILD), *(["--fix"] if is_fixing else []), str(path)]
    try:
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False,
                                timeout=remaining)
    except subprocess.TimeoutExpired:
        return None
    found = []
    for line in result.stdout.splitlines():
        match = FINDING.match(line)
        if not match:
            continue
        name, _, message, check = match.groups()
        if check.startswith("misc-include-cleaner") and message.startswith("no header providing"):
            continue
        if str(ROOT / "src") in name:
            found.append(line.replace(f"{ROOT}/", ""))
    if result.returncode and not found:
        found.append(f"{path.relative_to(ROOT)}: {PROGRAM} failed:\n{result.stdout[-2000:]}"
                     f"{result.stderr[-2000:]}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="every file of src/")
    parser.add_argument("--base", help="compare with this commit")
    parser.add_argument("--limit", type=int, default=40, help="at most this many files")
    parser.add_argument("--seconds", type=int, default=720, help="stop after this time")
    parser.add_argument("--fix", action="store_true", help="let clang-tidy repair what it can")
    options = parser.parse_args()
    if shutil.which(PROGRAM) is None:
        print(f"{PROGRAM} is not installed: scripts/setup.sh --dev")
        return 1
    configure = subprocess.run(["cmake", "--preset", "tidy", "-DBUILD_TESTING=OFF"], cwd=ROOT,
                               capture_output=True, text=True, check=False)
    if configure.returncode:
        print(configure.stdout + configure.stderr)
        return 1
    files, left_out = select(options)
    deadline = time.monotonic() + options.seconds
    findings, unseen = set(), []
    workers = 1 if options.fix else os.cpu_count()
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for path, found in zip(files, pool.map(
                lambda path: findings_of(path, deadline, options.fix), files)):
            if found is None:
                unseen.append(path)
            else:
                findings.update(found)
    for finding in sorted(findings):
        print(finding)
    print(f"clang-tidy: {len(files) - len(unseen)} files, {len(findings)} findings"
          + (f"; not looked at: {left_out + len(unseen)}" if left_out or unseen else ""))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
