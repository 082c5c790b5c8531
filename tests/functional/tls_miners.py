"""Miners over TLS on the real pool: versions, a certificate that changes, one port for all, and a
load balancer in front."""

import signal
import ssl
import subprocess
import sys

from certificates import make_certificate
from checks import Suite, expect_equal, expect_in
from fake_node import Bench, mine_share
from miner_tools import Wire
from processes import Folder, Process, binary, free_port
from stratum_v1 import StratumClient
from waiting import wait_until

suite = Suite("functional_tls_miners")

# haproxy's proxy-protocol.txt, section 2.2: PROXY over TCP and IPv4 from 192.0.2.7, port 54321.
PROXY_HEADER = (b"\r\n\r\n\0\r\nQUIT\n" + bytes([0x21, 0x11, 0, 12]) + bytes([192, 0, 2, 7])
                + bytes([10, 0, 0, 1]) + (54321).to_bytes(2, "big") + (3333).to_bytes(2, "big"))


def tls_context(newest=None):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if newest is not None:
        context.maximum_version = newest
    return context


class TlsClient(StratumClient):
    """A miner over TLS; `first` goes before the handshake."""

    def __init__(self, port, first=b""):
        super().__init__(port)
        self._socket.sendall(first)
        self._socket = tls_context().wrap_socket(self._socket)

    def certificate(self):
        return self._socket.getpeercert(binary_form=True)

    def version(self):
        return self._socket.version()


class TlsBench(Bench):
    """A pool with a plain listener, one with TLS, one for both and one behind a proxy."""

    def __init__(self):
        self.folder = Folder("warp-tls-")
        self.certificate, self.key = make_certificate(self.folder)
        self.tls_port, self.both_port, self.proxy_port = free_port(), free_port(), free_port()
        self.api_port = free_port()
        super().__init__({
            "server": {"tls_listen": f"127.0.0.1:{self.tls_port}",
                       "status_listen": f"127.0.0.1:{self.api_port}"},
            "tls": {"cert_file": str(self.certificate), "key_file": str(self.key)},
            "logging": {"level": "debug", "net_debug": True}})
        config = self.pool.config
        config.write_text(
            config.read_text(encoding="utf-8")
            + f'\n[[listener]]\nlisten = "127.0.0.1:{self.both_port}"\ndetect_tls = true\n'
            + f'\n[[listener]]\nlisten = "127.0.0.1:{self.proxy_port}"\ntls = true\n'
            + 'proxy_from = ["127.0.0.0/8"]\n', encoding="utf-8")

    def __enter__(self):
        self.start()
        for port in (self.tls_port, self.both_port, self.proxy_port):
            self.process.wait_listening(port)
        return self

    def __exit__(self, *details):
        super().__exit__(*details)
        self.folder.close()

    def tls_miner(self, port=None, first=b""):
        self._miners.append(TlsClient(port or self.tls_port, first))
        return self._miners[-1]

    def renew(self, name, curve="P-256"):
        certificate, key = make_certificate(self.folder, name, curve)
        self.certificate.write_bytes(certificate.read_bytes())
        self.key.write_bytes(key.read_bytes())
        self.process.signal(signal.SIGHUP)

    def has_line(self, *parts):
        return any(all(part in line for part in parts) for line in self.process.lines())


bench = TlsBench()
suite.cleanup(bench.__exit__)


@suite.needed
def node_and_pool_start():
    bench.__enter__()


# R032, R033
@suite.check
def a_block_is_mined_over_tls():
    miner = bench.tls_miner()
    expect_equal(miner.version(), "TLSv1.3", "version")
    miner.login("rig")
    job = bench.job_on_tip(miner)
    block = miner.mine(job, job.network_target)
    expect_equal(miner.submit("rig", block), True, "the block")
    bench.node.wait_submission(block.block_hash)
    plain = bench.working_miner("other")  # both listeners at once
    expect_equal(plain.submit("other", mine_share(plain, plain.jobs[-1])), True, "share")


