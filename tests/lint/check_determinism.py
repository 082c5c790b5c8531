#!/usr/bin/env python3
"""Proves that the engine has no source of time, threads, chance, files or sockets but the injected
ones: a run of the whole pool then repeats from its seed (B35).

Every file of src/core is searched for the calls that reach such a source. The production
implementations of the injected interfaces are the one list of places where they may stand.
"""

import re
import sys

from sources import ROOT, Report, blank, expect, files_under, line_of

# Path below src/core -> what the production implementation there may reach.
IMPLEMENTATIONS = {
    "util/system_clock.cpp": {"time"},
    "util/random.cpp": {"chance"},
    "util/system_files.cpp": {"files", "process"},
    "util/system_append_file.cpp": {"files"},
    "util/system_environment.cpp": {"files", "process"},
    "engine/qt_executor.h": {"threads"},
    "engine/qt_executor.cpp": {"threads"},
    "engine/qt_platform.cpp": {"threads"},  # how many processors there are
    "host/notify_socket.cpp": {"sockets"},  # of the service manager
    "sim/node/zmq_publisher.cpp": {"sockets"},  # for pools on real sockets
    # Asio, libcurl, libzmq and OpenSSL on descriptors, with the socket deadlines and timers of the
    # production executor. The simulator has its own network and never runs this code.
    "net/": {"sockets", "time"},
}

# Source -> patterns of the calls and types that reach it.
SOURCES = {
    "time": [
        r"_clock\s*::\s*now\b", r"\bclock_gettime\b", r"\bgettimeofday\b", r"\btimespec_get\b",
        r"(?<![\w.>])(std\s*::\s*|::\s*)?time\s*\(\s*(nullptr|NULL|0|&|\))", r"\bstd\s*::\s*clock\b",
        r"\b__?rdtscp?\b", r"\bQElapsedTimer\b", r"\bQ(Date)?Time\s*::\s*current", r"\bQTimer\b",
        r"\bQDate\s*::\s*current", r"\blocaltime(_r)?\b", r"\bmktime\b", r"\bcurrent_zone\b",
    ],
    "threads": [
        r"\bstd\s*::\s*(thread|jthread|async|future|promise|packaged_task|condition_variable\w*|"
        r"counting_semaphore|binary_semaphore|latch|barrier|this_thread)\b",
        r"\bpthread_\w+", r"\bQThread\w*", r"\bQtConcurrent\b", r"\bQ(Future|Promise)\w*",
        r"\bthread_pool\b", r"\bthread_local\b",
        r"\b(sleep|usleep|nanosleep|sleep_for|sleep_until|msleep|sched_yield)\s*\(",
    ],
    "chance": [
        r"(?<![\w.>])(std\s*::\s*|::\s*)?[sdl]?rand(48|_r)?\s*\(", r"\brandom_device\b",
        r"\b(mt19937(_64)?|default_random_engine|minstd_rand0?|ranlux\w+|knuth_b)\b",
        r"\barc4random\w*", r"\bgetrandom\b", r"\bgetentropy\b", r"\bRAND_(priv_)?bytes\b",
        r"\brandombytes_\w+", r"\bQRandomGenerator\w*", r"/dev/u?random", r"\buuid_generate\w*",
        r"\bQUuid\s*::\s*create",
    ],
    "files": [
        r"\bf(re)?open\s*\(", r"\b(basic_)?[io]?fstream\b", r"\b[io]fstream\b",
        r"(?<![\w>.])::\s*(open|openat|creat|unlink|rename|mkdir|rmdir|stat|read|write|fsync|"
        r"truncate|chmod|opendir)\s*\(",
        r"\b(std\s*::\s*)?(filesystem|fs)\s*::\s*(?!(path|perms)\b)\w+", r"\bmmap\s*\(", r"\bmks?d?temp\s*\(",
        r"\bQ(File|Dir|SaveFile|LockFile|TemporaryFile|TemporaryDir|StandardPaths|Settings)\b",
        r"\btoml\s*::\s*parse_file\b",
    ],
    "sockets": [
        r"(?<![\w.>])::\s*(socket|connect|bind|listen|accept4?|send|recv|sendto|recvfrom|poll|"
        r"select)\s*\(",
        r"(?<![\w.>:])(socket|getaddrinfo|gethostbyname|epoll_\w+|eventfd)\s*\(",
        r"\bboost\s*::\s*(asio|beast)\b", r"(?<!\w)asio\s*::", r"(?<!\w)beast\s*::",
        r"\bcurl_(easy|multi|global)_\w+", r"\bzmq(_\w+\s*\(|\s*::)", r"\bQ(Tcp|Udp|Local)\w+",
        r"\bQNetwork\w+", r"\bQWebSocket\w*",
    ],
    "process": [
        r"\b(secure_)?(getenv|setenv|putenv|unsetenv)\b", r"\bqgetenv\b", r"\bqEnvironment\w+",
        r"(?<![\w.>])(std\s*::\s*|::\s*)?system\s*\(", r"\bpopen\s*\(", r"(?<![\w.>])v?fork\s*\(",
        r"\bexec[lv]p?e?\s*\(", r"\bposix_spawnp?\b", r"\bQProcess\b", r"\bgetpid\s*\(",
        r"\bgethostname\b", r"\bsigaction\b", r"\bstd\s*::\s*signal\b", r"\bsetlocale\b",
        r"\bstd\s*::\s*exit\b", r"(?<![\w.>:])_?exit\s*\(", r"\bquick_exit\b",
    ],
}

