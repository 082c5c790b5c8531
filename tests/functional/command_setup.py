"""`warppool-cli setup` as a person meets it on a terminal, again on files that are there, and with
answers that must not be written."""

import fcntl
import os
import signal
import socket
import stat
import subprocess
import sys
import tomllib

import bitcoin
from fake_node import FakeNode
from life_bench import LifeBench
from terminal import Terminal
from warp_test import (Folder, Skip, Suite, binary, expect_equal, expect_in, free_port,
                       is_listening)
from zmq_publisher import ZmqPublisher

ADDRESS = bitcoin.anyone_can_spend()[0]
REGTEST_PORT = 18443

suite = Suite("functional_command_setup")


class Home:
    """A home folder with a node of regtest, whose cookie lies where Bitcoin Core leaves it."""

    def __init__(self, port=0, **switches):
        if port and is_listening(port):
            raise Skip(f"port {port} is in use on this machine")
        self.folder = Folder("warp-home-")
        self.cookie = self.folder / ".bitcoin" / "regtest" / ".cookie"
        self.config = self.folder / "pool" / "config.toml"
        self.secrets = self.folder / "pool" / "secrets.toml"
        self.node = FakeNode(port=port, cookie=switches.pop("cookie", self.cookie),
                             **({"login": switches.pop("login")} if "login" in switches else {}))
        self.node.set(**switches)
        self.node.start()
        self.environment = {"HOME": str(self.folder.path), "XDG_CONFIG_HOME": "",
                            "XDG_DATA_HOME": ""}
        self.listen = f"127.0.0.1:{free_port()}"
        self.status = f"127.0.0.1:{free_port()}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.node.close()
        self.folder.close()

    def write(self, text):
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text(text, encoding="utf-8")

    def settings(self):
        return tomllib.loads(self.config.read_text(encoding="utf-8"))

    def terminal(self, *options):
        return Terminal([binary("warppool-cli"), "setup", "--config", self.config, *options],
                        self.environment)

    def piped(self, *answers, options=(), folder=None, user=None, group=None):
        done = subprocess.run(
            [binary("warppool-cli"), "setup", "--config", self.config, *options],
            input="".join(f"{answer}\n" for answer in answers), text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=60, check=False, cwd=folder, user=user, group=group,
            env={**os.environ, **self.environment})
        return done.returncode, done.stdout

    def finish(self, terminal, listen=None, status=None):
        terminal.answer("for miners", listen or self.listen)
        terminal.answer("status and metrics", status or self.status)
        terminal.answer("Write these settings", "")
        expect_equal(terminal.exit_code(), 0, terminal.text)


def grouped(address):
    return " ".join(address[i:i + 4] for i in range(0, len(address), 4))


# R261, R260: from nothing but Enter and an address to a pool that pays it.
@suite.check
def finds_the_node_and_shows_what_it_pays():
    publisher = ZmqPublisher()
    with Home(REGTEST_PORT, publishers={"hashblock": publisher.address}) as home:
        with home.terminal() as terminal:
            terminal.expect(f"1  http://127.0.0.1:{REGTEST_PORT}: asks for a login; cookie file "
                            f"{home.cookie}\n")
            terminal.answer("Which is yours", "")
            terminal.answer("Chain", "")
            terminal.answer("payout address", ADDRESS)
            terminal.expect(f"It is opened by {home.cookie}\n")
            terminal.expect(f"Your node answers: chain regtest, height {home.node.height()}.\n")
            terminal.expect(f"announces blocks over ZMQ at {publisher.address}: connected.\n")
            home.finish(terminal)
            template = home.node.template()
            reward = template["coinbasevalue"]
            expect_in(f"of height {template['height']} with 0 further transactions", terminal.text)
            expect_in(f"{reward // 10**8}.{reward % 10**8:08} BTC  to  {grouped(ADDRESS)}\n",
                      terminal.text)
            expect_in('the tag "WarpPool"', terminal.text)
        expect_equal(home.settings(), {
            "node": {"chain": "auto", "rpc_url": home.node.url, "rpc_user": "",
                     "rpc_cookie": str(home.cookie), "zmq_hashblock_addr": publisher.address},
            "mining": {"payout_address": ADDRESS},
            "server": {"pool_listen": home.listen, "status_listen": home.status}}, "config.toml")
        # Again: everything is offered, and nothing changes.
        before = home.config.read_text(encoding="utf-8")
        with home.terminal() as terminal:
            for question in ("Which is yours", "Chain", f"payout address, which every block pays "
                             f"[{ADDRESS}]"):
                terminal.answer(question, "")
            home.finish(terminal, listen="", status="")
        expect_equal(home.config.read_text(encoding="utf-8"), before, "config.toml")
    publisher.close()


