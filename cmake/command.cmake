# SPDX-License-Identifier: MIT
#
# The command `child`: a user of the public header like any other.

file(GLOB command_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/cli/*.c")
if(NOT command_sources)
  return()
endif()

add_executable(child ${command_sources})
target_compile_definitions(child PRIVATE _GNU_SOURCE)
# The static library: the installed command runs from any prefix, with no path written into it,
# and beside any version of the shared one. A relative rpath would do the first, but it breaks
# where a packager puts the command elsewhere, and distributions refuse it.
target_link_libraries(child PRIVATE child_process_static)
target_link_options(child PRIVATE LINKER:-z,relro LINKER:-z,now)
set_target_properties(child PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/cli")
