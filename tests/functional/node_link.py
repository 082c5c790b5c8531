"""The pool's link to its node: logins, tips, chains, and every way in which a node can fail."""

import statistics
import sys
import threading
import time

import bitcoin
from background import Background
from fake_node import Bench, mine_share
from warp_test import Deadline, Folder, Suite, expect_equal, expect_in, wait_until

CAUSE_LIMIT_SECONDS = 2
RECOVERY_LIMIT_SECONDS = 30  # after a host that was silent
TEMPLATE_RULES = {"regtest": ["segwit"], "main": ["segwit"], "test": ["segwit"],
                  "testnet4": ["segwit"], "signet": ["segwit", "signet"]}

suite = Suite("functional_node_link")


def elapsed(function):
    started = time.monotonic()
    function()
    return time.monotonic() - started


# --- what takes long: begun first, looked at last

def survive_a_long_hang():
    """The node is silent till the pool has noticed, with a block on its way; then a new host
    answers at the address. Seconds until the block is there, and until there is work on it."""
    with Bench().start() as bench:
        miner = bench.working_miner()
        block = miner.mine(miner.jobs[-1], miner.jobs[-1].network_target)
        bench.node.set(trouble="hang")
        expect_equal(miner.submit("rig", block), True, "share")
        bench.node.wait_request(lambda request: request.method == "submitblock")
        bench.process.wait_line("health: node_unreachable", RECOVERY_LIMIT_SECONDS)
        bench.node.set(trouble=None)
        started = time.monotonic()
        bench.node.wait_submission(block.block_hash, 2 * RECOVERY_LIMIT_SECONDS)
        seconds = time.monotonic() - started
        bench.process.wait_line("health: node_unreachable is over", RECOVERY_LIMIT_SECONDS)
        bench.job_on_tip(miner, RECOVERY_LIMIT_SECONDS)
        return seconds, time.monotonic() - started


def survive_a_short_hang():
    """The connections die while they wait for an answer, and nothing else happens. Seconds until a
    tip that comes then has reached the miner."""
    with Bench().start() as bench:
        miner = bench.working_miner()
        bench.node.wait_request(lambda request: request.is_longpoll)
        bench.node.set(trouble="hang")
        since = time.monotonic()
        for method in ("getblocktemplate", "getbestblockhash"):
            bench.node.wait_request(lambda request, name=method: request.method == name, 10, since)
        bench.node.set(trouble=None)
        bench.node.generate()
        return elapsed(lambda: bench.job_on_tip(miner, 2 * RECOVERY_LIMIT_SECONDS))


def survive_a_long_absence():
    """Whoever comes while the last work is out of date gets none, until the node is back."""
    with Bench().start() as bench:
        old_hand = bench.working_miner()
        bench.node.stop()
        bench.process.wait_line("state: no_work", 2 * RECOVERY_LIMIT_SECONDS)
        newcomer = bench.miner()
        newcomer.subscribe()
        newcomer.authorize("rig")
        expect_equal(newcomer.call("mining.ping"), "pong")
        expect_equal(newcomer.jobs, [], "jobs without a node")
        bench.node.start()
        for miner in (newcomer, old_hand):
            known = len(miner.jobs)
            miner.wait_job(lambda job, miner=miner, known=known: len(miner.jobs) > known)
            job = miner.jobs[-1]
            expect_equal(bitcoin.display(job.previous_hash), bench.node.best(), "previous block")
            expect_equal(miner.submit("rig", mine_share(miner, job)), True, "share")


LONG_TESTS = {}


@suite.needed
def long_tests_begin():
    LONG_TESTS["long hang"] = Background(survive_a_long_hang)
    LONG_TESTS["short hang"] = Background(survive_a_short_hang)
    LONG_TESTS["absence"] = Background(survive_a_long_absence)


# --- templates

def root_of(job, miner):
    """Merkle root of a job with an extranonce2 of zero bytes."""
    coinbase = job.coinbase(miner.extranonce1, bytes(miner.extranonce2_size))
    return bitcoin.fold_branch(bitcoin.sha256d(coinbase), job.branch)


