"""A client built on the reference implementation's own libraries (tests/peers/sri) checks the pool's
Stratum V2 field by field, reproduces its headers by itself, and finds blocks that nodes accept."""

import itertools
import json
import sys

import bitcoin
from nodes import Bcoin, BitcoinCore, Btcd
from sri_bench import FOREIGN_KEY, SimulatedNode, V2Pool, peer
from warp_test import Process, Suite, expect_equal

# 2^16 hashes a block, and a share in about 400.
BITS = "1f00ffff"
EASY = {"enabled": False, "min_diff": 0.000000001, "initial_diff": 0.0000001}
ROLLED = 0x1FFFE000

suite = Suite("sri_client")
node = SimulatedNode(BITS)
suite.cleanup(node.close)
pools = {}
# The pool knows a worker again, and how fast it was.
users = (f"sri{number}" for number in itertools.count())


@suite.cleanup
def close_pools():
    for each in pools.values():
        each.close()


def start_client(pool, scenario, *arguments, key=None):
    return Process([peer("sri_client"), scenario, "--address", f"127.0.0.1:{pool.port}",
                    "--key", key or pool.key, "--user", next(users), *arguments])


def play(pool, scenario, *arguments, key=None):
    """What the client found, as the particulars of each finding by its name; blocks in a list."""
    client = start_client(pool, scenario, *arguments, key=key)
    try:
        code = client.wait_exit(180)
        findings = [json.loads(line) for line in client.lines()]
        expect_equal(code, 0, f"{client.output()}\n{pool.output()}\nexit code")
        return [finding["finding"] for finding in findings], \
            [finding for finding in findings if finding["finding"] == "block"]
    finally:
        client.kill()


def check_blocks(pool, blocks):
    return [int.from_bytes(pool.check_block(block["hash"], block["header"])[:4], "little")
            for block in blocks]


@suite.needed
def node_and_pool_start():
    peer("sri_client")
    node.start()
    pools["easy"] = V2Pool(node, EASY)
    pools["easy"].start()


@suite.check
def the_client_can_count():
    names, _ = play(pools["easy"], "genesis")
    expect_equal(names, ["the arithmetic is right"])


# SV2-26, SV2-27, SV2-28, SV2-29, SV2-31, SV2-36, SV2-37, SV2-38, SV2-44, SV2-78
@suite.check
def refuses_what_it_has_to():
    names, _ = play(pools["easy"], "setups")
    expect_equal(names.count("set-up refused"), 4, names)
    expect_equal(names.count("open refused"), 5, names)


# SV2-7: by the library that verifies the certificate, not by ours.
@suite.check
def another_authority_key_is_refused():
    names, _ = play(pools["easy"], "wrong-key", key=FOREIGN_KEY)
    expect_equal(names, ["the pool is refused"])


# SV2-30, SV2-35, SV2-41, SV2-42, SV2-48, SV2-50, SV2-52, SV2-53, SV2-56, SV2-58, SV2-59, SV2-60,
# SV2-64, SV2-66, SV2-67, SV2-68, SV2-69, SV2-70, SV2-71
# R075: a client of the reference implementation's libraries, on either kind.
def shares_of(kind):
    def check():
        names, blocks = play(pools["easy"], "shares", "--kind", kind)
        expect_equal(len(blocks), 1, names)
        versions = check_blocks(pools["easy"], blocks)
        expect_equal(versions[0] & ROLLED, 0x0AAAA000, "rolled bits in the block")

    check.__name__ = f"shares_on_{kind}_channels_are_judged_right"
    return check


for each_kind in ("standard", "extended"):
    suite.check(shares_of(each_kind))


# SV2-33, SV2-34, SV2-39, SV2-45, SV2-47, SV2-49, SV2-51, SV2-54
@suite.check
def channels_of_both_kinds_share_a_group():
    names, blocks = play(pools["easy"], "groups")
    expect_equal(len(blocks), 2, names)
    check_blocks(pools["easy"], blocks)


# SV2-46
@suite.check
def each_channel_pays_its_own_address():
    pools["each"] = V2Pool(node, EASY, {"payout_mode": "per_miner"})
    pools["each"].start()
    owners = [bitcoin.every_address_kind(seed)["P2WPKH"] for seed in (1, 2)]
    client = start_client(pools["each"], "payouts", "--user",
                          ",".join(address for address, _ in owners))
    try:
        expect_equal(client.wait_exit(60), 0, client.output())
        paid = [json.loads(line)["script"] for line in client.lines()]
        expect_equal(paid, [script.hex() for _, script in owners], "scripts that are paid")
    finally:
        client.kill()


# SV2-61, SV2-62
@suite.check
def the_difficulty_follows_and_older_work_counts():
    pools["vardiff"] = V2Pool(node, {"min_diff": 0.000000001, "initial_diff": 0.0000001,
                                     "target_seconds_per_share": 1})
    pools["vardiff"].start()
    for kind in ("standard", "extended"):
        names, _ = play(pools["vardiff"], "vardiff", "--kind", kind)
        expect_equal(names, ["the difficulty follows"])


# SV2-73
@suite.check
def asks_its_clients_back_when_it_stops():
    clients = [start_client(pools["easy"], "stay", "--kind", kind)
               for kind in ("standard", "extended")]
    try:
        for client in clients:
            client.wait_line("waiting for the end", 30)
        pools["easy"].stop()
        for client in clients:
            expect_equal(client.wait_exit(30), 0, client.output())
            client.wait_line("asked to come back", 1)
    finally:
        for client in clients:
            client.kill()


# SV2-52, SV2-53, R018, R029, R069
def blocks_on(node_class):
    def check():
        node_class.binary()
        judge = node_class()
        pool = None
        try:
            judge.start()
            pool = V2Pool(judge)
            pool.start()
            for kind in ("standard", "extended"):
                before = judge.height()
                _, blocks = play(pool, "blocks", "--kind", kind, "--count", "3")
                expect_equal(judge.height(), before + 3, f"height after blocks on {kind} channels")
                versions = check_blocks(pool, blocks)
                expect_equal([version & ROLLED for version in versions[1:]],
                             [0x15554000, 0x0AAAA000], "rolled bits")
        finally:
            if pool is not None:
                pool.close()
            judge.close()

    check.__name__ = f"{node_class.name}_accepts_blocks_of_both_kinds"
    return check


for each_class in (Btcd, Bcoin, BitcoinCore):
    suite.check(blocks_on(each_class))

if __name__ == "__main__":
    sys.exit(suite.run())
