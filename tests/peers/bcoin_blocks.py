"""Blocks found through the pool are accepted by bcoin, before and after SegWit is active there."""

import sys

from nodes import Bcoin
from block_checks import block_suite

sys.exit(block_suite("bcoin_blocks", Bcoin).run())
