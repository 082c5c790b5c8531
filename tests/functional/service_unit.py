"""The systemd unit fits the program that it starts."""

import configparser
import sys

from processes import REPOSITORY
from warp_test import Suite, binary, expect_equal, run

suite = Suite("service_unit")
UNIT = REPOSITORY / "installers" / "systemd" / "warppool.service"


def unit():
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read_string(UNIT.read_text(encoding="utf-8"))
    return parser


# B30: the unit lifts the limit of open files above what the default cap on connections needs.
@suite.check
def raises_the_limit_of_open_files():
    limit = int(unit()["Service"]["LimitNOFILE"])
    assert limit >= 20_000, limit


@suite.check
def starts_the_program_with_arguments_that_it_knows():
    program, *arguments = unit()["Service"]["ExecStart"].split()
    expect_equal(program, "/usr/bin/warppool", "program")
    code, text = run([binary("warppool"), "--help"])
    expect_equal(code, 0, "exit code of --help")
    for argument in arguments:
        if argument.startswith("--"):
            assert argument in text, f"{argument} is not in the help"


sys.exit(suite.run())