# R261: whoever listens on a usual port gets no cookie unless the owner chose him.
@suite.check
def sends_no_cookie_before_a_node_is_chosen():
    with Home(REGTEST_PORT) as home:
        logins, answer = [], home.node.answer

        def recorded(handler, body):
            logins.append(handler.headers.get("Authorization"))
            return answer(handler, body)

        home.node.answer = recorded
        pipe = home.folder / "umbrel" / "bitcoin" / "regtest" / ".cookie"
        pipe.parent.mkdir(parents=True)
        os.mkfifo(pipe)
        with home.terminal() as terminal:
            terminal.expect(f"asks for a login; cookie file {home.cookie}\n")
            terminal.answer("Which is yours", "0")
            terminal.expect("Chain")
            assert logins and not any(logins), logins
            terminal.type("\x04")
            expect_equal(terminal.exit_code(), 1, terminal.text)
        assert not any(logins), logins
        home.cookie.write_text("__cookie__:of-yesterday", encoding="utf-8")
        with home.terminal() as terminal:
            terminal.answer("Which is yours", "1")
            terminal.answer("Chain", "")
            terminal.answer("payout address", ADDRESS)
            terminal.expect("None of these cookie files opens it.\n")
            terminal.expect("RPC user")
        assert any(logins), logins


# R261: what is probed is what the pool opens afterwards.
@suite.check
def relative_paths_mean_the_same_file_to_the_pool():
    with Home() as home:
        inside = home.cookie.parent
        options = ("--chain", "regtest", "--payout-address", ADDRESS, "--rpc-url", home.node.url)

        def setup(*cookie, answers=()):
            code, output = home.piped(*answers, options=(*options, *cookie), folder=inside)
            expect_equal(code, 0, output)
            expect_in("Your node answers: chain regtest", output)
            return home.settings()["node"]["rpc_cookie"]

        expect_equal(setup("--rpc-cookie", ".cookie"), str(home.cookie), "of an option")
        expect_equal(setup(answers=("", "../regtest/.cookie")), str(home.cookie), "typed")
        # What stands in the file begins at the file's folder, and is left as it is.
        beside = os.path.relpath(home.cookie, home.config.parent)
        home.write(f'[node]\nrpc_cookie = "{beside}"\n')
        expect_equal(setup(answers=("", "")), beside, "of the file")


# R261: a data folder that is named from the file's folder on.
@suite.check
def finds_a_running_pool_by_a_relative_folder():
    with Home() as home, socket.create_server(("127.0.0.1", 0)) as taken:
        busy = f"127.0.0.1:{taken.getsockname()[1]}"
        home.write(f'[server]\ndata_dir = "data"\npool_listen = "{busy}"\n')
        data = home.config.parent / "data"
        data.mkdir()
        options = ("--chain", "regtest", "--payout-address", ADDRESS, "--rpc-url", home.node.url,
                   "--rpc-cookie", home.cookie, "--pool-listen", busy)
        with open(data / "warppool.lock", "w", encoding="utf-8") as lock:
            code, output = home.piped(options=options)
            expect_equal(code, 1, output)
            fcntl.flock(lock, fcntl.LOCK_EX)
            code, output = home.piped(options=options)
            expect_equal(code, 0, output)


# R261
@suite.check
def tells_how_blocks_are_announced():
    with Home() as home:
        def words():
            code, output = home.piped("regtest", ADDRESS, home.node.url, "", home.cookie)
            expect_equal(code, 0, output)
            assert "zmq_hashblock_addr" not in home.settings()["node"], home.settings()
            return output

        expect_in("does not say whether it announces blocks", words())
        home.node.set(publishers={})
        expect_in("  zmqpubhashblock=tcp://127.0.0.1:28332\n", words())
        home.node.set(publishers={"hashblock": f"tcp://127.0.0.1:{free_port()}"})
        expect_in("cannot be reached from here; the pool asks the node every second", words())
        # What the node binds to all of its addresses is asked for where the node is.
        publisher = ZmqPublisher()
        home.node.set(publishers={"hashblock": f"tcp://0.0.0.0:{publisher.port}"})
        code, output = home.piped("regtest", ADDRESS, home.node.url, "", home.cookie)
        expect_equal(code, 0, output)
        expect_equal(home.settings()["node"]["zmq_hashblock_addr"], publisher.address)
        publisher.close()


