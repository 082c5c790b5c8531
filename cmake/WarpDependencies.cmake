# Every outside library, found once. Which module may use which is the second table of
# tests/lint/check_layers.py.
include_guard(GLOBAL)

find_package(PkgConfig REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(CURL REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(simdjson REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(Qt6 6.4 REQUIRED COMPONENTS Core Sql)
pkg_check_modules(TOMLPP REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-core)
pkg_check_modules(ZMQ REQUIRED IMPORTED_TARGET libzmq)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(SECP256K1 REQUIRED IMPORTED_TARGET libsecp256k1)

# ElligatorSwift came with 0.4 and can be left out of the library.
include(CheckCXXSymbolExists)
include(CMakePushCheckState)
cmake_push_check_state(RESET)
set(CMAKE_REQUIRED_LIBRARIES PkgConfig::SECP256K1)
check_cxx_symbol_exists(secp256k1_ellswift_xdh secp256k1_ellswift.h WARP_SECP256K1_HAS_ELLSWIFT)
cmake_pop_check_state()

if(BUILD_TESTING)
    find_package(Qt6 6.4 REQUIRED COMPONENTS Test)
    find_package(benchmark QUIET)
endif()