# R001, R003: all that the node says is in the job.
@suite.check
def the_job_is_the_nodes_template():
    with Bench(bits=0x1F7ABCDE) as bench:
        bench.node.add_transactions(5)
        bench.start()
        miner = bench.working_miner()
        job = bench.job_on_tip(miner)
        template = bench.node.template()
        coinbase_bytes = job.coinbase(miner.extranonce1, bytes(miner.extranonce2_size))
        coinbase = bitcoin.Transaction.parse(coinbase_bytes)
        expect_equal(bitcoin.display(job.previous_hash), template["previousblockhash"])
        expect_equal(job.bits, int(template["bits"], 16), "bits")
        expect_equal(job.version, template["version"], "version")
        assert abs(job.time - template["curtime"]) <= 5, (job.time, template["curtime"])
        push = bitcoin.script_number(template["height"])
        expect_equal(coinbase.inputs[0][2][:len(push)], push, "height")
        expect_equal(sum(value for value, _ in coinbase.outputs), template["coinbasevalue"])
        txids = [bytes.fromhex(entry["txid"])[::-1] for entry in template["transactions"]]
        expect_equal(root_of(job, miner),
                     bitcoin.merkle_root([bitcoin.sha256d(coinbase_bytes), *txids]), "merkle root")
        scripts = [script.hex() for _, script in coinbase.outputs]
        expect_in(template["default_witness_commitment"], scripts, "commitment")


# R003, R005: fresh transactions come with the next look at the node.
@suite.check
def fresh_transactions_come_with_the_refresh():
    with Bench({"server": {"job_refresh_secs": 1}}).start() as bench:
        miner = bench.working_miner()
        bench.node.add_transactions(3)
        job = miner.wait_job(lambda job: job.branch)
        expect_equal(len(job.branch), 2, "branch of three transactions")
        expect_equal(job.clean, False, "clean_jobs")


# R007, R008: the node's chain is recognised and shown, and the request follows it.
@suite.check
def every_chain_is_recognised_and_asked_by_its_rules():
    benches = [Bench(chain=chain, pool_chain="auto").start() for chain in TEMPLATE_RULES]
    try:
        for bench, (chain, rules) in zip(benches, TEMPLATE_RULES.items()):
            bench.process.wait_line(f"the node is ready: chain {chain},")
            bench.working_miner()
            bench.node.wait_request(lambda request: request.is_longpoll)
            asked = bench.node.requests("getblocktemplate")
            for request in asked:
                expect_equal(request.params[0]["rules"], rules, f"rules on {chain}")
    finally:
        for bench in benches:
            bench.__exit__()


# --- logins

# R002: the new cookie is read without a restart, and no miner notices.
@suite.check
def a_restarted_node_with_a_new_cookie_is_found_again():
    folder = Folder()
    try:
        with Bench(cookie=folder / ".cookie").start() as bench:
            miner = bench.working_miner()
            for _ in range(2):
                former = bench.node.login
                bench.node.stop()
                bench.node.generate()
                bench.node.start()
                assert bench.node.login != former
                bench.job_on_tip(miner)
                expect_equal(miner.submit("rig", mine_share(miner, miner.jobs[-1])), True, "share")
    finally:
        folder.close()


# R002: a cookie that changes under a node that stays.
@suite.check
def a_refused_cookie_is_read_again():
    folder = Folder()
    try:
        with Bench(cookie=folder / ".cookie").start() as bench:
            miner = bench.working_miner()
            bench.node.cookie.write_text("__cookie__:rotated", encoding="utf-8")
            bench.node.set(login=("__cookie__", "rotated"))
            bench.node.generate()
            bench.job_on_tip(miner)
            block = miner.mine(miner.jobs[-1], miner.jobs[-1].network_target)
            expect_equal(miner.submit("rig", block), True, "share")
            expect_equal(bench.node.wait_submission(block.block_hash).verdict, None, "verdict")
    finally:
        folder.close()


# R002, R263
@suite.check
def user_and_password_come_from_the_environment():
    with Bench(login=("ünï", "pass:wörd")).start() as bench:
        bench.expect_mining()


# --- tips

def tip_seconds(bench, miner):
    """From another miner's block to our miner's job on it."""
    bench.node.generate()
    return elapsed(lambda: bench.job_on_tip(miner))


