"""The programs from outside: help, set-up, listeners, limits, and how the pool ends."""

import pathlib
import re
import resource
import signal
import socket
import stat
import subprocess
import sys
import threading
import time

import bitcoin
from background import Background
from fake_node import Bench, FakeNode, mine_share
from life_bench import LifeBench
from pool import toml_text
from processes import REPOSITORY
from warp_test import (Folder, Process, Skip, StratumClient, Suite, binary,
                       expect_equal, expect_in, free_port, is_listening, run, wait_until)

ADDRESS, PAYOUT_SCRIPT = bitcoin.anyone_can_spend("bcrt")
EXAMPLE = REPOSITORY / "config" / "example.toml"
EXAMPLE_SCRIPT = b"\x00\x14" + bytes(20)  # of the example's address
VERSION = r"\d+\.\d+\.\d+"
STOP_SECONDS = 5

suite = Suite("functional_program_life")


# --- programs

def programs():
    """The programs of this build; the simulator is left out where it is not built."""
    folder = binary("warppool").parent
    names = ["warppool", "warppool-cli", "warppool-translator"]
    return names + [name for name in ("warppool-sim",) if (folder / name).is_file()]


# R261
@suite.check
def every_program_tells_its_help_and_version():
    for name in programs():
        for option in ("--help", "-h"):
            code, output = run([binary(name), option])
            expect_equal(code, 0, f"{name} {option}")
            expect_in("Usage:", output, f"{name} {option}")
        for option in ("--version", "-v"):
            code, output = run([binary(name), option])
            expect_equal(code, 0, f"{name} {option}")
            assert re.fullmatch(rf"{name} {VERSION}", output), f"{name} {option}: {output!r}"


# R261
@suite.check
def help_of_the_pool_names_its_options():
    output = run([binary("warppool"), "--help"])[1]
    for option in ("--no-gui", "--config", "--set", "--check-config"):
        expect_in(option, output, "help")


# R261
@suite.check
def wrong_arguments_are_refused():
    for name in programs():
        code, output = run([binary(name), "--no-such-option"])
        assert code not in (0, -11, -6), f"{name}: exit code {code}"
        assert output, f"{name} says nothing"
    for arguments in ([], ["no-such-command"], ["check-address"], ["check-config", "--what"]):
        expect_equal(run([binary("warppool-cli"), *arguments])[0], 2, f"warppool-cli {arguments}")


# R261
@suite.check
def check_address_says_what_an_address_pays():
    def check_address(*arguments):
        return run([binary("warppool-cli"), "check-address", *arguments])

    expect_equal(check_address(ADDRESS),
                 (0, f"P2WSH on regtest, script {PAYOUT_SCRIPT.hex()}"), "good address")
    expect_equal(check_address("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")[0], 0, "main")
    code, output = check_address("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5")
    expect_equal(code, 1, "wrong checksum")
    expect_in("checksum", output)
    code, output = check_address(ADDRESS, "--network", "main")
    expect_equal(code, 1, "wrong network")
    expect_in("(regtest)", output)


# --- set-up and example

def setup(folder, answers):
    """Runs `warppool-cli setup` with piped answers: (exit code, output)."""
    done = subprocess.run([binary("warppool-cli"), "setup", "--config", folder / "config.toml"],
                          input="".join(f"{answer}\n" for answer in answers), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                          check=False)
    return done.returncode, done.stdout


def start_and_mine(folder, node, environment=None):
    """Starts the pool on the configuration in `folder`; returns the job that a miner gets."""
    port = free_port()
    code, output = run([binary("warppool-cli"), "check-config", "--config", folder / "config.toml"],
                       environment)
    expect_equal(code, 0, f"check-config:\n{output}")
    process = Process([binary("warppool"), "--no-gui", "--config", folder / "config.toml",
                       "--set", f"server.data_dir={folder / 'data'}",
                       "--set", f"server.pool_listen=127.0.0.1:{port}",
                       "--set", "server.v2_listen="], environment)
    try:
        process.wait_listening(port)
        miner = StratumClient(port)
        job = miner.login("rig")
        expect_equal(bitcoin.display(job.previous_hash), node.best(), "previous block of the job")
        coinbase = bitcoin.Transaction.parse(job.coinbase(miner.extranonce1, bytes(
            miner.extranonce2_size)))
        miner.close()
        expect_equal(process.stop(), 0, "exit code")
        return coinbase
    finally:
        process.kill()


