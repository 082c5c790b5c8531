# Compiler settings of every target: the interface library warp_settings carries them.
include_guard(GLOBAL)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

find_program(WARP_CCACHE ccache)
if(WARP_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${WARP_CCACHE}")
endif()

find_program(WARP_MOLD mold)

add_library(warp_settings INTERFACE)
target_include_directories(warp_settings INTERFACE "${PROJECT_SOURCE_DIR}/src")
target_compile_definitions(warp_settings INTERFACE
    QT_NO_CAST_FROM_ASCII
    QT_NO_CAST_TO_ASCII
    QT_NO_CAST_FROM_BYTEARRAY
    QT_NO_NARROWING_CONVERSIONS_IN_CONNECT
    QT_USE_QSTRINGBUILDER
    QT_STRICT_ITERATORS
    BOOST_ASIO_NO_DEPRECATED
    BOOST_ASIO_SEPARATE_COMPILATION
    BOOST_BEAST_SEPARATE_COMPILATION
    BOOST_ASIO_DISABLE_BOOST_ARRAY
)
target_compile_options(warp_settings INTERFACE
    -Wall -Wextra -Wpedantic -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual
    -Wshadow -Wconversion -Wsign-conversion
)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    target_compile_options(warp_settings INTERFACE -Wthread-safety)
endif()
if(WARP_WARNINGS_AS_ERRORS)
    target_compile_options(warp_settings INTERFACE -Werror)
endif()
if(SANITIZERS)
    target_compile_options(warp_settings INTERFACE
        "-fsanitize=${SANITIZERS}" -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(warp_settings INTERFACE "-fsanitize=${SANITIZERS}")
endif()
if(WARP_MOLD AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    target_link_options(warp_settings INTERFACE -fuse-ld=mold)
endif()
find_package(Threads REQUIRED)
target_link_libraries(warp_settings INTERFACE Threads::Threads)
