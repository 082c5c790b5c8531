"""A minimal Stratum V1 miner that hashes for real. Shares nothing with the pool's own code."""

import dataclasses
import decimal
import fractions
import hashlib
import json
import socket

import bitcoin
from waiting import Deadline

DIFFICULTY_1_TARGET = 0xFFFF << 208


class StratumError(Exception):
    """An error reply: its code and text."""

    def __init__(self, code, message):
        super().__init__(f"{message} ({code})")
        self.code = code
        self.message = message


def target_from_difficulty(difficulty):
    """Largest hash number that is good enough; `difficulty` is a Decimal or an int."""
    return int(DIFFICULTY_1_TARGET / fractions.Fraction(difficulty))


@dataclasses.dataclass(frozen=True)
class Job:
    job_id: str
    previous_hash: bytes  # internal order
    coinbase_prefix: bytes
    coinbase_suffix: bytes
    branch: tuple
    version: int
    bits: int
    time: int
    clean: bool

    @staticmethod
    def from_notify(params):
        swapped = bytes.fromhex(params[1])
        previous = b"".join(swapped[i:i + 4][::-1] for i in range(0, 32, 4))
        return Job(params[0], previous, bytes.fromhex(params[2]), bytes.fromhex(params[3]),
                   tuple(bytes.fromhex(item) for item in params[4]), int(params[5], 16),
                   int(params[6], 16), int(params[7], 16), params[8])

    def coinbase(self, extranonce1, extranonce2):
        return self.coinbase_prefix + extranonce1 + extranonce2 + self.coinbase_suffix

    def header_start(self, extranonce1, extranonce2, time=None, version=None):
        """The first 76 bytes; the nonce follows."""
        root = bitcoin.fold_branch(bitcoin.sha256d(self.coinbase(extranonce1, extranonce2)),
                                   self.branch)
        return ((self.version if version is None else version).to_bytes(4, "little")
                + self.previous_hash + root
                + (self.time if time is None else time).to_bytes(4, "little")
                + self.bits.to_bytes(4, "little"))

    @property
    def network_target(self):
        return bitcoin.target_from_bits(self.bits)


@dataclasses.dataclass(frozen=True)
class Share:
    job: Job
    extranonce2: bytes
    time: int
    nonce: int
    version_bits: int | None
    digest: bytes

    @property
    def block_hash(self):
        return bitcoin.display(self.digest)


class StratumClient:
    """One connection. Numbers are read as Decimal, so that no difficulty is rounded."""

    def __init__(self, port, host="127.0.0.1", timeout=20):
        self._socket = socket.create_connection((host, port), timeout=timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._timeout = timeout
        self._buffer = b""
        self._next_id = 0
        self._next_extranonce2 = 0
        self.extranonce1 = b""
        self.extranonce2_size = 0
        self.difficulty = None
        self.version_mask = 0
        self.jobs = []
        self.notifications = []

    def close(self):
        self._socket.close()

    def send_raw(self, data):
        self._socket.sendall(data)

    def send(self, message):
        self.send_raw(json.dumps(message).encode() + b"\n")

    def read_message(self, seconds=None):
        """The next line as JSON, None where the pool closed; TimeoutError at the deadline."""
        deadline = Deadline(self._timeout if seconds is None else seconds)
        while b"\n" not in self._buffer:
            self._socket.settimeout(max(deadline.remaining(), 0.001))
            try:
                part = self._socket.recv(65536)
            except ConnectionResetError:
                return None
            if not part:
                return None
            self._buffer += part
        line, self._buffer = self._buffer.split(b"\n", 1)
        message = json.loads(line, parse_float=decimal.Decimal)
        if message.get("id") is None and "method" in message:
            self._on_notification(message)
        return message

    def _on_notification(self, message):
        self.notifications.append(message)
        params = message.get("params", [])
        if message["method"] == "mining.notify":
            self.jobs.append(Job.from_notify(params))
        elif message["method"] == "mining.set_difficulty":
            self.difficulty = params[0]
        elif message["method"] == "mining.set_version_mask":
            self.version_mask = int(params[0], 16)
        elif message["method"] == "mining.set_extranonce":
            self.extranonce1 = bytes.fromhex(params[0])
            self.extranonce2_size = params[1]

    def call(self, method, *params):
        """Sends a request and returns its result; StratumError for an error reply."""
        self._next_id += 1
        identity = self._next_id
        self.send({"id": identity, "method": method, "params": list(params)})
        deadline = Deadline(self._timeout)
        while True:
            message = self.read_message(deadline.remaining())
            if message is None:
                raise ConnectionError(f"the pool closed the connection at {method}")
            if message.get("id") == identity and "method" not in message:
                error = message.get("error")
                if error is not None:
                    raise StratumError(error[0], error[1])
                return message["result"]

    def configure_version_rolling(self, mask=0x1FFFE000):
        result = self.call("mining.configure", ["version-rolling"],
                           {"version-rolling.mask": f"{mask:08x}"})
        self.version_mask = int(result["version-rolling.mask"], 16)
        return result

    def subscribe(self, user_agent="functional-test/1.0"):
        result = self.call("mining.subscribe", user_agent)
        self.extranonce1 = bytes.fromhex(result[1])
        self.extranonce2_size = result[2]
        return result

    def authorize(self, user, password="x"):
        return self.call("mining.authorize", user, password)

    def login(self, user, password="x"):
        """Subscribes, authorises and waits for the first job."""
        self.subscribe()
        if self.authorize(user, password) is not True:
            raise AssertionError(f"{user} was not authorised")
        return self.wait_job(lambda job: True)

    def wait_job(self, accepts, seconds=None):
        """The newest job, as soon as `accepts` it. Reads what arrives meanwhile."""
        deadline = Deadline(self._timeout if seconds is None else seconds)
        while not (self.jobs and accepts(self.jobs[-1])):
            try:
                if self.read_message(deadline.remaining()) is None:
                    raise ConnectionError("the pool closed the connection")
            except TimeoutError:
                raise AssertionError(f"no such job within {deadline.seconds} s; "
                                     f"{len(self.jobs)} jobs so far") from None
        return self.jobs[-1]

    def mine(self, job, target, version_bits=None, time=None):
        """Hashes until a header is at most `target`, with an extranonce2 not used before."""
        version = job.version
        if version_bits is not None:
            version = (version & ~self.version_mask) | (version_bits & self.version_mask)
        when = job.time if time is None else time
        while True:
            extranonce2 = self._next_extranonce2.to_bytes(self.extranonce2_size, "big")
            self._next_extranonce2 += 1
            start = hashlib.sha256()
            start.update(job.header_start(self.extranonce1, extranonce2, when, version))
            for nonce in range(1 << 22):
                attempt = start.copy()
                attempt.update(nonce.to_bytes(4, "little"))
                digest = hashlib.sha256(attempt.digest()).digest()
                if int.from_bytes(digest, "little") <= target:
                    return Share(job, extranonce2, when, nonce, version_bits, digest)

    def submit(self, user, share):
        params = [user, share.job.job_id, share.extranonce2.hex(), f"{share.time:08x}",
                  f"{share.nonce:08x}"]
        if share.version_bits is not None:
            params.append(f"{share.version_bits & self.version_mask:08x}")
        return self.call("mining.submit", *params)
