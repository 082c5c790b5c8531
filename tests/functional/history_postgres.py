#!/usr/bin/env python3
"""The store's tests, and the pool itself, on a PostgreSQL server that lives as long as they do."""

import os
import pathlib
import pwd
import shutil
import subprocess
import sys

from fake_node import Bench, mine_share
from processes import REPOSITORY
from warp_test import (Folder, Suite, binary, expect_equal, free_port, run, skip_unless_ci,
                       wait_until)

UNPACKED = REPOSITORY / "build" / "peers" / "postgresql"  # by scripts/setup.sh --with-peers
SERVER_FOLDERS = ["/usr/lib/postgresql", "/usr/pgsql", UNPACKED / "usr" / "lib" / "postgresql"]
# initdb and postgres refuse to run as root.
UNPRIVILEGED_USER = "nobody"

suite = Suite("functional_history_postgres")


def find_server_programs():
    """The folder of initdb and pg_ctl, of the newest version; None where there is none."""
    for folder in SERVER_FOLDERS:
        found = sorted(pathlib.Path(folder).glob("*/bin/initdb"))
        if found:
            return found[-1].parent
    path = shutil.which("initdb")
    return pathlib.Path(path).parent if path else None


class Server:
    """On the loopback interface and a free port; everything of it is in a temporary folder."""

    def __init__(self):
        programs = find_server_programs()
        if programs is None:
            skip_unless_ci("no PostgreSQL server: scripts/setup.sh --with-peers")
        self._folder = Folder("warp-postgres-")
        self._data = self._folder / "data"
        if UNPACKED in programs.parents and os.geteuid() == 0:
            # The unprivileged user may not be allowed to look into the repository.
            shutil.copytree(UNPACKED, self._folder / "server", symlinks=True)
            programs = self._folder / "server" / programs.relative_to(UNPACKED)
        self._programs = programs
        self._data.mkdir()
        self._user = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam(UNPRIVILEGED_USER)
            for path in (pathlib.Path(self._folder.path), self._data):
                os.chown(path, account.pw_uid, account.pw_gid)
            self._user = {"user": account.pw_uid, "group": account.pw_gid}
        self.port = free_port()
        self._run("initdb", "-D", self._data, "-U", "warp", "-A", "trust", "-E", "UTF8",
                  "--no-sync", "--locale=C")
        self._run("pg_ctl", "-D", self._data, "-w", "-l", self._folder / "log", "-o",
                  f"-p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off "
                  f"-c unix_socket_directories={self._folder.path}", "start")

    def _run(self, name, *arguments):
        done = subprocess.run([self._programs / name, *map(str, arguments)], check=False,
                              cwd=self._folder.path, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **self._user)
        if done.returncode != 0:
            raise AssertionError(f"{name}: {done.stdout.decode(errors='replace')}")
        return done.stdout.decode().strip()

    def value(self, query):
        """The only value of a query, as text; empty where the table is not there yet."""
        try:
            return self._run("psql", "-X", "-A", "-t", "-q", "-d", self.url, "-c", query)
        except AssertionError:
            return ""

    @property
    def url(self):
        return f"postgresql://warp@127.0.0.1:{self.port}/postgres"

    def close(self):
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")
        self._folder.close()


@suite.check
def the_stores_tests_pass_on_a_server():
    test = binary("store_test")
    server = Server()
    try:
        code, output = run([test], {"WARP_TEST_PG": server.url}, seconds=250)
    finally:
        server.close()
    on_server = [line for line in output.splitlines() if "(postgres)" in line]
    print(f"{len(on_server)} tests on the server")
    assert code == 0, output
    assert len(on_server) >= 15, output


# R254 B43
@suite.check
def the_pool_keeps_its_history_on_a_server():
    server = Server()
    settings = {"history": {"commit_secs": 1}, "database": {"url": server.url}}
    secrets = {"WARPPOOL_DATABASE_PASSWORD": "not asked for"}
    is_up = True
    try:
        with Bench(settings=settings, environment=secrets) as bench:
            bench.start()
            miner = bench.working_miner()
            expect_equal(miner.submit("rig", mine_share(miner, miner.jobs[-1])), True, "share")
            wait_until(lambda: server.value("SELECT sum(accepted) FROM pool_minutes") == "1", 20,
                       "the share on the server")
            assert not (bench.pool.folder / "data" / "warppool.db").exists()
            server.close()
            is_up = False
            expect_equal(miner.submit("rig", mine_share(miner, miner.jobs[-1])), True, "share")
            bench.pool.process.wait_line("health: store_", 30)
            miner.close()
    finally:
        if is_up:
            server.close()


sys.exit(suite.run())
