"""Stratum V2 on the real programs: the simulated miner at the pool at the simulated node."""

import json
import re
import stat
import sys
import urllib.request

import bitcoin
from checks import Suite, expect_equal, expect_in
from miner_tools import Wire, request
from pool import Pool
from processes import Process, binary, free_port, run
from waiting import wait_until

suite = Suite("functional_stratum_v2")

BITS = "1f03ffff"  # 2^14 hashes a block
RATE = "20000"
KEY_FILE = "v2_authority.key"


class V2Bench:
    """A simulated node and a pool with a port for V1, one for V2 and one for both."""

    def __init__(self):
        self.v2_port, self.both_port, self.api_port = free_port(), free_port(), free_port()
        self.node = None
        self.pool = None

    def __enter__(self):
        self.node = Process([binary("warppool-sim"), "node", "--bits", BITS,
                             "--start-height", "110"])
        url = self.node.wait_line("rpc_url = ")[1].split(" = ")[1]
        cookie = self.node.wait_line("rpc_cookie = ")[1].split(" = ")[1]
        address, _ = bitcoin.anyone_can_spend("bcrt")
        self.pool = Pool({
            "node": {"chain": "regtest", "rpc_url": url, "rpc_cookie": cookie},
            "mining": {"payout_address": address, "pooltag_prefix": "test"},
            "server": {"v2_listen": f"127.0.0.1:{self.v2_port}",
                       "status_listen": f"127.0.0.1:{self.api_port}"},
            "listener": [{"listen": f"127.0.0.1:{self.both_port}", "protocol": "both"}],
        })
        self.start()
        return self

    def __exit__(self, *_):
        if self.pool is not None:
            self.pool.close()
        if self.node is not None:
            self.node.kill()

    def start(self):
        self.pool.start()
        for port in (self.v2_port, self.both_port, self.api_port):
            self.pool.process.wait_listening(port)

    def overview(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.api_port}/api/overview",
                                    timeout=10) as answer:
            return json.load(answer)

    def url(self, port=None):
        """What a miner is given, as the pool shows it."""
        def find():
            urls = [each["v2_url"] for each in self.overview()["listeners"]
                    if each["v2_url"] and f":{port or self.v2_port}/" in each["v2_url"]]
            return urls[0] if urls else None
        return wait_until(find, 10, "the address of the V2 listener")

    def miner(self, url, *options):
        return Process([binary("warppool-sim"), "miner", "--url", url, "--rate", RATE, *options])

    def cli(self, *arguments):
        return run([binary("warppool-cli"), *arguments, "--config", self.pool.config])


bench = V2Bench()
suite.cleanup(lambda: bench.__exit__())


@suite.needed
def node_and_pool_start():
    bench.__enter__()
    bench.url()


def mine_a_block(url, *options):
    """Summary of a miner that found a block which the node took."""
    before = len([line for line in bench.node.lines() if " accepted: " in line])
    miner = bench.miner(url, "--user", "rig", *options)
    try:
        miner.wait_line("found a block", 30)
        wait_until(lambda: len([line for line in bench.node.lines() if " accepted: " in line])
                   > before, 20, lambda: f"a block at the node:\n{bench.pool.process.output()}")
    finally:
        code = miner.stop()
    expect_equal(code, 0, miner.output())
    summary = miner.wait_line("hashes, ")[1]
    accepted = int(re.search(r"(\d+) accepted", summary).group(1))
    assert accepted > 0, summary
    expect_equal(re.search(r"(\d+) connections", summary).group(1), "1", summary)
    return summary


# R020 R053 over V2
@suite.check
def mines_a_block_on_an_extended_channel():
    mine_a_block(bench.url(), "--channel", "extended", "--version-rolling")


@suite.check
def mines_a_block_on_a_standard_channel():
    mine_a_block(bench.url(), "--channel", "standard", "--version-rolling")


@suite.check
def mines_blocks_as_a_bitaxe_does():
    mine_a_block(bench.url(), "--channel", "standard", "--esp-miner")
    mine_a_block(bench.url(), "--channel", "extended", "--esp-miner")


# B15
@suite.check
def one_port_serves_both_protocols():
    mine_a_block(bench.url(bench.both_port))
    mine_a_block(f"stratum+tcp://127.0.0.1:{bench.both_port}")


