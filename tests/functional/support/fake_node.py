"""A Bitcoin node in a thread: the RPC that a pool uses, Core's answers, and every way to fail.

It judges blocks by rules of its own (see BlockJudge) and records each request. Switches are plain
attributes, set through `node.set(name=value)`:

    trouble             None, "hang", "busy" (HTTP 503), "unauthorized", "warming_up", "no_peers",
                        "nonsense" (something else answers at the address)
    longpoll            "answer", "hang" (accepts and never answers), "absent" (no longpollid)
    initial_download    as a node that is still syncing
    rejection           reason for every block, instead of the judge's
    submit_gate         a threading.Event; submitblock answers only once it is set
    publishers          {"hashblock": address} for getzmqnotifications; None is a node without it

A connection that met "hang" stays silent for good, as one to a host that lost its power does.
"""

import base64
import dataclasses
import hmac
import http.server
import json
import socket
import threading
import time

import bitcoin
from pool import Pool
from stratum_v1 import StratumClient, target_from_difficulty
from waiting import Deadline

EASY_BITS = 0x1F7FFFFF  # about 500 hashes for a block, so that a share need not be one
SHARE_DIFFICULTY = 0.00000001  # about 43 hashes for a share
WITNESS_COMMITMENT = bytes.fromhex("6a24aa21a9ed")  # BIP141: OP_RETURN, 36 bytes, header
SUBSIDY_INTERVALS = {"regtest": 150}
CORE_WALL_TIME_LIMIT = 2 * 60 * 60  # MAX_FUTURE_BLOCK_TIME

RPC_IN_WARMUP = -28
RPC_CLIENT_IN_INITIAL_DOWNLOAD = -10
RPC_CLIENT_NOT_CONNECTED = -9
RPC_INVALID_PARAMETER = -8
RPC_DESERIALIZATION_ERROR = -22
RPC_METHOD_NOT_FOUND = -32601


