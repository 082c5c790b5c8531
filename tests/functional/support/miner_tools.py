"""What a very exact miner needs, and one without manners."""

import hashlib
import json
import socket
import struct

import bitcoin
from checks import expect_equal, expect_in
from stratum_v1 import Share, StratumError
from waiting import Deadline


class Wire:
    """A socket whose lines are looked at as they are."""

    def __init__(self, port, receive_buffer=None):
        self._socket = socket.socket()
        if receive_buffer is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.connect(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    def send(self, data):
        self._socket.sendall(data)

    def line(self, seconds=10):
        """The next line without its end; None where the pool closed."""
        self._socket.settimeout(seconds)
        while b"\n" not in self._buffer:
            try:
                part = self._socket.recv(65536)
            except ConnectionResetError:
                return None
            if not part:
                return None
            self._buffer += part
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line

    def replies(self, count):
        """The next lines that are no notifications."""
        found = []
        while len(found) < count:
            line = self.line()
            if line is None:
                raise AssertionError(f"closed after {len(found)} replies of {count}")
            if b'"method"' not in line:
                found.append(line)
        return found

    def wait_closed(self, seconds=10):
        deadline = Deadline(seconds)
        while self.line(max(deadline.remaining(), 0.001)) is not None:
            pass

    def close(self, reset=False):
        if reset:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()


def request(method, *params, identity=1):
    return json.dumps({"id": identity, "method": method, "params": params}).encode() + b"\n"


def expect_refusal(code, words, function, *arguments, **changes):
    try:
        function(*arguments, **changes)
    except StratumError as refusal:
        expect_equal(refusal.code, code, f"code of {refusal}")
        expect_in(words, refusal.message, "words of the refusal")
        return
    raise AssertionError(f"accepted, although it should be refused with {code} ({words})")


def submit(miner, share, user="rig", **changes):
    """mining.submit with single parameters replaced."""
    values = {"user": user, "job": share.job.job_id, "extranonce2": share.extranonce2.hex(),
              "time": f"{share.time:08x}", "nonce": f"{share.nonce:08x}", **changes}
    params = [values[name] for name in ("user", "job", "extranonce2", "time", "nonce")]
    if "version" in changes:
        params.append(changes["version"])
    return miner.call("mining.submit", *params, *changes.get("more", []))


def grind(miner, job, version, extranonce2, others=()):
    """A block with a version of one's own, and none with any of the other versions."""
    def hasher(of_version):
        start = hashlib.sha256(
            job.header_start(miner.extranonce1, extranonce2, version=of_version))

        def digest(nonce):
            attempt = start.copy()
            attempt.update(nonce.to_bytes(4, "little"))
            return hashlib.sha256(attempt.digest()).digest()
        return digest

    def is_block(digest):
        return bitcoin.hash_number(digest) <= job.network_target

    wanted = hasher(version)
    unwanted = [hasher(other) for other in others if other != version]
    for nonce in range(1 << 22):
        digest = wanted(nonce)
        if is_block(digest) and not any(is_block(other(nonce)) for other in unwanted):
            return Share(job, extranonce2, job.time, nonce, version, digest)
    raise AssertionError("no block in four million hashes")


def flood_without_reading(port, seconds):
    """Asks for large answers and reads none until the pool ends it. Returns the requests sent."""
    deadline = Deadline(seconds)
    wire = Wire(port, receive_buffer=4096)
    wire.send(request("mining.subscribe") + request("mining.authorize", "rig"))
    block = request("mining.subscribe") * 100
    count = 0
    while not deadline.is_over():
        try:
            wire.send(block)
        except OSError:
            return count
        count += 100
    raise AssertionError(f"still connected after {count} requests without a look at the answers")