@suite.check
def takes_miners_that_were_given_no_key():
    mine_a_block(f"stratum2+tcp://127.0.0.1:{bench.v2_port}")


# SV2-7
@suite.check
def a_miner_with_another_key_refuses_the_pool():
    other = "9bXiEd8boQVhq7WddEcERUL5tyyJVFYdU8th3HfbNXK3Yw6GRXh"  # of the specification, 4.7.1
    miner = bench.miner(f"stratum2+tcp://127.0.0.1:{bench.v2_port}/{other}")
    try:
        miner.wait_line("wrong_authority_key", 20)
    finally:
        code = miner.stop()
    expect_equal(code, 1, miner.output())
    expect_in("the pool gave no work", miner.output())


@suite.check
def a_key_that_is_none_is_an_error():
    code, output = run([binary("warppool-sim"), "miner", "--url",
                        "stratum2+tcp://127.0.0.1:1/9bXiEd8boQVhq7WddEcERUL5tyy"])
    expect_equal(code, 2, output)
    expect_in("not the key of a pool", output)


# SV2-15 R053
@suite.check
def v1_at_the_v2_port_is_closed_and_logged():
    wire = Wire(bench.v2_port)
    wire.send(request("mining.subscribe"))
    wire.wait_closed()
    line = bench.pool.process.wait_line("speaks Stratum V1 to the port for Stratum V2")[1]
    expect_in("warning", line)


# R055: the key lies readable for its owner alone, and everybody who shows it shows the same.
@suite.check
def the_key_is_kept_and_shown():
    path = bench.pool.folder / "data" / KEY_FILE
    expect_equal(stat.S_IMODE(path.stat().st_mode), 0o600, "mode")
    before = path.read_bytes()
    url = bench.url()
    key = url.rsplit("/", 1)[1]
    expect_equal(bench.cli("sv2-key"), (0, key), "warppool-cli sv2-key")
    code, output = bench.cli("status")
    expect_equal(code, 0, output)
    expect_in(url, output)
    expect_equal(bench.pool.stop(), 0, bench.pool.process.output())
    bench.start()
    expect_equal(bench.url(), url, "after a restart")
    expect_equal(path.read_bytes(), before, "the file")


# SV2-73: the client half on real programs.
@suite.check
def a_planned_stop_asks_miners_to_come_back():
    miner = bench.miner(bench.url(), "--user", "rig")
    try:
        miner.wait_line("is mining")
        bench.pool.stop()
        number = miner.wait_line("asked to reconnect", 20)[0]
        bench.start()
        miner.wait_line("is mining", 60, number)
    finally:
        miner.stop()


@suite.check
def a_tls_listener_for_v2_is_a_fault():
    config = bench.pool.folder / "wrong.toml"
    config.write_text(bench.pool.config.read_text(encoding="utf-8").replace(
        'protocol = "both"', 'protocol = "v2"\ntls = true'), encoding="utf-8")
    code, output = run([binary("warppool"), "--check-config", "--config", config,
                        "--set", f"server.data_dir={bench.pool.folder / 'other'}"])
    expect_equal(code, 2, output)
    expect_in("Stratum V2 has an encryption of its own", output)


# R070
@suite.check
def a_new_tip_to_all_channels_is_logged():
    clients = Process([binary("warppool-sim"), "load", "--url", bench.url(), "--connections", "3",
                       "--in-flight", "0", "--hold", "60"])
    try:
        clients.wait_line(" 3 ready", 30)

        def tip_of_all():
            start = len(bench.pool.process.lines())
            mine_a_block(bench.url())
            line = bench.pool.process.wait_line("new tip to ", 20, start)[1]
            found = re.search(r"by V2 to (\d+) channels in (\d+) frames", line)
            channels, frames = int(found.group(1)), int(found.group(2))
            return channels in (3, 4) and frames == 2 * channels  # the finder may be there, too

        wait_until(tip_of_all, 40, "a line with all channels")
    finally:
        clients.kill()


@suite.check
def load_of_v2_connections_is_answered():
    code, output = run([binary("warppool-sim"), "load", "--url", bench.url(), "--connections",
                        "10", "--in-flight", "5", "--seconds", "2"])
    expect_equal(code, 0, output)


if __name__ == "__main__":
    sys.exit(suite.run())
