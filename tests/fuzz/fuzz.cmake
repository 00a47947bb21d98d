# Each tests/fuzz/<name>.cpp defines LLVMFuzzerTestOneInput and becomes fuzz_<name>: a libFuzzer
# target under the preset `fuzz`, elsewhere a program that replays tests/fuzz/corpus/<name>/ once.
file(GLOB fuzz_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
foreach(source IN LISTS fuzz_sources)
  cmake_path(GET source STEM name)
  set(target fuzz_${name})
  set(corpus ${CMAKE_CURRENT_LIST_DIR}/corpus/${name})
  add_executable(${target} ${source})
  target_link_libraries(${target} PRIVATE ck_compiler ${ck_all_layers} ck_test_support)
  add_dependencies(${target} ck_transfer)  # loaded while it runs
  if(CK_FUZZ)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    add_test(NAME ${target} COMMAND ${target} -runs=0 ${corpus})
  else()
    target_sources(${target} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/replay/replay.cpp)
    add_test(NAME ${target} COMMAND ${target} ${corpus})
  endif()
  set_tests_properties(${target} PROPERTIES LABELS fuzz TIMEOUT 120
    ENVIRONMENT "${ck_test_environment}")
endforeach()
