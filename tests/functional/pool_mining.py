"""Miners on the real pool over real sockets: sessions, shares, blocks and bad manners."""

import decimal
import json
import pathlib
import re
import sys
import threading
import time

import bitcoin
from background import Background
from fake_node import EASY_BITS, WITNESS_COMMITMENT, Bench, mine_share
from miner_tools import (Wire, expect_refusal, flood_without_reading, grind, request, submit)
from warp_test import (Deadline, StratumError, Suite, expect_equal, expect_in,
                       target_from_difficulty, wait_until)

REGTEST_BITS = 0x207FFFFF
VERSION_MASK = 0x1FFFE000  # BIP320
MAX_LINE_BYTES = 16 * 1024
FIRST_LINE_SECONDS = 10
EXTRANONCE1_BYTES = 4

suite = Suite("functional_pool_mining")
bench = Bench()
suite.cleanup(bench.__exit__)


def mine_block(miner, **options):
    job = bench.job_on_tip(miner)
    return miner.mine(job, job.network_target, **options)


# --- begun first: connections that never say a word

SILENT = {}


def seconds_till_closed(first_bytes):
    started = time.monotonic()
    wire = Wire(bench.pool.port)
    wire.send(first_bytes)
    wire.wait_closed(2 * FIRST_LINE_SECONDS)
    return time.monotonic() - started


@suite.needed
def node_and_pool_start():
    bench.start()
    SILENT["nothing"] = Background(lambda: seconds_till_closed(b""))
    SILENT["half a line"] = Background(lambda: seconds_till_closed(b'{"id":1,"method":'))


# --- sessions

# R031, R035
@suite.check
def a_session_goes_as_miners_expect():
    miner = bench.miner()
    result = miner.subscribe("cpuminer/2.5.1")
    expect_equal(result, [[["mining.set_difficulty", miner.extranonce1.hex()],
                           ["mining.notify", miner.extranonce1.hex()]],
                          miner.extranonce1.hex(), 8], "result of mining.subscribe")
    expect_equal(len(miner.extranonce1), EXTRANONCE1_BYTES, "bytes of extranonce1")
    expect_equal(miner.authorize("rig"), True, "result of mining.authorize")
    job = miner.wait_job(lambda job: True)
    expect_equal([message["method"] for message in miner.notifications],
                 ["mining.set_difficulty", "mining.notify"], "what the pool sends")
    expect_equal(job.clean, True, "clean_jobs of the first job")
    for _ in range(5):
        expect_equal(miner.submit("rig", mine_share(miner, job)), True, "share")


# R031: any order; what is not known yet is told later.
@suite.check
def a_miner_may_authorize_before_it_subscribes():
    miner = bench.miner()
    expect_equal(miner.authorize("rig"), True, "result of mining.authorize")
    expect_equal(miner.notifications, [], "what the pool sends before mining.subscribe")
    miner.subscribe()
    job = miner.wait_job(lambda job: True)
    expect_equal(miner.submit("rig", mine_share(miner, job)), True, "share")


# R037
@suite.check
def common_extras_are_answered():
    miner = bench.working_miner()
    expect_equal(miner.call("mining.extranonce.subscribe"), True)
    expect_equal(miner.call("mining.ping"), "pong")
    expect_equal(miner.call("mining.multi_version", 1), True)
    transactions = miner.call("mining.get_transactions")
    assert all(len(txid) == 64 for txid in transactions), transactions
    expect_in("WarpPool", miner.call("client.get_version"))
    expect_equal(miner.call("mining.configure", ["subscribe-extranonce", "no-such-thing"], {}),
                 {"subscribe-extranonce": True, "no-such-thing": False})
    for method in ("mining.no_such_method", "", "eth_submitWork"):
        expect_refusal(20, "Unknown method", miner.call, method)
    # A notification without id, an answer nobody asked for, and a firmware's own pong.
    for line in (b'{"method":"mining.no_such_method","params":[]}', b'{"id":7,"result":true}',
                 b'{"id":null,"method":"mining.ping","params":[]}', b'{"id":3,"method":"pong"}'):
        miner.send_raw(line + b"\n")
    expect_equal(miner.submit("rig", mine_share(miner, miner.jobs[-1])), True, "share")


