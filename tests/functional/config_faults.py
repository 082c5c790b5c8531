"""Every row of the fault table in docs/configuration: the program names the cause within two
seconds, and what can pass by itself ends by itself."""

import os
import socket
import sys

import bitcoin
from background import Background
from fake_node import Bench
from pool import toml_text
from warp_test import (Deadline, Folder, Pool, Process, Skip, StratumClient, Suite, binary,
                       expect_equal, expect_in, free_port, wait_until)

CAUSE_LIMIT_SECONDS = 2
RECOVERY_SECONDS = 15
EXIT_BAD_CONFIGURATION = 2
MAIN_ADDRESS = bitcoin.anyone_can_spend("bc")[0]
REGTEST_ADDRESS = bitcoin.anyone_can_spend("bcrt")[0]
MISTYPED_ADDRESS = REGTEST_ADDRESS[:-1] + ("q" if REGTEST_ADDRESS[-1] != "q" else "p")

suite = Suite("functional_config_faults")


# --- faults that end the start

class Fault:
    """One broken configuration. `at` is text of the line that has to be named, None where the
    fault stands in no file; `key` and `reason` are what else has to be said. One that `starts` is
    not yet a fault for a program that can be set up while it runs."""

    def __init__(self, name, key, reason, at=None, text="", environment=None, secrets=None,
                 starts=False, **sections):
        self.name = name
        self.key = key
        self.reason = reason
        self.at = at
        self.text = text
        self.environment = environment or {}
        self.secrets = secrets
        self.starts = starts
        self.sections = sections

    def check(self):
        pool = Pool({"mining": {"payout_address": REGTEST_ADDRESS}, **self.sections})
        try:
            pool.config.write_text(toml_text(pool.settings) + self.text, encoding="utf-8")
            if self.secrets is not None:
                (pool.folder / "secrets.toml").write_text(self.secrets, encoding="utf-8")
            wanted = self._place(pool)
            if not self.starts:
                expect_refused(pool, [wanted, self.reason], self.environment)
            expect_refused(pool, [wanted, self.reason], self.environment, "--check-config")
        finally:
            pool.close()

    def _place(self, pool):
        if self.at is None:
            return f"{self.key}: "
        name = "config.toml" if self.secrets is None else "secrets.toml"
        path = pool.folder / name
        lines = path.read_text(encoding="utf-8").splitlines()
        number = next(i for i, line in enumerate(lines, 1) if self.at in line)
        return f"{path}:{number}: {self.key}"


def expect_refused(pool, parts, environment, *arguments):
    """Exit code 2 in time, and one line of output that has all `parts`."""
    deadline = Deadline(CAUSE_LIMIT_SECONDS)
    process = Process([binary("warppool"), "--no-gui", "--config", pool.config, *arguments],
                      environment)
    try:
        expect_equal(process.wait_exit(deadline.remaining()), EXIT_BAD_CONFIGURATION, "exit code")
    finally:
        process.kill()
    found = [line for line in process.lines() if all(part in line for part in parts)]
    assert found, f"no line with {parts} in:\n{process.output()}"


CERTIFICATE = {"cert_file": "none.pem"}
SECOND_LISTENER = '\n[[listener]]\nlisten = ":{port}"\n'
PORT = free_port()

