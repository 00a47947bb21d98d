# Works from the installed prefix and from the source folder, which have the same layout.
if(NOT TARGET inference::api)
  get_filename_component(inference_api_root "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
  add_library(inference::api INTERFACE IMPORTED)
  target_compile_features(inference::api INTERFACE cxx_std_20)
  set_target_properties(inference::api PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${inference_api_root}/include")
endif()
