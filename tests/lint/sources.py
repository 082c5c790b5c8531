"""What all source checks share: the files of the tree, C++ without comments, and the report."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CPP_ENDINGS = (".h", ".cpp")


def files_under(*folders, endings=CPP_ENDINGS, root=ROOT):
    """Files of the work tree that git does not ignore, sorted; generated ones are thus left out."""
    try:
        listing = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *folders],
            cwd=root, capture_output=True, text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        # A source archive has no git.
        listing = [str(path.relative_to(root)) for folder in folders
                   for path in (root / folder).rglob("*")]
    return sorted(root / name for name in set(listing)
                  if name.endswith(tuple(endings)) and (root / name).is_file())


TOKEN = re.compile(r"""
      (?P<line>//[^\n]*)
    | (?P<block>/\*.*?\*/)
    | (?P<raw>\bu?8?[UL]?R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)")
    | (?P<text>"(?:\\.|[^"\\\n])*")
    | (?P<character>(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+')
    """, re.VERBOSE | re.DOTALL)


def blank(text, keep_text=False):
    """C++ with comments (and the inside of literals) as spaces: offsets and lines stay."""

    def replace(match):
        found = match.group(0)
        if match.lastgroup in ("line", "block"):
            return re.sub(r"[^\n]", " ", found)
        if keep_text:
            return found
        return found[0] + re.sub(r"[^\n]", " ", found[1:-1]) + found[-1]

    return TOKEN.sub(replace, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


class Report:
    """Findings of one check; its exit code is the verdict."""

    def __init__(self, name):
        self.name = name
        self.findings = []

    def add(self, path, line, message):
        try:
            path = pathlib.Path(path).relative_to(ROOT)
        except ValueError:
            pass
        self.findings.append(f"{path}:{line}: {message}")

    def finish(self, looked_at):
        for finding in self.findings:
            print(finding)
        print(f"{self.name}: {looked_at} looked at, {len(self.findings)} findings")
        return 1 if self.findings else 0


def expect(condition, what):
    """For self-tests: a check that cannot fail proves nothing."""
    if not condition:
        print(f"self-test: {what}")
        sys.exit(1)
