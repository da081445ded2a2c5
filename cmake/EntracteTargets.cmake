# What every library, program and test of the project has in common.
#
#   entracte_library(NAME SOURCES... [LINK ...])   a static library
#   entracte_program(NAME SOURCES... [LINK ...])   a program, built into build/bin
#   entracte_session_program(NAME)                 makes a program one that is copied into sessions
#   entracte_test(NAME SOURCES... [LINK ...])      a GoogleTest program, each case known to ctest

find_package(GTest QUIET)

add_library(entracte_options INTERFACE)
target_compile_options(entracte_options INTERFACE -Wall -Wextra -Wconversion -Wno-sign-conversion)
if(ENTRACTE_WERROR)
    target_compile_options(entracte_options INTERFACE -Werror)
endif()
if(ENTRACTE_SANITIZE)
    # gcc's warning of what may be uninitialized is wrong about code that is instrumented.
    target_compile_options(entracte_options INTERFACE -fsanitize=address,undefined
                           -fno-sanitize-recover=undefined -fno-omit-frame-pointer -Wno-maybe-uninitialized)
    target_link_options(entracte_options INTERFACE -fsanitize=address,undefined)
endif()
target_include_directories(entracte_options INTERFACE ${PROJECT_SOURCE_DIR})

function(entracte_library name)
    cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
    add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
    target_link_libraries(${name} PUBLIC ${ARG_LINK} PRIVATE entracte_options)
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
endfunction()

function(entracte_program name)
    cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
    add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
    target_link_libraries(${name} PRIVATE ${ARG_LINK} entracte_options)
endfunction()

# A program that is copied into every session, and so into every snapshot: static, so that it runs there whatever
# becomes of the host's libraries, and small. What a debugger needs stands beside it, in NAME.debug.
function(entracte_session_program name)
    if(ENTRACTE_SANITIZE) # AddressSanitizer cannot be linked statically
        return()
    endif()
    target_link_options(${name} PRIVATE -static -Wl,--gc-sections)
    add_custom_command(TARGET ${name} POST_BUILD
        COMMAND ${CMAKE_OBJCOPY} --only-keep-debug $<TARGET_FILE:${name}> $<TARGET_FILE:${name}>.debug
        COMMAND ${CMAKE_OBJCOPY} --strip-all --add-gnu-debuglink=$<TARGET_FILE:${name}>.debug
                $<TARGET_FILE:${name}>
        VERBATIM)
    install(TARGETS ${name} DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/entracte)
endfunction()

function(entracte_test name)
    cmake_parse_arguments(ARG "" "" "LINK;LABELS" ${ARGN})
    add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
    target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gtest_main GTest::gmock entracte_options)
    target_compile_options(${name} PRIVATE -O0) # built more often than run
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                          ${PROJECT_BINARY_DIR}/tests/bin)
    # An empty value would vanish on the way, and TIMEOUT become a label.
    set(properties TIMEOUT 120)
    if(ARG_LABELS)
        list(APPEND properties LABELS "${ARG_LABELS}")
    endif()
    gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60
                         PROPERTIES ${properties})
endfunction()