# R031: an id comes back byte for byte.
@suite.check
def ids_are_echoed_as_they_came():
    identities = [b"0", b"-7", b'"a\\u0062c"', b"1.50", b"18446744073709551616", b"1e3", b'""',
                  b"[1, 2]", b'{"a":1}', b"true"]
    wire = Wire(bench.pool.port)
    for identity in identities:
        wire.send(b'{"id":' + identity + b',"method":"mining.extranonce.subscribe","params":[]}\n')
    for identity, reply in zip(identities, wire.replies(len(identities))):
        expect_equal(reply, b'{"id":' + identity + b',"result":true,"error":null}', "reply")
    wire.close()


# R031
@suite.check
def lines_may_be_split_and_joined_anyhow():
    lines = request("mining.subscribe", "split/1") + request("mining.authorize", "rig", identity=2)
    joined = lines + b"\r\n \n" + request("mining.extranonce.subscribe", identity=3)
    for size in (len(joined), 1, 7, 64):
        wire = Wire(bench.pool.port)
        for start in range(0, len(joined), size):
            wire.send(joined[start:start + size])
        replies = [json.loads(line) for line in wire.replies(3)]
        expect_equal([reply["id"] for reply in replies], [1, 2, 3], f"ids with pieces of {size}")
        assert all(reply["error"] is None for reply in replies), replies
        wire.close()
    wire = Wire(bench.pool.port)
    wire.send(lines.replace(b"\n", b"\r\n"))
    expect_equal(len(wire.replies(2)), 2, "replies to lines that end with CR LF")
    wire.close()


# R031: what comes in one piece is answered in its order.
@suite.check
def requests_may_be_sent_without_waiting():
    wire = Wire(bench.pool.port)
    wire.send(request("mining.subscribe") + request("mining.authorize", "rig"))
    wire.replies(2)
    many = range(10, 510)
    wire.send(b"".join(request("mining.submit", "rig", "0", "00" * 8, "00000000", f"{number:08x}",
                               identity=number) for number in many))
    replies = [json.loads(line) for line in wire.replies(len(many))]
    expect_equal([reply["id"] for reply in replies], list(many), "ids")
    expect_equal({reply["error"][0] for reply in replies}, {21}, "codes")
    wire.close()


# R038
@suite.check
def user_names_name_workers():
    miner = bench.miner()
    miner.subscribe()
    address = bitcoin.anyone_can_spend("bcrt")[0]
    for user in (address, f"{address}.garage", f"{address}.attic.2"):
        expect_equal(miner.authorize(user), True, user)
    job = miner.wait_job(lambda job: True)
    for user in (address, f"{address}.garage"):
        expect_equal(submit(miner, mine_share(miner, job), user=user), True, f"share of {user}")
    expect_refusal(24, "Unauthorized worker", submit, miner, mine_share(miner, job),
                   f"{address}.cellar")
    # In the mode "single" a name that is no address is as good, and is noted.
    known = len(bench.process.lines())
    expect_equal(miner.authorize("nobody"), True, "a name that is no address")
    bench.process.wait_line("user name is no address of this network", start=known)
    for user in ("", "  ", "x" * 257):
        expect_refusal(24, "User name", miner.authorize, user)


# R039
@suite.check
def every_connection_has_work_of_its_own():
    miners = [bench.miner() for _ in range(50)]
    for miner in miners:
        miner.login("rig")
    prefixes = {miner.extranonce1 for miner in miners}
    expect_equal(len(prefixes), len(miners), "different extranonce1")
    newest = miners[0].jobs[-1]
    coinbases = {newest.coinbase(miner.extranonce1, bytes(8)) for miner in miners}
    expect_equal(len(coinbases), len(miners), "different coinbases")
    for miner in miners[:25]:
        miner.close()
    for _ in range(25):
        miner = bench.working_miner()
        assert miner.extranonce1 not in {other.extranonce1 for other in miners[25:]}
        miners.append(miner)


# R039: nor is work repeated by a pool that has been started again.
@suite.check
def a_restarted_pool_has_other_work():
    def coinbase_of(pool_bench):
        miner = pool_bench.working_miner()
        return pool_bench.job_on_tip(miner).coinbase(bytes(EXTRANONCE1_BYTES), bytes(8))

    with Bench().start() as one:
        first = coinbase_of(one)
        one.pool.stop()
        one.start()
        second = coinbase_of(one)
        expect_equal(len(first), len(second), "size of the coinbase")
        assert first != second, "the work before the restart is repeated"


