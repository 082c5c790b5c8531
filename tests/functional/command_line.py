"""The commands of warppool-cli and the manual pages, from outside."""

import fcntl
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import threading

import bitcoin
from certificates import make_certificate, make_ended_certificate
from http_answers import Answers
from life_bench import LifeBench
from processes import REPOSITORY
from warp_test import (Folder, Suite, binary, expect_equal, expect_in, free_port, is_listening,
                       run, wait_until)

COMMANDS = ("setup", "status", "history", "check-config", "check-address", "verify-block",
            "gen-sv2-key", "sv2-key")
MANUALS = REPOSITORY / "docs" / "man"
PROGRAMS = ("warppool", "warppool-cli", "warppool-sim", "warppool-translator")

suite = Suite("functional_command_line")


def cli(*arguments, environment=None):
    return run([binary("warppool-cli"), *arguments], environment)


# --- help and manual pages

# R260
@suite.check
def every_command_tells_its_help():
    code, output = cli("--help")
    expect_equal(code, 0, "--help")
    for command in COMMANDS:
        expect_in(f"\n  {command}", output, "commands of --help")
        code, text = cli(command, "--help")
        expect_equal(code, 0, f"{command} --help")
        expect_in(f"Usage: warppool-cli {command}", text, "usage")


# R260
@suite.check
def wrong_words_are_named_and_refused():
    for arguments, words in ((["check-config", "--what"], "unknown option --what"),
                             (["check-config", "extra"], "takes no operands"),
                             (["verify-block"], "it takes FILE"),
                             (["check-address", "a", "--network"], "--network needs a value"),
                             (["no-such-command"], "no command no-such-command")):
        code, output = cli(*arguments)
        expect_equal(code, 2, f"exit code of {arguments}")
        expect_in(words, output, f"output of {arguments}")


# R260: WARP_UPDATE_GENERATED=1 writes the pages instead.
@suite.check
def manual_pages_are_those_of_the_programs():
    for name in PROGRAMS:
        done = subprocess.run([binary(name), "--manual-page"], stdout=subprocess.PIPE, check=True)
        path = MANUALS / f"{name}.1"
        if os.environ.get("WARP_UPDATE_GENERATED") == "1":
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(done.stdout)
        assert path.read_bytes() == done.stdout, (
            f"{path.name} is old: run this test with WARP_UPDATE_GENERATED=1")


@suite.check
def manual_pages_are_read_without_a_warning():
    if shutil.which("man") is None:
        suite.needed("man")
        return
    for page in sorted(MANUALS.iterdir()):
        done = subprocess.run(["man", "-l", "--warnings", page], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False,
                              env={**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8",
                                   "MAN_KEEP_FORMATTING": ""})
        expect_equal((done.returncode, done.stderr.decode()), (0, ""), page.name)
        assert len(done.stdout.splitlines()) > 20, page.name


# --- check-config

# R260: as the pool itself does it.
@suite.check
def check_config_finds_a_folder_in_use():
    with LifeBench() as bench:
        arguments = ("check-config", "--config", bench.pool.config)
        code, output = cli(*arguments, environment=bench.pool.environment)
        expect_equal(code, 2, output)
        expect_in(f"in use by another process (pid {bench.process.pid})", output)
        bench.pool.stop()
        expect_equal(cli(*arguments, environment=bench.pool.environment),
                     (0, "The configuration is good."))


# P05: what would keep miners that look at the certificate away is found before the start.
@suite.check
def check_config_looks_at_the_certificate():
    folder = Folder()
    try:
        certificate, key = make_certificate(folder)
        ended, ended_key = make_ended_certificate(folder)
        missing = folder / "none.pem"
        config = folder / "config.toml"
        for files, code, words in (
                ((certificate, key), 0, "The configuration is good."),
                ((missing, key), 2, f"[tls] cert_file: {missing}: not found; put it there"),
                ((certificate, ended_key), 2, f"{ended_key}: the key is not the certificate's"),
                ((ended, ended_key), 2, f"{ended}: it ended on 20")):
            config.write_text(
                '[node]\nchain = "regtest"\n[mining]\n'
                f'payout_address = "{bitcoin.anyone_can_spend("bcrt")[0]}"\n[server]\n'
                f'data_dir = "{folder / "data"}"\ntls_listen = "127.0.0.1:{free_port()}"\n'
                f'[tls]\ncert_file = "{files[0]}"\nkey_file = "{files[1]}"\n', encoding="utf-8")
            done, output = cli("check-config", "--config", config)
            expect_equal(done, code, output)
            expect_in(words, output)
        key.chmod(0o644)
        config.write_text(config.read_text(encoding="utf-8").replace("ended", "pool"),
                          encoding="utf-8")
        done, output = cli("check-config", "--config", config)
        expect_equal(done, 0, output)
        expect_in(f"warning: {key}: its mode is 0644", output)
    finally:
        folder.close()


