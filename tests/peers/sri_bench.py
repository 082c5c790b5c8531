"""The pool with its Stratum V2 port, for peers built on the reference implementation (SRI)."""

import pathlib

import bitcoin
from warp_test import Folder, Pool, Process, RpcClient, binary, expect_equal, free_port, run, \
    skip_unless_ci, wait_until

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
# The key of SRI's own tests: that of another pool.
FOREIGN_KEY = "9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72"


def peer(name):
    """A program that setup.sh built with Rust."""
    path = REPOSITORY / "build" / "peers" / "bin" / name
    if not path.is_file():
        skip_unless_ci(f"{name} is not built: scripts/setup.sh --with-peers")
    return path


class SimulatedNode:
    """`warppool-sim node` on regtest's rules with a target of its own, and new transactions each
    second; it counts and answers as those of nodes.py do."""

    def __init__(self, bits):
        self.folder = Folder("warp-sri-node-")
        self.bits = bits
        self.process = None
        self.rpc = None
        self.url = ""

    def start(self):
        self.process = Process([binary("warppool-sim"), "node", "--data-dir", self.folder.path,
                                "--start-height", "3", "--bits", self.bits,
                                "--traffic-interval", "1"])
        _, line = self.process.wait_line("rpc_url = ", 60)
        self.url = line.split(" = ")[1]
        self.rpc = RpcClient(self.url, cookie=self.folder / ".cookie")

    def pool_settings(self):
        return {"rpc_url": self.url, "rpc_cookie": str(self.folder / ".cookie")}

    def pool_environment(self):
        return {}

    def height(self):
        return self.rpc.call("getblockcount")

    def best(self):
        return self.rpc.call("getbestblockhash")

    def transactions(self, block_hash):
        reader = bitcoin.Reader(bytes.fromhex(self.rpc.call("getblock", block_hash, 0)))
        header = reader.take(80)
        count = reader.compact_size()
        return header, [bitcoin.Transaction.read(reader) for _ in range(count)]

    def close(self):
        if self.process is not None:
            self.process.kill()
        self.folder.close()


class V2Pool:
    """A pool on a node, with the port for Stratum V2 and the key that its miners know it by."""

    def __init__(self, node, vardiff=None, mining=None):
        self.port = free_port()
        self.node = node
        self.address, self.payout_script = bitcoin.anyone_can_spend()
        self.pool = Pool({"node": node.pool_settings(),
                          "mining": mining or {"payout_address": self.address},
                          "server": {"v2_listen": f"127.0.0.1:{self.port}"},
                          "vardiff": vardiff or {}},
                         environment=node.pool_environment())
        self.key = ""

    def start(self):
        self.pool.start()
        self.pool.process.wait_listening(self.port)
        code, output = run([binary("warppool-cli"), "sv2-key", "--config", self.pool.config])
        expect_equal(code, 0, output)
        self.key = output.strip()

    def stop(self):
        expect_equal(self.pool.stop(), 0, "exit code after SIGTERM")

    def output(self):
        return self.pool.process.output()

    def close(self):
        self.pool.close()

    def check_block(self, block_hash, header=None):
        """The node has the block as its miner hashed it, and it pays the owner."""
        wait_until(lambda: self.has_block(block_hash), 20,
                   lambda: f"the node takes {block_hash}:\n" + self.output())
        in_block, transactions = self.node.transactions(block_hash)
        expect_equal(bitcoin.display(bitcoin.sha256d(in_block)), block_hash, "hash")
        if header is not None:
            expect_equal(in_block.hex(), header, "header of the block")
        paid = [script for value, script in transactions[0].outputs if value > 0]
        expect_equal(paid, [self.payout_script], "who is paid")
        return in_block

    def has_block(self, block_hash):
        try:
            return self.node.rpc.call("getblockheader", block_hash)["hash"] == block_hash
        except Exception:  # an error of the node's choice
            return False