# P41: each names file, line, key and reason. R259: a secret belongs elsewhere. R263: the variables.
# P02: an address of the wrong chain is refused before anything starts.
FAULTS = (
    Fault("syntax_error", "", "", at="broken =", text="\n[logging]\nbroken = = 1\n"),
    Fault("unknown_key", "[server] pool_lissen", "did you mean pool_listen?", at="pool_lissen",
          server={"pool_lissen": ":3333"}),
    Fault("unknown_section", "[minning]", "did you mean [mining]?", at="[minning]",
          text='\n[minning]\npayout_mode = "single"\n'),
    Fault("bad_value", "[logging] level", '"loud" is not one of: debug, info, warning, error',
          at="level", logging={"level": "loud"}),
    Fault("wrong_type", "[server] job_refresh_secs", "a whole number is expected here",
          at="job_refresh_secs", server={"job_refresh_secs": "soon"}),
    Fault("value_out_of_range", "[server] max_connections", "outside the range",
          at="max_connections", server={"max_connections": 0}),
    Fault("bad_checksum", "[mining] payout_address", "wrong checksum", at="payout_address",
          mining={"payout_address": MISTYPED_ADDRESS}),
    Fault("wrong_network", "[mining] payout_address",
          "address of another network (main), but the chain is regtest", at="payout_address",
          mining={"payout_address": MAIN_ADDRESS}),
    Fault("no_payout_address", "[mining] payout_address", "it must be set",
          mining={"payout_address": ""}, at="payout_address", starts=True),
    Fault("percent_sum", "[mining] pool_fee_percent", "is more than 100", at="pool_fee_percent",
          mining={"payout_address": REGTEST_ADDRESS, "pool_fee_percent": 60,
                  "pool_fee_address": REGTEST_ADDRESS, "donation_percent": 40.01,
                  "donation_address": REGTEST_ADDRESS}),
    Fault("tls_without_certificate", "[server] tls_listen", "needs cert_file under [tls]",
          at="tls_listen", server={"tls_listen": f"127.0.0.1:{PORT}"}),
    Fault("tls_without_key", "[[listener]] 1 tls", "needs key_file under [tls]", at="tls = true",
          text='\n[[listener]]\nlisten = "127.0.0.1:5"\ntls = true\n', tls=CERTIFICATE),
    # P05: a file that is missing or bad ends the start; nobody listens without TLS instead.
    Fault("tls_certificate_missing", "[tls] cert_file", "none.pem: not found", at="cert_file",
          server={"tls_listen": f"127.0.0.1:{PORT}"},
          tls={"cert_file": "none.pem", "key_file": "none.pem"}),
    Fault("tls_certificate_bad", "[tls] cert_file", "there is no certificate in PEM form",
          at="cert_file", server={"tls_listen": f"127.0.0.1:{PORT}"},
          tls={"cert_file": "config.toml", "key_file": "config.toml"}),
    Fault("duplicate_ports", "[[listener]] 1 listen", "cannot be opened beside server.pool_listen",
          at='listen = ":', server={"pool_listen": f"127.0.0.1:{PORT}"},
          text=SECOND_LISTENER.format(port=PORT)),
    Fault("secret_in_config_toml", "[node] rpc_pass", "a password does not belong into this file",
          at="rpc_pass", node={"chain": "regtest", "rpc_pass": "hunter2"}),
    Fault("open_setting_in_secrets_toml", "[node] rpc_url", "it belongs into config.toml",
          at="rpc_url", secrets='[node]\nrpc_url = "http://127.0.0.1:1"\n'),
    Fault("variables_disagree", "environment: WARPPOOL_RPC_USER",
          "WARPPOOL_NODE_RPC_USER is set as well and has another value",
          environment={"WARPPOOL_RPC_USER": "one", "WARPPOOL_NODE_RPC_USER": "two"}),
    Fault("passwords_disagree", "environment: WARPPOOL_RPC_PASS",
          "WARPPOOL_NODE_RPC_PASS is set as well and has another value",
          environment={"WARPPOOL_RPC_PASS": "one", "WARPPOOL_NODE_RPC_PASS": "two"}),
)


def add_fault(fault):
    def check():
        fault.check()

    check.__name__ = f"refuses_{fault.name}"
    suite.check(check)


for row in FAULTS:
    add_fault(row)


# P41: one run names them all.
@suite.check
def names_every_fault_at_once():
    pool = Pool({"mining": {"payout_address": MISTYPED_ADDRESS}, "logging": {"level": "loud"}},
                environment={"WARPPOOL_SERVER_POOL_LISSEN": ":1"})
    try:
        arguments = [binary("warppool"), "--config", pool.config, "--check-config",
                     "--set", "vardiff.min_diff=-1", "--set", "nonsense"]
        process = Process(arguments, pool.environment)
        expect_equal(process.wait_exit(), EXIT_BAD_CONFIGURATION, "exit code")
        for part in ("[mining] payout_address: ", "[logging] level: ",
                     "environment: WARPPOOL_SERVER_POOL_LISSEN: there is no such setting; did you "
                     "mean WARPPOOL_SERVER_POOL_LISTEN?", "--set: vardiff.min_diff: ",
                     "--set: nonsense: write it as section.key=value"):
            expect_in(part, process.output(), "faults")
        expect_equal(len(process.lines()), 5, "lines")
    finally:
        pool.close()


