"""The two tables of docs/src/architecture.md as data. There are no exceptions to them."""

# Part of the program -> the parts whose headers it may include (itself always).
ARROWS = {
    "util": set(),
    "bitcoin": {"util"},
    "net": {"util"},
    "config": {"bitcoin", "util"},
    "mining": {"bitcoin", "util"},
    "interfaces": {"config", "bitcoin", "util"},
    "stratum": {"mining", "bitcoin", "util"},
    "node": {"net", "mining", "bitcoin", "util"},
    "store": {"interfaces", "config", "bitcoin", "util"},
    "notify": {"interfaces", "config", "net", "util"},
    "devices": {"interfaces", "config", "net", "util"},
    "energy": {"interfaces", "config", "net", "util"},
    "host": {"config", "net", "util"},
    "translate": {"stratum", "mining", "bitcoin", "util"},
    "engine": {"util", "bitcoin", "net", "config", "mining", "interfaces", "stratum", "node",
               "store", "notify", "devices", "energy", "host"},
    "auth": {"interfaces", "store", "config", "util"},
    "api": {"auth", "interfaces", "config", "net", "util"},
    # The simulator's validator never uses mining and its RPC server never uses node, so that an
    # error of ours cannot hide in its judge.
    "sim": {"stratum", "net", "bitcoin", "util"},
    "gui": {"interfaces", "config", "bitcoin", "util"},
    "tools/cli": {"stratum", "node", "net", "mining", "config", "interfaces", "bitcoin", "util"},
    "tools/sim": {"sim", "engine", "node", "net", "config", "interfaces", "util"},
    "tools/translator": {"translate", "stratum", "net", "config", "util"},
    "main": {"engine", "api", "auth", "gui", "config", "interfaces", "util"},
}

CORE = {part for part in ARROWS
        if "/" not in part and part not in ("gui", "main")}
PROGRAMS = {"main", "gui", "tools/cli", "tools/sim", "tools/translator"}

# Plain C++20: no Qt, no sockets, no files, no global state.
PURE = {"bitcoin", "mining", "stratum", "translate"}

# Name -> (pattern of its headers, names of its CMake targets, parts that may use it).
EXTERNALS = {
    "OpenSSL": (r"openssl/", ("OpenSSL::",), {"bitcoin", "stratum", "net", "auth"}),
    "secp256k1": (r"secp256k1", ("secp256k1", "PkgConfig::SECP256K1"), {"stratum", "auth"}),
    "libsodium": (r"sodium(/|\.h$)", ("sodium", "PkgConfig::SODIUM"), {"stratum", "auth"}),
    "simdjson": (r"simdjson", ("simdjson::",), {"stratum", "node"}),
    "libzmq": (r"zmq", ("PkgConfig::ZMQ", "cppzmq"), {"net", "sim"}),
    "libcurl": (r"curl/", ("CURL::",), {"net"}),
    "toml++": (r"toml\+\+/|toml\.hpp$", ("PkgConfig::TOMLPP", "tomlplusplus::"), {"config"}),
    "Boost.Asio": (r"boost/(asio|system)", ("Boost::headers", "Boost::boost", "Boost::system"),
                   {"net"}),
    "Boost.Beast": (r"boost/beast", (), {"net"}),
    "Boost.URL": (r"boost/url", ("Boost::url",), {"net"}),
    # JSON values and text are util's; the modules above it share the library where a document is
    # built or read. Hostile lines and templates go through simdjson instead.
    "Boost.JSON": (r"boost/json", ("Boost::json",), (CORE | PROGRAMS) - PURE),
    "fmt": (r"fmt/", ("fmt::",), CORE | PROGRAMS),
    "spdlog": (r"spdlog/", ("spdlog::",), {"util"}),
    "Qt threads": (r"(QtCore/)?Q(Thread|ThreadPool|ThreadStorage|Semaphore|WaitCondition)$", (),
                   {"engine"}),
    "Qt Sql": (r"(QtSql/)?QSql|QtSql", ("Qt6::Sql",), {"store"}),
    "Qt WebSockets": (r"(QtWebSockets/)?QWebSocket|QtWebSockets", ("Qt6::WebSockets",),
                      {"energy"}),
    "Qt Widgets": (r"QtWidgets|QtGui|QtCharts|QtSvg",
                   ("Qt6::Widgets", "Qt6::Gui", "Qt6::Charts", "Qt6::Svg"), {"gui", "main"}),
    "Qt Network": (r"QtNetwork|Q(Tcp|Udp|Local)(Server|Socket)|QNetwork", ("Qt6::Network",),
                   {"gui"}),
    "Qt": (r"Q[A-Z]", ("Qt6::Core",), {"engine", "store", "energy"} | PROGRAMS),
    "QtKeychain": (r"qt6keychain/", ("Qt6Keychain::",), {"gui"}),
    "prometheus-cpp": (r"prometheus/", ("PkgConfig::PROMETHEUS", "prometheus-cpp::"), {"api"}),
    "qrcodegen": (r"qrcodegen", ("qrcodegencpp",), {"gui", "api"}),
    "miniupnpc": (r"miniupnpc/|natpmp", ("PkgConfig::MINIUPNPC", "PkgConfig::NATPMP"), {"host"}),
    "liboath": (r"liboath/", ("PkgConfig::LIBOATH",), {"auth"}),
    "libjwt": (r"jwt\.h$", ("PkgConfig::LIBJWT",), {"auth"}),
}

# Headers of the operating system; where they may be used is check_determinism.py's business.
SYSTEM_HEADER = (r"(sys|linux|netinet|net|arpa|bits)/\w+\.h|"
                 r"(unistd|fcntl|netdb|poll|signal|pthread|sched|ifaddrs|time|windows|winsock2|"
                 r"ws2tcpip|mach/mach_time|pwd|termios|dlfcn|immintrin|cpuid|errno)\.h")
