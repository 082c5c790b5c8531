"""All that a functional test needs, in one import.

    from warp_test import Folder, Pool, Suite, StratumClient, wait_until
"""

from checks import Skip, Suite, expect_equal, expect_in, is_ci, skip_unless_ci
from pool import Pool
from processes import Folder, Process, binary, free_port, is_listening, run
from rpc import RpcClient, RpcError
from stratum_v1 import Job, Share, StratumClient, StratumError, target_from_difficulty
from waiting import Deadline, wait_until

__all__ = [
    "Deadline", "Folder", "Job", "Pool", "Process", "RpcClient", "RpcError", "Share", "Skip",
    "StratumClient", "StratumError", "Suite", "binary", "expect_equal", "expect_in", "free_port",
    "is_ci", "is_listening", "run", "skip_unless_ci", "target_from_difficulty", "wait_until",
]
