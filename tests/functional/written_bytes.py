"""What the whole program writes to its disk in a day, with ten miners on the Small profile.

    written_bytes.py     seven minutes; the figures of a part are extrapolated
"""

import contextlib
import re
import sys
import time
import urllib.request

import bitcoin
from warp_test import (Folder, Pool, Process, Skip, Suite, binary, expect_equal, free_port,
                       wait_until)

MINERS = 10
RATE = 40  # hashes a second of each
FIRST_DIFFICULTY = 7e-8  # a share in eight seconds
WARM_UP_SECONDS = 90
SECONDS = 330
LIMIT = 100 * 1000 * 1000  # bytes a day
DAY = 24 * 60 * 60

suite = Suite("written_bytes")


def written(process):
    """Bytes that the process caused to be sent to the disk."""
    text = open(f"/proc/{process.pid}/io", encoding="ascii").read()
    return int(re.search(r"^write_bytes: (\d+)", text, re.MULTILINE).group(1))


def connections(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return int(float(re.search(r"^warppool_connections (\S+)", answer.read().decode(),
                                   re.MULTILINE).group(1)))


@contextlib.contextmanager
def simulated_node():
    with contextlib.closing(Folder("warp-node-")) as folder:
        port = free_port()
        node = Process([binary("warppool-sim"), "node", "--rpc-port", str(port), "--data-dir",
                        folder.path, "--bits", "1e0fffff", "--seed", "1", "--start-height", "5",
                        "--block-interval", "600", "--traffic-interval", "1"])
        try:
            node.wait_listening(port)
            yield {"rpc_url": f"http://127.0.0.1:{port}", "rpc_cookie": str(folder / ".cookie")}
        finally:
            node.kill()


# B44: for a card in a Raspberry Pi.
@suite.check
def ten_miners_wear_out_no_card():
    status_port = free_port()
    with simulated_node() as node, contextlib.closing(Pool({
            "node": node,
            "mining": {"payout_address": bitcoin.anyone_can_spend("bcrt")[0]},
            "server": {"status_listen": f"127.0.0.1:{status_port}"},
            "profile": {"kind": "small"},
            "vardiff": {"min_diff": 1e-9, "initial_diff": FIRST_DIFFICULTY}})) as pool:
        process = pool.start()
        miners = Process([binary("warppool-sim"), "miner", "--url",
                          f"stratum+tcp://127.0.0.1:{pool.port}", "--user", "rig", "--count",
                          str(MINERS), "--rate", str(RATE)])
        wait_until(lambda: connections(status_port) == MINERS, 60, "all miners")
        time.sleep(WARM_UP_SECONDS)  # the first rows and the database's first pages
        before = written(process)
        began = time.monotonic()
        time.sleep(SECONDS)  # what is measured
        total, passed = written(process) - before, time.monotonic() - began
        expect_equal(miners.stop(30), 0, "exit code of the miners")
        expect_equal(pool.stop(), 0, "exit code")
        if total == 0:
            raise Skip("the folder for temporary files is not on a disk that counts")
        a_day = int(total * DAY / passed)
        print(f"{total} bytes in {passed:.0f} s, {a_day / 1e6:.1f} MB a day")
        assert a_day < LIMIT, f"{a_day} bytes a day"


sys.exit(suite.run())
