# Compiler, linker and sanitizer settings that every room shares.
option(MUSUBI_SANITIZE_ADDRESS "AddressSanitizer and UBSan" OFF)
option(MUSUBI_SANITIZE_THREAD "ThreadSanitizer" OFF)
option(MUSUBI_FUZZ "libFuzzer targets (clang)" OFF)
option(MUSUBI_WERROR "Warnings are errors" ON)
option(MUSUBI_FAULTS "FAULT points that tests can arm" ON)

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(XERCES REQUIRED IMPORTED_TARGET xerces-c)
pkg_check_modules(XMLSECURITY REQUIRED IMPORTED_TARGET xml-security-c)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc icu-i18n)
find_package(Poco REQUIRED COMPONENTS Foundation Net NetSSL Crypto Util JSON)
find_package(yaml-cpp REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(DCMTK REQUIRED CONFIG)
find_package(GTest REQUIRED)

find_program(MUSUBI_CCACHE ccache)
if(MUSUBI_CCACHE)
    # Without these ccache takes no file that uses a precompiled header.
    set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        ${MUSUBI_CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

add_library(musubi_settings INTERFACE)
target_include_directories(musubi_settings INTERFACE ${CMAKE_SOURCE_DIR}/modules ${CMAKE_BINARY_DIR}/generated)
target_compile_options(musubi_settings INTERFACE
    -Wall -Wextra -Wconversion -Wswitch-enum $<$<BOOL:${MUSUBI_WERROR}>:-Werror> -fno-omit-frame-pointer
    -pthread)  # some libraries bring it along: without it everywhere they could not share a precompiled header
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(musubi_settings INTERFACE -fpch-preprocess)  # for ccache and precompiled headers
endif()
# clang warns of an overload that hides another one even where a class inherits both of Xerces' handler styles and
# must override one of them.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_compile_options(musubi_settings INTERFACE -Wno-overloaded-virtual)
endif()
# GCC 12 sees overflows inside std::string's operator+ that are not there (its bugs 105329 and 105651). clang-tidy and the
# sanitizers watch for the real ones.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(musubi_settings INTERFACE -Wno-array-bounds -Wno-stringop-overflow -Wno-restrict)
endif()
target_link_libraries(musubi_settings INTERFACE Threads::Threads)

find_program(MUSUBI_MOLD mold)
if(MUSUBI_MOLD)
    target_link_options(musubi_settings INTERFACE -fuse-ld=mold)
endif()
if(MUSUBI_FAULTS)
    target_compile_definitions(musubi_settings INTERFACE MUSUBI_FAULTS=1)
endif()
if(MUSUBI_SANITIZE_ADDRESS)
    target_compile_options(musubi_settings INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined)
    target_link_options(musubi_settings INTERFACE -fsanitize=address,undefined)
endif()
if(MUSUBI_SANITIZE_THREAD)
    # Instrumented code makes gcc 12's flow warnings see accesses that are not there.
    target_compile_options(musubi_settings INTERFACE -fsanitize=thread -Wno-array-bounds -Wno-restrict
        -Wno-stringop-overread -Wno-stringop-overflow -Wno-maybe-uninitialized)
    target_link_options(musubi_settings INTERFACE -fsanitize=thread)
endif()
if(MUSUBI_FUZZ)
    target_compile_options(musubi_settings INTERFACE -fsanitize=fuzzer-no-link,address,undefined)
    target_link_options(musubi_settings INTERFACE -fsanitize=address,undefined)
endif()

# A std-only precompiled header halves the debug CPU of this code base: one for all rooms, one with GoogleTest for all tests.
set(MUSUBI_PCH <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <functional> <map> <memory>
    <mutex> <optional> <set> <span> <string> <string_view> <thread> <tuple> <type_traits> <unordered_map> <utility>
    <variant> <vector>)
function(musubi_pch name)
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/${name}.cc CONTENT "")
    add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/generated/${name}.cc)
    target_link_libraries(${name} PRIVATE musubi_settings ${ARGN})
    target_precompile_headers(${name} PRIVATE ${MUSUBI_PCH})
endfunction()
musubi_pch(musubi_pch)
# Tests are compiled far more often than they run.
add_library(musubi_test_settings INTERFACE)
target_compile_options(musubi_test_settings INTERFACE $<$<CONFIG:Debug>:-O0>)
musubi_pch(musubi_test_pch GTest::gtest musubi_test_settings)
target_precompile_headers(musubi_test_pch PRIVATE <gtest/gtest.h>)
