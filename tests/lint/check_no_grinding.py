#!/usr/bin/env python3
"""The shipped pool programs contain no nonce-grinding code (B59): only warppool-sim mines.

Searches all sources but the simulator's for loops that vary a nonce, and, for programs named as
arguments, the symbol table for anything of warp::sim.
"""

import pathlib
import re
import subprocess
import sys

from sources import ROOT, Report, blank, expect, files_under, line_of

# B59
SIMULATOR = ("core/sim/", "tools/sim/")

NONCE = r"\b[\w.>\-]*[nN]once\w*\b(?!\s*\()"
GRINDING = {
    # Varying a nonce in place. The numbering of Noise messages (stratum-v2 spec, 4.3) is a cipher
    # counter and is named so: messageCounter.
    rf"(\+\+\s*{NONCE}|{NONCE}\s*(\+\+|\+=))": "a nonce is counted up",
    rf"\b(for|while)\s*\([^;{{}}]*;[^;{{}}]*{NONCE}[^;{{}}]*;[^{{}}]*\)": "a loop over nonces",
    r"\b(grind|mineBlock|mineHeader|findNonce|searchNonce|scanHash|scanhash)\w*\s*\(":
        "a function that mines",
}
SYMBOLS = re.compile(r"\bwarp::sim::|\b(grind|findNonce|searchNonce|scanHash|mineHeader)\w*\(")


def check_text(report, path, name, text):
    if name.startswith(SIMULATOR):
        return
    plain = blank(text)
    for pattern, reason in GRINDING.items():
        for match in re.finditer(pattern, plain):
            report.add(path, line_of(plain, match.start()),
                       f"{reason}, which only the simulator may do: {match.group(0).strip()}")


def check_symbols(report, path, names):
    for line in names.splitlines():
        if SYMBOLS.search(line):
            report.add(path, 0, f"the program contains {line.strip()}")


def check_program(report, path):
    names = subprocess.run(["nm", "-C", str(path)], capture_output=True, text=True, check=True)
    if not names.stdout.strip():
        report.add(path, 0, "has no symbols, so nothing can be said about it")
    check_symbols(report, path, names.stdout)


BAD = [
    "++header.nonce;", "m_nonce++;", "nonce += 1;",
    "for (std::uint32_t nonce = 0; nonce < limit; ++nonce) {}",
    "for (std::uint32_t i = 0; header->nonce < limit; i++) {}",
    "const auto found = grindNonce(header);", "mineHeader(header, target);",
]
GOOD = [
    "// ++nonce in words", "header.nonce = share.nonce;", "const auto nonce = parseHexUint32(text);",
    "for (const Share& share : shares) { check(share.nonce); }", "if (nonce.size() < 8) {}",
    "++m_messageCounter;", "++m_nonceErrors();", "stats.miners++;",
]


def self_test():
    def findings(name, text):
        report = Report("self-test")
        check_text(report, name, name, text)
        return len(report.findings)

    for text in BAD:
        expect(findings("core/mining/job.cpp", text) >= 1, f"must be found: {text}")
        expect(findings("core/sim/miner.cpp", text) == 0, f"the simulator may: {text}")
        expect(findings("tools/sim/miner.cpp", text) == 0, f"the simulator may: {text}")
    for text in GOOD:
        expect(findings("core/mining/job.cpp", text) == 0, f"must pass: {text}")
    report = Report("self-test")
    check_symbols(report, "warppool", "0001 T warp::mining::judge(int)\n0002 T main\n")
    expect(not report.findings, "a pool program passes")
    check_symbols(report, "warppool", "0001 T warp::sim::Miner::mine(int)\n")
    expect(len(report.findings) == 1, "a simulated miner in the pool is found")


def main():
    arguments = sys.argv[1:]
    if "--self-test" in arguments:
        self_test()
        print("check_no_grinding: self-test passed")
        return 0
    report = Report("check_no_grinding")
    files = files_under("src")
    for path in files:
        check_text(report, path, path.relative_to(ROOT / "src").as_posix(),
                   path.read_text(encoding="utf-8"))
    for argument in arguments:
        check_program(report, pathlib.Path(argument))
    return report.finish(f"{len(files)} files and {len(arguments)} programs")


if __name__ == "__main__":
    sys.exit(main())
