# SPDX-License-Identifier: MIT
#
# The add-on for Node: child_process_node, which is bindings/node/child_process.node in the build
# folder. Its C files and the library's are one module, compiled with the headers of the node that
# is installed and not linked to libuv: the functions of uv.h are those of the node that loads it.

if(CP_BUILD_NODE STREQUAL "OFF")
  return()
endif()

file(GLOB node_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bindings/node/native/*.c")

# Beside the program, or where packages put them. uv.h may be libuv's own (Debian's node).
find_program(CP_NODE node DOC "The node whose headers the add-on is compiled with")
if(CP_NODE)
  execute_process(COMMAND "${CP_NODE}" -p "process.execPath"
                  OUTPUT_VARIABLE node_path OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  cmake_path(GET node_path PARENT_PATH node_folder)
  cmake_path(GET node_folder PARENT_PATH node_prefix)
endif()
find_path(CP_NODE_INCLUDE_DIR node_api.h
          HINTS "${node_prefix}/include/node" PATHS /usr/include/node /usr/local/include/node
          DOC "The folder of node_api.h" NO_DEFAULT_PATH)

set(problem "")
if(NOT node_sources)
  set(problem "there are no sources")
elseif(NOT CP_NODE_INCLUDE_DIR)
  set(problem "there is no node_api.h (on Debian: libnode-dev; else set CP_NODE_INCLUDE_DIR)")
elseif(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
  set(problem "it is for Linux")
endif()
if(problem)
  if(CP_BUILD_NODE STREQUAL "AUTO")
    message(STATUS "The add-on for Node is not built: ${problem}")
    return()
  endif()
  message(FATAL_ERROR "The add-on for Node cannot be built: ${problem}")
endif()

add_library(child_process_node MODULE ${node_sources} ${sources})
# Node 18's macro for a module defines a function that nobody declares.
set_source_files_properties("${PROJECT_SOURCE_DIR}/bindings/node/native/addon.c" PROPERTIES
  COMPILE_OPTIONS -Wno-missing-prototypes)
target_compile_definitions(child_process_node PRIVATE
  _GNU_SOURCE CP_STATIC NAPI_VERSION=8 "NODE_GYP_MODULE_NAME=child_process")
target_include_directories(child_process_node PRIVATE
  "${PROJECT_SOURCE_DIR}/include" "${source_dir}")
target_include_directories(child_process_node SYSTEM PRIVATE
  "${CP_NODE_INCLUDE_DIR}" ${CP_LIBUV_INCLUDE_DIRS})
set(node_symbols "${PROJECT_SOURCE_DIR}/bindings/node/native/exports.map")
set_target_properties(child_process_node PROPERTIES
  C_VISIBILITY_PRESET hidden
  LINKER_LANGUAGE C
  PREFIX ""
  SUFFIX .node
  OUTPUT_NAME child_process
  LINK_DEPENDS "${node_symbols}"
  LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bindings/node")
target_link_options(child_process_node PRIVATE
  "LINKER:--version-script=${node_symbols}" LINKER:-z,relro LINKER:-z,now)
target_link_libraries(child_process_node PRIVATE Threads::Threads)
