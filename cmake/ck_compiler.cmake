# Target `ck_compiler`: language level, warnings, sanitizers and hardening for our own code.
# Every target of this repository links it PRIVATE; third-party headers come in as SYSTEM.

option(CK_WERROR "Treat warnings as errors" ON)
option(CK_LTO "Optimise at link time (a slower build; the engine waits for disks and children)" OFF)
set(CK_SANITIZE "" CACHE STRING "Argument of -fsanitize=, e.g. address,undefined")
option(CK_FUZZ "Build tests/fuzz as libFuzzer targets (clang only)" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
# ck-transfer.so takes in ck_base, so the static libraries have to be position independent.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_library(ck_compiler INTERFACE)
target_compile_options(ck_compiler INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wdouble-promotion
  -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast -Wcast-qual -Wformat=2
  -Wimplicit-fallthrough -Wextra-semi)
if(CK_WERROR)
  target_compile_options(ck_compiler INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(ck_compiler INTERFACE -Wduplicated-cond -Wlogical-op
    # g++ 12 reports std::string's own operator+ (GCC bug 105651).
    -Wno-restrict)
endif()

if(CK_SANITIZE)
  # These reach every target, gtest_main's callers included: a sanitizer must see the whole program.
  add_compile_options(-fsanitize=${CK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CK_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Instrumented code defeats the analysis behind these two; the other presets keep them.
    target_compile_options(ck_compiler INTERFACE -Wno-maybe-uninitialized -Wno-stringop-overflow)
  endif()
endif()
if(CK_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "CK_FUZZ needs clang++, found ${CMAKE_CXX_COMPILER_ID}: use --preset fuzz")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  # The engine reads hostile repositories and archives: keep the cheap guards in what is shipped.
  target_compile_options(ck_compiler INTERFACE -fstack-protector-strong
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
else()
  target_compile_definitions(ck_compiler INTERFACE _GLIBCXX_ASSERTIONS)
endif()

if(CK_LTO)
  include(CheckIPOSupported)
  check_ipo_supported()
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()

# Faster tools when the machine has them. A choice made by the caller stays.
find_program(CK_CCACHE ccache)
if(CK_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths relative to the checkout: every clone and every build folder shares what was compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=true ${CK_CCACHE})
endif()
find_program(CK_MOLD mold)
if(CK_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