# R261
@suite.check
def offers_ports_that_can_be_bound():
    with Home() as home, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        busy = f"127.0.0.1:{port}"
        home.write(f'[server]\npool_listen = "{busy}"\nstatus_listen = ""\n')
        options = ("--chain", "regtest", "--payout-address", ADDRESS, "--rpc-url", home.node.url,
                   "--rpc-cookie", home.cookie)
        with home.terminal(*options) as terminal:
            terminal.expect(f"{busy}: port in use\n")
            terminal.answer("for miners (Stratum V1), or off [127.0.0.1:", busy)
            terminal.expect("  port in use; 127.0.0.1:")
            terminal.answer("for miners", "here")
            terminal.answer("for miners", "")
            terminal.answer("status and metrics, or off [off]", "")
            terminal.answer("Write these settings", "")
            expect_equal(terminal.exit_code(), 0, terminal.text)
        chosen = int(home.settings()["server"]["pool_listen"].rsplit(":", 1)[1])
        assert port < chosen <= port + 50, chosen
        expect_equal(home.settings()["server"]["status_listen"], "", "status")
        code, output = home.piped(options=(*options, "--pool-listen", busy))
        expect_equal(code, 1, output)
        expect_in("--pool-listen: port in use", output)


# R261: the ports of a pool that runs are its own.
@suite.check
def leaves_a_running_pool_its_ports():
    with LifeBench() as bench:
        before = bench.pool.config.read_text(encoding="utf-8")
        with Terminal([binary("warppool-cli"), "setup", "--config", bench.pool.config, "--rpc-url",
                       bench.node.url, *(["--rpc-cookie", bench.node.cookie] if bench.node.cookie
                                         else ["--rpc-user", bench.node.login[0]])]) as terminal:
            terminal.answer("Chain", "")
            terminal.answer("payout address", "")
            if not bench.node.cookie:
                terminal.answer("RPC password", bench.node.login[1])
            terminal.answer(f"for miners (Stratum V1), or off [127.0.0.1:{bench.pool.port}]", "")
            terminal.answer("status and metrics", "")
            terminal.answer("Write these settings", "no")
            expect_equal(terminal.exit_code(), 1, terminal.text)
            expect_in("Nothing was written", terminal.text)
        expect_equal(bench.pool.config.read_text(encoding="utf-8"), before, "config.toml")


# R261, R259: seen by nobody, kept by Enter, replaced alone.
@suite.check
def keeps_the_password_unseen():
    password = "correct horse"
    with Home(cookie=None, login=("miner", password)) as home:
        options = ("--chain", "regtest", "--payout-address", ADDRESS, "--rpc-url", home.node.url)

        def session(user, typed, question="RPC password: "):
            with home.terminal(*options) as terminal:
                assert terminal.has_echo()
                terminal.answer("RPC user", user)
                terminal.expect(question)
                assert not terminal.has_echo(), "the password can be seen"
                terminal.type(typed + "\n")
                terminal.expect("Your node answers: chain regtest")
                home.finish(terminal)
                assert terminal.has_echo(), "the terminal stays dumb"
                assert password not in terminal.text, terminal.text

        session("miner", password)
        expect_equal(stat.S_IMODE(home.secrets.stat().st_mode), 0o600, "mode")
        home.secrets.write_text("# mine\n" + home.secrets.read_text(encoding="utf-8")
                                + '[[node.backup]]\nrpc_pass = "other"\n', encoding="utf-8")
        before = home.secrets.read_text(encoding="utf-8")
        session("", "", question="RPC password (Enter keeps the stored password): ")
        expect_equal(home.secrets.read_text(encoding="utf-8"), before, "secrets.toml")
        password = "another one"
        home.node.login = ("miner", password)
        session("", password, question="RPC password (Enter keeps the stored password): ")
        expect_equal(home.secrets.read_text(encoding="utf-8"),
                     before.replace("correct horse", password), "secrets.toml")
        expect_equal(stat.S_IMODE(home.secrets.stat().st_mode), 0o600, "mode")