class RpcFault(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
        self.message = message


class Silence(Exception):
    """The connection is to be kept open and never answered."""


@dataclasses.dataclass(frozen=True)
class Request:
    when: float  # monotonic
    method: str
    params: list
    connection: int  # the pool's port
    headers: dict

    @property
    def is_longpoll(self):
        return self.method == "getblocktemplate" and "longpollid" in self.params[0]


@dataclasses.dataclass(frozen=True)
class Submission:
    block_hash: str
    header: bytes
    transactions: list
    verdict: str | None  # None is "accepted"

    @property
    def coinbase(self):
        return self.transactions[0]


class BlockJudge:
    """The rules that a block has to meet, as Core names their breach."""

    def __init__(self, template):
        self._template = template

    def verdict(self, header, transactions):
        root = bitcoin.merkle_root([transaction.txid() for transaction in transactions])
        digest = bitcoin.sha256d(header)
        if int.from_bytes(header[72:76], "little") != int(self._template["bits"], 16):
            return "bad-diffbits"
        if bitcoin.hash_number(digest) > int(self._template["target"], 16):
            return "high-hash"
        if int.from_bytes(header[68:72], "little") < self._template["mintime"]:
            return "time-too-old"
        if int.from_bytes(header[68:72], "little") > time.time() + CORE_WALL_TIME_LIMIT:
            return "time-too-new"
        if header[36:68] != root:
            return "bad-txnmrklroot"
        return self._coinbase_fault(transactions) or self._witness_fault(transactions)

    def _coinbase_fault(self, transactions):
        coinbase = transactions[0]
        txid, index, script, _ = coinbase.inputs[0]
        push = bitcoin.script_number(self._template["height"])
        if len(coinbase.inputs) != 1 or txid != bytes(32) or index != 0xFFFFFFFF:
            return "bad-cb-missing"
        if not 2 <= len(script) <= 100:
            return "bad-cb-length"
        if script[:len(push)] != push:
            return "bad-cb-height"
        if sum(value for value, _ in coinbase.outputs) > self._template["coinbasevalue"]:
            return "bad-cb-amount"
        return None

    @staticmethod
    def _witness_fault(transactions):
        coinbase = transactions[0]
        commitments = [script for _, script in coinbase.outputs
                       if script.startswith(WITNESS_COMMITMENT) and len(script) >= 38]
        if not commitments:
            has_witness = any(transaction.witnesses for transaction in transactions)
            return "unexpected-witness" if has_witness else None
        if coinbase.witnesses is None or [len(item) for item in coinbase.witnesses[0]] != [32]:
            return "bad-witness-nonce-size"
        wanted = witness_commitment(transactions[1:], coinbase.witnesses[0][0])
        return None if commitments[-1][6:38] == wanted else "bad-witness-merkle-match"


def witness_commitment(transactions, reserved=bytes(32)):
    """BIP141, from the transactions beside the coinbase."""
    root = bitcoin.merkle_root([bytes(32)] + [transaction.wtxid() for transaction in transactions])
    return bitcoin.sha256d(root + reserved)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536

    def setup(self):
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self):
        self.server.connections.discard(self.connection)
        try:
            super().finish()
        except OSError:
            pass  # the pool went first

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            status, answer = self.server.node.answer(self, body)
        except Silence:
            self.close_connection = True
            self.rfile.read(1)  # until either side closes
            return
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="jsonrpc"')
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        """The pool's log tells what happened."""


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, port, node):
        self.node = node
        self.connections = set()
        super().__init__(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def handle_error(self, request, client_address):
        """A connection that the pool closed is no error of the node."""

    def end(self):
        self.shutdown()
        self.server_close()
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._thread.join()


class FakeNode:
    """Answers on a port of its own from start() on. A login is (user, password) or a cookie file
    that is written anew by each start() and removed by stop(), as Core does."""

    def __init__(self, chain="regtest", bits=EASY_BITS, cookie=None, port=0,
                 login=("warp", "fake-node")):
        self.chain = chain
        self.bits = bits
        self.cookie = cookie
        self.login = login
        self.port = port
        self.trouble = None
        self.longpoll = "answer"
        self.initial_download = False
        self.rejection = None
        self.submit_gate = None
        self.publishers = None
        self._changed = threading.Condition()
        self._server = None
        self._starts = 0
        self._height = 100
        self._tip = self._foreign_hash()
        self._known = {self._tip}
        self._transactions = []  # (transaction, its entry of the template)
        self._requests = []
        self._submissions = []

    # --- life

    def start(self):
        self._starts += 1
        if self.cookie is not None:
            self.login = ("__cookie__", f"secret-{self._starts}")
            self.cookie.parent.mkdir(parents=True, exist_ok=True)
            self.cookie.write_text(":".join(self.login), encoding="utf-8")
        self._server = Server(self.port, self)
        self.port = self._server.server_address[1]
        return self

    def stop(self):
        """Ends as a node does: no listener, no connection, no cookie."""
        server, self._server = self._server, None
        if server is None:
            return
        with self._changed:
            self._changed.notify_all()
        server.end()
        if self.cookie is not None:
            self.cookie.unlink(missing_ok=True)

    def close(self):
        if self.submit_gate is not None:
            self.submit_gate.set()
        self.stop()

    def set(self, **switches):
        with self._changed:
            for name, value in switches.items():
                if not hasattr(self, name):
                    raise AttributeError(name)
                setattr(self, name, value)
            self._changed.notify_all()

    # --- what a test looks at

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def pool_settings(self, chain=None):
        """The [node] section for a pool on this node; a password goes by environment."""
        settings = {"rpc_url": self.url, "chain": chain or self.chain}
        if self.cookie is not None:
            settings["rpc_cookie"] = str(self.cookie)
        return settings

    def pool_environment(self):
        if self.cookie is not None:
            return {}
        return {"WARPPOOL_RPC_USER": self.login[0], "WARPPOOL_RPC_PASS": self.login[1]}

    def best(self):
        with self._changed:
            return self._tip

    def height(self):
        with self._changed:
            return self._height

    def template(self):
        """What getblocktemplate would answer now."""
        with self._changed:
            return self._template()

    def requests(self, method=None):
        with self._changed:
            return [request for request in self._requests
                    if method is None or request.method == method]

    def submissions(self):
        with self._changed:
            return list(self._submissions)

    def wait_request(self, accepts, seconds=10, since=0.0):
        """The first request after `since` (monotonic) that `accepts`."""
        return self._wait(lambda: next((request for request in self._requests if
                                        request.when >= since and accepts(request)), None),
                          seconds, "such a request")

    def wait_submission(self, block_hash, seconds=10):
        return self._wait(lambda: next((found for found in self._submissions
                                        if found.block_hash == block_hash), None),
                          seconds, f"block {block_hash}")

    def _wait(self, find, seconds, what):
        deadline = Deadline(seconds)
        with self._changed:
            found = find()
            while found is None:
                if deadline.is_over():
                    raise AssertionError(f"not within {seconds} s at the node: {what}")
                self._changed.wait(deadline.remaining())
                found = find()
            return found

    # --- what happens on the network

    def generate(self, count=1):
        """Blocks of another miner. Returns the new best hash."""
        with self._changed:
            for _ in range(count):
                self._height += 1
                self._tip = self._foreign_hash()
                self._known.add(self._tip)
                self._transactions.clear()
            self._changed.notify_all()
            return self._tip

    def add_transactions(self, count, fee=1000, witness_bytes=1):
        """SegWit transactions in the mempool; noticed with the next template, as in Core."""
        with self._changed:
            for _ in range(count):
                number = len(self._transactions)
                source = bitcoin.sha256d(f"output {self._tip} {number}".encode())
                transaction = bitcoin.Transaction(
                    [(source, number, b"", bitcoin.SEQUENCE_FINAL)],
                    [(5000 + number, bitcoin.anyone_can_spend()[1])],
                    [[bitcoin.OP_TRUE * witness_bytes]])
                self._transactions.append((transaction, self._template_entry(transaction, fee)))

    def foreign_header(self):
        """80 bytes whose hash is the best block's, if that is another miner's."""
        return f"{self.chain} {self._height}".encode().ljust(80, b"\0")

    def _foreign_hash(self):
        return bitcoin.display(bitcoin.sha256d(self.foreign_header()))

    # --- RPC

    def answer(self, handler, body):
        """(HTTP status, body) of one request; called on the connection's thread."""
        call = json.loads(body)
        request = Request(time.monotonic(), call["method"], call["params"],
                          handler.client_address[1], dict(handler.headers.items()))
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()
            trouble = self.trouble
        if trouble == "hang":
            raise Silence
        if trouble == "busy":
            return 503, b"Work queue depth exceeded"
        if trouble == "nonsense":
            return 200, b"<html><body>It works!</body></html>"
        if trouble == "unauthorized" or not self._is_authorized(request):
            return 401, b""
        try:
            if trouble == "warming_up":
                raise RpcFault(RPC_IN_WARMUP, "Loading block index...")
            result, error, status = self._call(request), None, 200
        except RpcFault as fault:
            result, error = None, {"code": fault.code, "message": fault.message}
            status = 404 if fault.code == RPC_METHOD_NOT_FOUND else 500
        reply = {"result": result, "error": error, "id": call.get("id")}
        return status, json.dumps(reply).encode() + b"\n"

    def _is_authorized(self, request):
        token = base64.b64encode(":".join(self.login).encode()).decode()
        return hmac.compare_digest(request.headers.get("Authorization", ""), f"Basic {token}")

    def _call(self, request):
        methods = {"getblockchaininfo": self._chain_info, "getbestblockhash": self.best,
                   "getblocktemplate": self._template_call, "submitblock": self._submit}
        if self.publishers is not None:
            methods["getzmqnotifications"] = lambda: [
                {"type": f"pub{topic}", "address": address, "hwm": 1000}
                for topic, address in self.publishers.items()]
        if request.method not in methods:
            raise RpcFault(RPC_METHOD_NOT_FOUND, "Method not found")
        return methods[request.method](*request.params)

    def _chain_info(self):
        with self._changed:
            return {"chain": self.chain, "blocks": self._height, "headers": self._height,
                    "bestblockhash": self._tip, "difficulty": 1.0, "time": int(time.time()),
                    "verificationprogress": 1, "initialblockdownload": self.initial_download,
                    "chainwork": f"{2 * self._height:064x}", "pruned": False, "warnings": ""}

    def _template_call(self, options):
        rules = options.get("rules", [])
        for rule in ("segwit", "signet") if self.chain == "signet" else ("segwit",):
            if rule not in rules:
                raise RpcFault(RPC_INVALID_PARAMETER, "getblocktemplate must be called with the "
                               f'{rule} rule set (call with {{"rules": ["{rule}"]}})')
        if "longpollid" in options:
            self._wait_for_news(options["longpollid"])
        with self._changed:
            if self.trouble == "no_peers":
                raise RpcFault(RPC_CLIENT_NOT_CONNECTED, "Bitcoin Core is not connected!")
            if self.initial_download:
                raise RpcFault(RPC_CLIENT_IN_INITIAL_DOWNLOAD,
                               "Bitcoin Core is in initial sync and waiting for blocks...")
            return self._template()

    def _wait_for_news(self, longpoll_id):
        server = self._server
        with self._changed:
            self._changed.wait_for(
                lambda: self._server is not server or self.trouble == "hang"
                or (self.longpoll != "hang" and self._tip != longpoll_id[:64]))
            if self._server is not server or self.trouble == "hang":
                raise Silence

    def _template(self):
        fees = sum(entry["fee"] for _, entry in self._transactions)
        height = self._height + 1
        transactions = [transaction for transaction, _ in self._transactions]
        now = int(time.time())
        template = {
            "capabilities": ["proposal"], "version": 0x20000000, "rules": ["csv", "!segwit"],
            "previousblockhash": self._tip,
            "transactions": [entry for _, entry in self._transactions],
            "coinbaseaux": {},
            "coinbasevalue": fees + bitcoin.block_subsidy(
                height, SUBSIDY_INTERVALS.get(self.chain, 210_000)),
            "target": f"{bitcoin.target_from_bits(self.bits):064x}", "mintime": now - 3600,
            "mutable": ["time", "transactions", "prevblock"], "noncerange": "00000000ffffffff",
            "sigoplimit": 80000, "sizelimit": 4000000, "weightlimit": 4000000, "curtime": now,
            "bits": f"{self.bits:08x}", "height": height,
            "default_witness_commitment":
                (WITNESS_COMMITMENT + witness_commitment(transactions)).hex()}
        if self.longpoll != "absent":
            template["longpollid"] = f"{self._tip}{len(transactions)}"
        if self.chain == "signet":
            template["rules"].append("!signet")
            template["signet_challenge"] = bitcoin.OP_TRUE.hex()
        return template

    @staticmethod
    def _template_entry(transaction, fee):
        whole = transaction.serialize(with_witness=True)
        weight = 3 * len(transaction.serialize(with_witness=False)) + len(whole)
        return {"data": whole.hex(), "txid": bitcoin.display(transaction.txid()),
                "hash": bitcoin.display(transaction.wtxid()), "depends": [], "fee": fee,
                "sigops": 0, "weight": weight}

    def _submit(self, block_hex, *_):
        try:
            reader = bitcoin.Reader(bytes.fromhex(block_hex))
            header = reader.take(80)
            transactions = [bitcoin.Transaction.read(reader)
                            for _ in range(reader.compact_size())]
            if not reader.is_at_end():
                raise ValueError("bytes after the block")
        except ValueError as fault:
            raise RpcFault(RPC_DESERIALIZATION_ERROR, "Block decode failed") from fault
        gate = self.submit_gate
        if gate is not None:
            gate.wait()
        with self._changed:
            verdict = self._take(header, transactions)
            block_hash = bitcoin.display(bitcoin.sha256d(header))
            self._submissions.append(Submission(block_hash, header, transactions, verdict))
            self._changed.notify_all()
            return verdict

    def _take(self, header, transactions):
        """The verdict; a good block on the tip becomes the tip."""
        block_hash = bitcoin.display(bitcoin.sha256d(header))
        previous = bitcoin.display(header[4:36])
        if block_hash in self._known:
            return "duplicate"
        if previous != self._tip:
            return "inconclusive" if previous in self._known else "prev-blk-not-found"
        verdict = self.rejection or BlockJudge(self._template()).verdict(header, transactions)
        if verdict is None:
            self._height += 1
            self._tip = block_hash
            self._known.add(block_hash)
            self._transactions.clear()
        return verdict


def mine_share(miner, job, **options):
    """A share that is good enough for the pool and, unlike every twelfth, no block."""
    if target_from_difficulty(miner.difficulty) <= job.network_target:
        raise AssertionError(f"at {miner.difficulty} every share is a block")
    while True:
        share = miner.mine(job, target_from_difficulty(miner.difficulty), **options)
        if bitcoin.hash_number(share.digest) > job.network_target:
            return share


class Bench:
    """A node that runs, a pool on it that start() starts, and miners; the end of the `with` block
    ends them all. The pool pays P2WSH(OP_TRUE), at a difficulty that suits the node's."""

    def __init__(self, settings=None, pool_chain=None, environment=None, **node_options):
        self.node = FakeNode(**node_options).start()
        prefix = {"main": "bc", "regtest": "bcrt"}.get(self.node.chain, "tb")
        address, self.payout_script = bitcoin.anyone_can_spend(prefix)
        everything = {
            "node": self.node.pool_settings(pool_chain),
            "mining": {"payout_address": address, "pooltag_prefix": "test"},
            "vardiff": {"enabled": False, "min_diff": SHARE_DIFFICULTY,
                        "initial_diff": SHARE_DIFFICULTY},
        }
        for section, keys in (settings or {}).items():
            if isinstance(keys, list):
                everything[section] = keys
            else:
                everything.setdefault(section, {}).update(keys)
        self.pool = Pool(everything,
                         environment={**self.node.pool_environment(), **(environment or {})})
        self._miners = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for miner in self._miners:
            miner.close()
        self.pool.close()
        self.node.close()

    @property
    def process(self):
        return self.pool.process

    def start(self):
        self.pool.start()
        return self

    def miner(self, port=None, host="127.0.0.1"):
        """A connection that has said nothing yet."""
        self._miners.append(StratumClient(port or self.pool.port, host))
        return self._miners[-1]

    def working_miner(self, user="rig"):
        """A miner that is logged in and has a job."""
        miner = self.miner()
        miner.login(user)
        return miner

    def job_on_tip(self, miner, seconds=10):
        """A job of the miner that builds on the node's best block."""
        best = self.node.best()
        return miner.wait_job(lambda job: bitcoin.display(job.previous_hash) == best, seconds)

    def expect_mining(self):
        """A new miner can log in, gets a job and has a share accepted."""
        self.process.wait_listening(self.pool.port)
        miner = self.working_miner()
        if miner.submit("rig", mine_share(miner, miner.jobs[-1])) is not True:
            raise AssertionError("the share was refused")
        miner.close()