# --- status

OVERVIEW = {
    "format": 1, "state": "no_work", "chain": "main", "tip": {"height": 800_000},
    "program": {"version": "1.2.3", "profile": "small", "started_at_seconds": 1_700_000_000},
    "pool": {"hashrate_hashes_per_second": 1.234e12, "connections": 3, "workers": 2,
             "shares": {"accepted": 5, "rejected": 1}},
    "work": {"height": 800_001, "coinbase_value_sats": 312_500_007, "network_difficulty": 9e13},
    "luck": {"block_probability": {"day": 0.001, "year": 0.25},
             "best_shares": {"all_time": {"difficulty": 12, "fraction_of_block": 0.1}}},
    "blocks": {"found": 1, "rejected": 0},
    "nodes": [{"state": "node_away", "height": 799_999, "is_active": False}],
}
HEALTH = {"format": 1, "state": "failed", "checks": [
    {"name": "engine", "state": "ok", "code": "ok", "since_seconds": 1_700_000_000},
    {"name": "node", "state": "failed", "code": "node_away", "detail": "\x1b[31mrefused",
     "since_seconds": 1_700_000_000}]}


# R260
@suite.check
def status_is_told_with_units():
    answers = Answers({"/healthz": (503, json.dumps(HEALTH).encode()),
                       "/api/overview": (200, json.dumps(OVERVIEW).encode())})
    try:
        code, output = cli("status", "--url", answers.url)
        expect_equal(code, 1, output)
        for words in ("WarpPool 1.2.3: no_work, health failed", "1.23 TH/s, 3 connections",
                      "5 accepted, 1 rejected", "main, height 800000, difficulty 9e+13",
                      "height 800001, worth 3.12500007 BTC", "1 in 1000 a day, 1 in 4 a year",
                      "10 % of a block", "1 found", "node_away, height 799999\n",
                      "failed        node: node_away (\\x1b[31mrefused), "
                      "since 2023-11-14 22:13:20 UTC"):
            expect_in(words, output, "status")
        assert "engine" not in output, output
        code, output = cli("status", "--json", "--url", answers.url)
        expect_equal((code, json.loads(output)), (1, {"overview": OVERVIEW, "health": HEALTH}))
    finally:
        answers.close()


# R260: times beyond any calendar are no times.
@suite.check
def status_takes_no_time_as_it_is():
    for seconds, words in ((0, "1970-01-01 00:00:00 UTC"), (-1, "?"),
                           (253_402_300_799, "9999-12-31 23:59:59 UTC"), (253_402_300_800, "?"),
                           (2**63 - 1, "?"), (-2**63, "?"), (1e300, "1970-01-01 00:00:00 UTC"),
                           ("soon", "1970-01-01 00:00:00 UTC")):
        overview = {**OVERVIEW, "program": {**OVERVIEW["program"], "started_at_seconds": seconds}}
        answers = Answers({"/healthz": (503, json.dumps(HEALTH).encode()),
                           "/api/overview": (200, json.dumps(overview).encode())})
        try:
            code, output = cli("status", "--url", answers.url)
            expect_equal(code, 1, output)
            expect_in(f"\n  started       {words}, profile small\n", output)
        finally:
            answers.close()


