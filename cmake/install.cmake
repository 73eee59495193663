# SPDX-License-Identifier: MIT
#
# What `cmake --install` puts where. Nothing that is installed knows its prefix, so the whole may
# be moved, and --prefix at install time holds.

include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/child_process")

install(TARGETS child_process child_process_static EXPORT child_process_targets
        RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}"
        LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(FILES include/child_process.h DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")

# find_package(child_process)
install(EXPORT child_process_targets NAMESPACE child_process:: DESTINATION "${package_dir}")
configure_package_config_file(cmake/child_process-config.cmake.in child_process-config.cmake
                              INSTALL_DESTINATION "${package_dir}")
# Before 1.0 a new minor version may change the interface.
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(compatibility SameMinorVersion)
else()
  set(compatibility SameMajorVersion)
endif()
write_basic_package_version_file(child_process-config-version.cmake
                                 COMPATIBILITY ${compatibility})
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/child_process-config.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/child_process-config-version.cmake"
        DESTINATION "${package_dir}")

# pkg-config child_process. A folder given as an absolute path stays as it is.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
  file(RELATIVE_PATH up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  string(REGEX REPLACE "/$" "" up "${up}")
  set(pc_prefix "\${pcfiledir}/${up}")
endif()
foreach(folder LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${folder}}")
    set(pc_${folder} "${CMAKE_INSTALL_${folder}}")
  else()
    set(pc_${folder} "\${prefix}/${CMAKE_INSTALL_${folder}}")
  endif()
endforeach()
configure_file(child_process.pc.in child_process.pc @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/child_process.pc"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

if(TARGET child)
  install(TARGETS child RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
  install(FILES cli/child.1 DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
endif()

file(GLOB library_pages CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/docs/man/*.3")
if(library_pages)
  install(FILES ${library_pages} DESTINATION "${CMAKE_INSTALL_MANDIR}/man3")
endif()
install(FILES README.md LICENSE CHANGELOG.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")
