"""A bench whose pool runs from the start."""

from fake_node import Bench, mine_share
from warp_test import StratumError, expect_equal


class LifeBench(Bench):
    """A pool that runs from the start."""

    def __enter__(self):
        self.start()
        return self

    def share(self):
        """A whole session: log in, one accepted share, one that is refused, good-bye."""
        miner = self.miner()
        job = miner.login("rig")
        share = mine_share(miner, job)
        expect_equal(miner.submit("rig", share), True, "share")
        try:
            miner.submit("rig", share)
        except StratumError as refusal:
            expect_equal(refusal.code, 22, "code of a repeated share")
        miner.close()
