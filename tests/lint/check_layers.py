#!/usr/bin/env python3
"""Fails on an arrow between modules, or a use of a library, that layer_table.py does not have.

Looks at every #include under src/ and at the link lists of the modules' CMakeLists.txt.
"""

import re
import sys

from layer_table import ARROWS, CORE, EXTERNALS, SYSTEM_HEADER
from sources import ROOT, Report, blank, expect, files_under, line_of

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">\n]+)[">]', re.MULTILINE)
PROGRAM_TARGETS = {"warppool": "main", "warppool-cli": "tools/cli", "warppool-sim": "tools/sim",
                   "warppool-translator": "tools/translator"}
CMAKE_CALL = re.compile(r"\b(warp_add_module|warp_add_program|target_link_libraries)\s*\(([^)]*)\)")


def part_of(name):
    """The part that a path below src/ belongs to, or None."""
    pieces = name.split("/")
    if pieces[0] == "core" and len(pieces) > 2:
        return pieces[1]
    if pieces[0] == "tools" and len(pieces) > 2:
        return f"tools/{pieces[1]}"
    if pieces[0] in ("gui", "web"):
        return pieces[0]
    if name == "main.cpp":
        return "main"
    return None


def external_of(header):
    """The first external of the table whose headers look like this one, or None."""
    for external, (pattern, _, _) in EXTERNALS.items():
        if re.match(pattern, header):
            return external
    return None


def judge_include(part, kind, header):
    """A complaint, or None."""
    if kind == '"':
        other = part_of(header)
        if other is None:
            if "/" not in header and header.endswith(".moc"):
                return None
            return f'include paths start at src/, as in "core/util/hex.h": "{header}"'
        if other not in ARROWS:
            return f"{other} is not in the layer table"
        if other != part and other not in ARROWS[part]:
            return f"{part} must not use {other} ({header})"
        return None
    external = external_of(header)
    if external is not None:
        if part not in EXTERNALS[external][2]:
            return f"{part} must not use {external} (<{header}>)"
        return None
    if re.fullmatch(r"[a-z_0-9]+", header) or re.fullmatch(SYSTEM_HEADER, header):
        return None
    return f"<{header}> is in no table"


def check_file(report, name, path, text):
    part = part_of(name)
    if part is None or part not in ARROWS:
        report.add(path, 1, "belongs to no part of the layer table")
        return set()
    plain = blank(text, keep_text=True)
    used = set()
    for match in INCLUDE.finditer(plain):
        kind, header = match.groups()
        complaint = judge_include(part, kind, header)
        if complaint:
            report.add(path, line_of(plain, match.start()), complaint)
        if kind == '"' and part_of(header) not in (None, part):
            used.add(part_of(header))
    return used


def external_target(name):
    for external, (_, targets, _) in EXTERNALS.items():
        if any(name == target or (target.endswith("::") and name.startswith(target))
               for target in targets):
            return external
    return None


def part_of_target(name):
    """The part that a CMake target of ours is built from, or None."""
    if name in PROGRAM_TARGETS:
        return PROGRAM_TARGETS[name]
    module = name.removeprefix("warp_")
    return module if module in CORE or module == "gui" else None


def linked_names(text):
    """Target -> every name that the link lists of one CMakeLists.txt give it."""
    links = {}
    text = re.sub(r"#[^\n]*", "", text)
    for match in CMAKE_CALL.finditer(text):
        call, words = match.group(1), match.group(2).split()
        target = f"warp_{words[0]}" if call == "warp_add_module" else words[0]
        names = links.setdefault(target, set())
        is_linking = call == "target_link_libraries"
        for word in words[1:]:
            if word in ("PUBLIC", "PRIVATE", "INTERFACE"):
                continue
            if re.fullmatch(r"[A-Z_]+", word):
                is_linking = word in ("DEPENDS", "EXTERNAL", "EXTERNAL_PUBLIC")
            elif is_linking:
                names.add(word)
    return links


