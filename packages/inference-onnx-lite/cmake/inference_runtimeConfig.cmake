include(CMakeFindDependencyMacro)
find_dependency(onnx_lite CONFIG)
find_dependency(inference_api CONFIG)
include("${CMAKE_CURRENT_LIST_DIR}/inference_runtimeTargets.cmake")
