"""Just enough of Bitcoin to judge the pool's work without using any of its code."""

import hashlib
import struct

SEQUENCE_FINAL = 0xFFFFFFFF
BECH32_CHARACTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def sha256d(data):
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def display(digest):
    """Hash bytes as explorers and RPC show them: reversed, hexadecimal."""
    return digest[::-1].hex()


def compact_size(number):
    if number < 0xFD:
        return struct.pack("<B", number)
    if number <= 0xFFFF:
        return b"\xfd" + struct.pack("<H", number)
    if number <= 0xFFFFFFFF:
        return b"\xfe" + struct.pack("<I", number)
    return b"\xff" + struct.pack("<Q", number)


class Reader:
    def __init__(self, data):
        self._data = data
        self._at = 0

    def take(self, count):
        part = self._data[self._at:self._at + count]
        if len(part) != count:
            raise ValueError("transaction is cut short")
        self._at += count
        return part

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def compact_size(self):
        first = self.number("<B")
        if first < 0xFD:
            return first
        return self.number({0xFD: "<H", 0xFE: "<I", 0xFF: "<Q"}[first])

    def is_at_end(self):
        return self._at == len(self._data)


class Transaction:
    """inputs: (txid bytes, index, scriptSig, sequence); outputs: (satoshis, script);
    witnesses: a list of items for each input, or None."""

    def __init__(self, inputs, outputs, witnesses=None, version=2, lock_time=0):
        self.inputs = inputs
        self.outputs = outputs
        self.witnesses = witnesses
        self.version = version
        self.lock_time = lock_time

    def serialize(self, with_witness):
        has_witness = with_witness and self.witnesses is not None
        out = struct.pack("<i", self.version)
        if has_witness:
            out += b"\x00\x01"
        out += compact_size(len(self.inputs))
        for txid, index, script, sequence in self.inputs:
            out += txid + struct.pack("<I", index) + compact_size(len(script)) + script
            out += struct.pack("<I", sequence)
        out += compact_size(len(self.outputs))
        for value, script in self.outputs:
            out += struct.pack("<q", value) + compact_size(len(script)) + script
        if has_witness:
            for items in self.witnesses:
                out += compact_size(len(items))
                for item in items:
                    out += compact_size(len(item)) + item
        return out + struct.pack("<I", self.lock_time)

    def txid(self):
        return sha256d(self.serialize(with_witness=False))

    def wtxid(self):
        return sha256d(self.serialize(with_witness=True))

    @staticmethod
    def parse(data):
        """Raises ValueError for bytes that are not exactly one transaction."""
        reader = Reader(data)
        transaction = Transaction.read(reader)
        if not reader.is_at_end():
            raise ValueError("bytes after the transaction")
        return transaction

    @staticmethod
    def read(reader):
        """The next transaction, with or without witness (BIP144)."""
        version = reader.number("<i")
        count = reader.compact_size()
        has_witness = count == 0
        if has_witness:
            if reader.number("<B") != 1:
                raise ValueError("unknown transaction flag")
            count = reader.compact_size()
        inputs = [(reader.take(32), reader.number("<I"), reader.take(reader.compact_size()),
                   reader.number("<I")) for _ in range(count)]
        outputs = [(reader.number("<q"), reader.take(reader.compact_size()))
                   for _ in range(reader.compact_size())]
        witnesses = None
        if has_witness:
            witnesses = [[reader.take(reader.compact_size())
                          for _ in range(reader.compact_size())] for _ in inputs]
        return Transaction(inputs, outputs, witnesses, version, reader.number("<I"))


def merkle_root(hashes):
    """Root of transaction hashes, all in internal byte order."""
    level = list(hashes)
    while len(level) > 1:
        if len(level) % 2:
            level.append(level[-1])
        level = [sha256d(level[i] + level[i + 1]) for i in range(0, len(level), 2)]
    return level[0]


def fold_branch(leaf, branch):
    """Root from the first transaction's hash and its merkle branch."""
    for sibling in branch:
        leaf = sha256d(leaf + sibling)
    return leaf


def target_from_bits(bits):
    exponent, mantissa = bits >> 24, bits & 0x7FFFFF
    return mantissa << (8 * (exponent - 3)) if exponent >= 3 else mantissa >> (8 * (3 - exponent))


def hash_number(digest):
    """A block hash as the number that is compared with a target."""
    return int.from_bytes(digest, "little")


def script_number(value):
    """Minimal push of a height as BIP34 wants it (0 to 16 are opcodes)."""
    if value == 0:
        return b"\x00"
    if value <= 16:
        return bytes([0x50 + value])
    data = value.to_bytes((value.bit_length() + 8) // 8, "little")
    return bytes([len(data)]) + data


def block_subsidy(height, interval):
    return 50 * 100_000_000 >> (height // interval)


def _bech32_polymod(values):
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD,
                                         0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check


def witness_v0_address(prefix, program):
    """BIP173 address of a version 0 witness program."""
    return witness_address(prefix, 0, program)


def witness_address(prefix, version, program):
    """BIP173 address, from version 1 on with the checksum of BIP350."""
    bits = "".join(f"{byte:08b}" for byte in program)
    bits += "0" * (-len(bits) % 5)
    data = [version] + [int(bits[i:i + 5], 2) for i in range(0, len(bits), 5)]
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    check = _bech32_polymod(expanded + data + [0] * 6) ^ (1 if version == 0 else 0x2BC830A3)
    data += [check >> 5 * (5 - i) & 31 for i in range(6)]
    return prefix + "1" + "".join(BECH32_CHARACTERS[value] for value in data)


BASE58_CHARACTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58_address(version, payload):
    """Base58check address; no network of the tests has version 0."""
    data = bytes([version]) + payload
    number = int.from_bytes(data + sha256d(data)[:4], "big")
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58_CHARACTERS[digit] + text
    return text


def every_address_kind(seed=7):
    """{kind: (address, output script)} of all kinds of address on regtest."""
    short, long = bytes([seed]) * 20, bytes([seed]) * 32
    return {
        "P2PKH": (base58_address(111, short), b"\x76\xa9\x14" + short + b"\x88\xac"),
        "P2SH": (base58_address(196, short), b"\xa9\x14" + short + b"\x87"),
        "P2WPKH": (witness_address("bcrt", 0, short), b"\x00\x14" + short),
        "P2WSH": (witness_address("bcrt", 0, long), b"\x00\x20" + long),
        "P2TR": (witness_address("bcrt", 1, long), b"\x51\x20" + long),
    }


OP_TRUE = b"\x51"


def anyone_can_spend(prefix="bcrt"):
    """(address, output script) of P2WSH(OP_TRUE): spent by the witness [0x51], no key needed."""
    program = hashlib.sha256(OP_TRUE).digest()
    return witness_v0_address(prefix, program), b"\x00\x20" + program