# R261, R002
@suite.check
def setup_with_a_cookie_leads_to_a_running_pool():
    folder = Folder()
    node = FakeNode(cookie=folder / "node" / ".cookie").start()
    try:
        code, output = setup(folder, ["nowhere", "regtest", ADDRESS[:-1], ADDRESS, "no url",
                                      node.url, "", node.cookie])
        expect_equal(code, 0, output)
        for reason in ("one of auto, main", "checksum", "http:// or https://"):
            expect_in(reason, output, "what setup says to a wrong answer")
        expect_in(f"Your node answers: chain regtest, height {node.height()}.\n", output)
        coinbase = start_and_mine(folder, node)
        expect_equal(coinbase.outputs[0][1], PAYOUT_SCRIPT, "who is paid")
    finally:
        node.close()
        folder.close()


# R261, R002, R259
@suite.check
def setup_with_a_password_keeps_it_in_secrets_toml():
    folder = Folder()
    password = 'p"a\\ss word'
    node = FakeNode(login=("miner", password)).start()
    try:
        code, output = setup(folder, ["regtest", ADDRESS, node.url, "miner", password])
        expect_equal(code, 0, output)
        assert "ss word" not in (folder / "config.toml").read_text(encoding="utf-8")
        mode = stat.S_IMODE((folder / "secrets.toml").stat().st_mode)
        expect_equal(f"{mode:o}", "600", "mode of secrets.toml")
        start_and_mine(folder, node)
    finally:
        node.close()
        folder.close()


# R261: without a terminal, and again on a file that somebody has added to.
@suite.check
def setup_takes_its_answers_from_options():
    folder = Folder()
    node = FakeNode(cookie=folder / "node" / ".cookie").start()
    try:
        arguments = ["setup", "--config", folder / "config.toml", "--chain", "regtest",
                     "--rpc-url", node.url, "--rpc-cookie", node.cookie, "--payout-address"]
        code, output = run([binary("warppool-cli"), *arguments, ADDRESS[:-1]])
        expect_equal(code, 1, output)
        expect_in("--payout-address: ", output)
        assert not (folder / "config.toml").exists()
        expect_equal(run([binary("warppool-cli"), *arguments, ADDRESS])[0], 0, "exit code")
        path = folder / "config.toml"
        text = "# mine\n" + path.read_text(encoding="utf-8") + "\n[logging]\njson = true # too\n"
        path.write_text(text, encoding="utf-8")
        expect_equal(run([binary("warppool-cli"), *arguments, ADDRESS])[0], 0, "exit code")
        expect_equal(path.read_text(encoding="utf-8"), text, "file")
        start_and_mine(folder, node)
    finally:
        node.close()
        folder.close()


# R261: a node that is away or of another chain is told, and keeps nobody from going on.
@suite.check
def setup_says_what_the_node_says():
    folder = Folder()
    node = FakeNode(cookie=folder / "node" / ".cookie").start()
    try:
        def words(*answers):
            code, output = setup(folder, answers)
            expect_equal(code, 0, output)
            return output

        main = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
        expect_in("address is of another network",
                  words("auto", main, node.url, "", node.cookie))
        expect_in('chain = "main" is not its chain', words("main", main, node.url, "", node.cookie))
        expect_in("refuses the login", words("regtest", ADDRESS, node.url, "", "/no/cookie"))
        node.stop()
        expect_in("does not answer yet (connection refused)",
                  words("regtest", ADDRESS, node.url, "", node.cookie))
    finally:
        node.close()
        folder.close()


# R261
@suite.check
def setup_writes_nothing_without_all_answers():
    folder = Folder()
    try:
        code, output = setup(folder, ["regtest", ADDRESS])
        expect_equal(code, 1, output)
        expect_in("Nothing was written", output)
        expect_equal(list(folder.path.iterdir()), [], "files")
    finally:
        folder.close()