# --- difficulty

# R035, R036: what is sent is what counts; a wish is granted down to min_diff and up to max_diff.
@suite.check
def suggested_difficulty_is_granted_within_limits():
    limits = {"min_diff": 0.000000001, "max_diff": 0.00000005, "initial_diff": 0.00000001}
    with Bench({"vardiff": limits}).start() as limited:
        miner = limited.working_miner()
        expect_equal(miner.difficulty, decimal.Decimal("0.00000001"), "first difficulty")
        for wish, wanted in (("0.00000003", "0.00000003"), ("1000", "0.00000005"),
                             ("0.0000000000001", "0.000000001"), ("2e-8", "0.00000002")):
            before = len(miner.notifications)
            miner.send_raw(b'{"id":9,"method":"mining.suggest_difficulty","params":[%s]}\n'
                           % wish.encode())
            wait_notification(miner, "mining.set_difficulty", before)
            expect_equal(miner.difficulty, decimal.Decimal(wanted), f"difficulty for {wish}")
        share = mine_share(miner, miner.jobs[-1])
        expect_equal(miner.submit("rig", share), True, "share of the difficulty that was sent")


def wait_notification(miner, method, since):
    """Reads until a notification of this method has come after the first `since` ones."""
    deadline = Deadline(10)
    while not any(message["method"] == method for message in miner.notifications[since:]):
        if miner.read_message(deadline.remaining()) is None:
            raise AssertionError("closed")


# R035, R047: each change is announced before the work that it holds for, as a plain number.
@suite.check
def difficulty_follows_the_hashrate():
    vardiff = {"enabled": True, "min_diff": 0.000000001, "initial_diff": 0.00000001,
               "max_diff": 0.00000005}
    with Bench({"vardiff": vardiff}).start() as following:
        miner = following.working_miner()
        first = miner.difficulty
        deadline = Deadline(15)
        while miner.difficulty == first:
            assert not deadline.is_over(), "no new difficulty for a miner that is too fast"
            expect_equal(miner.submit("rig", mine_share(miner, miner.jobs[-1])), True, "share")
        assert miner.difficulty > first, (first, miner.difficulty)
        expect_equal(miner.submit("rig", mine_share(miner, miner.jobs[-1])), True,
                     "share of the new difficulty")


# R035: on regtest half of all hashes are blocks, so the difficulty is the network's and no more.
@suite.check
def difficulty_is_never_above_the_networks():
    plain = {"enabled": True, "min_diff": 1, "initial_diff": 500}
    with Bench({"vardiff": plain}, bits=REGTEST_BITS).start() as regtest:
        wire = Wire(regtest.pool.port)
        wire.send(request("mining.subscribe") + request("mining.authorize", "rig", identity=2))
        line = wire.line()
        while b'"method":"mining.set_difficulty"' not in line:
            line = wire.line()
        assert re.search(rb'"params":\[\d+(\.\d+)?\]', line), line
        wire.close()
        miner = regtest.working_miner()
        job = miner.jobs[-1]
        target = target_from_difficulty(miner.difficulty)
        assert target >= job.network_target, (miner.difficulty, hex(target))
        for _ in range(5):
            job = regtest.job_on_tip(miner)
            share = miner.mine(job, job.network_target)
            expect_equal(miner.submit("rig", share), True, "share")
            expect_equal(regtest.node.wait_submission(share.block_hash).verdict, None, "verdict")


# --- shares

