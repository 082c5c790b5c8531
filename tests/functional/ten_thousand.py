"""Ten thousand miners at once on the real pool: each gets work and each new tip.

    ten_thousand.py      half a minute; needs some 11,000 descriptors
"""

import contextlib
import re
import resource
import selectors
import socket
import sys
import time

import bitcoin
from warp_test import (Folder, Pool, Process, Skip, Suite, binary, expect_equal, free_port,
                       is_ci)

MINERS = 10_000
# VmRSS for each idle session (the budget of the architecture).
MOST_BYTES = 6 * 1024
HELLO = (b'{"id":1,"method":"mining.subscribe","params":["crowd/1.0"]}\n'
         b'{"id":2,"method":"mining.authorize","params":["crowd","x"]}\n')
WARM = 50  # connections before memory is looked at

suite = Suite("ten_thousand")


def resident(process):
    text = open(f"/proc/{process.pid}/status", encoding="ascii").read()
    return int(re.search(r"VmRSS:\s+(\d+) kB", text).group(1)) * 1024


class Crowd:
    """Connections that read what they are sent, and count the jobs with other work."""

    def __init__(self, port):
        self.port = port
        self.selector = selectors.DefaultSelector()
        self.sockets = []
        self.rest = {}
        self.clean = {}  # jobs that end all others, by descriptor

    def join(self, count):
        for _ in range(count):
            one = socket.create_connection(("127.0.0.1", self.port), timeout=20)
            one.sendall(HELLO)
            one.setblocking(False)
            self.selector.register(one, selectors.EVENT_READ)
            self.sockets.append(one)
            self.rest[one.fileno()] = b""
            self.clean[one.fileno()] = 0
            if len(self.sockets) % 200 == 0:
                self.read()

    def read(self, seconds=0.0):
        for key, _ in self.selector.select(seconds):
            received = key.fileobj.recv(1 << 16)
            assert received, "the pool closed a connection"
            lines = (self.rest[key.fd] + received).split(b"\n")
            self.rest[key.fd] = lines.pop()
            for line in lines:
                if b"mining.notify" in line and line.endswith(b"true]}"):
                    self.clean[key.fd] += 1

    def await_jobs(self, number):
        deadline = time.monotonic() + 60
        while min(self.clean.values()) < number:
            missing = sum(count < number for count in self.clean.values())
            assert time.monotonic() < deadline, f"{missing} without job {number}"
            self.read(1)

    def leave(self):
        for one in self.sockets:
            self.selector.unregister(one)
            one.close()


@contextlib.contextmanager
def pool_on_a_node(folder):
    port = free_port()
    node = Process([binary("warppool-sim"), "node", "--rpc-port", str(port), "--data-dir",
                    folder.path, "--start-height", "5", "--bits", "1e0fffff",
                    "--block-interval", "20"])
    node.wait_listening(port, 60)
    pool = Pool({"node": {"rpc_url": f"http://127.0.0.1:{port}",
                          "rpc_cookie": str(folder / ".cookie")},
                 "mining": {"payout_address": bitcoin.anyone_can_spend("bcrt")[0]},
                 "server": {"max_connections": MINERS + 2 * WARM}})
    try:
        pool.start()
        yield pool
        expect_equal(pool.stop(), 0, "exit code")
    finally:
        pool.close()
        node.kill()


@suite.check
def ten_thousand_miners_have_work_and_follow_the_tip():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard < MINERS + 1000 and not is_ci():
        raise Skip(f"{hard} descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with contextlib.closing(Folder("warp-crowd-")) as folder, pool_on_a_node(folder) as pool:
        crowd = Crowd(pool.port)
        crowd.join(WARM)
        crowd.await_jobs(1)
        before = resident(pool.process)
        crowd.join(MINERS)
        crowd.await_jobs(1)
        each = (resident(pool.process) - before) / MINERS
        print(f"{MINERS} miners at work, {each / 1024:.2f} KiB each")
        had = max(crowd.clean.values())
        crowd.await_jobs(had + 1)
        assert each <= MOST_BYTES, f"{each} bytes for each"
        crowd.leave()


sys.exit(suite.run())
