"""`warppool-cli history` against a pool that mined, one with a long past, and servers that lie."""

import csv
import io
import json
import sys

from api import ApiBench
from fake_node import mine_share
from http_answers import Answers
from warp_test import Suite, binary, expect_equal, expect_in, free_port, run, wait_until

suite = Suite("functional_command_history")


def history(*arguments, environment=None):
    return run([binary("warppool-cli"), "history", *arguments], environment)


# R260: the whole way, with the settings that the pool runs with.
@suite.check
def history_tells_what_the_pool_mined():
    with ApiBench({"history": {"commit_secs": 1}}) as bench:
        miner = bench.miner()
        miner.login("rig")
        for _ in range(3):
            expect_equal(miner.submit("rig", mine_share(miner, miner.jobs[-1])), True, "share")

        def ask(*arguments):
            return history("--config", bench.pool.config, *arguments,
                           environment=bench.pool.environment)

        def accepted(*arguments):
            code, output = ask("--json", *arguments)
            expect_equal(code, 0, output)
            return sum(bucket["accepted"] for bucket in json.loads(output)["buckets"])

        wait_until(lambda: accepted() == 3, 20, lambda: f"the shares:\n{ask()[1]}")
        for arguments in (("--hours", "1"), ("--days", "2"), ("--days", "30"),
                          ("--hours", "1", "--resolution", "day")):
            expect_equal(accepted(*arguments), 3, f"shares of {arguments}")
        expect_equal(accepted("--worker", "rig"), 3, "shares of the worker")
        expect_equal(accepted("--worker", "r%g &a=b"), 0, "shares of somebody else")
        code, output = ask()
        expect_equal(code, 0, output)
        expect_in("The whole pool, ", output)
        lines = output.splitlines()
        expect_equal(lines[-1].split()[0], "together", output)
        expect_equal(lines[-1].split()[3:5], ["3", "0"], "accepted and rejected")
        code, output = ask("--csv", "--worker", "rig")
        expect_equal(code, 0, output)
        rows = list(csv.DictReader(io.StringIO(output)))
        expect_equal(sum(int(row["accepted"]) for row in rows), 3, "shares of the CSV")
        assert int(rows[0]["start_seconds"]) % 900 == 0, rows[0]


# R260
@suite.check
def history_of_a_long_past_is_a_row_a_day():
    with ApiBench() as bench:
        bench.pool.stop()
        database = bench.pool.folder / "data" / "warppool.db"
        for path in database.parent.glob("warppool.db*"):
            path.unlink()
        code, output = run([binary("warppool-sim"), "history", "--days", "20", "--workers", "2",
                            "--out", database])
        expect_equal(code, 0, output)
        bench.start()
        bench.process.wait_listening(bench.api_port)

        def ask(*arguments):
            return history("--config", bench.pool.config, *arguments,
                           environment=bench.pool.environment)

        wait_until(lambda: "together" in ask("--days", "10")[1], 20, "the history")
        code, output = ask("--days", "10")
        expect_equal(code, 0, output)
        rows = [line for line in output.splitlines() if line.startswith("20")]
        expect_equal(len(rows), 11, output)
        assert all("T" in row and " 00:00" in row for row in rows), output