# R021, R023, R025, R026: each fault has its own code, and none ends the session.
@suite.check
def each_fault_of_a_share_has_its_code():
    stranger = bench.miner()
    expect_refusal(25, "Not subscribed", stranger.call, "mining.submit", "rig", "0", "00" * 8,
                   "00000000", "00000000")
    miner = bench.working_miner()
    job = bench.job_on_tip(miner)
    share = mine_share(miner, job)
    expect_refusal(24, "Unauthorized worker", submit, miner, share, "somebody")
    expect_refusal(21, "Job not found", submit, miner, share, job="ffffffff")
    expect_equal(submit(miner, share), True, "share")
    expect_refusal(22, "Duplicate share", submit, miner, share)
    expect_refusal(22, "Duplicate share", submit, miner, share, nonce=f"{share.nonce:X}",
                   time=f"{share.time:08X}")
    low = next(low for low in (mine_low(miner, job) for _ in range(100)) if low)
    expect_refusal(23, "Difficulty too low", submit, miner, low)
    for when in (job.time - 2 * 3600, job.time + 3 * 3600):
        early_or_late = mine_share(miner, job, time=when)
        expect_refusal(20, "Invalid ntime", submit, miner, early_or_late)
    for changes in ({"time": "xyz"}, {"nonce": "123456789"}, {"extranonce2": "00"},
                    {"extranonce2": "00" * 9}, {"nonce": 7}, {"more": ["00000000", "00000000"]}):
        expect_refusal(20, "Malformed share", submit, miner, share, **changes)
    expect_refusal(20, "Malformed share", miner.call, "mining.submit", "rig", job.job_id)
    expect_refusal(20, "Malformed share", miner.call, "mining.submit")
    bench.node.generate()
    bench.job_on_tip(miner)
    expect_stale_after_a_moment(miner, job)
    expect_equal(submit(miner, mine_share(miner, miner.jobs[-1])), True, "share")


def expect_stale_after_a_moment(miner, job):
    """Work of the tip before is good for two seconds more, and counts for nothing."""
    expect_equal(submit(miner, mine_share(miner, job)), True, "late share")

    def is_stale():
        try:
            submit(miner, mine_share(miner, job))
            return False
        except StratumError as refusal:
            expect_equal((refusal.code, refusal.message), (21, "Stale share"), "refusal")
            return True
    wait_until(is_stale, 10, "a stale share")


def mine_low(miner, job):
    """A hash that is not good enough; None in the unlucky case."""
    share = miner.mine(job, (1 << 256) - 1)
    is_good = bitcoin.hash_number(share.digest) <= target_from_difficulty(miner.difficulty)
    return None if is_good else share


# R017
@suite.check
def only_a_new_tip_makes_old_work_void():
    miner = bench.working_miner()
    job = bench.job_on_tip(miner)
    share = mine_share(miner, job)
    refreshed = miner.wait_job(lambda other: other.job_id != job.job_id)
    expect_equal(refreshed.clean, False, "clean_jobs of a refresh")
    expect_equal(refreshed.previous_hash, job.previous_hash, "previous block of a refresh")
    expect_equal(submit(miner, share), True, "share of the older job")
    bench.node.generate()
    fresh = bench.job_on_tip(miner)
    expect_equal(fresh.clean, True, "clean_jobs of a new tip")
    assert fresh.job_id not in (job.job_id, refreshed.job_id)


# R034
@suite.check
def version_rolling_is_negotiated():
    miner = bench.miner()
    expect_equal(miner.configure_version_rolling(0xFFFFFFFF)["version-rolling.mask"],
                 f"{VERSION_MASK:08x}", "mask")
    job = miner.login("rig")
    methods = [message["method"] for message in miner.notifications]
    expect_equal(methods, ["mining.set_version_mask", "mining.set_difficulty", "mining.notify"])
    expect_equal(miner.notifications[0]["params"], [f"{VERSION_MASK:08x}"], "set_version_mask")
    for bits in (0x00002000, 0x1FFFE000, 0):
        share = mine_share(miner, job, version_bits=bits)
        expect_equal(miner.submit("rig", share), True, f"share with the bits {bits:08x}")
    share = mine_share(miner, job, version_bits=0)
    for bits in ("20000000", "00000001", "ffffffff"):
        expect_refusal(20, "Invalid version bits", submit, miner, share, version=bits)
    narrow = bench.miner()
    expect_equal(narrow.configure_version_rolling(0x00FF0000)["version-rolling.mask"], "00ff0000")
    job = narrow.login("rig")
    share = mine_share(narrow, job)
    expect_refusal(20, "Invalid version bits", submit, narrow, share, version="00002000")
    silent = bench.working_miner()  # has negotiated nothing
    share = mine_share(silent, silent.jobs[-1])
    expect_refusal(20, "Invalid version bits", submit, silent, share, version="00001000")


# --- blocks

