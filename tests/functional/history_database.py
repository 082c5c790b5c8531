#!/usr/bin/env python3
"""The real pool with a database that is large, damaged, locked, full, or loses its program.

    history_database.py [--year]     --year measures the start with a year of a hundred workers
"""

import contextlib
import random
import socket
import sqlite3
import subprocess
import sys
import threading
import time

from fake_node import Bench, mine_share
from warp_test import (Skip, Suite, binary, expect_equal, expect_in, is_listening, run, wait_until)

SERVED_SECONDS = 5  # B43
STOP_LIMIT_SECONDS = 15
COMMIT_SECONDS = 1
START_LIMIT_SECONDS = 1.0

IS_YEAR = "--year" in sys.argv
if IS_YEAR:
    sys.argv.remove("--year")

suite = Suite("functional_history_database")


def database(pool):
    return pool.folder / "data" / "warppool.db"


@contextlib.contextmanager
def pool_bench():
    """A node and a pool that is not started; its data folder is there."""
    with Bench(settings={"history": {"commit_secs": COMMIT_SECONDS}}) as bench:
        (bench.pool.folder / "data").mkdir()
        yield bench, bench.pool


def expect_served(bench, started):
    """A miner gets work and has a share accepted in time."""
    miner = bench.working_miner()
    expect_equal(miner.submit("rig", mine_share(miner, miner.jobs[-1])), True, "share")
    seconds = time.monotonic() - started
    assert seconds < SERVED_SECONDS, f"served after {seconds:.1f} s"
    return miner


def read(path, query):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5) as connection:
        return connection.execute(query).fetchall()


def shares_in(path):
    """Accepted shares of all minutes; -1 while there is no whole database."""
    try:
        return read(path, "SELECT coalesce(sum(accepted), 0) FROM pool_minutes")[0][0]
    except sqlite3.Error:
        return -1


# B43
@suite.check
def a_damaged_database_is_put_aside():
    with pool_bench() as (bench, pool):
        database(pool).write_bytes(random.Random(1).randbytes(50_000))
        started = time.monotonic()
        pool.start()
        expect_served(bench, started).close()
        pool.process.wait_line("store_quarantined", 10)
        wait_until(lambda: shares_in(database(pool)) == 1, 10, "the share in a new database")
        kept = [path.name for path in database(pool).parent.iterdir()
                if path.name.startswith("warppool.db.quarantined-")]
        expect_equal(len(kept), 1, "files put aside")
        expect_equal(pool.stop(), 0, "exit code")


class SilentServer:
    """A PostgreSQL server that lets everybody in and answers no question."""

    IS_SSL_REQUEST = bytes.fromhex("04d2162f")
    WELCOME = b"R\0\0\0\x08\0\0\0\0" + b"Z\0\0\0\x05I"  # no password; ready

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._clients = []
        self.asked = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def url(self):
        return f"postgresql://warp@127.0.0.1:{self._socket.getsockname()[1]}/postgres"

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                client = self._socket.accept()[0]
                self._clients.append(client)
                if self.IS_SSL_REQUEST in client.recv(1024):
                    client.sendall(b"N")
                    client.recv(1024)
                client.sendall(self.WELCOME)
                if client.recv(1024):
                    self.asked.set()

    def close(self):
        for each in (self._socket, *self._clients):
            each.close()


# B43, P42: the thread of the database never comes back, and still miners are served and a stop ends.
@suite.check
def a_database_server_that_hangs_delays_nobody():
    with contextlib.closing(SilentServer()) as server:
        with Bench(settings={"database": {"url": server.url()}}) as bench:
            started = time.monotonic()
            bench.pool.start()
            expect_served(bench, started).close()
            assert server.asked.wait(10), "the server was asked nothing"
            started = time.monotonic()
            expect_equal(bench.pool.process.stop(STOP_LIMIT_SECONDS + 5), 1, "exit code")
            expect_in("the stop hangs; ending at once", bench.pool.process.output())
            assert time.monotonic() - started < STOP_LIMIT_SECONDS + 3