# R005: polling alone.
@suite.check
def polling_notices_a_tip_within_the_period():
    period = 2
    for longpoll in ("hang", "absent"):
        with Bench({"server": {"job_refresh_secs": period}}) as bench:
            bench.node.set(longpoll=longpoll)
            bench.start()
            miner = bench.working_miner()
            for _ in range(2):
                seconds = tip_seconds(bench, miner)
                assert seconds <= period, f"longpoll {longpoll}: {seconds:.2f} s"
                expect_equal(miner.jobs[-1].clean, True, "clean_jobs")


# R005: with longpoll nobody waits for the next look.
@suite.check
def longpoll_brings_a_tip_at_once():
    with Bench({"server": {"job_refresh_secs": 3600}}).start() as bench:
        miner = bench.working_miner()
        seconds = []
        for _ in range(7):
            known = bench.node.template()["longpollid"]
            bench.node.wait_request(
                lambda request: request.is_longpoll and request.params[0]["longpollid"] == known)
            seconds.append(tip_seconds(bench, miner))
        # Looks once a second would take half a second in the middle.
        assert statistics.median(seconds) < 0.25, seconds


# R027
@suite.check
def a_block_of_ours_is_followed_at_once():
    with Bench({"server": {"job_refresh_secs": 3600}}).start() as bench:
        bench.node.set(longpoll="absent")
        miner = bench.working_miner()
        seconds = []
        for _ in range(5):
            job = bench.job_on_tip(miner)
            block = miner.mine(job, job.network_target)
            expect_equal(miner.submit("rig", block), True, "share")
            bench.node.wait_submission(block.block_hash)
            seconds.append(elapsed(lambda: bench.job_on_tip(miner)))
        assert statistics.median(seconds) < 0.25, seconds


# --- connections

# R001, B42: submit, template, longpoll and health each have a connection of their own that is
# kept, and none waits for another.
@suite.check
def each_purpose_has_a_kept_connection():
    with Bench().start() as bench:
        miner = bench.working_miner()
        for _ in range(3):
            block = miner.mine(bench.job_on_tip(miner), miner.jobs[-1].network_target)
            miner.submit("rig", block)
            bench.node.wait_submission(block.block_hash)
            # Else the next one would go out while this one's connection still waits.
            bench.process.wait_line(f"accepted at height {bench.node.height()}: ")
        bench.node.set(submit_gate=threading.Event())
        block = miner.mine(bench.job_on_tip(miner), miner.jobs[-1].network_target)
        miner.submit("rig", block)
        since = time.monotonic()
        bench.node.wait_request(lambda request: request.method == "getbestblockhash", 10, since)
        bench.node.generate()
        bench.job_on_tip(miner)  # although the submission still waits
        bench.node.submit_gate.set()
        purposes = {}
        for request in bench.node.requests():
            purpose = "longpoll" if request.is_longpoll else request.method
            purpose = "health" if purpose in ("getblockchaininfo", "getbestblockhash") else purpose
            if purpose in ("getblockheader", "preciousblock"):
                purpose = "questions about blocks"
            purposes.setdefault(purpose, set()).add(request.connection)
        expect_equal(set(purposes), {"health", "getblocktemplate", "longpoll", "submitblock",
                                     "questions about blocks"})
        for purpose, connections in purposes.items():
            # The link's own questions for a template do not wait for the engine's.
            most = 2 if purpose == "getblocktemplate" else 1
            assert len(connections) <= most, f"connections for {purpose}: {connections}"
        assert len(set.union(*purposes.values())) in (5, 6), f"connections: {purposes}"
        bodies = bench.node.requests("submitblock")
        assert not any("Expect" in request.headers for request in bodies), "no 100-continue"


# --- states

STATES = (
    # code, switches that bring it, chain (Core knows the last two only on real networks)
    ("node_warming_up", {"trouble": "warming_up"}, "regtest"),
    ("node_busy", {"trouble": "busy"}, "regtest"),
    ("node_failing", {"trouble": "nonsense"}, "regtest"),
    ("node_no_peers", {"trouble": "no_peers"}, "main"),
    ("node_initial_download", {"initial_download": True}, "main"),
)
WELL = {"trouble": None, "initial_download": False}


def on_all(benches, step):
    """Runs `step(bench, code, switches)` for each state at the same time."""
    steps = [Background(lambda bench=bench, state=state: step(bench, *state[:2]))
             for bench, state in zip(benches, STATES)]
    for running in steps:
        running.result()