def check_coinbase(submission, height, value, extranonce):
    """One output pays the owner everything; the rest is the commitment."""
    coinbase = submission.coinbase
    _, _, script, _ = coinbase.inputs[0]
    push = bitcoin.script_number(height)
    expect_equal(script[:len(push)], push, "BIP34 height")
    assert 2 <= len(script) <= 100, f"scriptSig of {len(script)} bytes"
    expect_in(b"test", script, "pool tag")
    expect_in(extranonce, script, "extranonce")
    expect_equal(coinbase.outputs[0], (value, bench.payout_script), "paying output")
    expect_equal(len(coinbase.outputs), 2, "outputs")
    zero, commitment = coinbase.outputs[1]
    expect_equal((zero, commitment[:6]), (0, WITNESS_COMMITMENT), "commitment")


# R010, R011, R014, R015, R016, R020, R027: the judge at the node is none of the pool's code.
@suite.check
def a_block_pays_the_owner_and_becomes_the_tip():
    for count in (0, 1, 2, 5):
        miner = bench.working_miner()
        bench.node.add_transactions(count)
        branch_length = count.bit_length()
        miner.wait_job(lambda job, size=branch_length: len(job.branch) == size)
        template = bench.node.template()
        block = mine_block(miner)
        expect_equal(miner.submit("rig", block), True, "share")
        submission = bench.node.wait_submission(block.block_hash)
        expect_equal(submission.verdict, None, "verdict of the node")
        expect_equal(bench.node.best(), block.block_hash, "best block")
        expect_equal(len(submission.transactions), count + 1, "transactions")
        check_coinbase(submission, template["height"], template["coinbasevalue"],
                       miner.extranonce1 + block.extranonce2)
        for words in ("block found", "block accepted"):
            bench.process.wait_line(f"{words} at height {template['height']}: {block.block_hash}")


# R015, R016, R020: 1.5 MB in a thousand transactions.
@suite.check
def a_large_block_is_a_block():
    with Bench() as large:
        large.node.add_transactions(1000, witness_bytes=1400)
        large.start()
        miner = large.working_miner()
        job = large.job_on_tip(miner)
        block = miner.mine(job, job.network_target)
        expect_equal(miner.submit("rig", block), True, "share")
        submission = large.node.wait_submission(block.block_hash)
        expect_equal(submission.verdict, None, "verdict of the node")
        expect_equal(len(submission.transactions), 1001, "transactions")


# R029
@suite.check
def a_block_with_rolled_bits_goes_out_as_it_was_hashed():
    miner = bench.miner()
    miner.configure_version_rolling()
    miner.login("rig")
    for bits in (0x1FFFE000, 0x00A0A000):
        block = mine_block(miner, version_bits=bits)
        expect_equal(miner.submit("rig", block), True, "share")
        submission = bench.node.wait_submission(block.block_hash)
        expect_equal(submission.verdict, None, "verdict of the node")
        expect_equal(int.from_bytes(submission.header[:4], "little"),
                     (block.job.version & ~VERSION_MASK) | bits, "version")


# R027
@suite.check
def the_nodes_rejection_is_told():
    miner = bench.working_miner()
    block = mine_block(miner)
    bench.node.set(rejection="bad-cb-amount")
    try:
        expect_equal(miner.submit("rig", block), True, "share")
        line = bench.process.wait_line(f"{block.block_hash}: bad-cb-amount")[1]
        expect_in("error", line)
        expect_in("block rejected at height", line)
    finally:
        bench.node.set(rejection=None)
    # The next one on the same parent is not held back by it.
    block = mine_block(miner)
    expect_equal(miner.submit("rig", block), True, "share")
    expect_equal(bench.node.wait_submission(block.block_hash).verdict, None, "verdict")


# B01: whatever else is wrong with a share, a block in it reaches the node.
@suite.check
def a_block_in_a_bad_share_still_reaches_the_node():
    miner = bench.miner()
    miner.configure_version_rolling()
    miner.login("rig")
    late = {"time": bench.job_on_tip(miner).time + 3 * 3600}
    cases = (
        ("unknown job", 21, {}, {"job": "deadbeef"}, None),
        ("job id that is none of ours", 21, {}, {"job": "not-hex"}, None),
        ("wrong user", 24, {}, {"user": "somebody"}, None),
        ("too many parameters", 20, {}, {"version": "00000000", "more": ["x"]}, None),
        ("late time", 20, late, {}, "time-too-new"),
    )
    for name, code, options, changes, verdict in cases:
        block = mine_block(miner, **options)
        user = changes.pop("user", "rig")
        expect_refusal(code, "", submit, miner, block, user, **changes)
        submission = bench.node.wait_submission(block.block_hash)
        expect_equal(submission.verdict, verdict, f"verdict of a block with {name}")