# R261: without --config the platform's folder counts.
@suite.check
def the_usual_place_of_the_configuration_is_found():
    home = Folder()
    environment = {"HOME": str(home.path), "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": ""}
    try:
        code, output = run([binary("warppool"), "--check-config"], environment)
        expect_equal(code, 2, "exit code without a configuration")
        expect_in(f"{home.path}/.config/warppool/config.toml: [mining] payout_address", output)
        place = home / ".config" / "warppool"
        place.mkdir(parents=True)
        (place / "config.toml").write_text(f'[mining]\npayout_address = "{ADDRESS}"\n',
                                           encoding="utf-8")
        code, output = run([binary("warppool"), "--check-config"], environment)
        expect_equal(code, 0, output)
    finally:
        home.close()


# R259
@suite.check
def secrets_that_others_can_read_are_warned_of():
    with LifeBench() as bench:
        bench.pool.stop()
        secrets = bench.pool.folder / "secrets.toml"
        secrets.write_text('[node]\nrpc_user = "warp"\nrpc_pass = "fake-node"\n',
                           encoding="utf-8")
        secrets.chmod(0o644)
        arguments = [binary("warppool"), "--no-gui", "--config", bench.pool.config,
                     "--check-config"]
        code, output = run(arguments)
        expect_equal(code, 0, output)
        expect_in(f"warning: {secrets}: its mode is 0644", output)
        secrets.chmod(0o600)
        expect_equal(run(arguments), (0, "The configuration is good."))
        bench.pool.environment = {}
        bench.start()
        bench.expect_mining()  # with the login of that file


# R258
@suite.check
def the_example_passes_as_it_stands():
    home = Folder()
    try:
        arguments = [binary("warppool"), "--config", EXAMPLE, "--check-config"]
        code, output = run(arguments, {"HOME": str(home.path)})
        expect_equal((code, output), (0, "The configuration is good."))
    finally:
        home.close()


# R258: only a port that somebody else has is overridden.
@suite.check
def the_example_starts_as_it_stands():
    home = Folder()
    cookie = home / ".bitcoin" / "regtest" / ".cookie"
    usual_port = 18443
    node = FakeNode(cookie=cookie, port=0 if is_listening(usual_port) else usual_port).start()
    port = 3333
    arguments = [binary("warppool"), "--no-gui", "--config", EXAMPLE]
    if node.port != usual_port:
        arguments += ["--set", f"node.rpc_url={node.url}"]
    if is_listening(port):
        port = free_port()
        arguments += ["--set", f"server.pool_listen=:{port}"]
    process = Process(arguments, {"HOME": str(home.path), "XDG_DATA_HOME": ""})
    try:
        process.wait_listening(port)
        miner = StratumClient(port)
        job = miner.login("rig")
        coinbase = bitcoin.Transaction.parse(
            job.coinbase(miner.extranonce1, bytes(miner.extranonce2_size)))
        expect_equal(coinbase.outputs[0], (node.template()["coinbasevalue"], EXAMPLE_SCRIPT))
        miner.close()
        assert (home / ".local" / "share" / "warppool").is_dir(), "the data folder is made"
        expect_equal(process.stop(), 0, "exit code")
    finally:
        process.kill()
        node.close()
        home.close()


# R263
@suite.check
def login_and_settings_come_from_the_environment():
    login = {"WARPPOOL_NODE_RPC_USER": "warp", "WARPPOOL_NODE_RPC_PASS": "fake-node",
             "WARPPOOL_RPC_USER": "", "WARPPOOL_RPC_PASS": "",
             "WARPPOOL_MINING_POOLTAG_PREFIX": "by-variable"}
    with LifeBench(environment=login) as bench:
        miner = bench.miner()
        expect_in(b"by-variable", miner.login("rig").coinbase_suffix, "pool tag")


@suite.check
def a_setting_on_the_command_line_wins():
    with LifeBench(environment={"WARPPOOL_MINING_POOLTAG_PREFIX": "by-variable"}) as bench:
        bench.pool.stop()
        port = free_port()
        process = Process([binary("warppool"), "--no-gui", "--config", bench.pool.config,
                           "--set", "mining.pooltag_prefix=by-option",
                           "--set", f"server.pool_listen=127.0.0.1:{port}"],
                          bench.pool.environment)
        try:
            process.wait_listening(port)
            miner = StratumClient(port)
            expect_in(b"by-option", miner.login("rig").coinbase_suffix, "pool tag")
            miner.close()
        finally:
            process.kill()


