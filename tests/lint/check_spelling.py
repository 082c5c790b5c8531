#!/usr/bin/env python3
"""codespell over everything that people read: sources, scripts, documents."""

import os
import shutil
import subprocess
import sys

from sources import ROOT, files_under

PROGRAM = "codespell"
ENDINGS = (".h", ".cpp", ".py", ".sh", ".md", ".cmake", ".txt", ".toml", ".json")


def main():
    if shutil.which(PROGRAM) is None:
        print(f"{PROGRAM} is not installed: scripts/setup.sh --dev")
        return 1 if os.environ.get("CI") == "true" else 77
    files = [str(path.relative_to(ROOT)) for path in files_under(".", endings=ENDINGS)
             if "tests/data" not in str(path)]
    return subprocess.run([PROGRAM, *files], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