# R032
@suite.check
def older_versions_are_refused():
    for option, is_taken in (("-tls1_3", True), ("-tls1_2", False), ("-tls1_1", False)):
        result = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{bench.tls_port}",
                                 option, "-cipher", "ALL:@SECLEVEL=0"], input=b"", check=False,
                                capture_output=True, timeout=20)
        output = (result.stdout + result.stderr).decode("utf-8", "replace")
        expect_equal("Cipher is (NONE)" not in output, is_taken, f"{option} taken")
        if not is_taken:
            expect_in("alert protocol version", output, option)


@suite.check
def plain_words_get_no_answer_from_a_tls_port():
    wire = Wire(bench.tls_port)
    wire.send(b'{"id":1,"method":"mining.subscribe","params":[]}\n')
    answer = wire.line()
    assert answer is None or b"{" not in answer, answer
    wire.close()


# B15
@suite.check
def one_port_takes_both():
    plain = bench.miner(bench.both_port)
    plain.login("plain")
    expect_equal(plain.submit("plain", mine_share(plain, plain.jobs[-1])), True, "share")
    secured = bench.tls_miner(bench.both_port)
    secured.login("secured")
    expect_equal(secured.submit("secured", mine_share(secured, secured.jobs[-1])), True, "share")


# R032: the simulated miner speaks it, too, and can be told which certificate to trust.
@suite.check
def a_simulated_miner_mines_over_tls():
    fingerprint = subprocess.run(
        ["openssl", "x509", "-in", str(bench.certificate), "-noout", "-fingerprint", "-sha256"],
        check=True, capture_output=True, text=True).stdout.split("=")[1].strip()
    for trusted, is_taken in ((fingerprint.replace(":", "").lower(), True), ("0" * 64, False)):
        miner = Process([binary("warppool-sim"), "miner", "--url",
                         f"stratum+tls://127.0.0.1:{bench.tls_port}", "--fingerprint", trusted,
                         "--rate", "1000", "--seconds", "3"])
        try:
            expect_equal(miner.wait_exit(30) == 0, is_taken, "it mined")
        finally:
            miner.kill()


@suite.check
def a_load_balancer_tells_whose_connection_it_is():
    miner = bench.tls_miner(bench.proxy_port, PROXY_HEADER)
    miner.login("far")

    # The log has a rate: what was said before may have used it up for ten seconds.
    def is_named():
        miner.call("mining.ping")
        return bench.has_line("from 192.0.2.7:54321")
    wait_until(is_named, 25, "the miner's own address", interval=0.2)
    wire = Wire(bench.proxy_port)  # without a header
    wire.send(b'{"id":1,"method":"mining.subscribe","params":[]}\n')
    expect_equal(wire.line(), None, "answer")
    wire.close()


# P05
@suite.check
def a_new_certificate_is_shown_without_losing_miners():
    miner = bench.tls_miner()
    miner.login("steady")
    before = miner.certificate()
    bench.renew("fresh")
    wait_until(lambda: bench.tls_miner().certificate() != before, 10, "the new certificate")
    expect_equal(miner.submit("steady", mine_share(miner, miner.jobs[-1])), True, "share")


# P05
@suite.check
def a_bad_certificate_leaves_the_old_one():
    before = bench.tls_miner().certificate()
    bench.key.write_text("none", encoding="utf-8")
    bench.process.signal(signal.SIGHUP)
    wait_until(lambda: bench.has_line("health: tls_certificate_bad"), 10, "the issue")
    miner = bench.tls_miner()
    expect_equal(miner.certificate() == before, True, "the same certificate")
    miner.login("rig")


# P05: a sound pair that no TLS 1.3 handshake can succeed with.
@suite.check
def a_certificate_that_tls_13_cannot_use_leaves_the_old_one():
    before = bench.tls_miner().certificate()
    bench.renew("good")
    wait_until(lambda: bench.tls_miner().certificate() != before, 10, "a good certificate")
    before = bench.tls_miner().certificate()
    bench.renew("useless", "secp256k1")
    wait_until(lambda: bench.has_line("TLS 1.3 has no use for"), 10, "the issue")
    expect_equal(bench.tls_miner().certificate() == before, True, "the same certificate")


if __name__ == "__main__":
    sys.exit(suite.run())