# P41: what has no part yet is said, and is no fault.
@suite.check
def settings_that_come_later_are_named():
    settings = {"server": {"lan_access": True}, "vardiff": {"window": 60}}
    wanted = ("[server] lan_access", "[vardiff] window")
    with LifeBench(settings) as bench:
        for key in wanted:
            line = bench.process.wait_line(f"{key}: has no effect yet")[1]
            assert re.search(r"warning +config", line), line
            expect_in(f"{bench.pool.config}:", line)
        bench.share()
        bench.pool.stop()
        code, output = run([binary("warppool"), "--config", bench.pool.config, "--check-config"],
                           bench.pool.environment)
        expect_equal(code, 0, output)
        for key in wanted:
            expect_in(f"{key}: has no effect yet", output)


# --- listeners

def with_listener(settings, listen):
    """A bench with one [[listener]] entry beside pool_listen."""
    other = Bench(settings)
    other.pool.config.write_text(
        toml_text(other.pool.settings) + f'\n[[listener]]\nlisten = "{listen}"\n',
        encoding="utf-8")
    return other


def expect_work(port, host="127.0.0.1"):
    miner = StratumClient(port, host)
    try:
        job = miner.login("rig")
        expect_equal(miner.submit("rig", mine_share(miner, job)), True, f"share on {host}:{port}")
        return miner.extranonce1
    finally:
        miner.close()


# R033
@suite.check
def listeners_run_side_by_side():
    port = free_port()
    with with_listener({}, f"127.0.0.1:{port}") as both:
        both.start()
        both.process.wait_listening(port)
        for used in (both.pool.port, port):
            both.process.wait_line(f"listening for miners on 127.0.0.1:{used}")
            expect_work(used)


# R033
@suite.check
def each_listener_can_be_off():
    port = free_port()
    with with_listener({"server": {"pool_listen": ""}}, f"127.0.0.1:{port}") as entry_only:
        entry_only.pool.start(wait=False)
        entry_only.process.wait_listening(port)
        expect_work(port)
        assert not is_listening(entry_only.pool.port), "pool_listen is off"
    with with_listener({}, "") as main_only:
        main_only.start()
        expect_work(main_only.pool.port)
        lines = [line for line in main_only.process.lines() if "listening for miners" in line]
        expect_equal(len(lines), 1, "listeners")


# R033
@suite.check
def an_address_without_host_is_reached_by_both_protocols():
    port = free_port()
    with Bench({"server": {"pool_listen": f":{port}"}}) as dual:
        dual.pool.start(wait=False)
        dual.process.wait_listening(port)
        expect_work(port)
        if has_ipv6():
            expect_work(port, "::1")


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


# --- end

def wait_closed(miner, seconds=STOP_SECONDS):
    """Reads until the pool closes the connection."""
    while miner.read_message(seconds) is not None:
        pass


def check_stop(number):
    with LifeBench() as bench:
        miners = [bench.miner() for _ in range(3)]
        for miner in miners:
            miner.login("rig")
        silent = bench.miner()  # connected, never said a word
        started = time.monotonic()
        bench.process.signal(number)
        expect_equal(bench.process.wait_exit(STOP_SECONDS), 0, "exit code")
        assert time.monotonic() - started < STOP_SECONDS
        for miner in [*miners, silent]:
            wait_closed(miner)
        assert not is_listening(bench.pool.port), "the listener is closed"
        expect_in("stopped", bench.process.lines()[-1], "last line")
        bench.pool.start()  # port and data folder are free again
        bench.share()


# P42
@suite.check
def sigterm_ends_the_pool_in_order():
    check_stop(signal.SIGTERM)


# P42
@suite.check
def sigint_ends_the_pool_in_order():
    check_stop(signal.SIGINT)


# P42
@suite.check
def stops_at_once_without_a_node():
    with LifeBench() as bench:
        bench.node.stop()
        bench.process.wait_line("health: node_unreachable")
        started = time.monotonic()
        expect_equal(bench.pool.stop(), 0, "exit code")
        assert time.monotonic() - started < STOP_SECONDS


# P42: the node hangs, so nobody could wait for its verdict; still the end comes.
@suite.check
def stops_with_a_node_that_hangs():
    with LifeBench() as bench:
        bench.node.set(trouble="hang")
        bench.node.wait_request(lambda request: True, since=time.monotonic())
        started = time.monotonic()
        expect_equal(bench.pool.stop(), 0, "exit code")
        assert time.monotonic() - started < STOP_SECONDS