# R260
@suite.check
def status_knows_when_no_pool_answers():
    code, output = cli("status", "--url", f"http://127.0.0.1:{free_port()}")
    expect_equal(code, 3, output)
    expect_in("connection refused", output)
    for body in (b"<html>", b"[]", b"{}"):
        answers = Answers({"/healthz": (200, body)})
        try:
            code, output = cli("status", "--url", answers.url)
            expect_equal(code, 3, output)
            expect_in("not the answer of a WarpPool", output)
        finally:
            answers.close()


# R260: the whole way, with the settings that the pool runs with.
@suite.check
def status_asks_the_running_pool():
    port = free_port()
    with LifeBench({"server": {"status_listen": f"127.0.0.1:{port}"}}) as bench:
        wait_until(lambda: is_listening(port), 10, "the status port")
        bench.share()
        arguments = ("status", "--config", bench.pool.config)

        def status():
            return cli(*arguments, environment=bench.pool.environment)

        wait_until(lambda: status()[0] == 0 and "\n  shares        1 accepted, 1 rejected\n"
                   in status()[1], 20, lambda: f"the share in the status:\n{status()[1]}")
        expect_in(f"regtest, height {bench.node.height()}", status()[1])
        expect_in("node_ready", status()[1])
        code, output = cli(*arguments, "--json", environment=bench.pool.environment)
        expect_equal(code, 0, output)
        expect_equal(json.loads(output)["overview"]["state"], "running", "state")
        bench.pool.stop()
        expect_equal(status()[0], 3, "exit code without a pool")


@suite.check
def status_without_a_status_port_says_so():
    with LifeBench() as bench:
        code, output = cli("status", "--config", bench.pool.config,
                           environment=bench.pool.environment)
        expect_equal(code, 3, output)
        expect_in("status_listen is off", output)


# --- keys of Stratum V2

# R260 R055
@suite.check
def makes_a_key_once_and_shows_its_public_half():
    folder = Folder()
    try:
        config = folder / "config.toml"
        config.write_text(f'[server]\ndata_dir = "{folder / "data"}"\n', encoding="utf-8")
        path = folder / "data" / "v2_authority.key"
        code, output = cli("sv2-key", "--config", config)
        expect_equal((code, output), (1, f"{path}: not found"))
        code, public = cli("gen-sv2-key", "--config", config)
        expect_equal(code, 0, public)
        assert re.fullmatch("9[1-9A-HJ-NP-Za-km-z]{50,51}", public), public
        expect_equal(stat.S_IMODE(path.stat().st_mode), 0o600, "mode")
        content = path.read_text(encoding="utf-8")
        assert re.fullmatch(f"warppool-v2-authority 1\nsecret [0-9a-f]{{64}}\npublic {public}\n",
                            content), "content of the file"
        expect_equal(cli("sv2-key", "--config", config), (0, public), "public key")
        code, output = cli("gen-sv2-key", "--config", config)
        expect_equal(code, 1, output)
        expect_in("is there already", output)
        expect_equal(path.read_text(encoding="utf-8"), content, "file")
        path.chmod(0o644)
        code, output = cli("sv2-key", "--config", config)
        expect_equal(code, 0, output)
        expect_in("others than the owner have access", output)
        code, other = cli("gen-sv2-key", "--config", config, "--force")
        assert code == 0 and other != public, other
        expect_equal(stat.S_IMODE(path.stat().st_mode), 0o600, "mode")
        path.write_text(content.replace("secret ", "secret f"), encoding="utf-8")
        code, output = cli("sv2-key", "--config", config)
        expect_equal(code, 1, output)
        expect_in("damaged", output)
        assert content[40:60] not in output, "the secret is shown"
    finally:
        folder.close()


