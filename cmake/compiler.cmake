# SPDX-License-Identifier: MIT
#
# How everything in this tree is compiled. Settings are those of this folder and below, so that
# a project that takes us in by add_subdirectory() keeps its own.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)

# As position-independent executables, also where the compiler does not do so by itself.
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(PROJECT_IS_TOP_LEVEL)
  # -Wconversion is for lost bits; -Wsign-conversion would ask for a cast at every size_t, and
  # -Wstring-conversion is clang's opinion on !"text".
  set(warnings
    -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wno-string-conversion -Wundef -Wvla
    -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wformat=2 -Wno-format-nonliteral)
  add_compile_options("$<$<COMPILE_LANGUAGE:C>:${warnings}>")
  # CMake's -no-pie beside -static is one too many for clang.
  add_link_options("$<$<C_COMPILER_ID:Clang>:-Wno-unused-command-line-argument>")
  # The place of the sources is no part of what is built.
  add_compile_options("-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=")
endif()

if(CP_WERROR)
  add_compile_options("$<$<COMPILE_LANGUAGE:C>:-Werror>")
endif()

if(CP_SANITIZE)
  # Any report ends the program, so that no test passes over one.
  add_compile_options(-fsanitize=${CP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CP_SANITIZE})
endif()