# B01: bits outside the mask, in the ways a miner may mean them.
@suite.check
def a_block_with_stray_version_bits_still_reaches_the_node():
    rolling_mask = 0x1FFFE000
    ways = (lambda base, bits: base | bits, lambda base, bits: base ^ bits, lambda base, bits: bits,
            lambda base, bits: (base & ~rolling_mask) | (bits & rolling_mask))
    for make_version in ways:
        miner = bench.working_miner()  # has negotiated nothing
        job = bench.job_on_tip(miner)
        bits = 0x30000003
        # One header that is a block and no second one, which the pool might take instead.
        block = grind(miner, job, make_version(job.version, bits), bytes(8),
                      [way(job.version, bits) for way in ways])
        expect_refusal(20, "Invalid version bits", submit, miner, block, version=f"{bits:08x}")
        expect_equal(bench.node.wait_submission(block.block_hash).verdict, None, "verdict")


# B01: old work may still win where the chain reorganises.
@suite.check
def a_stale_block_still_reaches_the_node():
    miner = bench.working_miner()
    job, block = miner.jobs[-1], mine_block(miner)
    bench.node.generate()
    bench.job_on_tip(miner)
    expect_stale_after_a_moment(miner, job)
    expect_refusal(21, "Stale share", submit, miner, block)
    expect_equal(bench.node.wait_submission(block.block_hash).verdict, "inconclusive", "verdict")


# B01: digits in any number and case are the same number.
@suite.check
def a_block_with_a_short_nonce_is_a_block():
    miner = bench.working_miner()
    block = mine_block(miner)
    expect_equal(submit(miner, block, nonce=f"{block.nonce:X}", time=f"{block.time:X}"), True,
                 "share")
    expect_equal(bench.node.wait_submission(block.block_hash).verdict, None, "verdict")


# R023, B01: twice the same is one block.
@suite.check
def a_repeated_block_goes_out_once():
    miner = bench.working_miner()
    block = mine_block(miner)
    expect_equal(submit(miner, block), True, "share")
    for _ in range(3):
        try:
            submit(miner, block)
        except StratumError as refusal:
            assert refusal.code in (21, 22), refusal  # its own block may have made it stale
    bench.node.wait_submission(block.block_hash)
    later = mine_block(miner)
    expect_equal(submit(miner, later), True, "share")
    bench.node.wait_submission(later.block_hash)
    sent = [found for found in bench.node.submissions() if found.block_hash == block.block_hash]
    expect_equal(len(sent), 1, "submissions of one block")


# R027: of two blocks on one parent the second is kept back till the first has its verdict.
@suite.check
def a_second_block_on_one_parent_waits_for_the_first():
    miner = bench.working_miner()
    first, second = mine_block(miner), mine_block(miner)
    expect_equal(first.job.previous_hash, second.job.previous_hash)
    gate = threading.Event()
    bench.node.set(submit_gate=gate, rejection="bad-txns-vout-negative")
    try:
        known = len(bench.node.requests("submitblock"))
        for block in (first, second):
            expect_equal(submit(miner, block), True, "share")
        wait_until(lambda: len(bench.node.requests("submitblock")) > known, 10, "a submission")
        expect_equal(miner.call("mining.ping"), "pong")
        expect_equal(len(bench.node.requests("submitblock")), known + 1, "submissions at first")
        gate.set()
        bench.node.wait_submission(first.block_hash)
        bench.node.wait_submission(second.block_hash)  # the first was refused
        bench.process.wait_line(f"{second.block_hash}: bad-txns-vout-negative")
    finally:
        gate.set()
        bench.node.set(submit_gate=None, rejection=None)
    first, second = mine_block(miner), mine_block(miner)
    for block in (first, second):
        expect_refusal_or_true(miner, block)
    expect_equal(bench.node.wait_submission(first.block_hash).verdict, None, "verdict")
    later = mine_block(miner)
    expect_equal(submit(miner, later), True, "share")
    bench.node.wait_submission(later.block_hash)
    hashes = {found.block_hash for found in bench.node.submissions()}
    assert second.block_hash not in hashes, "a block beside one of ours was sent"


def expect_refusal_or_true(miner, block):
    """The second block may come when the first has already made its job stale."""
    try:
        expect_equal(submit(miner, block), True, "share")
    except StratumError as refusal:
        expect_equal(refusal.code, 21, "code")


