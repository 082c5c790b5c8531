#!/usr/bin/env python3
"""The demo: a simulated node and simulated miners with the real warppool between them."""

import pathlib
import re
import shutil
import signal
import sys

from warp_test import Folder, Process, Suite, binary, expect_equal, expect_in, is_listening, run

suite = Suite("sim_demo")

# An easy target keeps the test short: 2^17 hashes a block.
QUICK = ["--bits", "1f01ffff", "--rate", "40000"]


def demo(*arguments):
    return Process([binary("warppool-sim"), "demo", *QUICK, *arguments])


def pool_port(process):
    _, line = process.wait_line("stratum+tcp://", 60)
    return int(line.rsplit(":", 1)[1])


def config_folder(process):
    _, line = process.wait_line("config.toml", 60)
    return pathlib.Path(line.split(" with ")[1]).parent


@suite.check
def ends_well_after_the_wanted_blocks():
    # R267
    process = demo("--blocks", "2", "--seconds", "120")
    try:
        code = process.wait_exit(150)
        lines = process.lines()
        folder = config_folder(process)
    finally:
        process.kill()
    expect_equal(code, 0, process.output())
    for line in lines:
        if not line.startswith("[simulated] "):
            raise AssertionError(f"not marked as simulated: {line}")
    blocks = [line for line in lines if "block accepted" in line]
    expect_equal(len(blocks), 2, "accepted blocks")
    heights = [int(re.search(r"height (\d+), hash [0-9a-f]{64}$", line).group(1))
               for line in blocks]
    expect_equal(heights[1], heights[0] + 1, "heights")
    paid = [re.search(r"paid (\d+) sats .* to (bcrt1q[0-9a-z]+)$", line) for line in lines
            if " paid " in line]
    expect_equal(len(paid), 2, "payouts")
    for payout in paid:
        if int(payout.group(1)) < 50 * 10**8:
            raise AssertionError(f"less than the subsidy: {payout.group(0)}")
    expect_equal(paid[0].group(2), paid[1].group(2), "payout addresses")
    expect_equal(folder.exists(), False, "temporary folder left behind")


@suite.check
def ends_in_order_on_ctrl_c():
    process = demo()
    try:
        process.wait_line("is mining", 60)
        port = pool_port(process)
        folder = config_folder(process)
        process.signal(signal.SIGINT)
        expect_equal(process.wait_exit(30), 0, process.output())
    finally:
        process.kill()
    expect_equal(is_listening(port), False, "pool still there")
    expect_equal(folder.exists(), False, "temporary folder left behind")


@suite.check
def lets_others_mine_with_it():
    # Hard blocks: a change of the tip would refuse a share that was under way.
    process = demo("--rate", "1", "--bits", "1d00ffff")
    try:
        port = pool_port(process)
        process.wait_line("is mining", 60)
        code, output = run([binary("warppool-sim"), "miner",
                            "--url", f"stratum+tcp://127.0.0.1:{port}", "--rate", "50000",
                            "--count", "2", "--version-rolling", "--seconds", "8"])
        expect_equal(code, 0, output)
        shares = re.search(r"(\d+) shares sent, (\d+) accepted, 0 rejected", output)
        if shares is None or int(shares.group(2)) == 0:
            raise AssertionError(output)
        process.stop()
    finally:
        process.kill()


@suite.check
def fails_where_the_pool_cannot_run():
    folder = Folder("warp-demo-")
    try:
        lonely = folder / "warppool-sim"
        shutil.copy2(binary("warppool-sim"), lonely)
        code, output = run([lonely, "demo", *QUICK, "--blocks", "1"])
        expect_equal(code, 1, output)
        expect_in("warppool", output)
        # A pool that ends by itself: its last words are shown.
        fake = folder / "warppool"
        fake.write_text("#!/bin/sh\necho the disk is made of cheese\nexit 3\n", encoding="utf-8")
        fake.chmod(0o755)
        code, output = run([lonely, "demo", *QUICK, "--blocks", "1"])
        expect_equal(code, 1, output)
        expect_in("exit code 3", output)
        expect_in("the disk is made of cheese", output)
    finally:
        folder.close()


@suite.check
def fails_when_the_time_is_over():
    process = demo("--bits", "1d00ffff", "--blocks", "1", "--seconds", "3")
    try:
        expect_equal(process.wait_exit(60), 1, process.output())
        expect_in("the time is over", process.output())
    finally:
        process.kill()


@suite.check
def refuses_wrong_options():
    for arguments in (["--blocks", "many"], ["--bits", "zz"], ["--rate", "0"], ["--listen", "x"],
                      ["--unknown"]):
        code, output = run([binary("warppool-sim"), "demo", *arguments])
        expect_equal(code, 2, output)


sys.exit(suite.run())
