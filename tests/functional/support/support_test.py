"""The test library itself, against values of the standards it speaks."""

import sys

import bitcoin
from checks import Suite, expect_equal
from processes import Process, free_port, run
from stratum_v1 import Job, target_from_difficulty
from waiting import wait_until

suite = Suite("functional_support")

# Block 100,000 of the main chain: header and the ids of its four transactions.
HEADER = bytes.fromhex(
    "0100000050120119172a610421a6c3011dd330d9df07b63616c2cc1f1cd00200000000006657a9252aacd5c0b2940996"
    "ecff952228c3067cc38d4885efb5a4ac4247e9f337221b4d4c86041b0f2b5710")
TXIDS = ("8c14f0db3df150123e6f3dbbf30f8b955a8249b62ac1d1ff16284aefa3d06d87",
         "fff2525b8931402dd09222c50775608f75787bd2b87e56995a7bdd30f79702c4",
         "6359f0868171b1d194cbee1af2f16ea598ae8fad666d9b012c8ed2b79a236ec4",
         "e9a66845e05d5abc0ad04ec80f774a7e585c6e8db975962d069a522137b80c1d")


@suite.check
def hashes_a_header_of_the_main_chain():
    digest = bitcoin.sha256d(HEADER)
    expect_equal(bitcoin.display(digest),
                 "000000000003ba27aa200b1cecaad478d2b00432346c3f1f3986da1afd33e506")
    bits = int.from_bytes(HEADER[72:76], "little")
    assert bitcoin.hash_number(digest) <= bitcoin.target_from_bits(bits)


@suite.check
def computes_merkle_roots_and_branches():
    leaves = [bytes.fromhex(txid)[::-1] for txid in TXIDS]
    expect_equal(bitcoin.merkle_root(leaves), HEADER[36:68])
    branch = [leaves[1], bitcoin.sha256d(leaves[2] + leaves[3])]
    expect_equal(bitcoin.fold_branch(leaves[0], branch), HEADER[36:68])


@suite.check
def writes_addresses_as_bip173_does():
    program = bytes.fromhex("751e76e8199196d454941c45d1b3a323f1433bd6")
    expect_equal(bitcoin.witness_v0_address("bc", program),
                 "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")


@suite.check
def pushes_heights_as_bip34_does():
    for height, wanted in ((0, "00"), (1, "51"), (16, "60"), (17, "0111"), (127, "017f"),
                           (128, "028000"), (255, "02ff00"), (256, "020001"), (500000, "0320a107")):
        expect_equal(bitcoin.script_number(height).hex(), wanted, f"height {height}")


@suite.check
def transactions_survive_a_round_trip():
    transaction = bitcoin.Transaction(
        [(bytes(32), 1, b"", bitcoin.SEQUENCE_FINAL)], [(5, b"\x51"), (7, bytes(300))],
        [[b"\x51", b""]])
    data = transaction.serialize(with_witness=True)
    again = bitcoin.Transaction.parse(data)
    expect_equal(again.serialize(with_witness=True), data)
    expect_equal(again.txid(), transaction.txid())
    assert again.txid() != again.wtxid()


@suite.check
def rebuilds_the_header_from_a_notify():
    previous = HEADER[4:36]
    swapped = b"".join(previous[i:i + 4][::-1] for i in range(0, 32, 4))
    job = Job.from_notify(["1", swapped.hex(), "", "", [], "00000001", "1b04864c", "4d1b2237",
                           True])
    start = job.header_start(b"", b"")
    expect_equal(start[:36] + start[68:], HEADER[:36] + HEADER[68:76])


@suite.check
def computes_targets_exactly():
    expect_equal(target_from_difficulty(1), 0xFFFF << 208)
    expect_equal(target_from_difficulty(2), 0xFFFF << 207)


@suite.check
def starts_waits_for_and_ends_programs():
    process = Process([sys.executable, "-u", "-c",
                       "import time; print('ready'); time.sleep(60)"])
    number, line = process.wait_line("ready")
    expect_equal((number, line), (0, "ready"))
    assert process.is_running()
    expect_equal(process.stop(), -15)
    expect_equal(run([sys.executable, "-c", "import sys; print('no'); sys.exit(3)"]), (3, "no"))
    assert 1024 < free_port() < 65536


@suite.check
def says_what_did_not_happen_in_time():
    try:
        wait_until(lambda: False, 0.05, "the impossible")
    except AssertionError as failure:
        expect_equal(str(failure), "not within 0.05 s: the impossible")
    else:
        raise AssertionError("no failure")


if __name__ == "__main__":
    sys.exit(suite.run())