# --- bad manners

# R031, R142
@suite.check
def a_line_of_16_kib_is_the_longest():
    def padded(size):
        frame = request("mining.ping", "")[:-1]
        return frame.replace(b'""', b'"' + b"x" * (size - len(frame)) + b'"') + b"\n"

    wire = Wire(bench.pool.port)
    wire.send(padded(MAX_LINE_BYTES))
    expect_in(b"pong", wire.replies(1)[0])
    wire.send(padded(MAX_LINE_BYTES + 1))
    wire.wait_closed()
    wire = Wire(bench.pool.port)
    wire.send(b"x" * (MAX_LINE_BYTES + 64))  # no end in sight
    wire.wait_closed()


# R031
@suite.check
def what_is_no_json_is_refused_and_then_closed():
    miner = bench.working_miner()
    for _ in range(3):
        for _ in range(9):
            miner.send_raw(b"GET / HTTP/1.1\n")
        expect_equal(miner.call("mining.ping"), "pong")
    wire = Wire(bench.pool.port)
    wire.send(b"\x16\x03\x01\x02\x00\x01\n" * 10)
    replies = wire.replies(10)
    expect_in(b"[20,", replies[0])
    wire.wait_closed()


# R031: nothing is left of connections that are over, however they ended.
@suite.check
def a_miner_that_breaks_off_harms_nobody():
    miner = bench.working_miner()
    files = pathlib.Path(f"/proc/{bench.process.pid}/fd")
    for _ in range(5):
        break_off()
    before = len(list(files.iterdir()))
    for _ in range(25):
        break_off()
    wait_until(lambda: len(list(files.iterdir())) <= before, 10, "all sockets closed")
    expect_equal(miner.submit("rig", mine_share(miner, miner.jobs[-1])), True, "share")


def break_off():
    for data in (b"", b'{"id":1,', request("mining.subscribe") + b'{"id"',
                 request("mining.subscribe") * 90):
        wire = Wire(bench.pool.port)
        wire.send(data)
        wire.close(reset=True)


def seat(capped):
    """A miner that works; None while there is no place for it."""
    try:
        return capped.working_miner()
    except ConnectionError:
        return None


# R031, R144
@suite.check
def the_connection_cap_holds():
    with Bench({"server": {"max_connections": 3}}).start() as capped:
        # The check that the port is open was a connection, too, and may still be counted.
        miners = [wait_until(lambda: seat(capped), 10, "a place") for _ in range(3)]
        wire = Wire(capped.pool.port)
        wire.wait_closed()
        capped.process.wait_line("connection refused: all connections are taken")
        for miner in miners:
            expect_equal(miner.submit("rig", mine_share(miner, miner.jobs[-1])), True, "share")
        miners[0].close()
        wait_until(lambda: seat(capped), 10, "a place for the next")


# R031: bounded write buffers; the others do not wait.
@suite.check
def a_miner_that_does_not_read_is_dropped_and_delays_nobody():
    miner = bench.working_miner()
    flood = Background(lambda: flood_without_reading(bench.pool.port, 20))
    seconds = []
    while flood.is_running() or len(seconds) < 20:
        share = mine_share(miner, bench.job_on_tip(miner))
        started = time.monotonic()
        expect_equal(miner.submit("rig", share), True, "share")
        seconds.append(time.monotonic() - started)
    assert flood.result() > 0
    assert max(seconds) < 2, f"a share took {max(seconds):.2f} s"


# --- the end

# R031, R143
@suite.check
def who_says_nothing_is_closed_after_ten_seconds():
    for name, waiting in SILENT.items():
        seconds = waiting.result()
        assert FIRST_LINE_SECONDS - 0.5 <= seconds <= FIRST_LINE_SECONDS + 3, \
            f"{name}: closed after {seconds:.1f} s"


# R031: and all the while the pool has lost nobody else.
@suite.check
def the_pool_is_as_well_as_at_the_start():
    expect_equal(bench.node.bits, EASY_BITS, "bits")
    bench.expect_mining()
    for word in ("health:", "unexpected failure"):
        assert word not in bench.process.output(), bench.process.output()
    expect_equal(bench.pool.stop(), 0, "exit code")


if __name__ == "__main__":
    sys.exit(suite.run())
