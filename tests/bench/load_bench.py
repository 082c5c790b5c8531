#!/usr/bin/env python3
"""Speed and size of the real pool on this machine, by Stratum V1 and V2: submits per second over
loopback, and memory by idle session. Prints a table; judges nothing, since other programs run
beside it.

    WARP_BIN_DIR=build/release/bin tests/bench/load_bench.py
        [--connections N] [--v2-connections N] [--seconds S]

The in-process rate that the ratio is taken of comes from warp_bench of build/dev, measured before.
"""

import argparse
import contextlib
import itertools
import json
import pathlib
import re
import resource
import selectors
import socket
import subprocess
import sys
import time
import urllib.request

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests" / "functional" / "support"))

import bitcoin  # noqa: E402
from warp_test import Folder, Pool, Process, binary, free_port, run, wait_until  # noqa: E402

KIB = 1024
HELLO = (b'{"id":1,"method":"mining.subscribe","params":["bench/1.0"]}\n'
         b'{"id":2,"method":"mining.authorize","params":["bench","x"]}\n')


def v2_url(api_port):
    """Of the listener, with its key; None while it has none."""
    with contextlib.suppress(OSError):
        with urllib.request.urlopen(f"http://127.0.0.1:{api_port}/api/overview", timeout=5) as got:
            urls = [each["v2_url"] for each in json.load(got)["listeners"] if each["v2_url"]]
            return urls[0] if urls else None
    return None


@contextlib.contextmanager
def pool_on_a_node(folder):
    port, v2_port, api_port = free_port(), free_port(), free_port()
    node = Process([binary("warppool-sim"), "node", "--rpc-port", str(port), "--data-dir",
                    folder.path, "--start-height", "5", "--bits", "1e0fffff"])
    node.wait_listening(port, 60)
    pool = Pool({"node": {"rpc_url": f"http://127.0.0.1:{port}",
                          "rpc_cookie": str(folder / ".cookie")},
                 "mining": {"payout_address": bitcoin.anyone_can_spend("bcrt")[0]},
                 "server": {"max_connections": 12000, "job_refresh_secs": 600,
                            "v2_listen": f"127.0.0.1:{v2_port}",
                            "status_listen": f"127.0.0.1:{api_port}"},
                 "vardiff": {"enabled": False, "initial_diff": 1},
                 "ratelimit": {"enabled": False}})
    try:
        pool.start()
        pool.v2_url = wait_until(lambda: v2_url(api_port), 10, "the address of the V2 listener")
        yield pool
        pool.stop()
    finally:
        pool.close()
        node.kill()


def in_process_rate(benchmark, counter):
    """Submits a second on one core, bytes to reply, or None where there is no warp_bench."""
    for build in ("release", "dev"):
        program = REPOSITORY / "build" / build / "bin" / "warp_bench"
        if program.is_file():
            done = subprocess.run([program, f"--benchmark_filter={benchmark}",
                                   "--benchmark_format=json"], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, check=True)
            return 1e9 / json.loads(done.stdout)["benchmarks"][0][counter]
    return None


def measure_submits(folder, seconds):
    own = {"V1": in_process_rate("stratum/v1_submit", "submit_ns"),
           "V2": in_process_rate("stratum/v2_submit_extended", "batched_ns")}
    for wire, rate in own.items():
        if rate:
            print(f"{wire} in process: {rate:,.0f} submits/s of one core")
    with pool_on_a_node(folder) as pool:
        urls = {"V1": f"stratum+tcp://127.0.0.1:{pool.port}", "V2": pool.v2_url}
        for wire, connections in itertools.product(urls, (1, 50, 500)):
            code, output = run([binary("warppool-sim"), "load", "--url", urls[wire],
                                "--connections", str(connections), "--in-flight", "20",
                                "--seconds", str(seconds)], seconds=seconds + 90)
            assert code == 0, output
            rate = float(re.search(r"(\d+) answers/s", output).group(1))
            latency = re.search(r"submit +p50 ([\d.]+) ms .*p99 ([\d.]+) ms", output)
            ratio = f", {rate / own[wire]:.2f} of in-process" if own[wire] else ""
            print(f"{wire} {connections:>4} connections x 20 in flight: {rate:,.0f} submits/s"
                  f"{ratio}, p50 {latency.group(1)} ms, p99 {latency.group(2)} ms")


def resident(process):
    text = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+) kB", text).group(1)) * KIB


def connect_all(port, count):
    """Sockets that have logged in and got their first work."""
    waiting = selectors.DefaultSelector()
    sockets = []
    for _ in range(count):
        one = socket.create_connection(("127.0.0.1", port), timeout=10)
        one.sendall(HELLO)
        one.setblocking(False)
        waiting.register(one, selectors.EVENT_READ, bytearray())
        sockets.append(one)
    missing = count
    deadline = time.monotonic() + 60
    while missing:
        assert time.monotonic() < deadline, f"{missing} of {count} got no work"
        for key, _ in waiting.select(1):
            received = key.fileobj.recv(65536)
            assert received, "the pool closed a connection"
            key.data.extend(received)
            if b"mining.notify" in key.data.partition(b'"id":2')[2]:
                waiting.unregister(key.fileobj)
                missing -= 1
    return sockets


def measure_memory(folder, count):
    with pool_on_a_node(folder) as pool:
        warm = connect_all(pool.port, 50)
        before = resident(pool.process)
        started = time.monotonic()
        sockets = connect_all(pool.port, count)
        took = time.monotonic() - started
        wait_until(lambda: resident(pool.process) > before, 10, "memory to be used")
        after = resident(pool.process)
        print(f"{count} idle V1 sessions: {(after - before) / count / KIB:.2f} KiB each "
              f"({before / KIB / KIB:.1f} to {after / KIB / KIB:.1f} MiB), all at work in "
              f"{took:.1f} s")
        for one in (*warm, *sockets):
            one.close()


@contextlib.contextmanager
def v2_sessions(url, count, flags=()):
    """So many channels, each with a connection of its own, that have their first work."""
    clients = Process([binary("warppool-sim"), "load", "--url", url, "--connections", str(count),
                       "--in-flight", "0", "--hold", "600", *flags])
    try:
        line = clients.wait_line("connections ", 300)[1]
        assert f" {count} ready" in line, clients.output()
        yield
    finally:
        clients.kill()


def measure_v2_memory(folder, count, kind):
    with pool_on_a_node(folder) as pool, v2_sessions(pool.v2_url, 50):
        before = resident(pool.process)
        with v2_sessions(pool.v2_url, count, ("--channel", kind)):
            after = resident(pool.process)
        print(f"{count} idle V2 sessions, {kind}: {(after - before) / count / KIB:.2f} KiB each "
              f"({before / KIB / KIB:.1f} to {after / KIB / KIB:.1f} MiB)")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--connections", type=int, default=8000)
    options.add_argument("--v2-connections", type=int, default=2000)
    options.add_argument("--seconds", type=int, default=10)
    chosen = options.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with contextlib.closing(Folder("warp-bench-")) as folder:
        measure_submits(folder, chosen.seconds)
    with contextlib.closing(Folder("warp-bench-")) as folder:
        measure_memory(folder, chosen.connections)
    for kind in ("extended", "standard"):
        with contextlib.closing(Folder("warp-bench-")) as folder:
            measure_v2_memory(folder, chosen.v2_connections, kind)


main()
