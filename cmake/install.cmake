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

# pkg-config child_process-static. A package of its own, as libuv has one: the name of libuv's
# archive is not the one that the linker makes of -luv.
pkg_check_modules(CP_LIBUV_STATIC QUIET libuv-static>=1.44)
if(CP_LIBUV_STATIC_FOUND)
  configure_file(child_process-static.pc.in child_process-static.pc @ONLY)
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/child_process-static.pc"
          DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endif()

if(TARGET child)
  install(TARGETS child RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()

include(cmake/manual.cmake)

# The documentation, and all that it links to. The header stands elsewhere than in the sources.
install(FILES LICENSE CHANGELOG.md CONTRIBUTING.md SECURITY.md
        DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY docs/ DESTINATION "${CMAKE_INSTALL_DOCDIR}/docs"
        FILES_MATCHING PATTERN *.md PATTERN *.svg PATTERN man EXCLUDE)
install(DIRECTORY examples DESTINATION "${CMAKE_INSTALL_DOCDIR}"
        PATTERN node_modules EXCLUDE PATTERN build EXCLUDE)
install(FILES bindings/node/README.md DESTINATION "${CMAKE_INSTALL_DOCDIR}/bindings/node")
file(RELATIVE_PATH header "${CMAKE_INSTALL_FULL_DOCDIR}"
     "${CMAKE_INSTALL_FULL_INCLUDEDIR}/child_process.h")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/README.md")
file(READ README.md readme)
string(REPLACE "](include/child_process.h)" "](${header})" readme "${readme}")
file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/README.md" "${readme}")
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/README.md" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
