"""The reference implementation's translator between simulated V1 miners and the pool's Stratum V2
port: it verifies pool, payout and shares by itself."""

import itertools
import re
import sys

from sri_bench import FOREIGN_KEY, SimulatedNode, V2Pool, peer
from warp_test import Folder, Process, Suite, binary, expect_equal, expect_in, free_port, wait_until

# 2^20 hashes a block: about five seconds for the miners together.
BITS = "1e0fffff"
RATE = 100_000
MINERS = 2

suite = Suite("sri_translator")
node = SimulatedNode(BITS)
suite.cleanup(node.close)
state = {}
# The pool knows a worker again, and how fast it was: no two tests have the same.
workers = (f"translator{number}" for number in itertools.count())


@suite.cleanup
def close_pool():
    if "pool" in state:
        state["pool"].close()


class Translator:
    """translator_sv2 in front of the pool; it checks that the coinbase pays its user."""

    def __init__(self, pool, mode, key=None):
        self.folder = Folder("warp-translator-")
        self.port = free_port()
        worker = next(workers)
        # It goes to its next upstream when one is lost, and never to a former one.
        upstream = f"""
[[upstreams]]
address = "127.0.0.1"
port = {pool.port}
authority_pubkey = "{key or pool.key}"
user_identity = "sri/solo/{pool.address}/{worker}"
"""
        config = self.folder / "translator.toml"
        config.write_text(f"""
downstream_address = "127.0.0.1"
downstream_port = {self.port}
min_supported_version = 2
max_supported_version = 2
downstream_extranonce2_size = 4
verify_payout = true
aggregate_channels = {"true" if mode == "aggregated" else "false"}
supported_extensions = [2]
required_extensions = [2]

[downstream_difficulty_config]
min_individual_miner_hashrate = {RATE / 10}
shares_per_minute = 60.0
enable_vardiff = true
job_keepalive_interval_secs = 60
{upstream * 2}""", encoding="utf-8")
        self.process = Process([peer("translator_sv2"), "-c", config],
                               {"NO_COLOR": "1", "RUST_BACKTRACE": "0"})

    def lines(self, part):
        return [line for line in self.process.lines() if part in line]

    def close(self):
        self.process.kill()
        self.folder.close()


def start_miners(translator):
    return Process([binary("warppool-sim"), "miner", "--url",
                    f"stratum+tcp://127.0.0.1:{translator.port}", "--rate", str(RATE),
                    "--count", str(MINERS), "--version-rolling"])


def accepted_blocks(pool):
    return re.findall(r"block accepted at height \d+: ([0-9a-f]{64})", pool.output())


@suite.needed
def node_and_pool_start():
    peer("translator_sv2")
    node.start()
    state["pool"] = V2Pool(node, {"min_diff": 0.000000001, "target_seconds_per_share": 1},
                           {"payout_mode": "per_miner"})
    state["pool"].start()


# SV2-7: the translator refuses the certificate, before it says anything about its miners.
@suite.check
def another_authority_key_is_refused():
    translator = Translator(state["pool"], "aggregated", FOREIGN_KEY)
    try:
        code = translator.process.wait_exit(60)
        assert code > 0, f"exit code {code}:\n{translator.process.output()}"
        expect_in("InvalidCertificate", translator.process.output())
        expect_equal(translator.lines("SetupConnectionSuccess"), [])
    finally:
        translator.close()


def shares_and_blocks(mode):
    def check():
        pool = state["pool"]
        blocks = len(accepted_blocks(pool))
        translator = Translator(pool, mode)
        miners = None
        try:
            translator.process.wait_listening(translator.port, 60)
            miners = start_miners(translator)
            wait_until(lambda: len(accepted_blocks(pool)) >= blocks + 2, 120,
                       lambda: f"two blocks:\n{pool.output()}\n{translator.process.output()}")
            check_conversation(pool, translator, mode)
            # A tip of another's, and the miners go on.
            node.rpc.call("generatetoaddress", 1, pool.address)
            tip = node.best()
            translator.process.wait_line(tip, 20)
            shares = len(translator.lines("SubmitSharesSuccess"))
            wait_until(lambda: len(translator.lines("SubmitSharesSuccess")) > shares, 60,
                       lambda: f"shares on the new tip:\n{translator.process.output()}")
            expect_equal(miners.stop(), 0, miners.output())
            check_miners(miners)
            for block_hash in accepted_blocks(pool)[blocks:]:
                pool.check_block(block_hash)
        finally:
            if miners is not None:
                miners.kill()
            translator.close()

    check.__name__ = f"shares_and_blocks_come_through_{mode}"
    return check


def check_conversation(pool, translator, mode):
    """Everything that the pool has to say is said, and nothing was refused."""
    for what, is_there in (
            ("an acknowledged share", lambda: translator.lines("SubmitSharesSuccess")),
            # The first, and one for each block since.
            ("three tips", lambda: len(translator.lines("SetNewPrevHash(")) >= 3),
            ("a job with fresh transactions", lambda: [
                line for line in translator.lines("NewExtendedMiningJob(")
                if re.search(r"min_ntime: Sv2Option\((?!None)", line)]),
            ("SetTarget", lambda: translator.lines("SetTarget("))):
        wait_until(is_there, 60, lambda what=what:
                   f"{what}:\n{pool.output()}\n{translator.process.output()}")
    opened = {int(identity) for line in translator.lines("OpenExtendedMiningChannelSuccess")
              for identity in re.findall(r"\bchannel_id: (\d+)", line)}
    expect_equal(len(opened), 1 if mode == "aggregated" else MINERS, f"channels {opened}")
    for wrong in ("OpenMiningChannelError", "UpdateChannelError", "panicked"):
        expect_equal(translator.lines(wrong), [], wrong)
    # A share that crosses a new tip on the wire is refused by right.
    refused = [line for line in translator.lines("Received: SubmitSharesError")
               if "stale-share" not in line]
    expect_equal(refused, [], "refused shares")


def check_miners(miners):
    found = re.search(r"(\d+) shares sent, (\d+) accepted, (\d+) rejected", miners.output())
    assert found and int(found.group(2)) > 0, miners.output()
    # Here too, a few may be late.
    assert int(found.group(3)) <= 0.1 * int(found.group(1)), miners.output()


for each_mode in ("aggregated", "non_aggregated"):
    suite.check(shares_and_blocks(each_mode))


# SV2-73: it comes back to a pool that was stopped and started, with the same key.
@suite.check
def survives_that_the_pool_restarts():
    pool = state["pool"]
    translator = Translator(pool, "non_aggregated")
    miners = None
    try:
        translator.process.wait_listening(translator.port, 60)
        miners = start_miners(translator)
        translator.process.wait_line("SubmitSharesSuccess", 60)
        pool.stop()
        stopped_at = len(translator.lines("SetupConnectionSuccess"))
        pool.start()
        wait_until(lambda: len(translator.lines("SetupConnectionSuccess")) > stopped_at, 60,
                   lambda: f"back at the pool:\n{translator.process.output()}")
        last = max(number for number, line in enumerate(translator.process.lines())
                   if "SetupConnectionSuccess" in line)
        translator.process.wait_line("SubmitSharesSuccess", 120, last)
        expect_equal(translator.lines("panicked"), [])
        assert translator.process.is_running()
    finally:
        if miners is not None:
            miners.kill()
        translator.close()


if __name__ == "__main__":
    sys.exit(suite.run())
