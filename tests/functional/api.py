"""Health, metrics and overview of the real program, and a real Prometheus that scrapes it."""

import http.client
import json
import shutil
import socket
import subprocess
import sys
import urllib.request

from checks import skip_unless_ci
from fake_node import Bench, mine_share
from processes import REPOSITORY, Folder, Process, free_port, is_listening
from warp_test import Skip, Suite, binary, expect_equal, expect_in, run, wait_until

SCRAPE_LIMIT_SECONDS = 60  # the first scrape waits for a slot of its own

suite = Suite("functional_api")


class ApiBench(Bench):
    """A pool that runs, with its API."""

    def __init__(self, settings=None, api_host="127.0.0.1", **options):
        self.api_host = api_host
        self.api_port = free_port()
        everything = {"server": {"status_listen": f"{api_host}:{self.api_port}"}}
        for section, keys in (settings or {}).items():
            everything.setdefault(section, {}).update(keys)
        super().__init__(everything, **options)

    def __enter__(self):
        if self.pool.settings["mining"]["payout_address"]:
            self.start()
        else:  # no miner is let in, so that there is nothing else to wait for
            self.pool.start(wait=False)
        wait_until(lambda: is_listening(self.api_port, self.api_host), 20, "the API")
        return self

    def get(self, target, headers=None):
        """(status, text)"""
        connection = http.client.HTTPConnection(self.api_host, self.api_port, timeout=10)
        try:
            connection.request("GET", target, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8")
        finally:
            connection.close()

    def value(self, line):
        """The number behind a series' name and labels."""
        for each in self.get("/metrics")[1].splitlines():
            if each.startswith(line + " "):
                return float(each.rsplit(" ", 1)[1])
        raise AssertionError(f"no series {line}")


def peer_program(name):
    """Installed by scripts/setup.sh --with-peers, or by the machine."""
    unpacked = REPOSITORY / "build" / "peers" / "prometheus" / "usr" / "bin" / name
    found = str(unpacked) if unpacked.is_file() else shutil.which(name)
    if not found:
        skip_unless_ci(f"{name} is not installed; scripts/setup.sh --with-peers does it")
    return found


# R197, R198
@suite.check
def health_and_readiness_follow_the_node():
    with ApiBench() as bench:
        wait_until(lambda: bench.get("/readyz")[0] == 200, 10, "readiness")
        wait_until(lambda: bench.get("/healthz")[0] == 200, 10, "health")
        bench.node.stop()
        wait_until(lambda: bench.get("/readyz")[0] == 503, 30, "the node's end")
        wait_until(lambda: bench.get("/healthz")[0] == 503, 30, "the node's end in health")
        report = json.loads(bench.get("/healthz")[1])
        checks = {check["name"]: check for check in report["checks"]}
        expect_equal(report["state"], "failed")
        expect_equal(checks["node"]["code"], "node_unreachable", "code of the node")
        assert checks["node"]["since_seconds"] >= checks["storage"]["since_seconds"]
        bench.node.start()
        wait_until(lambda: bench.get("/readyz")[0] == 200, 60, "the node's return")


# R204, R244, R245, R246, R248, B28
@suite.check
def metrics_follow_what_happens():
    with ApiBench() as bench:
        miner = bench.miner()
        job = miner.login("rig")
        expect_equal(miner.submit("rig", mine_share(miner, job)), True, "share")
        wait_until(lambda: bench.value("warppool_shares_accepted_total") == 1, 10, "the share")
        expect_equal(bench.value("warppool_workers"), 1.0, "workers")
        expect_equal(bench.value("warppool_share_reply_seconds_count"), 1.0, "replies")
        expect_equal(bench.value("warppool_rpc_ready"), 1.0, "node")
        expect_equal(bench.value("warppool_current_job_coinbase_value_sats"),
                     float(bench.node.template()["coinbasevalue"]), "coinbase")
        block = miner.mine(miner.jobs[-1], miner.jobs[-1].network_target)
        expect_equal(miner.submit("rig", block), True, "block")
        wait_until(lambda: bench.value("warppool_blocks_found_total") == 1, 10, "the block")
        expect_equal(bench.value("warppool_block_submit_seconds_count"), 1.0, "submissions")
        expect_equal(bench.value('warppool_rpc_latency_seconds_count{kind="submit"}'), 1.0, "submit")
        miner.close()
        wait_until(lambda: bench.value("warppool_workers_disconnected_total") == 1, 10, "the end")
        text = bench.get("/metrics")[1]
        for secret in ("rig", "127.0.0.1", str(bench.node.port), bench.pool.settings["mining"][
                "payout_address"]):
            assert secret not in text, f"{secret} stands in the metrics"


@suite.check
def overview_tells_what_the_pool_does():
    with ApiBench() as bench:
        wait_until(lambda: bench.get("/readyz")[0] == 200, 10, "readiness")
        status, text = bench.get("/api/overview")
        expect_equal(status, 200, "status")
        overview = json.loads(text)
        expect_equal(overview["state"], "running")
        expect_equal(overview["chain"], "regtest")
        expect_equal(overview["tip"]["hash"], bench.node.best(), "tip")
        status, text = bench.get("/api/overview", {"Host": "attacker.example"})
        expect_equal((status, json.loads(text)["code"]), (421, "unknown_host"))


def own_address():
    """This machine's address in its network; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            raise Skip("no network but the loopback") from None
        return probe.getsockname()[0]


# R260: by its own address, too, and never through a proxy that names itself.
@suite.check
def this_machine_is_known_by_its_own_address():
    host = own_address()
    with ApiBench(api_host=host) as bench:
        expect_equal(bench.get("/api/overview")[0], 200, "status")
        for name in ("X-Forwarded-For", "Forwarded", "Via"):
            for value in ("192.0.2.1", ""):
                expect_equal(bench.get("/api/overview", {name: value})[0], 403, name)
        code, output = run([binary("warppool-cli"), "status", "--config", bench.pool.config],
                           bench.pool.environment)
        assert code in (0, 1) and "WarpPool" in output, output


# R198: nothing fails that only waits for its owner.
@suite.check
def a_pool_that_waits_for_its_setup_says_so():
    with ApiBench(settings={"mining": {"payout_address": ""}}) as bench:
        wait_until(lambda: '"needs_setup"' in bench.get("/healthz")[1], 10, "the engine's state")
        status, text = bench.get("/healthz")
        report = json.loads(text)
        expect_equal((status, report["state"]), (200, "degraded"), "health")
        checks = {check["name"]: check["code"] for check in report["checks"]}
        expect_equal(checks["engine"], "needs_setup", "code of the engine")
        status, text = bench.get("/readyz")
        expect_equal((status, json.loads(text)["code"]), (503, "node_not_ready"), "readiness")
        status, text = bench.get("/api/overview")
        expect_equal((status, json.loads(text)["state"]), (200, "needs_setup"), "overview")
        status, text = bench.get("/api/profile")
        expect_equal((status, json.loads(text)["profile"]), (200, "auto"), "profile")


@suite.check
def a_taken_port_is_an_issue_and_no_end():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with Bench({"server": {"status_listen": f"127.0.0.1:{port}"}}) as bench:
            bench.start()
            bench.process.wait_line("health: status_port_in_use", 15)
            miner = bench.miner()
            miner.login("rig")
            holder.close()
            bench.process.wait_line("health: status_port_in_use is over", 15)
            bench.process.wait_listening(port)


# R204
@suite.check
def promtool_finds_nothing_to_complain_of():
    promtool = peer_program("promtool")
    for workers in (False, True):
        with ApiBench({"metrics": {"workers": workers}}) as bench:
            miner = bench.miner()
            miner.login("rig")
            wait_until(lambda: bench.value("warppool_workers") == 1, 10, "the worker")
            done = subprocess.run([promtool, "check", "metrics"], input=bench.get("/metrics")[1],
                                  text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=60, check=False)
            expect_equal((done.returncode, done.stdout), (0, ""), "promtool")


# R204
@suite.check
def prometheus_scrapes_it():
    prometheus = peer_program("prometheus")
    folder = Folder()
    with ApiBench() as bench:
        port = free_port()
        config = folder / "prometheus.yml"
        config.write_text("global: {scrape_interval: 1s}\nscrape_configs:\n"
                          "  - job_name: warppool\n    static_configs:\n"
                          f"      - targets: ['127.0.0.1:{bench.api_port}']\n", encoding="utf-8")
        process = Process([prometheus, f"--config.file={config}",
                           f"--storage.tsdb.path={folder / 'data'}",
                           f"--web.listen-address=127.0.0.1:{port}"])
        try:
            wait_until(lambda: is_listening(port), 30, "Prometheus")

            def ask(query):
                url = f"http://127.0.0.1:{port}/api/v1/query?query={query}"
                try:
                    with urllib.request.urlopen(url, timeout=10) as answer:
                        result = json.load(answer)["data"]["result"]
                except OSError:
                    return None
                return float(result[0]["value"][1]) if result else None

            wait_until(lambda: ask("up") == 1, SCRAPE_LIMIT_SECONDS, "a scrape")
            wait_until(lambda: ask("warppool_rpc_ready") == 1, SCRAPE_LIMIT_SECONDS, "a value")
            expect_in("warppool_share_reply_seconds_bucket", bench.get("/metrics")[1])
        finally:
            process.kill()
            folder.close()


if __name__ == "__main__":
    sys.exit(suite.run())
