# SPDX-License-Identifier: MIT
#
# The man pages. A page tells of several functions; each name of its section NAME gets a page of
# one line that leads there, so that `man cp_write` finds cp_stream(3) with no index of the names.

file(GLOB library_pages CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/docs/man/*.3")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${library_pages})
set(alias_dir "${PROJECT_BINARY_DIR}/man3")
file(REMOVE_RECURSE "${alias_dir}")

set(page_aliases "")
foreach(page ${library_pages})
  cmake_path(GET page FILENAME page_name)
  file(STRINGS "${page}" name_lines REGEX "^\\.Nm [A-Za-z_0-9]+( ,)?$")
  foreach(line ${name_lines})
    string(REGEX REPLACE "^\\.Nm ([A-Za-z_0-9]+).*$" "\\1" name "${line}")
    set(alias "${alias_dir}/${name}.3")
    if(NOT EXISTS "${PROJECT_SOURCE_DIR}/docs/man/${name}.3" AND NOT EXISTS "${alias}")
      file(WRITE "${alias}" ".so man3/${page_name}\n")
      list(APPEND page_aliases "${alias}")
    endif()
  endforeach()
endforeach()

install(FILES ${library_pages} ${page_aliases} DESTINATION "${CMAKE_INSTALL_MANDIR}/man3")
if(TARGET child)
  install(FILES cli/child.1 DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
endif()