# P42, R027: a block on its way to the node when the signal comes still arrives.
@suite.check
def a_block_on_its_way_is_delivered_before_the_end():
    with LifeBench() as bench:
        bench.node.set(submit_gate=threading.Event())
        miner = bench.miner()
        job = miner.login("rig")
        share = miner.mine(job, job.network_target)
        expect_equal(miner.submit("rig", share), True, "share")
        bench.node.wait_request(lambda request: request.method == "submitblock")
        bench.process.signal(signal.SIGTERM)
        wait_closed(miner)
        assert bench.process.is_running(), "the pool waits for the verdict"
        bench.node.submit_gate.set()
        expect_equal(bench.process.wait_exit(STOP_SECONDS), 0, "exit code")
        expect_equal(bench.node.best(), share.block_hash, "best block")
        expect_in("block accepted at height", bench.process.output())


# P42, R027: the same with a node that is away for a moment.
@suite.check
def a_block_is_tried_again_before_the_end():
    with LifeBench() as bench:
        miner = bench.miner()
        job = miner.login("rig")
        share = miner.mine(job, job.network_target)
        bench.node.stop()
        expect_equal(miner.submit("rig", share), True, "share")
        bench.process.wait_line("has no verdict after")
        bench.process.signal(signal.SIGTERM)
        wait_closed(miner)
        bench.node.start()
        expect_equal(bench.process.wait_exit(2 * STOP_SECONDS), 0, "exit code")
        expect_equal(bench.node.best(), share.block_hash, "best block")


def stop_without_a_verdict():
    """Seconds that the pool waits for a node which never says what became of a block."""
    with LifeBench() as bench:
        bench.node.set(submit_gate=threading.Event())
        miner = bench.working_miner()
        share = miner.mine(miner.jobs[-1], miner.jobs[-1].network_target)
        expect_equal(miner.submit("rig", share), True, "share")
        bench.node.wait_request(lambda request: request.method == "submitblock")
        started = time.monotonic()
        expect_equal(bench.pool.stop(), 0, "exit code")
        expect_in("have no verdict yet at the stop", bench.process.output())
        return time.monotonic() - started


LONG_TESTS = {}


# P42: somebody who signals again after a while has waited long enough.
@suite.check
def a_later_second_signal_ends_at_once():
    LONG_TESTS["no verdict"] = Background(stop_without_a_verdict)
    with LifeBench() as bench:
        bench.node.set(submit_gate=threading.Event())
        miner = bench.working_miner()
        share = miner.mine(miner.jobs[-1], miner.jobs[-1].network_target)
        expect_equal(miner.submit("rig", share), True, "share")
        bench.node.wait_request(lambda request: request.method == "submitblock")
        bench.process.signal(signal.SIGTERM)
        bench.process.signal(signal.SIGTERM)  # the same one, delivered twice
        wait_closed(miner)
        # Signals of the first second are taken for the first one.
        wait_until(lambda: second_signal_ends(bench), 2, "the end")
        expect_equal(bench.process.wait_exit(), 1, "exit code")
        expect_in("another signal 15: ending at once", bench.process.output())


def second_signal_ends(bench):
    if bench.process.is_running():
        bench.process.signal(signal.SIGTERM)
    return not bench.process.is_running()


# P42: the signal comes right behind the reply.
@suite.check
def a_block_just_found_is_delivered_before_the_end():
    with LifeBench() as bench:
        miner = bench.miner()
        job = miner.login("rig")
        share = miner.mine(job, job.network_target)
        expect_equal(miner.submit("rig", share), True, "share")
        bench.process.signal(signal.SIGTERM)
        expect_equal(bench.process.wait_exit(STOP_SECONDS), 0, "exit code")
        expect_equal(bench.node.best(), share.block_hash, "best block")


def write_settings(bench, **changes):
    """The file as the bench made it, with other values in [section]."""
    settings = {name: dict(values) for name, values in bench.pool.settings.items()}
    for section, values in changes.items():
        settings.setdefault(section, {}).update(values)
    bench.pool.config.write_text(toml_text(settings), encoding="utf-8")


