"""Blocks found through the pool over Stratum V1, judged by a real node. Used by *_blocks.py."""

from contextlib import closing

import bitcoin
from warp_test import Pool, StratumClient, Suite, expect_equal, wait_until

WORKER = "rig"
SATOSHIS = 100_000_000
WITNESS_COMMITMENT = bytes.fromhex("6a24aa21a9ed")  # BIP141: OP_RETURN, 36 bytes, header
FEE = 10_000


class Bench:
    """One node, one pool on it, one miner; the pool pays P2WSH(OP_TRUE)."""

    def __init__(self, node_class):
        self.node_class = node_class
        self.node = None
        self.pool = None
        self.miner = None
        self.address, self.payout_script = bitcoin.anyone_can_spend()
        self.mined = {}  # height -> coinbase of a block of ours

    def start(self):
        self.node_class.binary()
        self.node = self.node_class()
        self.node.start()
        self.pool = Pool({"node": self.node.pool_settings(),
                          "mining": {"payout_address": self.address, "pooltag_prefix": "test"}},
                         environment=self.node.pool_environment())
        self.pool.start()
        self.miner = StratumClient(self.pool.port)
        self.miner.configure_version_rolling()
        self.miner.login(WORKER)

    def close(self):
        if self.miner is not None:
            self.miner.close()
        for part in (self.pool, self.node):
            if part is not None:
                part.close()

    def job_on_tip(self, accepts=lambda job: True):
        """A job that builds on the node's best block."""
        best = self.node.best()
        return self.miner.wait_job(
            lambda job: bitcoin.display(job.previous_hash) == best and accepts(job), 30)

    def mine_block(self, job=None, version_bits=None):
        """Finds a block, submits it as a share and returns it as the node has it."""
        job = self.job_on_tip() if job is None else job
        height = self.node.height() + 1
        share = self.miner.mine(job, job.network_target, version_bits)
        expect_equal(self.miner.submit(WORKER, share), True, f"share of block {height}")
        wait_until(lambda: self.node.best() == share.block_hash, 10,
                   lambda: f"{self.node.name} takes block {height} ({share.block_hash}) as best:\n"
                   + self.pool.process.output())
        expect_equal(self.node.height(), height, "height")
        header, transactions = self.node.transactions(share.block_hash)
        expect_equal(bitcoin.display(bitcoin.sha256d(header)), share.block_hash, "header")
        self.mined[height] = transactions[0]
        return share, header, transactions

    def check_coinbase(self, height, coinbase, fees=0):
        """One output pays the owner everything; the rest carries no money."""
        _, _, script, _ = coinbase.inputs[0]
        push = bitcoin.script_number(height)
        expect_equal(script[:len(push)], push, f"BIP34 height of block {height}")
        assert 2 <= len(script) <= 100, f"scriptSig of {len(script)} bytes"
        assert b"test" in script, "the pool tag is in the scriptSig"
        paying = [output for output in coinbase.outputs if output[0] > 0]
        reward = bitcoin.block_subsidy(height, self.node.halving_interval) + fees
        expect_equal(paying, [(reward, self.payout_script)], f"outputs of block {height}")
        others = [script for value, script in coinbase.outputs if value == 0]
        assert all(script.startswith(WITNESS_COMMITMENT) for script in others), others

    def spend(self, height):
        """A transaction by hand that halves the payout of block `height` into two outputs."""
        coinbase = self.mined[height]
        index = next(i for i, output in enumerate(coinbase.outputs) if output[0] > 0)
        value = coinbase.outputs[index][0] - FEE
        return bitcoin.Transaction(
            [(coinbase.txid(), index, b"", bitcoin.SEQUENCE_FINAL)],
            [(value // 2, self.payout_script), (value - value // 2, self.payout_script)],
            [[bitcoin.OP_TRUE]])


def check_witness_commitment(transactions):
    """The coinbase commits to the witnesses of the block (BIP141)."""
    coinbase = transactions[0]
    reserved = coinbase.witnesses[0]
    expect_equal(reserved, [bytes(32)], "witness reserved value")
    root = bitcoin.merkle_root([bytes(32)] + [tx.wtxid() for tx in transactions[1:]])
    commitment = bitcoin.sha256d(root + reserved[0])
    scripts = [script for _, script in coinbase.outputs if script.startswith(WITNESS_COMMITMENT)]
    expect_equal(scripts, [WITNESS_COMMITMENT + commitment], "witness commitment")


def mine_for(node, pool, user):
    """The coinbase of a block that this user finds, as the node has it, and the reward."""
    with closing(StratumClient(pool.port)) as miner:
        miner.login(user)
        best, height = node.best(), node.height() + 1
        job = miner.wait_job(lambda job: bitcoin.display(job.previous_hash) == best, 30)
        share = miner.mine(job, job.network_target)
        expect_equal(miner.submit(user, share), True, f"share of {user}")
    wait_until(lambda: node.best() == share.block_hash, 10,
               lambda: f"{node.name} takes the block of {user}:\n" + pool.process.output())
    _, transactions = node.transactions(share.block_hash)
    return transactions[0], bitcoin.block_subsidy(height, node.halving_interval)


def block_suite(name, node_class):
    """The checks of issue part "a real node" for one kind of node."""
    suite = Suite(name)
    bench = Bench(node_class)
    suite.cleanup(bench.close)

    @suite.needed
    def node_pool_and_miner_start():
        bench.start()
        job = bench.job_on_tip()
        expect_equal(job.branch, (), "merkle branch of an empty template")

    # R010, R011, R014, R018, R020, R027, R031, R035, R038
    @suite.needed
    def blocks_1_to_20_are_accepted_and_pay_the_owner():
        for height in range(bench.node.height() + 1, 21):
            _, _, transactions = bench.mine_block()
            bench.check_coinbase(height, transactions[0])

    # R029: the header that won is the header that the node has.
    @suite.check
    def rolled_version_bits_reach_the_node():
        assert bench.miner.version_mask, "version rolling was refused"
        job = bench.job_on_tip()
        bits = 0x00002000 if job.version & 0x00002000 == 0 else 0
        _, header, _ = bench.mine_block(job, version_bits=bits)
        wanted = (job.version & ~bench.miner.version_mask) | (bits & bench.miner.version_mask)
        expect_equal(int.from_bytes(header[:4], "little"), wanted, "version in the block")

    # R005, R017: another miner's tips reach ours as clean jobs.
    @suite.needed
    def follows_blocks_of_others():
        before = len(bench.miner.jobs)
        bench.node.generate(148 - bench.node.height())
        bench.job_on_tip()
        assert any(job.clean for job in bench.miner.jobs[before:]), "no clean job after new tips"

    @suite.needed
    def pays_half_from_block_150_on():
        for height in (149, 150, 151):
            _, _, transactions = bench.mine_block()
            bench.check_coinbase(height, transactions[0])
        expect_equal(bench.mined[149].outputs[0][0], 50 * SATOSHIS, "reward of block 149")
        expect_equal(bench.mined[150].outputs[0][0], 25 * SATOSHIS, "reward of block 150")

    # R015: no witness before the chain knows it, although the template offers a commitment; from
    # its first block on there is one.
    if node_class.segwit_height:
        @suite.needed
        def witnesses_come_with_segwit():
            activation = node_class.segwit_height
            bench.node.generate(activation - 3 - bench.node.height())
            for height in range(activation - 2, activation + 3):
                bits = 0x00004000 if height % 2 == 0 else None
                _, _, transactions = bench.mine_block(version_bits=bits)
                bench.check_coinbase(height, transactions[0])
                expect_equal(transactions[0].witnesses is not None, height >= activation,
                             f"witness in block {height}")

    # R015, R016: one, two and five transactions beside the coinbase.
    @suite.check
    def blocks_with_segwit_transactions_are_accepted():
        height = 1
        for count in (1, 2, 5):
            sent = []
            for _ in range(count):
                transaction = bench.spend(height)
                sent.append(bench.node.send(transaction))
                expect_equal(sent[-1], bitcoin.display(transaction.txid()), "transaction id")
                height += 1
            # A node may keep its template until the next tip, so one block comes first.
            _, _, transactions = bench.mine_block()
            if len(transactions) == 1:
                job = bench.job_on_tip(lambda job: job.branch)
                _, _, transactions = bench.mine_block(job)
            expect_equal(sorted(bitcoin.display(tx.txid()) for tx in transactions[1:]),
                         sorted(sent), "transactions in the block")
            check_witness_commitment(transactions)
            bench.check_coinbase(bench.node.height(), transactions[0], fees=count * FEE)

    # P04, R012, R013, R018: a node takes blocks that pay each kind of address beside fee and
    # donation, to the satoshi.
    @suite.check
    def every_kind_of_address_is_paid():
        fee, donation = bitcoin.every_address_kind(3), bitcoin.every_address_kind(4)
        with closing(Pool({"node": bench.node.pool_settings(),
                           "mining": {"payout_mode": "per_miner", "pool_fee_percent": 1,
                                      "pool_fee_address": fee["P2SH"][0],
                                      "donation_percent": 2,
                                      "donation_address": donation["P2TR"][0]}},
                          environment=bench.node.pool_environment())) as pool:
            pool.start()
            for kind, (address, script) in bitcoin.every_address_kind().items():
                coinbase, reward = mine_for(bench.node, pool, f"{address}.{kind}")
                one, two = reward // 100, reward * 2 // 100
                expect_equal([output for output in coinbase.outputs if output[0] > 0],
                             [(reward - one - two, script), (one, fee["P2SH"][1]),
                              (two, donation["P2TR"][1])], f"outputs of the block of {kind}")

    # B04: the node was asked for its judgement, and it was good.
    @suite.check
    def the_node_proves_blocks_like_ours():
        bench.pool.process.wait_line("the node finds blocks like ours valid", 30)
        assert "health:" not in bench.pool.process.output(), bench.pool.process.output()

    # R017: a block that is taken back, and ours of the same height in its place.
    if node_class.drops_templates:
        @suite.check
        def follows_a_block_that_is_taken_back():
            former = bench.node.generate(1)[0]
            height = bench.node.height()
            bench.job_on_tip()
            first = len(bench.miner.jobs)
            bench.node.rpc.call("invalidateblock", former)
            job = bench.job_on_tip(lambda job: job in bench.miner.jobs[first:])
            expect_equal(job.clean, True, "clean_jobs")
            share, _, _ = bench.mine_block(job)
            assert share.block_hash != former
            expect_equal(bench.node.height(), height, "height")
            expect_equal(bench.job_on_tip().clean, True, "clean_jobs")

    # P42
    @suite.check
    def pool_stops_in_order():
        expect_equal(bench.pool.stop(), 0, "exit code after SIGTERM")

    return suite