def start_unwell(bench, code, switches):
    """No work without a node that is ready; then the waiting miner gets its first job."""
    bench.node.set(**switches)
    deadline = Deadline(CAUSE_LIMIT_SECONDS)
    bench.pool.start(wait=False)
    bench.process.wait_line(f"health: {code}", deadline.remaining())
    bench.process.wait_line("state: no_work")
    bench.process.wait_listening(bench.pool.port)
    miner = bench.miner()
    miner.subscribe()
    miner.authorize("rig")
    bench.node.wait_request(lambda request: True, 10, time.monotonic())
    expect_equal(miner.call("mining.ping"), "pong")
    expect_equal(miner.jobs, [], f"jobs in the state {code}")
    bench.node.set(**WELL)
    bench.job_on_tip(miner)
    bench.process.wait_line(f"health: {code} is over")
    bench.process.wait_line("state: running")


def become_unwell(bench, code, switches):
    """The state is named, the miner stays, and its jobs resume with the node."""
    miner = bench.working_miner()
    first = len(bench.process.lines())
    bench.node.set(**switches)
    bench.process.wait_line(f"health: {code}", 10, first)
    miner.call("mining.ping")  # reads what was sent before
    jobs = len(miner.jobs)
    bench.node.generate()
    bench.node.wait_request(lambda request: True, 10, time.monotonic())
    expect_equal(miner.call("mining.ping"), "pong")
    expect_equal(len(miner.jobs), jobs, f"jobs in the state {code}")
    bench.node.set(**WELL)
    job = bench.job_on_tip(miner)
    expect_equal(job.clean, True, "clean_jobs")
    bench.process.wait_line(f"health: {code} is over", 10, first)
    expect_equal(miner.submit("rig", mine_share(miner, job)), True, "share")


# R009
@suite.check
def a_node_that_is_not_ready_is_named_and_waited_for():
    benches = [Bench(chain=chain) for _, _, chain in STATES]
    try:
        on_all(benches, start_unwell)
        on_all(benches, become_unwell)
    finally:
        for bench in benches:
            bench.__exit__()


# R009, R027: a storm of 503 neither loses a block nor a miner.
@suite.check
def a_storm_of_503_is_waited_out():
    with Bench().start() as bench:
        miner = bench.working_miner()
        block = miner.mine(miner.jobs[-1], miner.jobs[-1].network_target)
        bench.node.set(trouble="busy")
        expect_equal(miner.submit("rig", block), True, "share")
        wait_until(lambda: len(bench.node.requests("submitblock")) >= 3, 10, "three attempts")
        expect_equal(bench.node.submissions(), [], "submissions in the storm")
        bench.node.set(trouble=None)
        expect_equal(bench.node.wait_submission(block.block_hash).verdict, None, "verdict")
        bench.job_on_tip(miner)
        expect_equal(miner.submit("rig", mine_share(miner, miner.jobs[-1])), True, "share")


# R009
@suite.check
def a_node_that_is_gone_and_back_keeps_its_miners():
    with Bench().start() as bench:
        miner = bench.working_miner()
        bench.node.stop()
        bench.process.wait_line("health: node_unreachable")
        expect_equal(miner.submit("rig", mine_share(miner, miner.jobs[-1])), True,
                     "share on the last job")
        bench.node.generate(3)
        bench.node.start()
        bench.job_on_tip(miner)
        bench.process.wait_line("health: node_unreachable is over")


# --- the end of what takes long

# R009
@suite.check
def a_short_hang_is_survived():
    seconds = LONG_TESTS["short hang"].result()
    assert seconds <= RECOVERY_LIMIT_SECONDS, f"a tip took {seconds:.1f} s"


# R009, R027
@suite.check
def a_long_hang_is_survived_with_the_block_in_it():
    block_seconds, job_seconds = LONG_TESTS["long hang"].result()
    assert block_seconds <= RECOVERY_LIMIT_SECONDS, f"the block took {block_seconds:.1f} s"
    assert job_seconds <= RECOVERY_LIMIT_SECONDS, f"work took {job_seconds:.1f} s"


# R009: work that is out of date is not handed out as if it were fresh.
@suite.check
def work_of_an_absent_node_is_withdrawn():
    LONG_TESTS["absence"].result()


if __name__ == "__main__":
    sys.exit(suite.run())