COMPILED = {source: re.compile("|".join(patterns)) for source, patterns in SOURCES.items()}

# Shapes that are forbidden in all of src/, whoever uses them.
SHAPES = {
    # Qt's own application object is the one that the composition root makes.
    r"(?<!QCoreApplication::)\binstance\s*\(\s*\)": "no singletons: the composition root passes references",
    # libstdc++'s asks the processor alone, and may throw.
    r"\brandom_device\b": "secrets come from the operating system: util::SystemRandom",
    r"(\.|->)\s*detach\s*\(": "no detached threads",
    r"(\.|->|::)\s*terminate\s*\(": "threads and programs end in order",
    r"\bBlockingQueuedConnection\b": "no thread waits for another",
    r"\bQEventLoop\b|\bprocessEvents\s*\(": "no nested event loops",
}


POINTER_KEYS = re.compile(r"\b(?:unordered_)?(?:multi)?(?:map|set)\s*<\s*(?:const\s+)?[\w:]+\s*"
                          r"(?:const\s*)?\*[^;()]*>\s*(\w+)")


def allowed_in(name):
    """The sources that the implementation at this path below src/core may reach."""
    return set().union(*(sources for place, sources in IMPLEMENTATIONS.items()
                         if name == place or (place.endswith("/") and name.startswith(place))))


def walks_by_address(text):
    """Loops over a container whose keys are pointers: their order differs from run to run."""
    for match in POINTER_KEYS.finditer(text):
        container = match.group(1)
        for loop in re.finditer(rf"\bfor\s*\([^;{{}}]*:\s*{container}\s*\)|"
                                rf"\b{container}\s*\.\s*c?begin\s*\(", text):
            yield loop.start(), container


def check_text(report, path, name, text):
    """`name` is the path below src/, as in core/util/hex.cpp."""
    # Text stays where chance is looked for: /dev/urandom is a string.
    plain = blank(text, keep_text=False)
    with_text = blank(text, keep_text=True)
    if name.startswith("core/"):
        allowed = allowed_in(name.removeprefix("core/"))
        for source, patterns in COMPILED.items():
            if source in allowed:
                continue
            where = with_text if source == "chance" else plain
            for match in patterns.finditer(where):
                line = where[where.rfind("\n", 0, match.start()) + 1:match.start()]
                if not line.lstrip().startswith("#"):
                    report.add(path, line_of(where, match.start()),
                               f"{source} outside of the injected interfaces: "
                               f"{match.group(0).strip()}")
    for offset, container in walks_by_address(plain):
        report.add(path, line_of(plain, offset),
                   f"the order of {container} depends on addresses")
    for pattern, reason in SHAPES.items():
        for match in re.finditer(pattern, plain):
            report.add(path, line_of(plain, match.start()), f"{reason}: {match.group(0).strip()}")


