#!/usr/bin/env python3
"""The store's tests on a PostgreSQL server that lives as long as they do."""

import os
import pathlib
import pwd
import shutil
import subprocess
import sys

from warp_test import Folder, Suite, binary, free_port, run, skip_unless_ci

SERVER_FOLDERS = ["/usr/lib/postgresql", "/usr/pgsql"]
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

    def __init__(self, programs):
        self._programs = programs
        self._folder = Folder("warp-postgres-")
        self._data = self._folder / "data"
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

    @property
    def url(self):
        return f"postgresql://warp@127.0.0.1:{self.port}/postgres"

    def close(self):
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")
        self._folder.close()


@suite.check
def the_stores_tests_pass_on_a_server():
    programs = find_server_programs()
    if programs is None:
        skip_unless_ci("no PostgreSQL server is installed")
    test = binary("store_test")
    server = Server(programs)
    try:
        code, output = run([test], {"WARP_TEST_PG": server.url}, seconds=250)
    finally:
        server.close()
    on_server = [line for line in output.splitlines() if "(postgres)" in line]
    print(f"{len(on_server)} tests on the server")
    assert code == 0, output
    assert len(on_server) >= 15, output


sys.exit(suite.run())
