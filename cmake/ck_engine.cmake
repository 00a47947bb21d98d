# The engine: one static library per layer, the transfer module, the executable.
include(cmake/ck_layers.cmake)

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tl-expected REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(CURL REQUIRED)
find_package(LibArchive REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
find_package(ZLIB REQUIRED)
pkg_check_modules(png REQUIRED IMPORTED_TARGET libpng)
pkg_check_modules(git2 REQUIRED IMPORTED_TARGET libgit2)

# Loading shared libraries is two thirds of the time in which `ck --version` answers. What is shipped
# takes them in instead, where the machine has archives; the C library stays shared, since the
# transfer module is loaded at run time. That module shares what libcurl and libgit2 load anyway.
set(ck_takes_in OFF)
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT CK_SANITIZE)
  set(ck_takes_in ON)
endif()
option(CK_TAKE_IN_LIBRARIES "Link the executable with static third-party libraries" ${ck_takes_in})

# Sets `out` to what links `target`: in executables the archive lib`name`.a, if wanted and there.
function(ck_library out target name)
  find_library(CK_ARCHIVE_${name} lib${name}.a)
  mark_as_advanced(CK_ARCHIVE_${name})
  if(CK_TAKE_IN_LIBRARIES AND CK_ARCHIVE_${name})
    set(executable $<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>)
    set(${out} $<IF:${executable},${CK_ARCHIVE_${name}},${target}> PARENT_SCOPE)
  else()
    set(${out} ${target} PARENT_SCOPE)
  endif()
endfunction()
ck_library(ck_crypto OpenSSL::Crypto crypto)
ck_library(ck_sqlite SQLite::SQLite3 sqlite3)
ck_library(ck_zstd PkgConfig::zstd zstd)
ck_library(ck_png PkgConfig::png png16)
ck_library(ck_z ZLIB::ZLIB z)
set(ck_fmt fmt::fmt)
if(CK_TAKE_IN_LIBRARIES)
  set(ck_fmt fmt::fmt-header-only)
endif()

# What each layer takes from third parties. base's own headers show fmt, tl::expected and json_fwd.
set(ck_public_base ${ck_fmt} tl::expected nlohmann_json::nlohmann_json)
set(ck_private_base ${ck_crypto})
set(ck_private_sys ${ck_sqlite} ${ck_zstd} ${ck_png} ${ck_z}
  Threads::Threads ${CMAKE_DL_LIBS})

function(ck_add_layer layer)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/engine/${layer}/*.cpp)
  # main.cpp belongs to the executable: a library with a main() would fight with gtest_main.
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  list(TRANSFORM ck_uses_${layer} PREPEND ck_ OUTPUT_VARIABLE below)
  if(NOT sources)
    add_library(ck_${layer} INTERFACE)
    target_include_directories(ck_${layer} INTERFACE ${PROJECT_SOURCE_DIR}/engine)
    target_link_libraries(ck_${layer} INTERFACE ${below} ${ck_public_${layer}})
    return()
  endif()
  add_library(ck_${layer} STATIC ${sources})
  target_include_directories(ck_${layer} PUBLIC ${PROJECT_SOURCE_DIR}/engine)
  target_compile_definitions(ck_${layer} PRIVATE CK_VERSION="${PROJECT_VERSION}")
  target_link_libraries(ck_${layer}
    PUBLIC ${below} ${ck_public_${layer}}
    PRIVATE ck_compiler ${ck_private_${layer}})
endfunction()

foreach(layer IN LISTS CK_LAYERS)
  ck_add_layer(${layer})
endforeach()

# libgit2, libcurl and libarchive cost 8 ms at start-up, so they live in a module that
# engine/sys loads when it first needs one of them, from ../lib/ck/ beside the executable's folder.
file(GLOB ck_transfer_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/engine/sys/transfer/*.cpp)
if(ck_transfer_sources)
  add_library(ck_transfer MODULE ${ck_transfer_sources})
  set_target_properties(ck_transfer PROPERTIES
    PREFIX "" OUTPUT_NAME ck-transfer SUFFIX .so
    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib/ck)
  target_link_libraries(ck_transfer PRIVATE ck_compiler ck_sys
    PkgConfig::git2 CURL::libcurl LibArchive::LibArchive)
  # Its one entry point is visible, not its own code nor its copies of ck_base and ck_sys; and it
  # loads only the libraries behind what it took from these.
  set_target_properties(ck_transfer PROPERTIES
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_link_options(ck_transfer PRIVATE LINKER:--exclude-libs,ALL LINKER:--as-needed)
  if(NOT CK_SANITIZE)
    # A missing symbol is a build error, not one at dlopen. (clang keeps its sanitizer runtime
    # in the executable, so there the module has to leave some symbols open.)
    target_link_options(ck_transfer PRIVATE LINKER:-z,defs)
  endif()
endif()

# What starts programs behind barriers: a small executable of its own, beside the module. Static, so
# that starting it costs a fraction of a millisecond and depends on nothing inside a sandbox; without
# sanitizers, whose shadow memory would count as the program's.
file(GLOB ck_launcher_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/engine/sys/launcher/*.cpp)
if(ck_launcher_sources)
  add_executable(ck_launch ${ck_launcher_sources})
  set_target_properties(ck_launch PROPERTIES OUTPUT_NAME ck-launch
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib/ck POSITION_INDEPENDENT_CODE OFF)
  target_include_directories(ck_launch PRIVATE ${PROJECT_SOURCE_DIR}/engine)
  target_link_libraries(ck_launch PRIVATE ck_compiler)
  target_compile_options(ck_launch PRIVATE -O2 -fno-exceptions -fno-rtti -fno-sanitize=all)
  target_link_options(ck_launch PRIVATE -static -fno-sanitize=all)
endif()

if(EXISTS ${PROJECT_SOURCE_DIR}/engine/cli/main.cpp)
  add_executable(ck ${PROJECT_SOURCE_DIR}/engine/cli/main.cpp)
  target_link_libraries(ck PRIVATE ck_compiler ck_cli)
  if(CK_TAKE_IN_LIBRARIES)
    target_link_options(ck PRIVATE -static-libstdc++ -static-libgcc)
  endif()
  if(TARGET ck_transfer)
    add_dependencies(ck ck_transfer)
  endif()
  if(TARGET ck_launch)
    add_dependencies(ck ck_launch)
  endif()
endif()
