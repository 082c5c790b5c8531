"""Who is paid by the blocks of the real pool: modes, fee and donation, read from mined blocks."""

import decimal
import sys

import bitcoin
from fake_node import WITNESS_COMMITMENT, Bench
from miner_tools import expect_refusal, submit
from warp_test import Suite, expect_equal

suite = Suite("functional_payout")


def payments(transaction):
    """(value, script) of the outputs that carry money, and whether nothing else is there."""
    paid = [output for output in transaction.outputs if output[0] > 0]
    rest = [script for value, script in transaction.outputs if value == 0]
    assert all(script.startswith(WITNESS_COMMITMENT) for script in rest), rest
    return paid


def block_of(paying, miner, user):
    """The coinbase of a block that this miner finds now, and what its template was worth."""
    job = paying.job_on_tip(miner)
    value = paying.node.template()["coinbasevalue"]
    block = miner.mine(job, job.network_target)
    expect_equal(submit(miner, block, user=user), True, f"share of {user}")
    submission = paying.node.wait_submission(block.block_hash)
    expect_equal(submission.verdict, None, f"verdict on the block of {user}")
    return submission.coinbase, value


# R012, R013: floors to the satoshi, the remainder is the owner's, everything adds up.
@suite.check
def fee_and_donation_have_their_own_outputs():
    fee, donation = bitcoin.every_address_kind(3)["P2SH"], bitcoin.every_address_kind(4)["P2TR"]
    with Bench({"mining": {"pool_fee_percent": decimal.Decimal("1.5"), "pool_fee_address": fee[0],
                           "donation_percent": decimal.Decimal("0.33"),
                           "donation_address": donation[0]}}).start() as paying:
        miner = paying.working_miner()
        coinbase, value = block_of(paying, miner, "rig")
        wanted = [(value * 150 // 10_000, fee[1]), (value * 33 // 10_000, donation[1])]
        rest = value - sum(amount for amount, _ in wanted)
        expect_equal(payments(coinbase), [(rest, paying.payout_script)] + wanted, "outputs")


# R018, P04: each block pays its finder, whatever kind of address that is, less the fee.
@suite.check
def per_miner_pays_the_finder_of_each_block():
    fee = bitcoin.every_address_kind(3)["P2WPKH"]
    with Bench({"mining": {"payout_mode": "per_miner", "pool_fee_percent": 2,
                           "pool_fee_address": fee[0]}}).start() as paying:
        refused = paying.miner()
        refused.subscribe()
        for user in ("rig", bitcoin.anyone_can_spend("bc")[0] + ".rig"):
            expect_refusal(24, "", refused.authorize, user)
        expect_equal(refused.notifications, [], "work for a miner that cannot be paid")
        for kind, (address, script) in bitcoin.every_address_kind().items():
            user = f"{address}.{kind}"
            miner = paying.working_miner(user)
            coinbase, value = block_of(paying, miner, user)
            cut = value * 2 // 100
            expect_equal(payments(coinbase), [(value - cut, script), (cut, fee[1])],
                         f"outputs of the block of {kind}")


if __name__ == "__main__":
    sys.exit(suite.run())
