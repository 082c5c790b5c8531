#!/usr/bin/env python3
"""Scenarios and the other commands of warppool-sim."""

import re
import sys

from warp_test import (Folder, Pool, Process, RpcClient, RpcError, Suite, binary,
                       expect_equal, expect_in, run)

suite = Suite("sim_scenarios")

PAYOUT = "bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202"


def sim(*arguments, seconds=60):
    return run([binary("warppool-sim"), *arguments], seconds=seconds)


def started_node(folder, *arguments):
    """A running node, its RPC address and its client."""
    process = Process([binary("warppool-sim"), "node", "--data-dir", folder.path, *arguments])
    _, line = process.wait_line("rpc_url = ", 60)
    url = line.split(" = ")[1]
    return process, url, RpcClient(url, cookie=folder / ".cookie")


# R267 R020 B03 B34 B44 R009 P01 B08 B11 B42 B12 R041 R051 R052 B15: each story of a virtual world from
# three seeds
@suite.check
def every_scenario_ends_as_it_should():
    listed = [line.split()[0] for line in sim("scenario", "--list")[1].splitlines()]
    assert len(listed) >= 13, listed
    code, output = sim("scenario", "--all", "--seeds", "3", seconds=280)
    expect_equal(code, 0, output)
    for name in listed:
        expect_in(f"scenario {name}: passed", output)
    expect_in("block accepted", output)


@suite.check
def names_its_commands_and_scenarios():
    code, output = sim("--help")
    expect_equal(code, 0, output)
    for command in ("node", "miner", "load", "demo", "scenario"):
        expect_in(command, output)
        code, text = sim(command, "--help")
        expect_equal(code, 0, text)
        expect_in(f"warppool-sim {command}", text)
    code, output = sim("scenario", "--list")
    expect_equal(code, 0, output)
    expect_in("solo-block-found", output)
    code, output = sim("--version")
    expect_equal(code, 0, output)
    if re.fullmatch(r"warppool-sim \d+\.\d+\.\d+", output) is None:
        raise AssertionError(output)


@suite.check
def refuses_what_it_does_not_know():
    for arguments in ([], ["bogus"], ["scenario"], ["scenario", "bogus"],
                      ["scenario", "reorg", "--seed", "x"], ["node", "--bits", "x"],
                      ["node", "--rpc-port", "70000"], ["miner", "--url", "http://a:1"],
                      ["load", "--url", "a:1", "--connections", "0"],
                      ["miner", "--url", "a:1", "--quirks", "teleport"]):
        code, output = sim(*arguments)
        expect_equal(code, 2, f"{arguments}: {output}")


@suite.check
def serves_a_node():
    # R265
    folder = Folder("warp-node-")
    process, url, client = started_node(folder, "--start-height", "5", "--block-interval", "0.2")
    try:
        expect_equal(client.call("getblockchaininfo")["chain"], "regtest")
        process.wait_line("of other miners", 30)
        if client.call("getblockcount") < 6:
            raise AssertionError("no block of other miners")
        stranger = RpcClient(url, user="x", password="y")
        try:
            stranger.call("getblockcount")
            raise AssertionError("a stranger was let in")
        except RpcError as error:
            expect_equal(error.code, 401)
        expect_equal(process.stop(), 0, process.output())
    finally:
        process.kill()
        folder.close()


@suite.check
def drives_load_on_a_pool():
    folder = Folder("warp-load-")
    node, url, _ = started_node(folder, "--start-height", "1", "--bits", "1e0fffff")
    pool = Pool({"node": {"rpc_url": url, "rpc_cookie": str(folder / ".cookie")},
                 "mining": {"payout_address": PAYOUT},
                 "vardiff": {"enabled": False, "initial_diff": 1},
                 "ratelimit": {"enabled": False}})
    try:
        pool.start()
        address = f"stratum+tcp://127.0.0.1:{pool.port}"
        code, output = sim("load", "--url", address, "--connections", "20", "--in-flight", "10",
                           "--seconds", "2")
        expect_equal(code, 0, output)
        expect_in("20 ready, 0 failed", output)
        expect_in("p99", output)
        answers = re.search(r"submits (\d+), answers (\d+)", output)
        expect_equal(answers.group(1), answers.group(2), "answers")
        # A made-up nonce is below any difficulty, once in 2^32 apart.
        expect_in("rejected with code 23", output)
        code, output = sim("load", "--url", address, "--connections", "100", "--in-flight", "0",
                           "--storm")
        expect_equal(code, 0, output)
        expect_in("100 ready, 0 failed", output)
        expect_equal(pool.stop(), 0, pool.process.output())
        code, output = sim("load", "--url", address, "--connections", "2")
        expect_equal(code, 1, output)
        expect_in("2 failed", output)
    finally:
        pool.close()
        node.kill()
        folder.close()


@suite.check
def mines_only_where_it_gets_work():
    code, output = sim("miner", "--url", "stratum+tcp://127.0.0.1:1", "--seconds", "1")
    expect_equal(code, 1, output)
    expect_in("the pool gave no work", output)


sys.exit(suite.run())