# R260: whatever answers at the address, nothing of it reaches the terminal as it is.
@suite.check
def history_takes_no_answer_as_it_is():
    def ask(body, *arguments, status=200):
        answers = Answers({"/api/history": (status, body)})
        try:
            return history("--url", answers.url, *arguments)
        finally:
            answers.close()

    hostile = {"format": 1, "worker": "\x1b]0;x\x07", "from_seconds": -5, "to_seconds": 1e300,
               "is_cut": True, "buckets": [
                   7, None, [], {"boot": "=cmd()\n1"},
                   {"start_seconds": "soon", "boot": "1", "accepted": -2**63, "rejected": True,
                    "hashrate_hashes_per_second": 1e308, "best_difficulty": []},
                   {"start_seconds": 2**63 - 1, "boot": "1", "accepted": -2**63}]}
    for arguments in ((), ("--csv",)):
        code, output = ask(json.dumps(hostile).encode(), *arguments)
        expect_equal(code, 1, output)
        expect_in("This is not all of it", output)
        assert "\x1b" not in output and "=cmd" not in output, output
    many = {"format": 1, "buckets": [{"start_seconds": n * 60} for n in range(20_000)]}
    code, output = ask(json.dumps(many).encode())
    expect_equal(code, 1, output[:500])
    assert len(output.splitlines()) < 5_100, len(output.splitlines())
    code, output = ask(b'{"format": 1, "buckets": [' + b"[" * 5_000 + b"]" * 5_000 + b"]}")
    expect_equal(code, 3, output)
    for body in (b"<html>", b"[]", b"{}", b""):
        code, output = ask(body)
        expect_equal(code, 3, output)
        expect_in("not the answer of a WarpPool", output)
    code, output = ask(b'{"code": "store_locked\\u001b"}', status=503)
    expect_equal(code, 1, output)
    expect_in("no history to give (store_locked\\x1b)", output)


# R260: whatever the number of answers it takes, and never a part of it without a word.
@suite.check
def history_asks_until_it_is_whole():
    page_of, asked = 7, []

    def pages(has_end):
        def answer(query):
            start, end = int(query["from"][0]), int(query["to"][0])
            asked.append((start, query["worker"][0]))
            # Two runs of the program in each span.
            spans = range(start + -start % 900, end, 900)
            told = spans[:page_of]
            buckets = [{"start_seconds": at, "boot": str(boot), "accepted": 1}
                       for at in told for boot in (1, 2)]
            body = {"format": 1, "buckets": buckets,
                    "is_cut": len(told) < len(spans) or not has_end}
            return 200, json.dumps(body).encode()
        return answer

    def ask(answer, *arguments):
        asked.clear()
        answers = Answers({"/api/history": answer})
        try:
            return history("--url", answers.url, "--worker", "a b", *arguments)
        finally:
            answers.close()

    code, output = ask(pages(True), "--csv")
    expect_equal(code, 0, output)
    rows = [(int(row["start_seconds"]), row["boot"])
            for row in csv.DictReader(io.StringIO(output))]
    expect_equal(len(rows), 2 * 97, output)
    expect_equal(rows, sorted(set(rows)), "every bucket once, in order")
    expect_equal(len(asked), 14, asked)
    assert all(worker == "a b" for _, worker in asked), asked
    code, output = ask(pages(True), "--json")
    expect_equal(code, 0, output)
    whole = json.loads(output)
    expect_equal((len(whole["buckets"]), whole["is_cut"]), (2 * 97, False), "the JSON")
    code, output = ask(pages(False), "--csv")
    expect_equal(code, 1, output)
    expect_in("This is not all of it", output)
    code, output = ask(pages(True), "--csv", "--days", "3", "--resolution", "minute")
    expect_equal((code, len(asked)), (0, 42), output[-500:])
    page_of = 1
    code, output = ask(pages(True), "--csv")
    expect_equal((code, len(asked)), (1, 50), output[-500:])
    expect_in("This is not all of it", output)


# R260
@suite.check
def history_refuses_wrong_words():
    for arguments, words in ((["--hours", "0"], "--hours takes"), (["--days", "x"], "--days takes"),
                             (["--hours", "1", "--days", "1"], "exclude each other"),
                             (["--csv", "--json"], "exclude each other"),
                             (["--resolution", "hour"], "--resolution is one of"),
                             (["--worker="], "--worker takes")):
        code, output = history(*arguments)
        expect_equal(code, 2, output)
        expect_in(words, output)
    code, output = history("--url", f"http://127.0.0.1:{free_port()}")
    expect_equal(code, 3, output)


if __name__ == "__main__":
    sys.exit(suite.run())
