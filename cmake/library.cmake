# SPDX-License-Identifier: MIT
#
# The library: child_process_objects (all of src/), child_process (shared) and
# child_process_static, the last two also as child_process::NAME; child_process_internal for tests.

set(source_dir "${PROJECT_SOURCE_DIR}/src")
file(GLOB sources CONFIGURE_DEPENDS "${source_dir}/*/*.c")

# What differs by machine is a file of its own.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  list(APPEND sources "${source_dir}/process/clone3_x86_64.S")
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  list(APPEND sources "${source_dir}/process/clone3_aarch64.S")
else()
  message(FATAL_ERROR "child_process has no way to start a process on ${CMAKE_SYSTEM_PROCESSOR}")
endif()

# Compiled once, for both libraries. It knows libuv's header and is not linked to libuv: an
# add-on takes these objects and finds libuv in the program that loads it.
add_library(child_process_objects OBJECT ${sources})
target_compile_definitions(child_process_objects PRIVATE _GNU_SOURCE CP_BUILDING)
target_include_directories(child_process_objects
  PRIVATE "${PROJECT_SOURCE_DIR}/include" "${source_dir}")
target_include_directories(child_process_objects SYSTEM PRIVATE ${CP_LIBUV_INCLUDE_DIRS})
set_target_properties(child_process_objects PROPERTIES
  POSITION_INDEPENDENT_CODE ON
  C_VISIBILITY_PRESET hidden)

# This file runs between clone and exec, in the memory of the parent and on a small stack: what
# a compiler adds by itself (sanitizers, canaries, profiling) would act on the parent's state,
# and without optimisation its system calls would not be inline. scripts/check-child-side looks
# at the result.
set(child_side_options
  -O2 -fno-sanitize=all -fno-stack-protector -fno-profile-arcs -fno-lto
  $<$<C_COMPILER_ID:GNU>:-fno-instrument-functions>)
set_source_files_properties("${source_dir}/process/child_side.c" PROPERTIES
  COMPILE_OPTIONS "${child_side_options}")

add_library(child_process SHARED $<TARGET_OBJECTS:child_process_objects>)
add_library(child_process::child_process ALIAS child_process)
set(symbols "${source_dir}/child_process.map")
set_target_properties(child_process PROPERTIES
  VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}
  LINKER_LANGUAGE C
  LINK_DEPENDS "${symbols}")
target_compile_definitions(child_process INTERFACE CP_SHARED)
target_link_options(child_process PRIVATE
  "LINKER:--version-script=${symbols}" LINKER:-z,relro LINKER:-z,now)
if(NOT CP_SANITIZE)
  # With a sanitizer its runtime may stand in the program alone (clang).
  target_link_options(child_process PRIVATE LINKER:-z,defs)
endif()
target_link_libraries(child_process PRIVATE PkgConfig::CP_LIBUV Threads::Threads)

# The static library is one object, in which only the names of the header can be seen. What is
# hidden in a shared library is not in an archive: a program with a function of its own called
# io_read() or process_start() would not link, or worse.
set(one_object "${PROJECT_BINARY_DIR}/child_process.o")
add_custom_command(OUTPUT "${one_object}"
  COMMAND "${CMAKE_C_COMPILER}" -r -nostdlib -o "${one_object}"
          $<TARGET_OBJECTS:child_process_objects>
  COMMAND "${CMAKE_OBJCOPY}" --localize-hidden "${one_object}"
  DEPENDS child_process_objects $<TARGET_OBJECTS:child_process_objects>
  COMMAND_EXPAND_LISTS VERBATIM)
add_library(child_process_static STATIC "${one_object}")
add_library(child_process::child_process_static ALIAS child_process_static)

# For tests: the same with all its names. Not installed.
add_library(child_process_internal STATIC EXCLUDE_FROM_ALL
  $<TARGET_OBJECTS:child_process_objects>)
set_target_properties(child_process_internal PROPERTIES LINKER_LANGUAGE C)
target_include_directories(child_process_internal INTERFACE
  "${PROJECT_SOURCE_DIR}/include" "${source_dir}")
target_compile_definitions(child_process_internal INTERFACE CP_STATIC)
target_link_libraries(child_process_internal PUBLIC PkgConfig::CP_LIBUV Threads::Threads)

set_target_properties(child_process_static PROPERTIES
  OUTPUT_NAME child_process
  LINKER_LANGUAGE C)
target_compile_definitions(child_process_static INTERFACE CP_STATIC)
target_link_libraries(child_process_static PUBLIC PkgConfig::CP_LIBUV Threads::Threads)

foreach(library child_process child_process_static)
  target_include_directories(${library} INTERFACE
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
endforeach()