# P41
@suite.check
def refuses_a_configuration_file_that_is_not_there():
    pool = Pool({})
    try:
        pool.config.unlink()
        expect_refused(pool, [f"{pool.config}: it cannot be read: not found"], {})
        expect_refused(pool, [str(pool.config)], {}, "--check-config")
    finally:
        pool.close()


# R259
@suite.check
def no_fault_shows_a_secret():
    pool = Pool({"mining": {"payout_address": REGTEST_ADDRESS}})
    try:
        (pool.folder / "secrets.toml").write_text('[node]\nrpc_pass = "hunter2\n', encoding="utf-8")
        arguments = [binary("warppool"), "--no-gui", "--config", pool.config]
        for extra in ([], ["--check-config"], ["--set", "node.rpc_pass=hunter2"]):
            process = Process(arguments + extra, {"WARPPOOL_RPC_PASS": "hunter2"})
            expect_equal(process.wait_exit(), EXIT_BAD_CONFIGURATION, "exit code")
            assert "hunter2" not in process.output(), process.output()
    finally:
        pool.close()


# P41
@suite.check
def refuses_a_data_folder_that_another_process_has():
    with Bench() as first, Bench() as second:
        folder = first.pool.settings["server"]["data_dir"]
        second.pool.settings["server"]["data_dir"] = folder
        second.pool.config.write_text(toml_text(second.pool.settings), encoding="utf-8")
        lines = second.pool.config.read_text(encoding="utf-8").splitlines()
        number = next(i for i, line in enumerate(lines, 1) if line.startswith("data_dir"))
        first.start()
        wanted = [f"{second.pool.config}:{number}: [server] data_dir", folder,
                  f"pid {first.process.pid})"]
        for arguments in ([], ["--check-config"]):
            expect_refused(second.pool, wanted, second.pool.environment, *arguments)
        first.pool.stop()
        second.start()
        second.expect_mining()


# --- faults that the program lives with

class FaultBench(Bench):
    """A pool that may be started while a fault is there."""

    def start_faulty(self, code):
        """Starts the pool; it has to name the fault in time and keep running."""
        deadline = Deadline(CAUSE_LIMIT_SECONDS)
        self.pool.start(wait=False)
        line = self.process.wait_line(f"health: {code}", deadline.remaining())[1]
        assert self.process.is_running(), self.process.output()
        return line

    def expect_recovery(self, code, start=0):
        self.process.wait_line(f"health: {code} is over", RECOVERY_SECONDS, start)
        self.expect_mining()

    def replace_node(self, chain):
        """Another node, on another chain, answers at the same address."""
        self.node.stop()
        self.node.set(chain=chain)
        self.node.generate()
        self.node.start()

    def try_at_start(self, code, words, end):
        """The fault is there when the pool starts; `end` takes it away."""
        expect_in(words, self.start_faulty(code), "health line")
        end()
        self.expect_recovery(code)

    def try_while_running(self, code, words, begin, end):
        """The fault comes while a miner works, and goes again."""
        if self.process is None:
            self.pool.start()
        self.expect_mining()
        start = len(self.process.lines())
        deadline = Deadline(CAUSE_LIMIT_SECONDS)
        begin()
        line = self.process.wait_line(f"health: {code}", deadline.remaining(), start)[1]
        expect_in(words, line, "health line")
        end()
        self.expect_recovery(code, start)


LONG_TESTS = {}


@suite.needed
def long_tests_begin():
    LONG_TESTS["folder"] = Background(recover_the_data_folder)
    LONG_TESTS["disk"] = Background(recover_a_full_disk)


