# warp_add_module(<name> HEADERS ... SOURCES ... DEPENDS <modules> EXTERNAL <targets>)
#
# One static library warp_<name> from src/core/<name>. Headers are a verified header set, so each
# compiles alone. DEPENDS names modules of the layer table; EXTERNAL are imported targets that stay
# private to the module.
include_guard(GLOBAL)

function(warp_add_module NAME)
    cmake_parse_arguments(ARG "" "" "HEADERS;SOURCES;DEPENDS;EXTERNAL;EXTERNAL_PUBLIC" ${ARGN})
    set(target warp_${NAME})
    add_library(${target} STATIC ${ARG_SOURCES})
    target_sources(${target} PUBLIC
        FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/src" FILES ${ARG_HEADERS})
    set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
    target_link_libraries(${target} PUBLIC warp_settings)
    foreach(dependency IN LISTS ARG_DEPENDS)
        target_link_libraries(${target} PUBLIC warp_${dependency})
    endforeach()
    target_link_libraries(${target} PRIVATE ${ARG_EXTERNAL} PUBLIC ${ARG_EXTERNAL_PUBLIC})
endfunction()

# warp_add_program(<name> SOURCES ... DEPENDS <modules> EXTERNAL <targets>)
function(warp_add_program NAME)
    cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;EXTERNAL" ${ARGN})
    add_executable(${NAME} ${ARG_SOURCES})
    target_link_libraries(${NAME} PRIVATE warp_settings ${ARG_EXTERNAL})
    foreach(dependency IN LISTS ARG_DEPENDS)
        target_link_libraries(${NAME} PRIVATE warp_${dependency})
    endforeach()
endfunction()

# warp_add_test(<name> SOURCES ... DEPENDS <modules> LABELS ... EXTERNAL <targets>)
#
# One Qt Test executable a module; each source registers its classes with WARP_TEST_CLASS.
function(warp_add_test NAME)
    cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPENDS;LABELS;EXTERNAL" ${ARGN})
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 300)
    endif()
    set(target ${NAME}_test)
    add_executable(${target} ${ARG_SOURCES})
    # moc of Qt 6.4 cannot parse libstdc++'s <concepts>; its include guard leaves the header out.
    set_target_properties(${target} PROPERTIES
        AUTOMOC ON
        AUTOMOC_MOC_OPTIONS "-D_GLIBCXX_CONCEPTS")
    target_link_libraries(${target} PRIVATE warp_settings warp_test_support Qt6::Test ${ARG_EXTERNAL})
    foreach(dependency IN LISTS ARG_DEPENDS)
        target_link_libraries(${target} PRIVATE warp_${dependency})
    endforeach()
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}")
    target_compile_definitions(${target} PRIVATE
        WARP_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data"
        WARP_SHARED_VECTORS="${PROJECT_SOURCE_DIR}/../shared/vectors")
    add_test(NAME ${NAME} COMMAND ${target})
    set_tests_properties(${NAME} PROPERTIES LABELS "unit;${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
endfunction()
