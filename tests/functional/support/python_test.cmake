# warp_add_python_test(<name> SCRIPT <file> LABELS <labels> ARGUMENTS <...> TIMEOUT <seconds>)
#
# A test in Python. Exit code 77 means that it was skipped. WARP_BIN_DIR tells it where the programs
# of this build are.
include_guard()

find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)

function(warp_add_python_test NAME)
    cmake_parse_arguments(ARG "" "SCRIPT;TIMEOUT" "LABELS;ARGUMENTS" ${ARGN})
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 300)
    endif()
    add_test(NAME ${NAME}
        COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_SOURCE_DIR}/${ARG_SCRIPT}" ${ARG_ARGUMENTS}
        WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
    set(path "${PROJECT_SOURCE_DIR}/tests/functional/support")
    set_tests_properties(${NAME} PROPERTIES
        LABELS "${ARG_LABELS}"
        TIMEOUT ${ARG_TIMEOUT}
        SKIP_RETURN_CODE 77
        ENVIRONMENT "WARP_BIN_DIR=${CMAKE_RUNTIME_OUTPUT_DIRECTORY};PYTHONPATH=${path};PYTHONDONTWRITEBYTECODE=1")
endfunction()