# R261: whatever ends it, the terminal is as before and the files are too.
@suite.check
def an_end_in_the_middle_loses_nothing():
    with Home() as home:
        home.write("# mine\n")
        options = ("--chain", "regtest", "--payout-address", ADDRESS, "--rpc-url", home.node.url,
                   "--rpc-user", "miner")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with home.terminal(*options) as terminal:
                terminal.expect("RPC password: ")
                assert not terminal.has_echo()
                if number == signal.SIGINT:
                    terminal.type("half\x03")
                else:
                    os.kill(terminal.pid, number)
                expect_equal(terminal.exit_code(), -number, terminal.text)
                assert terminal.has_echo(), f"the terminal stays dumb after {number}"
        with home.terminal(*options) as terminal:
            terminal.expect("RPC password: ")
            terminal.type("\x04")  # the end of the input
            expect_equal(terminal.exit_code(), 1, terminal.text)
            expect_in("Nothing was written", terminal.text)
        expect_equal(home.config.read_text(encoding="utf-8"), "# mine\n", "config.toml")
        expect_equal([path.name for path in home.config.parent.iterdir()], ["config.toml"])


# R261, R259
@suite.check
def secrets_that_cannot_be_read_are_left_alone():
    with Home(cookie=None, login=("miner", "word")) as home:
        answers = ("regtest", ADDRESS, home.node.url, "miner", "word")
        home.write("# mine\n")
        home.secrets.write_text("#" * (256 * 1024 + 1), encoding="utf-8")
        code, output = home.piped(*answers)
        expect_equal(code, 1, output)
        expect_in("secrets.toml: ", output)
        expect_equal(home.secrets.stat().st_size, 256 * 1024 + 1, "size of secrets.toml")
        home.secrets.unlink()
        home.secrets.mkdir()
        code, output = home.piped(*answers)
        expect_equal(code, 1, output)
        assert home.secrets.is_dir()
        home.secrets.rmdir()
        home.secrets.write_text("[node\n", encoding="utf-8")
        code, output = home.piped(*answers)
        expect_equal(code, 1, output)
        expect_in("set the password in it by hand", output)
        expect_equal(home.secrets.read_text(encoding="utf-8"), "[node\n", "secrets.toml")
        home.secrets.write_text('rpc_pass = "old"\n', encoding="utf-8")
        code, output = home.piped(*answers)
        expect_equal(code, 1, output)
        expect_equal(home.secrets.read_text(encoding="utf-8"), 'rpc_pass = "old"\n')
        expect_equal(home.config.read_text(encoding="utf-8"), "# mine\n", "config.toml")


# R261, R259: what is there keeps its place, mode, owner and group.
@suite.check
def files_stay_what_they_are():
    with Home(cookie=None, login=("miner", "word")) as home:
        answers = ("regtest", ADDRESS, home.node.url, "miner", "word")
        elsewhere = home.folder / "elsewhere"
        elsewhere.mkdir()
        home.write("# mine\n")
        files = {home.config: elsewhere / "real.toml", home.secrets: elsewhere / "secret.toml"}
        home.secrets.write_text("# mine\n", encoding="utf-8")
        for place, target in files.items():
            place.rename(target)
            place.symlink_to(os.path.relpath(target, place.parent))
        real, secret = files.values()
        real.chmod(0o600)
        secret.chmod(0o640)
        group = os.getgid()
        if os.getuid() == 0:
            group = 12345
            os.chown(real, 23456, group)
            os.chown(secret, 0, group)
        code, output = home.piped(*answers)
        expect_equal(code, 0, output)
        for place, target in files.items():
            assert place.is_symlink() and "# mine\n" in target.read_text(), output
        expect_in("word", secret.read_text(encoding="utf-8"))
        expect_equal(home.settings()["node"]["rpc_user"], "miner", "user")
        copy = elsewhere / "real.toml.last-good"
        for path, mode in ((real, 0o600), (copy, 0o600), (secret, 0o640)):
            expect_equal(stat.S_IMODE(path.stat().st_mode), mode, path.name)
            expect_equal(path.stat().st_gid, group, path.name)
        if os.getuid() == 0:
            expect_equal([path.stat().st_uid for path in (real, copy, secret)],
                         [23456, 23456, 0], "owners")
        expect_equal(sorted(path.name for path in elsewhere.iterdir()),
                     ["real.toml", "real.toml.last-good", "secret.toml"])