# R001
@suite.check
def lives_without_a_node():
    with FaultBench() as bench:
        bench.node.stop()
        bench.try_at_start("node_unreachable", "connection refused", bench.node.start)
        bench.try_while_running("node_unreachable", "", bench.node.stop, bench.node.start)


# R001: a host that answers nothing at all is named as soon as one that refuses. How a pool comes
# back from there is node_link's matter.
@suite.check
def names_a_node_that_never_answers():
    with FaultBench() as bench:
        bench.node.set(trouble="hang")
        expect_in("no answer yet", bench.start_faulty("node_unreachable"), "health line")


# R001, R002
@suite.check
def lives_with_a_wrong_password():
    with FaultBench() as bench:
        right = bench.node.login
        bench.node.set(login=("warp", "another"))
        bench.try_at_start("node_unauthorized", "HTTP 401", lambda: bench.node.set(login=right))
        bench.try_while_running("node_unauthorized", "HTTP 401",
                                lambda: bench.node.set(login=("warp", "another")),
                                lambda: bench.node.set(login=right))


# R002
@suite.check
def lives_without_a_cookie():
    folder = Folder()
    try:
        with FaultBench(cookie=folder / "node" / ".cookie") as bench:
            bench.node.stop()
            line = bench.start_faulty("node_cookie_missing")
            expect_in(str(bench.node.cookie), line, "health line")
            bench.node.start()
            bench.expect_recovery("node_cookie_missing")
            bench.try_while_running("node_cookie_missing", str(bench.node.cookie), bench.node.stop,
                                    bench.node.start)
    finally:
        folder.close()


# R007
@suite.check
def lives_with_a_node_on_another_chain():
    with FaultBench() as bench:
        bench.node.set(chain="testnet4")
        bench.try_at_start("node_wrong_chain", "testnet4", lambda: bench.node.set(chain="regtest"))
        bench.try_while_running("node_wrong_chain", "testnet4",
                                lambda: bench.replace_node("testnet4"),
                                lambda: bench.replace_node("regtest"))


# R033: the other listener works meanwhile.
@suite.check
def lives_with_a_port_that_is_taken():
    other_port = free_port()
    with FaultBench() as bench, socket.socket() as holder:
        bench.pool.config.write_text(
            toml_text(bench.pool.settings) + f'\n[[listener]]\nlisten = "127.0.0.1:{other_port}"\n',
            encoding="utf-8")
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", bench.pool.port))
        holder.listen()
        line = bench.start_faulty(f"listener_port_in_use:{bench.pool.port}")
        expect_in(f"127.0.0.1:{bench.pool.port}: port in use", line, "health line")
        miner = StratumClient(other_port)
        miner.login("rig")
        miner.close()
        holder.close()
        bench.expect_recovery(f"listener_port_in_use:{bench.pool.port}")


# R033
@suite.check
def lives_with_an_address_that_is_not_its_own():
    with FaultBench({"server": {"pool_listen": f"203.0.113.7:{PORT}"}}) as bench:
        line = bench.start_faulty(f"listener_failed:{PORT}")
        expect_in(f"203.0.113.7:{PORT}: address not available", line, "health line")


# R001: a name that nobody knows is named in time, however long the resolver takes; nor does it
# hold up the end.
@suite.check
def lives_with_a_host_name_that_does_not_exist():
    with FaultBench() as bench:
        bench.pool.settings["node"]["rpc_url"] = "http://no-such-host.invalid:8332"
        bench.pool.config.write_text(toml_text(bench.pool.settings), encoding="utf-8")
        bench.start_faulty("node_unreachable")
        deadline = Deadline(CAUSE_LIMIT_SECONDS)
        expect_equal(bench.process.stop(deadline.remaining()), 0, "exit code")


# The two that follow wait five seconds for the next look at the folder, so they run beside the
# others and are looked at last.