# R260: whoever has the pool's key is the pool, so that it must not be lost or written elsewhere.
@suite.check
def a_key_is_made_only_where_the_pool_will_find_it():
    folder = Folder()
    try:
        data = folder / "data"
        config = folder / "config.toml"
        config.write_text(f'[server]\ndata_dir = "{data}"\n', encoding="utf-8")
        data.mkdir(mode=0o700)
        path = data / "v2_authority.key"
        generate = ("gen-sv2-key", "--config", config)
        path.symlink_to(folder / "absent" / "key")
        code, output = cli(*generate)
        expect_equal(code, 1, output)
        expect_in("is there already", output)
        assert path.is_symlink(), "the link was replaced"
        (folder / "absent").mkdir()
        code, output = cli(*generate, "--force")
        expect_equal(code, 0, output)
        assert path.is_symlink() and path.resolve().is_file(), "the key is not behind the link"
        path.unlink()
        victim = folder / "victim"
        victim.write_text("mine", encoding="utf-8")
        (data / "v2_authority.key.new").symlink_to(victim)
        code, output = cli(*generate)
        expect_equal(code, 1, output)
        expect_equal(victim.read_text(encoding="utf-8"), "mine", "file behind a laid link")
        (data / "v2_authority.key.new").unlink()
        with open(data / "warppool.lock", "w", encoding="utf-8") as lock:
            lock.write("4711\n")
            lock.flush()
            fcntl.flock(lock, fcntl.LOCK_EX)
            code, output = cli(*generate)
            expect_equal(code, 1, output)
            expect_in("process 4711", output)
        if os.geteuid() == 0:
            os.chown(data, 1234, 1234)
            code, output = cli(*generate)
            expect_equal(code, 1, output)
            expect_in("belongs to another user", output)
            os.chown(data, 0, 0)
        assert not path.exists(), "a key was made"
        expect_equal(cli(*generate)[0], 0, "a key of one's own")
    finally:
        folder.close()


# --- verify-block

def spooled_block(bench):
    """The spool file of a block that waits for its verdict, and the share that it is."""
    bench.node.set(submit_gate=threading.Event())
    miner = bench.working_miner()
    share = miner.mine(miner.jobs[-1], miner.jobs[-1].network_target)
    expect_equal(miner.submit("rig", share), True, "share")
    path = bench.pool.folder / "data" / "spool" / f"{share.block_hash}.block"
    # The file is written under another name first.
    wait_until(path.is_file, 10, "the block's file")
    return path, share


# R260
@suite.check
def verify_block_tells_a_good_block_and_whom_it_pays():
    with LifeBench() as bench:
        path, share = spooled_block(bench)
        code, output = cli("verify-block", path)
        expect_equal(code, 0, output)
        expect_in(f"Block {share.block_hash}", output)
        height = bench.node.template()["height"]
        assert re.search(rf"height +{height}\n", output), output
        address = bench.pool.settings["mining"]["payout_address"]
        reward = bench.node.template()["coinbasevalue"]
        expect_in(f"{reward // 10**8}.{reward % 10**8:08} BTC to {address}", output)

        digits = path.read_text(encoding="utf-8").split("\nblock ")[1].split("\n")[0]
        plain = bench.pool.folder / "block"
        for content in (digits.encode(), digits.upper().encode() + b"\r\n", bytes.fromhex(digits)):
            plain.write_bytes(content)
            code, output = cli("verify-block", plain, "--network", "regtest")
            expect_equal(code, 0, output)
            expect_in(f"BTC to {address}", output)


# R260
@suite.check
def verify_block_names_what_is_wrong():
    with LifeBench() as bench:
        path, _ = spooled_block(bench)
        text = path.read_text(encoding="utf-8")
        digits = text.split("\nblock ")[1].split("\n")[0]
    folder = Folder()
    try:
        def expect_fault(content, words):
            (folder / "block").write_bytes(content)
            code, output = cli("verify-block", folder / "block")
            expect_equal(code, 1, output)
            expect_in(words, output)

        expect_fault(text.encode().replace(b"height ", b"Height "), "checksum differs")
        expect_fault(text.encode()[:200], "shorter than it says")
        expect_fault(text.encode().replace(b"block 1 ", b"block 9 ", 1), "another version")
        expect_fault(digits[:-2].encode(), "not a block")
        expect_fault(b"warppool-state 1 0 0\n", "the record of a block")
        expect_fault(b"", "not a block")
        raw = bytearray.fromhex(digits)
        raw[70] ^= 1  # in the time
        raw[36] ^= 1  # in the merkle root
        expect_fault(bytes(raw), "FAULT         its merkle root")
        code, output = cli("verify-block", folder / "nothing")
        expect_equal((code, output), (1, f"{folder / 'nothing'}: not found"))
    finally:
        folder.close()


if __name__ == "__main__":
    sys.exit(suite.run())
