"""The systemd unit fits the program that it starts."""

import configparser
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys

from life_bench import LifeBench
from processes import REPOSITORY
from warp_test import Folder, Suite, binary, expect_equal, expect_in, run, wait_until

suite = Suite("service_unit")
UNIT = REPOSITORY / "installers" / "systemd" / "warppool.service"


def unit():
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read_string(UNIT.read_text(encoding="utf-8"))
    return parser


# B30: the unit lifts the limit of open files above what the default cap on connections needs.
@suite.check
def raises_the_limit_of_open_files():
    limit = int(unit()["Service"]["LimitNOFILE"])
    assert limit >= 20_000, limit


@suite.check
def starts_the_program_with_arguments_that_it_knows():
    program, *arguments = unit()["Service"]["ExecStart"].split()
    expect_equal(program, "/usr/bin/warppool", "program")
    code, text = run([binary("warppool"), "--help"])
    expect_equal(code, 0, "exit code of --help")
    for argument in arguments:
        if argument.startswith("--"):
            assert argument in text, f"{argument} is not in the help"


def analyze(folder, *arguments):
    """systemd-analyze on the unit, with this build's program and manual pages in the places that it
    names: (exit code, output)."""
    text = UNIT.read_text(encoding="utf-8").replace("/usr/bin/warppool", str(binary("warppool")))
    path = folder / "warppool.service"
    path.write_text(text, encoding="utf-8")
    for page in (REPOSITORY / "docs" / "man").iterdir():
        place = folder / "man" / f"man{page.suffix[1:]}"
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(page, place)
    return run(["systemd-analyze", *arguments, path], {"MANPATH": str(folder / "man")})


# B43
@suite.check
def systemd_finds_no_fault_with_the_unit():
    if shutil.which("systemd-analyze") is None:
        suite.needed("systemd")
        return
    folder = Folder()
    try:
        expect_equal(analyze(folder, "verify"), (0, ""), "systemd-analyze verify")
        code, output = analyze(folder, "security", "--offline=true", "--threshold=20")
        expect_equal(code, 0, output)
    finally:
        folder.close()


@suite.check
def waits_longer_for_the_end_than_the_program_for_blocks():
    service = unit()["Service"]
    assert int(service["TimeoutStopSec"]) >= 15, service["TimeoutStopSec"]
    expect_equal(service["Type"], "notify", "type")
    assert int(service["WatchdogSec"]) >= 60, service["WatchdogSec"]


# --- the conversation with the service manager

class Manager:
    """The socket that systemd would give to the program."""

    def __init__(self, is_abstract=False):
        self.folder = Folder()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.place = (f"@warp-{os.getpid()}" if is_abstract else str(self.folder / "notify"))
        self._socket.bind("\0" + self.place[1:] if is_abstract else self.place)
        self._messages = []

    def messages(self):
        while True:
            try:
                self._messages.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return self._messages

    def wait_for(self, message, seconds=20):
        wait_until(lambda: message in self.messages(), seconds,
                   lambda: f"{message}; came: {self.messages()}")

    def close(self):
        self._socket.close()
        self.folder.close()


def managed_bench(manager, watchdog_seconds):
    return LifeBench(environment={"NOTIFY_SOCKET": manager.place,
                                  "WATCHDOG_USEC": str(watchdog_seconds * 1_000_000)})


# B43
@suite.check
def says_ready_alive_and_stopping():
    for is_abstract in (False, True):
        manager = Manager(is_abstract)
        try:
            with managed_bench(manager, 1) as bench:
                manager.wait_for("READY=1")
                bench.share()
                manager.wait_for(f"STATUS=running: 0 miners, block {bench.node.height()}")
                count = manager.messages().count("WATCHDOG=1")
                wait_until(lambda: manager.messages().count("WATCHDOG=1") > count + 2, 10,
                           "signs of life")
                assert "STOPPING=1" not in manager.messages(), manager.messages()
                expect_equal(bench.pool.stop(), 0, "exit code")
                expect_in("STOPPING=1", manager.messages(), "messages")
                expect_equal(manager.messages().count("READY=1"), 1, "READY=1")
        finally:
            manager.close()


# B43: a pool that waits for its node is up; nobody has to start it again.
@suite.check
def is_ready_without_a_node():
    manager = Manager()
    try:
        with managed_bench(manager, 60) as bench:
            bench.pool.stop()
            bench.node.stop()
            seen = manager.messages().count("READY=1")
            bench.start()
            wait_until(lambda: manager.messages().count("READY=1") > seen, 20, "READY=1")
    finally:
        manager.close()


# B43: while nothing moves in the program, nothing is said.
@suite.check
def a_program_that_stands_still_gives_no_sign():
    manager = Manager()
    try:
        with managed_bench(manager, 1) as bench:
            manager.wait_for("WATCHDOG=1")
            bench.process.signal(signal.SIGSTOP)
            try:
                path = pathlib.Path(f"/proc/{bench.process.pid}/stat")
                wait_until(lambda: path.read_text().rpartition(")")[2].split()[0] == "T", 5, "stop")
                count = len(manager.messages())
                subprocess.run(["sleep", "1.2"], check=True)
                expect_equal(len(manager.messages()), count, "messages while it stands")
            finally:
                bench.process.signal(signal.SIGCONT)
            wait_until(lambda: len(manager.messages()) > count, 10, "a sign of life")
    finally:
        manager.close()


# B22: systemctl reload waits for the second of them.
@suite.check
def says_when_it_reads_the_settings_anew():
    manager = Manager()
    try:
        with managed_bench(manager, 60) as bench:
            manager.wait_for("READY=1")
            bench.process.signal(signal.SIGHUP)
            manager.wait_for("RELOADING=1")
            wait_until(lambda: manager.messages()[-1] == "READY=1"
                       or manager.messages().count("READY=1") > 1, 10, "READY=1 again")
    finally:
        manager.close()


# --- crashes

# B43: killed three times in ten minutes; the fourth start mines with an amber issue.
@suite.check
def the_start_after_three_crashes_is_a_safe_one():
    with LifeBench() as bench:
        for _ in range(3):
            assert "safe_start" not in bench.process.output(), bench.process.output()
            bench.process.signal(signal.SIGKILL)
            bench.process.wait_exit()
            bench.start()
        bench.process.wait_line("health: safe_start: 3 crashes within 10 minutes")
        bench.share()
        expect_equal(bench.pool.stop(), 0, "exit code")
        bench.start()  # the stop was in order, so this start is like any other
        bench.share()
        assert "safe_start" not in bench.process.output(), bench.process.output()


# Without a manager, or with one whose socket is gone, the pool runs all the same.
@suite.check
def a_socket_that_is_gone_does_no_harm():
    with LifeBench(environment={"NOTIFY_SOCKET": "/nowhere/notify",
                                "WATCHDOG_USEC": "none"}) as bench:
        bench.share()
        expect_equal(bench.pool.stop(), 0, "exit code")


sys.exit(suite.run())