def recover_the_data_folder():
    # Permission bits would not stop root; a file in the way stops everybody.
    folder = Folder()
    try:
        obstacle = folder / "obstacle"
        obstacle.write_text("a file, no folder", encoding="utf-8")
        data = obstacle / "data"
        with FaultBench({"server": {"data_dir": str(data)}}) as bench:
            expect_in(f"{data}: not a directory", bench.start_faulty("data_folder_unusable"),
                      "health line")
            bench.expect_mining()  # no worse for the folder
            obstacle.unlink()
            bench.expect_recovery("data_folder_unusable")
            expect_equal((data / "warppool.lock").read_text(encoding="utf-8").strip(),
                         str(bench.process.pid), "holder of the lock")
    finally:
        folder.close()


def recover_a_full_disk():
    folder = Folder()
    data = folder / "data"
    data.mkdir()
    # A small disk in a mount namespace of its own, full; without the ballast it has room for all
    # that the pool keeps.
    script = (f"mount -t tmpfs -o size=64m none {data} && touch {data}/warppool.lock && "
              f"dd if=/dev/zero of={data}/ballast bs=64k 2>/dev/null; exec \"$@\"")
    probe = Process(["unshare", "-rm", "sh", "-c", f"{script} true; test -s {data}/ballast"])
    is_possible = probe.wait_exit() == 0
    try:
        if not is_possible:
            raise Skip("no mount namespace here")
        with FaultBench({"server": {"data_dir": str(data)}}) as bench:
            deadline = Deadline(CAUSE_LIMIT_SECONDS)
            bench.pool.process = Process(
                ["unshare", "-rm", "sh", "-c", script, "sh", binary("warppool"), "--no-gui",
                 "--config", bench.pool.config], bench.pool.environment)
            line = bench.process.wait_line("health: data_folder_unusable", deadline.remaining())[1]
            expect_in(str(data), line, "health line")
            bench.expect_mining()
            os.unlink(f"/proc/{bench.process.pid}/root{data}/ballast")
            bench.expect_recovery("data_folder_unusable")
    finally:
        folder.close()


def expect_no_work(bench):
    """A miner may log in, but gets no job however often the node makes a template."""
    miner = StratumClient(bench.pool.port)
    try:
        miner.subscribe()
        expect_equal(miner.authorize("rig"), True, "authorize")
        for _ in range(2):
            bench.node.generate()
            seen = len(bench.node.requests("getblocktemplate"))
            wait_until(lambda: len(bench.node.requests("getblocktemplate")) > seen, 10,
                       "the pool asks for a template")
        expect_equal(miner.call("mining.ping"), "pong")
        expect_equal(miner.jobs, [], "jobs")
    finally:
        miner.close()


# P02
@suite.check
def serves_no_work_that_would_pay_on_another_network():
    settings = {"mining": {"payout_address": MAIN_ADDRESS}}
    with FaultBench(settings, pool_chain="auto") as bench:
        line = bench.start_faulty("payout_wrong_network")
        assert MAIN_ADDRESS not in line, f"addresses stay out of the log: {line}"
        expect_in("the node's chain is regtest", line, "health line")
        bench.process.wait_listening(bench.pool.port)
        expect_no_work(bench)
        bench.replace_node("main")
        bench.expect_recovery("payout_wrong_network")


# P02: nor does a miner that comes later get what was made for the former network.
@suite.check
def serves_no_work_once_the_node_is_on_another_network():
    settings = {"mining": {"payout_address": REGTEST_ADDRESS}}
    with FaultBench(settings, pool_chain="auto") as bench:
        bench.pool.start()
        bench.expect_mining()
        deadline = Deadline(CAUSE_LIMIT_SECONDS)
        bench.replace_node("main")
        bench.process.wait_line("health: payout_wrong_network", deadline.remaining())
        expect_no_work(bench)
        bench.replace_node("regtest")
        bench.expect_recovery("payout_wrong_network")


@suite.check
def lives_with_a_data_folder_that_cannot_be_made():
    LONG_TESTS["folder"].result()


@suite.check
def lives_with_a_full_disk():
    LONG_TESTS["disk"].result()


if __name__ == "__main__":
    sys.exit(suite.run())