# B22: a good file is taken while a miner stays connected; a broken one changes nothing and is
# named until it is mended.
@suite.check
def sighup_reads_the_settings_anew():
    with LifeBench() as bench:
        miner = bench.miner()
        miner.login("rig")
        write_settings(bench, mining={"pooltag_prefix": "anew"}, logging={"level": "debug"})
        bench.process.signal(signal.SIGHUP)
        bench.process.wait_line("settings taken: 2 changed")
        bench.process.wait_line("debug")
        text = bench.pool.config.read_text(encoding="utf-8")
        write_settings(bench, mining={"pooltag_prefix": "x" * 99})
        line = next(number for number, row in
                    enumerate(bench.pool.config.read_text(encoding="utf-8").splitlines(), 1)
                    if "pooltag_prefix" in row)
        bench.process.signal(signal.SIGHUP)
        issue = bench.process.wait_line("health: settings_invalid")[1]
        expect_in(f"{bench.pool.config}:{line}: [mining] pooltag_prefix", issue)
        expect_equal((bench.pool.folder / "config.toml.last-good").read_text(encoding="utf-8"),
                     text, "last good settings")
        bench.pool.config.write_text(text, encoding="utf-8")
        bench.process.signal(signal.SIGHUP)
        bench.process.wait_line("health: settings_invalid is over")
        expect_equal(miner.call("mining.ping"), "pong", "the miner is still there")


# B22: without a payout address nobody is let in, until the file names one.
@suite.check
def waits_for_what_it_cannot_do_without():
    with LifeBench() as bench:
        bench.pool.stop()
        good = bench.pool.config.read_text(encoding="utf-8")
        write_settings(bench, mining={"payout_address": ""})
        bench.pool.process = Process([binary("warppool"), "--no-gui", "--config",
                                      bench.pool.config], bench.pool.environment)
        bench.process.wait_line("state: needs_setup")
        assert "listening for miners" not in bench.process.output(), bench.process.output()
        bench.pool.config.write_text(good, encoding="utf-8")
        bench.process.signal(signal.SIGHUP)
        bench.process.wait_listening(bench.pool.port)
        bench.share()


# P42
@suite.check
def the_wait_for_a_verdict_has_an_end():
    seconds = LONG_TESTS["no verdict"].result()
    assert seconds < 2 * STOP_SECONDS, f"{seconds:.1f} s"


# --- limits

def open_files_limit(pid):
    """(soft, hard) of a running process."""
    for line in pathlib.Path(f"/proc/{pid}/limits").read_text(encoding="utf-8").splitlines():
        if line.startswith("Max open files"):
            soft, hard = line.split()[3:5]
            return int(soft), int(hard)
    raise AssertionError("no limit of open files")


def start_limited(bench, soft, hard):
    """Starts the pool under limits of open files."""
    here = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if here != resource.RLIM_INFINITY and here < hard:
        raise Skip(f"the hard limit here is below {hard}")
    bench.pool.stop()
    bench.pool.process = Process(
        ["sh", "-c", f'ulimit -S -n {soft}; ulimit -H -n {hard}; exec "$@"', "sh",
         binary("warppool"), "--no-gui", "--config", bench.pool.config], bench.pool.environment)
    bench.pool.process.wait_listening(bench.pool.port)


# B30
@suite.check
def raises_the_limit_of_open_files():
    with LifeBench({"server": {"max_connections": 1000}}) as bench:
        start_limited(bench, 64, 2048)
        expect_equal(open_files_limit(bench.process.pid), (2048, 2048), "limit of open files")
        assert "does not fit" not in bench.process.output(), bench.process.output()
        # More miners than the soft limit would have let in.
        miners = [bench.miner() for _ in range(100)]
        for miner in miners:
            miner.send({"id": 1, "method": "mining.subscribe", "params": []})
        for miner in miners:
            assert miner.read_message() is not None, "a miner was turned away"


# B30
@suite.check
def says_when_the_connection_cap_does_not_fit():
    with LifeBench({"server": {"max_connections": 2000}}) as bench:
        start_limited(bench, 64, 2048)
        line = bench.process.wait_line("does not fit")[1]
        for part in ("warning", "max_connections = 2000", "2048 open files"):
            expect_in(part, line, "warning")
        bench.share()


if __name__ == "__main__":
    sys.exit(suite.run())