# B43
@suite.check
def a_locked_database_is_waited_for():
    with pool_bench() as (bench, pool):
        other = sqlite3.connect(database(pool), isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        pool.start()
        expect_served(bench, started).close()
        pool.process.wait_line("store_locked", 10)
        other.execute("ROLLBACK")
        other.close()
        pool.process.wait_line("store_locked is over", 30)
        wait_until(lambda: shares_in(database(pool)) == 1, 10, "the share in the database")


# B43
@suite.check
def a_database_that_cannot_be_opened_is_waited_for():
    with pool_bench() as (bench, pool):
        database(pool).mkdir()
        started = time.monotonic()
        pool.start()
        expect_served(bench, started).close()
        pool.process.wait_line("store_unwritable", 10)
        database(pool).rmdir()
        pool.process.wait_line("store_unwritable is over", 30)
        wait_until(lambda: shares_in(database(pool)) == 1, 10, "the share in the database")


# B43
@suite.check
def a_database_that_is_taken_away_is_begun_anew():
    with pool_bench() as (bench, pool):
        started = time.monotonic()
        pool.start()
        miner = expect_served(bench, started)
        wait_until(lambda: shares_in(database(pool)) == 1, 10, "the share in the database")
        for path in list(database(pool).parent.glob("warppool.db*")):
            path.unlink()
        job = miner.jobs[-1]
        expect_equal(miner.submit("rig", mine_share(miner, job)), True, "share")
        wait_until(lambda: shares_in(database(pool)) == 1, 20, "the new share, in a new database")
        miner.close()


class SmallDisk:
    """A file system of its own, a few megabytes large; needs the right to mount."""

    def __init__(self, path, size):
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as failure:
            raise Skip("no right to mount a small file system") from failure

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", str(self.path)], check=False)


# B43 B44
@suite.check
def a_full_disk_is_waited_for():
    with pool_bench() as (bench, pool):
        with SmallDisk(pool.folder / "data", 24 * 1024 * 1024):
            filler = pool.folder / "data" / "filler"
            with open(filler, "wb") as file, contextlib.suppress(OSError):
                while True:
                    file.write(bytes(65536))
            started = time.monotonic()
            pool.start()
            expect_served(bench, started).close()
            pool.process.wait_line("health: store_full", 15)
            filler.unlink()
            pool.process.wait_line("store_full is over", 40)
            wait_until(lambda: shares_in(database(pool)) == 1, 10, "the share in the database")
            pool.process.kill()


# P39: a kill under load leaves the database whole and costs the last moments at most.
@suite.check
def a_kill_under_load_costs_moments():
    chance = random.Random(7)
    with pool_bench() as (bench, pool):
        total = 0
        for round_number in range(3):
            pool.start()
            miner = expect_served(bench, time.monotonic())
            answered = [time.monotonic()]
            end = time.monotonic() + chance.uniform(4, 6)
            while time.monotonic() < end:
                expect_equal(miner.submit("rig", mine_share(miner, miner.jobs[-1])), True, "share")
                answered.append(time.monotonic())
            killed = time.monotonic()
            pool.process.kill()
            miner.close()
            with sqlite3.connect(database(pool)) as connection:
                verdict = connection.execute("PRAGMA integrity_check").fetchall()
            expect_equal(verdict, [("ok",)], "integrity")
            # A second for the io thread's batch, one interval, and some of a busy machine.
            safe = sum(1 for when in answered if when < killed - COMMIT_SECONDS - 2)
            kept = shares_in(database(pool)) - total
            print(f"round {round_number}: {len(answered)} shares, {kept} kept, {safe} promised")
            assert safe <= kept <= len(answered), f"{kept} of {len(answered)} kept"
            total += kept
        boots = read(database(pool), "SELECT count(DISTINCT boot) FROM pool_minutes")[0][0]
        expect_equal(boots, 3, "runs in the history")  # B57


# B43: what is known of a year of a hundred workers does not hold up the start.
@suite.check
def a_large_database_does_not_hold_up_the_start():
    with pool_bench() as (bench, pool):
        days = 365 if IS_YEAR else 20
        code, output = run([binary("warppool-sim"), "history", "--days", str(days),
                            "--workers", "100", "--out", database(pool)], seconds=600)
        expect_equal(code, 0, f"warppool-sim history: {output}")
        started = time.monotonic()
        pool.start(wait=False)
        while not is_listening(pool.port):
            assert time.monotonic() - started < 20, pool.process.output()
            time.sleep(0.005)
        seconds = time.monotonic() - started
        print(f"{days} days, {database(pool).stat().st_size / 1e6:.0f} MB: "
              f"listening after {seconds:.3f} s")
        assert seconds < START_LIMIT_SECONDS, f"listening after {seconds:.2f} s"
        expect_served(bench, time.monotonic()).close()
        pool.process.wait_line("state: running", 10)


sys.exit(suite.run())
