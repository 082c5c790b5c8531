"""The commands of warppool-cli and the manual pages, from outside."""

import os
import re
import shutil
import subprocess
import sys
import threading

from life_bench import LifeBench
from processes import REPOSITORY
from warp_test import Folder, Suite, binary, expect_equal, expect_in, run, wait_until

COMMANDS = ("setup", "check-config", "check-address", "verify-block")
MANUALS = REPOSITORY / "docs" / "man"
PROGRAMS = ("warppool-cli",)

suite = Suite("functional_command_line")


def cli(*arguments, environment=None):
    return run([binary("warppool-cli"), *arguments], environment)


# --- help and manual pages

# R260
@suite.check
def every_command_tells_its_help():
    code, output = cli("--help")
    expect_equal(code, 0, "--help")
    for command in COMMANDS:
        expect_in(f"\n  {command}", output, "commands of --help")
        code, text = cli(command, "--help")
        expect_equal(code, 0, f"{command} --help")
        expect_in(f"Usage: warppool-cli {command}", text, "usage")


# R260
@suite.check
def wrong_words_are_named_and_refused():
    for arguments, words in ((["check-config", "--what"], "unknown option --what"),
                             (["check-config", "extra"], "takes no operands"),
                             (["verify-block"], "it takes FILE"),
                             (["check-address", "a", "--network"], "--network needs a value"),
                             (["no-such-command"], "no command no-such-command")):
        code, output = cli(*arguments)
        expect_equal(code, 2, f"exit code of {arguments}")
        expect_in(words, output, f"output of {arguments}")


# R260: WARP_UPDATE_GENERATED=1 writes the pages instead.
@suite.check
def manual_pages_are_those_of_the_programs():
    for name in PROGRAMS:
        done = subprocess.run([binary(name), "--manual-page"], stdout=subprocess.PIPE, check=True)
        path = MANUALS / f"{name}.1"
        if os.environ.get("WARP_UPDATE_GENERATED") == "1":
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(done.stdout)
        assert path.read_bytes() == done.stdout, (
            f"{path.name} is old: run this test with WARP_UPDATE_GENERATED=1")


@suite.check
def manual_pages_are_read_without_a_warning():
    if shutil.which("man") is None:
        suite.needed("man")
        return
    for page in sorted(MANUALS.iterdir()):
        done = subprocess.run(["man", "-l", "--warnings", page], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False,
                              env={**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8",
                                   "MAN_KEEP_FORMATTING": ""})
        expect_equal((done.returncode, done.stderr.decode()), (0, ""), page.name)
        assert len(done.stdout.splitlines()) > 20, page.name


# --- check-config

# R260: as the pool itself does it.
@suite.check
def check_config_finds_a_folder_in_use():
    with LifeBench() as bench:
        arguments = ("check-config", "--config", bench.pool.config)
        code, output = cli(*arguments, environment=bench.pool.environment)
        expect_equal(code, 2, output)
        expect_in(f"in use by another process (pid {bench.process.pid})", output)
        bench.pool.stop()
        expect_equal(cli(*arguments, environment=bench.pool.environment),
                     (0, "The configuration is good."))


# --- verify-block

def spooled_block(bench):
    """The spool file of a block that waits for its verdict, and the share that it is."""
    bench.node.set(submit_gate=threading.Event())
    miner = bench.working_miner()
    share = miner.mine(miner.jobs[-1], miner.jobs[-1].network_target)
    expect_equal(miner.submit("rig", share), True, "share")
    path = bench.pool.folder / "data" / "spool" / f"{share.block_hash}.block"
    # The file is written under another name first.
    wait_until(path.is_file, 10, "the block's file")
    return path, share


# R260
@suite.check
def verify_block_tells_a_good_block_and_whom_it_pays():
    with LifeBench() as bench:
        path, share = spooled_block(bench)
        code, output = cli("verify-block", path)
        expect_equal(code, 0, output)
        expect_in(f"Block {share.block_hash}", output)
        height = bench.node.template()["height"]
        assert re.search(rf"height +{height}\n", output), output
        address = bench.pool.settings["mining"]["payout_address"]
        reward = bench.node.template()["coinbasevalue"]
        expect_in(f"{reward // 10**8}.{reward % 10**8:08} BTC to {address}", output)

        digits = path.read_text(encoding="utf-8").split("\nblock ")[1].split("\n")[0]
        plain = bench.pool.folder / "block"
        for content in (digits.encode(), digits.upper().encode() + b"\r\n", bytes.fromhex(digits)):
            plain.write_bytes(content)
            code, output = cli("verify-block", plain, "--network", "regtest")
            expect_equal(code, 0, output)
            expect_in(f"BTC to {address}", output)


# R260
@suite.check
def verify_block_names_what_is_wrong():
    with LifeBench() as bench:
        path, _ = spooled_block(bench)
        text = path.read_text(encoding="utf-8")
        digits = text.split("\nblock ")[1].split("\n")[0]
    folder = Folder()
    try:
        def expect_fault(content, words):
            (folder / "block").write_bytes(content)
            code, output = cli("verify-block", folder / "block")
            expect_equal(code, 1, output)
            expect_in(words, output)

        expect_fault(text.encode().replace(b"height ", b"Height "), "checksum differs")
        expect_fault(text.encode()[:200], "shorter than it says")
        expect_fault(text.encode().replace(b"block 1 ", b"block 9 ", 1), "another version")
        expect_fault(digits[:-2].encode(), "not a block")
        expect_fault(b"warppool-state 1 0 0\n", "the record of a block")
        expect_fault(b"", "not a block")
        raw = bytearray.fromhex(digits)
        raw[70] ^= 1  # in the time
        raw[36] ^= 1  # in the merkle root
        expect_fault(bytes(raw), "FAULT         its merkle root")
        code, output = cli("verify-block", folder / "nothing")
        expect_equal((code, output), (1, f"{folder / 'nothing'}: not found"))
    finally:
        folder.close()


if __name__ == "__main__":
    sys.exit(suite.run())
