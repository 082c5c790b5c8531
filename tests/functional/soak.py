"""Two thousand miners of many kinds on the real pool, with a block every 20 seconds.

    soak.py [--long]     half an hour instead of three minutes

Memory and descriptors stay flat, and what miners were answered, what the pool counts and what its
database has are the same. WARP_SOAK_BIN_DIR names other programs than those of this build, such as
the release build's.
"""

import contextlib
import os
import re
import sqlite3
import sys
import time
import urllib.request

if "WARP_SOAK_BIN_DIR" in os.environ:
    os.environ["WARP_BIN_DIR"] = os.environ["WARP_SOAK_BIN_DIR"]

# pylint: disable=wrong-import-position
import bitcoin  # noqa: E402
from certificates import make_certificate  # noqa: E402
from warp_test import (Folder, Pool, Process, Suite, binary, expect_equal,  # noqa: E402
                       free_port, wait_until)

IS_LONG = "--long" in sys.argv
if IS_LONG:
    sys.argv.remove("--long")
SECONDS = int(os.environ.get("WARP_SOAK_SECONDS", 1800 if IS_LONG else 180))
SEED = 20260601
BLOCK_SECONDS = 20
# One hash in 2^20 is a block: the farm finds one in some 12 seconds.
BITS = "1e0fffff"
FIRST_DIFFICULTY = 6e-8  # one hash in 258
KIB = 1024
MIB = 1024 * KIB

# name, miners, hashes a second, user agent, quirks; those of SECURED speak TLS
SECURED = ("vault",)
HONEST = (
    ("nerd", 600, 15, "NerdMinerV2/1.8", "unpadded-nonce"),
    ("bitaxe", 700, 40, "bitaxe/BM1370/v2.9.0", "version-rolling"),
    ("cgminer", 300, 60, "cgminer/4.12.1", ""),
    ("braiins", 100, 120, "Braiins OS", "version-rolling,time-rolling"),
    ("vault", 50, 40, "bitaxe/BM1370/v2.9.0", "version-rolling"),
    ("rental", 4, 2000, "NiceHash/1.0.0", "version-rolling"),
)
OTHERS = (
    ("leaving", 196, 40, "bitaxe/BM1370/v2.9.0", "random-resets"),
    ("odd", 100, 40, "cgminer/4.12.1", "stale-submits,duplicate-submits,weak-submits"),
)
COUNTS = re.compile(r"(\d+) shares sent, (\d+) accepted, (\d+) rejected, (\d+) blocks found, "
                    r"(\d+) connections(.*)")
# Descriptors of connections to the node that are made when first needed and kept a while.
NODE_CONNECTIONS = 16
STALE_CODE = 21  # a share for a job of the tip before
DUPLICATE_CODE = 22
LOW_CODE = 23  # below the difficulty
# What each of the others may be told: whoever leaves sends nothing that is wrong.
ALLOWED_CODES = {"leaving": {STALE_CODE}, "odd": {STALE_CODE, DUPLICATE_CODE, LOW_CODE}}

suite = Suite("soak")


class Answers:
    """What a group of miners was told, by its own count."""

    def __init__(self, text):
        match = COUNTS.search(text)
        assert match, f"no counts in {text!r}"
        (self.sent, self.accepted, self.rejected, self.blocks,
         self.connections) = (int(number) for number in match.groups()[:5])
        self.by_code = {int(code): int(count)
                        for code, count in re.findall(r"code (\d+): (\d+)", match.group(6))}


def start_miners(pool, tls_port, group):
    name, count, rate, agent, quirks = group
    url = (f"stratum+tls://127.0.0.1:{tls_port}" if name in SECURED
           else f"stratum+tcp://127.0.0.1:{pool.port}")
    return Process([binary("warppool-sim"), "miner", "--url", url,
                    "--user", name, "--count", str(count), "--rate", str(rate), "--agent", agent,
                    "--quirks", quirks])


def stop_miners(process):
    expect_equal(process.stop(60), 0, "exit code of the miners")
    return Answers(process.lines()[-1])


