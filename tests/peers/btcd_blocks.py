"""Blocks found through the pool are accepted by btcd."""

import sys

from nodes import Btcd
from block_checks import block_suite

sys.exit(block_suite("btcd_blocks", Btcd).run())
