"""The log from outside: levels, categories, JSON, secrets, and a reader who stands still."""

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys

from life_bench import LifeBench
from warp_test import Suite, binary, expect_equal, expect_in, is_listening, wait_until

STOP_SECONDS = 5

suite = Suite("functional_program_log")

TEXT_LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (debug|info|warning|error) +"
                       r"(app|config|net|node|mining|stratum|engine|store|api|sim) +\S.*")


def log_of(logging):
    """(level, category, text) of all records of a session of one miner."""
    with LifeBench({"logging": logging}) as bench:
        bench.share()
        expect_equal(bench.pool.stop(), 0, "exit code")
        return bench.process.lines()


def levels_and_categories(lines):
    records = set()
    for line in lines:
        assert TEXT_LINE.fullmatch(line), f"not a log line: {line!r}"
        level, category = line.split()[1:3]
        records.add((level, category))
    return records


# R262
@suite.check
def log_levels_leave_out_what_matters_less():
    debug = levels_and_categories(log_of({"level": "debug"}))
    assert {level for level, _ in debug} >= {"debug", "info"}, debug
    info = levels_and_categories(log_of({"level": "info"}))
    expect_equal({level for level, _ in info}, {"info"}, "levels at info")
    expect_equal(log_of({"level": "warning"}), [], "log at warning")
    expect_equal(log_of({"level": "error"}), [], "log at error")
    assert ("debug", "net") in levels_and_categories(log_of({"debug": True}))


# R262
@suite.check
def log_is_json_when_asked_for():
    lines = log_of({"json": True, "level": "debug"})
    records = [json.loads(line) for line in lines]
    assert len(records) > 5, lines
    for record in records:
        expect_equal(set(record), {"time", "level", "category", "text"}, "keys")
        assert all(isinstance(value, str) for value in record.values()), record
    assert any(record["text"].startswith("WarpPool ") for record in records), records


# R262: the traffic with miners, and of debug records nothing else.
@suite.check
def net_debug_records_the_traffic_with_miners():
    lines = log_of({"level": "warning", "net_debug": True})
    records = levels_and_categories(lines)
    assert records <= {("debug", "net"), ("debug", "stratum"), ("info", "net"),
                       ("info", "stratum")}, records
    log = "\n".join(lines)
    for part in ("mining.subscribe", "mining.authorize", "mining.set_difficulty", "mining.notify",
                 "mining.submit", "Duplicate share"):
        expect_in(part, log, "net_debug log")
    quiet = "\n".join(log_of({"level": "info"}))
    assert "mining." not in quiet, quiet


# R259: nothing that is secret is logged, however much is.
@suite.check
def log_holds_no_secret():
    log = "\n".join(log_of({"level": "debug", "net_debug": True}))
    assert "fake-node" not in log, log


def log_file(bench):
    return bench.pool.folder / "data" / "logs" / "warppool.log"


# R262, B44: for those who start the program without a terminal.
@suite.check
def the_log_is_kept_in_a_file_too():
    with LifeBench() as bench:
        bench.share()
        expect_equal(bench.pool.stop(), 0, "exit code")
        path = log_file(bench)
        expect_equal(path.read_text(encoding="utf-8").splitlines(), bench.process.lines(), "file")
        expect_equal(f"{path.stat().st_mode & 0o777:o}", "640", "mode")
        bench.start()
        bench.pool.stop()
        expect_equal(path.read_text(encoding="utf-8").count(" starts\n"), 2, "starts in the file")
    with LifeBench({"logging": {"quota_mib": 0}}) as bench:
        bench.share()
        assert not log_file(bench).exists(), "quota_mib = 0 is no file"


# R262: as logrotate does it.
@suite.check
def sighup_opens_the_log_file_anew():
    with LifeBench() as bench:
        path = log_file(bench)
        wait_until(path.exists, 10, "the log file")
        path.rename(path.with_suffix(".moved"))
        bench.process.signal(signal.SIGHUP)
        wait_until(lambda: path.exists() and "reading the settings anew" in path.read_text(), 10,
                   "the new file")


# B44: a file that cannot be written stops nothing.
@suite.check
def a_log_file_that_cannot_be_written_stops_nothing():
    with LifeBench() as bench:
        bench.pool.stop()
        for path in (bench.pool.folder / "data" / "logs").iterdir():
            path.unlink()
        (bench.pool.folder / "data" / "logs").rmdir()
        (bench.pool.folder / "data" / "logs").write_text("in the way", encoding="utf-8")
        bench.start()
        bench.share()
        expect_equal(bench.pool.stop(), 0, "exit code")


# R262: journald takes the number for the level, and keeps the log by itself.
@suite.check
def the_journal_gets_levels_and_there_is_no_file():
    with LifeBench() as bench:
        bench.pool.stop()
        shutil.rmtree(log_file(bench).parent)
        reader, writer = os.pipe()
        try:
            status = os.fstat(writer)
            with subprocess.Popen([binary("warppool"), "--no-gui", "--config", bench.pool.config],
                                  stdout=writer, stderr=writer,
                                  env={**os.environ, **bench.pool.environment,
                                       "JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}
                                  ) as process:
                wait_until(lambda: is_listening(bench.pool.port), 10, "the listener")
                process.send_signal(signal.SIGTERM)
                expect_equal(process.wait(STOP_SECONDS), 0, "exit code")
            lines = os.read(reader, 65536).decode().splitlines()
            for line in lines:
                assert line.startswith("<") and line[1] in "3467" and line[2] == ">", line
                assert TEXT_LINE.fullmatch(line[3:]), line
            assert not log_file(bench).exists(), "a log file beside the journal"
        finally:
            os.close(reader)
            os.close(writer)


# What passes is cut to 1,000 bytes in a line; some of them are escaped.
LONGEST_LINE = 1500


# R262: a reader of the log who stands still holds up neither miners nor the end.
@suite.check
def a_log_that_nobody_reads_holds_up_nothing():
    with LifeBench({"logging": {"level": "debug", "net_debug": True}}) as bench:
        bench.pool.stop()
        reader, writer = os.pipe()
        try:
            fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
            with subprocess.Popen([binary("warppool"), "--no-gui", "--config", bench.pool.config],
                                  stdout=writer, stderr=writer,
                                  env={**os.environ, **bench.pool.environment}) as process:
                wait_until(lambda: is_listening(bench.pool.port), 10, "the listener")
                for _ in range(20):  # each session logs some 20 lines
                    bench.share()
                process.send_signal(signal.SIGTERM)
                expect_equal(process.wait(STOP_SECONDS), 0, "exit code")
            os.set_blocking(writer, False)
            try:
                os.write(writer, bytes(LONGEST_LINE))
                raise AssertionError("the pipe had room: the check is void")
            except BlockingIOError:
                pass  # there was no room for the line that came next
        finally:
            os.close(reader)
            os.close(writer)


if __name__ == "__main__":
    sys.exit(suite.run())
