#!/usr/bin/env python3
"""Found blocks outlive the program: killed at random moments, started again, nothing is lost.

    block_survival.py [--long] [--seed NUMBER]
"""

import random
import signal
import sys
import time

import bitcoin
from warp_test import (Folder, Pool, Process, RpcClient, RpcError, StratumClient, StratumError,
                       Suite, binary, expect_equal, wait_until)

ROUNDS = 5
LONG_ROUNDS = 200
BITS = "1f7fffff"  # one hash in 2^9 is a block
# A block is on its way to the node and to the disk within a moment of the miner's answer, while a
# kill may hit before another thread had its turn: such blocks are counted apart.
HAND_OVER_SECONDS = 0.1
RECOVERY_SECONDS = 45

suite = Suite("functional_block_survival")


def option(name, fallback):
    if name in sys.argv:
        place = sys.argv.index(name)
        value = sys.argv[place + 1]
        del sys.argv[place:place + 2]
        return value
    return fallback


IS_LONG = "--long" in sys.argv
if IS_LONG:
    sys.argv.remove("--long")
SEED = int(option("--seed", random.SystemRandom().randrange(1 << 32)))


class Survival:
    """A node that stays, and a pool that is killed and started again."""

    def __init__(self):
        self.folder = Folder("warp-survival-")
        self.node = Process([binary("warppool-sim"), "node", "--data-dir", self.folder.path,
                             "--start-height", "3", "--bits", BITS])
        _, line = self.node.wait_line("rpc_url = ", 60)
        url = line.split(" = ")[1]
        self.client = RpcClient(url, cookie=self.folder / ".cookie")
        address = bitcoin.anyone_can_spend("bcrt")[0]
        self.pool = Pool({"node": {"rpc_url": url, "rpc_cookie": str(self.folder / ".cookie")},
                          "mining": {"payout_address": address},
                          "vardiff": {"enabled": False, "min_diff": 0.000000001,
                                      "initial_diff": 0.0000001}})
        self.pool.start()
        self.last_words = ""

    def close(self):
        self.node.signal(signal.SIGCONT)
        self.node.kill()
        self.pool.close()
        self.folder.close()

    def has_block(self, block_hash):
        try:
            return self.client.call("getblockheader", block_hash)["hash"] == block_hash
        except RpcError:
            return False

    def hang_node(self):
        self.node.signal(signal.SIGSTOP)
        time.sleep(0.05)  # its threads stop one after another

    def mine(self):
        """A connected miner and a share that is a block on the node's tip."""
        best = bytes.fromhex(self.client.call("getbestblockhash"))[::-1]
        miner = StratumClient(self.pool.port)
        miner.login("rig")
        job = miner.wait_job(lambda job: job.previous_hash == best)
        return miner, miner.mine(job, job.network_target)

    def play(self, chance):
        """One round; what became of its block: kept, lost, or unknown to the miner."""
        miner, share = self.mine()
        hang = chance.random() < 0.5
        if hang:
            self.hang_node()
        if chance.random() < 0.3:
            time.sleep(chance.uniform(0, 0.01))
        kill_at = time.monotonic() + chance.choice((0.0, 0.01, 0.2, 1.5)) * chance.random()
        answered_at = None
        try:
            if miner.submit("rig", share) is True:
                answered_at = time.monotonic()
        except (StratumError, ConnectionError, OSError):
            pass
        settled = chance.random() < 0.8
        if answered_at is not None and settled:
            kill_at = max(kill_at, answered_at + HAND_OVER_SECONDS)
        while time.monotonic() < kill_at:
            time.sleep(0.0005)
        killed_at = time.monotonic()
        self.pool.process.signal(signal.SIGKILL)
        self.pool.process.kill()
        self.last_words = (f"block {share.block_hash}, node hung: {hang}, killed "
                           f"{killed_at - (answered_at or killed_at):.4f} s after the answer\n"
                           + self.pool.process.output())
        miner.close()
        if hang:
            self.node.signal(signal.SIGCONT)
        self.pool.start()
        deadline = time.monotonic() + RECOVERY_SECONDS
        promised = answered_at is not None and killed_at - answered_at >= HAND_OVER_SECONDS
        if not promised:
            deadline = time.monotonic() + 3
        while not self.has_block(share.block_hash):
            if time.monotonic() > deadline:
                return "lost" if promised else "not handed over"
            time.sleep(0.02)
        return "kept"


# B03: a kill -9 at any moment after the hand-over loses no block.
@suite.check
def no_kill_loses_a_block():
    rounds = LONG_ROUNDS if IS_LONG else ROUNDS
    print(f"seed {SEED}, {rounds} rounds")
    chance = random.Random(SEED)
    survival = Survival()
    outcomes = []
    try:
        for number in range(rounds):
            outcomes.append(survival.play(chance))
            if outcomes[-1] == "lost":
                raise AssertionError(f"seed {SEED}, round {number}: the block is lost\n"
                                     + survival.last_words + "\n--- started again\n"
                                     + survival.pool.process.output())
    finally:
        survival.close()
        print(", ".join(f"{name}: {outcomes.count(name)}" for name in sorted(set(outcomes))))


# B03 B33: nobody is there to take the block; it is kept on the disk and brought after the
# restart, and the log says where it is meanwhile.
@suite.check
def a_block_waits_for_its_node():
    survival = Survival()
    try:
        miner, share = survival.mine()
        survival.hang_node()
        expect_equal(miner.submit("rig", share), True, "share")
        survival.pool.process.wait_line("block_at_risk", 20)
        spool = survival.pool.folder / "data" / "spool"
        kept = spool / f"{share.block_hash}.block"
        wait_until(kept.exists, 10, "the file of the block")
        digits = kept.read_text(encoding="utf-8").splitlines()[-1].split(" ")[1]
        survival.pool.process.signal(signal.SIGKILL)
        survival.pool.process.kill()
        miner.close()
        survival.node.signal(signal.SIGCONT)
        assert len(digits) > 160, digits
        survival.pool.start()
        wait_until(lambda: survival.has_block(share.block_hash), 30, "the block at the node")
        wait_until(lambda: (spool / f"{share.block_hash}.state").exists(), 10, "its state")
    finally:
        survival.close()


sys.exit(suite.run())
