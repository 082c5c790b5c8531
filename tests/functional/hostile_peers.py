"""Peers that mean harm, on the real pool: what they send leaves nothing behind, neither in memory
nor in the log."""

import json
import os
import pathlib
import re
import sys

from checks import Suite, expect_equal, expect_in
from fake_node import Bench
from miner_tools import Wire, request
from waiting import wait_until

suite = Suite("functional_hostile_peers")
bench = Bench({"logging": {"level": "debug", "net_debug": True}})
suite.cleanup(bench.__exit__)


def resident_kib():
    status = pathlib.Path(f"/proc/{bench.process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


@suite.needed
def node_and_pool_start():
    bench.start()


# R148: whatever the mask of who starts it.
@suite.check
def the_data_folder_is_private():
    mask = os.umask(0)
    try:
        with Bench().start() as open_bench:
            open_bench.expect_mining()
            folder = open_bench.pool.folder / "data"
            wait_until((folder / "warppool.db").exists, 10, "the database")
            modes = {path.name: path.stat().st_mode & 0o777
                     for path in [folder, *folder.glob("warppool.db*")]}
    finally:
        os.umask(mask)
    expect_equal(modes.pop("data"), 0o700, "mode of the folder")
    expect_equal(set(modes.values()), {0o600}, f"modes of {sorted(modes)}")


# R142: endless lines leave nothing behind.
@suite.check
def endless_lines_take_no_memory():
    def send_endless_line():
        wire = Wire(bench.pool.port)
        try:
            for _ in range(16):
                wire.send(b"x" * 65536)
        except OSError:
            pass  # it was closed meanwhile, as it should be
        wire.close()

    for _ in range(20):
        send_endless_line()
    before = resident_kib()
    for _ in range(200):
        send_endless_line()
    grown = resident_kib() - before
    assert grown < 4096, f"{grown} KiB more after 200 endless lines"


@suite.check
def deep_json_is_no_json():
    wire = Wire(bench.pool.port)
    wire.send(b'{"id":1,"method":"mining.ping","params":' + b"[" * 8000 + b"]" * 8000 + b"}\n")
    expect_in(b"Invalid JSON", wire.replies(1)[0])
    wire.send(request("mining.ping"))
    expect_in(b"pong", wire.replies(1)[0])
    wire.close()


# What peers write cannot look like a record of the pool, nor move a terminal's cursor.
@suite.check
def no_peer_writes_into_the_log():
    names = ["rig\n2026-01-01 ERROR  forged", "\x1b[2J\x1b[31mred", "a\rb\x00c\x7f",
             "\u202egnp.exe", "x" * 250]
    for name in names:
        miner = bench.miner()
        miner.subscribe(f"agent {name}")
        miner.authorize(name)
        miner.close()
    wire = Wire(bench.pool.port)
    wire.send(b"\x1b]0;title\x07\n2026-01-01 ERROR forged too\n")
    wire.replies(2)
    wire.close()
    bench.process.wait_line("worker " + "x" * 60)
    for line in bench.process.lines():
        assert not line.startswith("2026-01-01 ERROR"), line
        hostile = [character for character in line
                   if ord(character) < 32 or 0x7F <= ord(character) < 0xA0 or
                   character == "\u202e"]
        expect_equal(hostile, [], f"control characters in {line!r}")


# Names that change with every login are bounded a connection, and the log tells of no single one
# at a level that is on by default.
@suite.check
def rotating_names_are_bounded():
    miner = bench.miner()
    miner.subscribe()
    answers = []
    for number in range(300):
        miner.send_raw(json.dumps({"id": 100 + number, "method": "mining.authorize",
                                   "params": [f"rotating{number}", "x"]}).encode() + b"\n")
    while len(answers) < 300:
        message = miner.read_message()
        if message.get("id") is not None and message["id"] >= 100:
            answers.append(message["result"])
    assert answers.count(True) <= 256, answers.count(True)
    assert answers.count(False) == 300 - answers.count(True), answers
    expect_equal(miner.authorize("rotating0"), True, "a name that is known")


@suite.check
def the_pool_is_as_well_as_before():
    bench.expect_mining()
    wait_until(lambda: "unexpected failure" not in bench.process.output(), 1, "a quiet log")
    expect_equal(bench.pool.stop(), 0, "exit code")


if __name__ == "__main__":
    sys.exit(suite.run())