BAD = [
    "auto t = std::chrono::steady_clock::now();", "auto t = system_clock::now();",
    "auto t = time(nullptr);", "auto t = ::time(&x);", "auto t = std::time(nullptr);",
    "clock_gettime(CLOCK_MONOTONIC, &x);", "gettimeofday(&x, nullptr);", "QTimer timer;",
    "std::thread t(f);", "std::jthread t(f);", "auto f = std::async(g);", "class A : QThread {};",
    "std::this_thread::sleep_for(x);", "usleep(5);", "sleep(1);", "thread_local int x = 0;",
    "std::condition_variable c;", "int x = rand();", "int x = std::rand();",
    "std::random_device d;", "std::mt19937 g(1);", "RAND_bytes(p, 4);",
    'auto f = "/dev/urandom";', "std::map<Session*, int> m;\nfor (auto& [a, b] : m) {}",
    "std::unordered_set<const Job*> s;\nauto first = s.begin();",
    'FILE* f = fopen("a", "r");', "std::ifstream in(path);", "std::fstream io;",
    "int f = ::open(p, 0);", "std::filesystem::remove(p);", "if (std::filesystem::exists(p)) {}",
    "std::filesystem::create_directories(p);", "toml::parse_file(p);", "QFile f(p);",
    'auto v = std::getenv("HOME");', "int s = socket(AF_INET, 1, 0);", "::connect(s, a, l);",
    "boost::asio::io_context io;", "curl_easy_init();", "zmq::context_t c;", 'system("ls");',
    "getpid();", "std::exit(1);", "Engine::instance()->start();", "worker.detach();",
    "thread->terminate();", "std::terminate();", "connect(a, b, c, d, Qt::BlockingQueuedConnection);",
    "QEventLoop loop;",
]
GOOD = [
    "// std::thread and time(nullptr) in a comment", 'LOG_INFO(Node, "the sleep (1 s) is over");',
    "BootTime now = m_clock.boot();", "const auto time = job.time();", "entry.time(x);",
    "std::filesystem::path p;", "m_random.fill(bytes);", "brand(5);", "m_files.rename(a, b);",
    "files.write(path, bytes, FileAccess::Private);", "session->connect(x);", "m_socket(nullptr)",
    "std::map<std::string, Session*> m;", "runtime(5);", "std::mutex m;", "connection.read(x);",
    "headerTime(0);", "onTime(now);", "m_executor.after(delay, task);", "operand(1);", "grand(1)",
    "m_state->exit(1);", "Result<void, FileError> rename(const std::filesystem::path& from);",
    "#include <sys/socket.h>", "std::set<std::string> s;", "std::chrono::seconds(5)",
    "std::unordered_set<const Job*> seen;\nif (seen.insert(job).second) {}",
]


def self_test():
    def findings(name, text):
        report = Report("self-test")
        check_text(report, name, name, text)
        return len(report.findings)

    for text in BAD:
        expect(findings("core/engine/engine.cpp", text) >= 1, f"must be found: {text}")
    for text in GOOD:
        expect(findings("core/engine/engine.cpp", text) == 0, f"must pass: {text}")
    expect(findings("core/util/system_clock.cpp", BAD[0]) == 0, "the clock may read the time")
    expect(findings("core/util/system_clock.cpp", "std::thread t(f);") == 1, "but start no thread")
    expect(findings("core/net/asio_network.cpp", "boost::asio::io_context io;") == 0, "net is Asio")
    expect(findings("core/net/asio_network.cpp", "int x = std::rand();") == 1, "without chance")
    expect(findings("main.cpp", "std::random_device d;") == 1, "nor does the root take that one")
    expect(findings("main.cpp", "std::mt19937 g(1);") == 0, "the root makes the real ones")
    expect(findings("main.cpp", "Engine::instance();") == 1, "but has no singletons either")


def main():
    if "--self-test" in sys.argv:
        self_test()
        print("check_determinism: self-test passed")
        return 0
    report = Report("check_determinism")
    files = files_under("src")
    for path in files:
        check_text(report, path, path.relative_to(ROOT / "src").as_posix(),
                   path.read_text(encoding="utf-8"))
    return report.finish(f"{len(files)} files")


if __name__ == "__main__":
    sys.exit(main())