class Usage:
    """What the system says of the pool's process."""

    def __init__(self, process):
        self.process = process
        self.rss = []  # bytes
        self.other_files = []  # descriptors that are no miner's

    def sample(self, miners):
        self.other_files.append(self.descriptors() - miners)
        status = open(f"/proc/{self.process.pid}/status", encoding="ascii").read()
        self.rss.append(int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) * KIB)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def files(self):
        folder = f"/proc/{self.process.pid}/fd"
        return sorted(os.readlink(f"{folder}/{name}") for name in os.listdir(folder))

    def growth(self):
        """Median of the last quarter less that of the second, in bytes."""
        quarter = len(self.rss) // 4
        second = sorted(self.rss[quarter:2 * quarter])
        last = sorted(self.rss[-quarter:])
        return last[len(last) // 2] - second[len(second) // 2]

    def curve(self):
        step = max(1, len(self.rss) // 20)
        return " ".join(f"{value / MIB:.1f}" for value in self.rss[::step])


def metrics(port):
    """Name with labels -> value."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
            for line in lines if line and not line.startswith("#")}


def read(path, query):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10) as connection:
        return connection.execute(query).fetchall()


@contextlib.contextmanager
def simulated_node():
    with contextlib.closing(Folder("warp-node-")) as folder:
        port = free_port()
        node = Process([binary("warppool-sim"), "node", "--rpc-port", str(port), "--data-dir",
                        folder.path, "--bits", BITS, "--seed", str(SEED), "--start-height", "5",
                        "--block-interval", str(BLOCK_SECONDS), "--traffic-interval", "1"])
        try:
            node.wait_listening(port)
            yield {"rpc_url": f"http://127.0.0.1:{port}", "rpc_cookie": str(folder / ".cookie")}
        finally:
            node.kill()


# What the pool says of itself agrees with what miners saw, for as long as it runs.
@suite.check
def two_thousand_miners_find_a_pool_that_stays_as_it_is():
    status_port, tls_port = free_port(), free_port()
    with contextlib.closing(Folder("warp-soak-")) as folder, simulated_node() as node, \
            contextlib.closing(Pool({
            "node": node,
            "mining": {"payout_address": bitcoin.anyone_can_spend("bcrt")[0]},
            "server": {"status_listen": f"127.0.0.1:{status_port}", "job_refresh_secs": 10,
                       "max_connections": 4096, "tls_listen": f"127.0.0.1:{tls_port}"},
            "tls": dict(zip(("cert_file", "key_file"), map(str, make_certificate(folder)))),
            "vardiff": {"min_diff": 1e-9, "initial_diff": FIRST_DIFFICULTY}})) as pool:
        process = pool.start()
        usage = Usage(process)
        started = time.monotonic()
        groups = [(group, start_miners(pool, tls_port, group)) for group in (*HONEST, *OTHERS)]
        wanted = sum(group[1] for group in HONEST)
        wait_until(lambda: metrics(status_port)["warppool_connections"] >= wanted, 60,
                   "all miners")
        while time.monotonic() - started < SECONDS:
            usage.sample(int(metrics(status_port)["warppool_connections"]))
            assert process.is_running(), process.output()[-4000:]
            time.sleep(1)  # between samples
        print(f"seed {SEED}, {SECONDS} s; resident MiB: {usage.curve()}")
        answers = {group[0]: stop_miners(miners) for group, miners in groups}
        wait_until(lambda: metrics(status_port)["warppool_connections"] == 0, 30,
                   "no miner")
        counted = metrics(status_port)
        early = usage.other_files[:len(usage.other_files) // 4]
        wait_until(lambda: usage.descriptors() <= max(early) + NODE_CONNECTIONS, 30,
                   lambda: f"{usage.descriptors()} descriptors, {max(early)} before: "
                   f"{usage.files()}")
        expect_equal(pool.stop(), 0, "exit code")
        check_answers(answers)
        check_database(pool.folder / "data" / "warppool.db", answers, counted)
        limit = 2 * MIB + usage.rss[len(usage.rss) // 4] // 20
        assert usage.growth() <= limit, f"{usage.growth() / MIB:.1f} MiB more: {usage.curve()}"


def check_answers(answers):
    for group in HONEST:
        one = answers[group[0]]
        print(f"{group[0]}: {one.sent} sent, {one.accepted} accepted, {one.by_code}, "
              f"{one.blocks} blocks")
        assert one.accepted > 0, f"{group[0]}: no share"
        expect_equal(set(one.by_code) - {STALE_CODE}, set(), f"codes that {group[0]} was given")
        # The last ones may be on their way when the miners end.
        assert one.sent - one.accepted - one.rejected <= group[1], vars(one)
        expect_equal(one.connections, group[1], f"connections of {group[0]}")
    for name, codes in ALLOWED_CODES.items():
        one = answers[name]
        print(f"{name}: {one.sent} sent, {one.accepted} accepted, {one.by_code}")
        assert one.accepted > 0, f"{name}: no share"
        expect_equal(set(one.by_code) - codes, set(), f"codes that {name} was given")
    expect_equal({DUPLICATE_CODE, LOW_CODE} - set(answers["odd"].by_code), set(),
                 "codes that odd was never given")


def check_database(path, answers, counted):
    total = sum(value for name, value in counted.items()
                if name.startswith("warppool_shares_accepted_total"))
    expect_equal(read(path, "SELECT sum(accepted) FROM pool_minutes")[0][0], int(total),
                 "accepted shares of the pool's minutes")
    expect_equal(read(path, "SELECT sum(accepted) FROM worker_minutes")[0][0], int(total),
                 "accepted shares of the workers' minutes")
    for group in HONEST:
        stored = read(path, "SELECT sum(accepted) FROM worker_minutes JOIN workers ON id = worker "
                            f"WHERE name LIKE '{group[0]}.%'")[0][0]
        one = answers[group[0]]
        # Shares just after a change of tip are taken and not counted; those on their way at the end
        # may be counted and not answered.
        late = int(counted["warppool_shares_late_total"])
        unanswered = one.sent - one.accepted - one.rejected
        assert one.accepted - late <= stored <= one.accepted + unanswered, (
            f"{group[0]}: {stored} stored, {late} late, {vars(one)}")
    blocks = read(path, "SELECT count(*) FROM blocks")[0][0]
    found = sum(one.blocks for one in answers.values())
    print(f"{int(total)} accepted, {blocks} blocks in the database, {found} hashes that were one")
    assert blocks > 0, "no block was found"


sys.exit(suite.run())
