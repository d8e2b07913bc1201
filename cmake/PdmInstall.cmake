# Installed package. find_package(pdm) gives all that was built; find_package(pdm COMPONENTS edge) gives pdm::edge (and
# pdm::c) without looking for Boost, JSON or anything else.
include(CMakePackageConfigHelpers)
set(PDM_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/pdm)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/pdm DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS pdm_edge_base pdm_edge EXPORT pdm-edge)
if(PDM_FFT STREQUAL "fftw")
  install(TARGETS pdm_fftw EXPORT pdm-edge)
endif()
if(TARGET pdm_c)
  install(TARGETS pdm_c EXPORT pdm-edge)
endif()
install(EXPORT pdm-edge FILE pdm-edge-targets.cmake NAMESPACE pdm:: DESTINATION ${PDM_PACKAGE_DIR})

if(TARGET pdm)
  install(TARGETS pdm EXPORT pdm-pdm)
  install(EXPORT pdm-pdm FILE pdm-pdm-targets.cmake NAMESPACE pdm:: DESTINATION ${PDM_PACKAGE_DIR})
endif()
if(TARGET pdm_program)
  install(TARGETS pdm_program)
endif()
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/messages DESTINATION ${CMAKE_INSTALL_DATADIR}/pdm OPTIONAL)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/pdm-config.cmake.in ${PROJECT_BINARY_DIR}/pdm-config.cmake
  INSTALL_DESTINATION ${PDM_PACKAGE_DIR})
# Until 1.0 a minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/pdm-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/pdm-config.cmake ${PROJECT_BINARY_DIR}/pdm-config-version.cmake
        DESTINATION ${PDM_PACKAGE_DIR})