def check_links(report, path, text, used):
    """Judges one CMakeLists.txt; `used` is part -> parts whose headers it includes."""
    for target, names in linked_names(text).items():
        part = part_of_target(target)
        if part is None:
            report.add(path, 1, f"target {target} belongs to no part of the layer table")
            continue
        modules = set()
        for name in sorted(names):
            module = part_of_target(name) or part_of_target(f"warp_{name}")
            external = external_target(name)
            if module is not None:
                modules.add(module)
                if module != part and module not in ARROWS[part]:
                    report.add(path, 1, f"{part} must not link {module}")
            elif external is not None:
                if part not in EXTERNALS[external][2]:
                    report.add(path, 1, f"{part} must not link {external} ({name})")
            elif name != "warp_settings":
                report.add(path, 1, f"{name} is in no table")
        for module in sorted(used.get(part, set()) - modules - {part}):
            report.add(path, 1, f"{part} includes headers of {module} but does not link it")


def self_test():
    def complaints(name, text):
        report = Report("self-test")
        check_file(report, name, name, text)
        return len(report.findings)

    good = [
        ("core/mining/job.h", '#include "core/bitcoin/header.h"\n#include <vector>\n'),
        ("core/net/tcp.cpp", "#include <boost/asio/ip/tcp.hpp>\n#include <sys/socket.h>\n"),
        ("core/engine/qt_executor.cpp", "#include <QThread>\n"),
        ("core/sim/validator.cpp", '// #include "core/mining/job.h"\n'),
        ("core/util/log_output.cpp", "#include <spdlog/spdlog.h>\n"),
        ("main.cpp", '#include "core/engine/engine.h"\n#include <QCoreApplication>\n'),
    ]
    bad = [
        ("core/mining/job.h", '#include "core/node/node_types.h"\n'),
        ("core/bitcoin/target.cpp", '#include "core/mining/job.h"\n'),
        ("core/sim/validator.cpp", '#include "core/mining/job.h"\n'),
        ("core/stratum/session.cpp", "#include <boost/asio.hpp>\n"),
        ("core/stratum/session.cpp", "#include <boost/json.hpp>\n"),
        ("core/mining/job.h", "#include <QString>\n"),
        ("core/node/rpc.cpp", "#include <curl/curl.h>\n"),
        ("core/store/store.cpp", "#include <QThread>\n"),
        ("core/config/settings.cpp", "#include <openssl/sha.h>\n"),
        ("core/util/hex.h", '#include "hex_digits.h"\n'),
        ("core/util/hex.h", "#include <unknown/library.h>\n"),
        ("main.cpp", '#include "core/net/network.h"\n'),
        ("core/surprise/x.h", ""),
        ("core/x.h", ""),
    ]
    for name, text in good:
        expect(complaints(name, text) == 0, f"{name} is allowed: {text!r}")
    for name, text in bad:
        expect(complaints(name, text) == 1, f"{name} is forbidden: {text!r}")

    def link_complaints(text, used=()):
        report = Report("self-test")
        check_links(report, "CMakeLists.txt", text, {"node": set(used)})
        return len(report.findings)

    module = "warp_add_module(node\n    SOURCES a.cpp\n    DEPENDS net mining util\n"
    expect(link_complaints(module + "    EXTERNAL simdjson::simdjson)") == 0, "links")
    expect(link_complaints(module + "    EXTERNAL OpenSSL::Crypto)") == 1, "OpenSSL")
    expect(link_complaints("warp_add_module(node DEPENDS stratum)") == 1, "stratum")
    expect(link_complaints("target_link_libraries(warp_node PRIVATE warp_config)") == 1, "config")
    expect(link_complaints(module + ")", {"bitcoin"}) == 1, "an unlinked include")
    expect(link_complaints(module + "    EXTERNAL unknown::library)") == 1, "unknown")
    expect(link_complaints("warp_add_program(warppool DEPENDS mining)") == 1, "main")
    expect(link_complaints("warp_add_program(warppool-sim DEPENDS sim engine)") == 0, "sim")
    expect(link_complaints("warp_add_program(another DEPENDS util)") == 1, "unknown target")
    for part, others in ARROWS.items():
        expect(part not in others and others <= set(ARROWS), f"row {part} is sound")


def main():
    if "--self-test" in sys.argv:
        self_test()
        print("check_layers: self-test passed")
        return 0
    report = Report("check_layers")
    used = {}
    files = files_under("src")
    for path in files:
        name = path.relative_to(ROOT / "src").as_posix()
        used.setdefault(part_of(name), set()).update(
            check_file(report, name, path, path.read_text(encoding="utf-8")))
    for path in files_under("src", endings=["CMakeLists.txt"]):
        check_links(report, path, path.read_text(encoding="utf-8"), used)
    return report.finish(f"{len(files)} files")


if __name__ == "__main__":
    sys.exit(main())
