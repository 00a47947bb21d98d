include("${CMAKE_CURRENT_LIST_DIR}/onnx_liteTargets.cmake")
