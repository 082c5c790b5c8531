"""Miners that come back to the real pool."""

import sys

from fake_node import Bench, mine_share
from warp_test import Suite, expect_equal

suite = Suite("functional_pool_sessions")
bench = Bench()
suite.cleanup(bench.__exit__)


@suite.needed
def node_and_pool_start():
    bench.start()


# B16: by the id of the session, where the same thread serves the miner again; more threads than
# tries there are not.
@suite.check
def a_session_is_resumed():
    miner = bench.working_miner()
    expect_equal(miner.submit("rig", mine_share(miner, miner.jobs[-1])), True, "share")
    miner.close()
    for _ in range(64):
        back = bench.miner()
        result = back.call("mining.subscribe", "cgminer/4.12.0", miner.extranonce1.hex())
        back.close()
        if result[1] == miner.extranonce1.hex():
            return
    raise AssertionError("the miner never gets its extranonce1 again")


if __name__ == "__main__":
    sys.exit(suite.run())