# R261: the owner of a file is no other one afterwards.
@suite.check
def another_users_file_is_refused():
    if os.getuid() != 0:
        raise Skip("only root can make files of other users")
    with Home(cookie=None, login=("miner", "word")) as home:
        answers = ("regtest", ADDRESS, home.node.url, "miner", "word")
        home.write("# mine\n")
        home.secrets.write_text("# mine\n", encoding="utf-8")
        home.secrets.chmod(0o644)
        for path in (home.folder.path, home.config.parent, home.config):
            os.chown(path, 23456, 12345)
        code, output = home.piped(*answers, user=23456, group=12345)
        expect_equal(code, 1, output)
        expect_in("secrets.toml belongs to another user or group: run setup as", output)
        for path in (home.config, home.secrets):
            expect_equal(path.read_text(encoding="utf-8"), "# mine\n", path.name)
        expect_equal(sorted(path.name for path in home.config.parent.iterdir()),
                     ["config.toml", "secrets.toml"])


# R261
@suite.check
def a_login_within_the_address_is_refused():
    with Home() as home:
        url = home.node.url.replace("http://", "http://miner:word@")
        code, output = home.piped("regtest", ADDRESS, url)
        expect_equal(code, 1, output)
        expect_in("user and password do not belong into it", output)
        code, output = home.piped("word", options=("--chain", "regtest", "--payout-address",
                                                   ADDRESS, "--rpc-url", url, "--rpc-user",
                                                   "miner"))
        expect_equal(code, 1, output)
        assert not home.config.parent.exists(), list(home.config.parent.iterdir())


# R261
@suite.check
def a_cookie_takes_the_place_of_a_user():
    with Home() as home:
        home.write('[node]\nrpc_user = "miner"\n')
        code, output = home.piped("regtest", ADDRESS, home.node.url, "-", home.cookie)
        expect_equal(code, 0, output)
        expect_equal(home.settings()["node"]["rpc_user"], "", "user")
        expect_equal(home.settings()["node"]["rpc_cookie"], str(home.cookie), "cookie")


# R261
@suite.check
def a_password_holds_no_control_characters():
    with Home(cookie=None, login=("miner", "word")) as home:
        code, output = home.piped("regtest", ADDRESS, home.node.url, "miner", "wo\x1brd", "wo\trd",
                                  "")
        expect_equal(code, 1, output)
        expect_equal(output.count("must not hold control characters"), 2, output)
        expect_in("must not be empty", output)
        assert not home.config.parent.exists()
        code, output = home.piped("regtest", ADDRESS, home.node.url, "miner", "\x01", "word")
        expect_equal(code, 0, output)
        expect_equal(tomllib.loads(home.secrets.read_text())["node"]["rpc_pass"], "word")


# R261: what stands in the file and is wrong is said before it is written.
@suite.check
def says_when_the_pool_would_not_start():
    with Home() as home:
        home.write("[mining]\npool_fee_percent = 1\n")
        code, output = home.piped("regtest", ADDRESS, home.node.url, "", home.cookie)
        expect_equal(code, 0, output)
        expect_in("With these settings the pool would not start:", output)
        expect_in("pool_fee_address", output)
        home.write(f'[mining]\npool_fee_percent = 1\npool_fee_address = "{ADDRESS}"\n')
        other = bitcoin.every_address_kind()["P2WPKH"][0]
        code, output = home.piped("regtest", other, home.node.url, "", home.cookie)
        expect_equal(code, 0, output)
        reward = home.node.template()["coinbasevalue"]
        expect_in(f"{(reward - reward // 100) / 1e8:.8f} BTC  to  {grouped(other)}\n", output)
        expect_in(f"{reward // 100 / 1e8:.8f} BTC  to  {grouped(ADDRESS)}\n", output)


if __name__ == "__main__":
    sys.exit(suite.run())
