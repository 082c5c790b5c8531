"""Blocks found through the pool are accepted by Bitcoin Core, where BITCOIND names one."""

import sys

from nodes import BitcoinCore
from block_checks import block_suite

sys.exit(block_suite("core_blocks", BitcoinCore).run())
