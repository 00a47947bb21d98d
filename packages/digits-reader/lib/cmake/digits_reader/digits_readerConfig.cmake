# Works from the installed prefix and from the source folder, which have the same layout.
if(NOT TARGET digits::reader)
  get_filename_component(digits_reader_root "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
  add_library(digits::reader INTERFACE IMPORTED)
  target_compile_features(digits::reader INTERFACE cxx_std_20)
  set_target_properties(digits::reader PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${digits_reader_root}/include")
endif()
