# The targets of the project: pdm::edge (headers), pdm::pdm (compiled), pdm::c (C interface), and the program.

set(CMAKE_CXX_EXTENSIONS OFF)

# Warnings for our own code only; consumers never see them.
add_library(pdm_warnings INTERFACE)
target_compile_options(pdm_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wconversion -Wshadow>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${PDM_WARNINGS_AS_ERRORS}>>:-Werror>)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False alarms inside std::string: GCC bugs 105651 (concatenation) and 105562 (default members).
  target_compile_options(pdm_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict -Wno-maybe-uninitialized>)
endif()

# pdm::edge -- core to advisory, header-only, no dependency but the standard library (and Eigen in anomaly and
# prognostics). The two options keep the promise of equal bits and let the compiler vectorise.
add_library(pdm_edge_base INTERFACE)
set_target_properties(pdm_edge_base PROPERTIES EXPORT_NAME edge_base)
target_compile_features(pdm_edge_base INTERFACE cxx_std_20)
target_compile_definitions(pdm_edge_base INTERFACE $<$<BOOL:${PDM_FAULT_SWITCHES}>:PDM_FAULT_SWITCHES=1>)
target_compile_options(pdm_edge_base INTERFACE
  $<$<COMPILE_LANG_AND_ID:CXX,GNU,Clang>:-ffp-contract=off -fno-math-errno -fno-trapping-math>)
target_include_directories(pdm_edge_base INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
add_library(pdm_edge INTERFACE)
add_library(pdm::edge ALIAS pdm_edge)
set_target_properties(pdm_edge PROPERTIES EXPORT_NAME edge)
target_link_libraries(pdm_edge INTERFACE pdm_edge_base)

# FFTW is GPL-2+: never linked unless asked for, and configure says what that means.
if(PDM_VENDOR)
  if(PDM_FFT STREQUAL "fftw")
    message(FATAL_ERROR "PDM_VENDOR links nothing copyleft, but PDM_FFT=fftw; use PDM_FFT=native")
  endif()
  set(PDM_FFT native)
else()
  find_library(PDM_FFTW_DOUBLE fftw3)
  find_library(PDM_FFTW_FLOAT fftw3f)
  find_path(PDM_FFTW_INCLUDE fftw3.h)
endif()
if(NOT PDM_VENDOR AND PDM_FFTW_DOUBLE AND PDM_FFTW_FLOAT AND PDM_FFTW_INCLUDE)
  set(PDM_HAVE_FFTW ON)
  add_library(pdm_fftw INTERFACE)
  set_target_properties(pdm_fftw PROPERTIES EXPORT_NAME fftw)
  target_include_directories(pdm_fftw SYSTEM INTERFACE $<BUILD_INTERFACE:${PDM_FFTW_INCLUDE}>)
  target_link_libraries(pdm_fftw INTERFACE
    $<BUILD_INTERFACE:${PDM_FFTW_DOUBLE}> $<BUILD_INTERFACE:${PDM_FFTW_FLOAT}>
    $<INSTALL_INTERFACE:fftw3> $<INSTALL_INTERFACE:fftw3f>)
else()
  set(PDM_HAVE_FFTW OFF)
endif()
if(PDM_FFT STREQUAL "auto")
  if(PDM_HAVE_FFTW)
    set(PDM_FFT fftw)
  else()
    set(PDM_FFT native)
  endif()
endif()
# pdm::edge with the native FFT, whatever PDM_FFT says: what pdm::edge is made of, and the second look of the tests.
add_library(pdm_edge_native INTERFACE)
target_link_libraries(pdm_edge_native INTERFACE pdm_edge_base)
if(PDM_FFT STREQUAL "fftw")
  if(NOT PDM_HAVE_FFTW)
    message(FATAL_ERROR "PDM_FFT=fftw, but FFTW (libfftw3-dev) was not found; install it or use PDM_FFT=native")
  endif()
  message(STATUS "pdm: FFT is FFTW: GPL-2+ unless you hold a paid licence; what you link may have to be GPL too")
  target_compile_definitions(pdm_edge INTERFACE PDM_FFT_FFTW=1)
  target_link_libraries(pdm_edge INTERFACE pdm_fftw)
elseif(PDM_FFT STREQUAL "native")
  message(STATUS "pdm: FFT is native (Apache-2.0)")
else()
  message(FATAL_ERROR "PDM_FFT=${PDM_FFT}: not one of native, fftw, auto")
endif()

# pdm::c -- the C interface of a line, on pdm::edge alone.
file(GLOB PDM_C_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/capi/*.cpp)
if(PDM_C_SOURCES)
  add_library(pdm_c ${PDM_C_SOURCES})
  add_library(pdm::c ALIAS pdm_c)
  set_target_properties(pdm_c PROPERTIES EXPORT_NAME c)
  target_include_directories(pdm_c PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_include_directories(pdm_c PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(pdm_c PRIVATE pdm_edge $<BUILD_INTERFACE:pdm_warnings>)
  target_compile_options(pdm_c PRIVATE -fno-exceptions -fno-rtti)
  if(WIN32 AND BUILD_SHARED_LIBS)
    # The DLL exports what pdm.h declares and nothing else.
    file(STRINGS ${PROJECT_SOURCE_DIR}/include/pdm/pdm.h declared REGEX "^[a-z][a-z0-9_ *]* [*]*pdm_[a-z_]+[(]")
    list(TRANSFORM declared REPLACE "^.*[ *](pdm_[a-z_]+)[(].*$" "\\1\n")
    list(JOIN declared "" declared)
    file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/pdm_c.def CONTENT "EXPORTS\n${declared}")
    target_sources(pdm_c PRIVATE ${PROJECT_BINARY_DIR}/pdm_c.def)
    set_target_properties(pdm_c PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  endif()
endif()
if(PDM_EDGE_ONLY)
  return()
endif()

# pdm::pdm -- everything else.
find_package(Boost 1.81)
if(NOT Boost_FOUND)
  message(FATAL_ERROR "pdm: Boost 1.81 or newer (headers) was not found. Debian 12: libboost1.81-dev, which conflicts "
    "with libboost1.74-dev; another Boost can be named with -DBoost_ROOT=DIR")
endif()
find_package(nlohmann_json 3.11 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Threads REQUIRED)
if(NOT PDM_VENDOR)
  find_library(PDM_MATIO matio)
  find_path(PDM_MATIO_INCLUDE matio.h)
endif()
file(GLOB_RECURSE PDM_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*.cpp)
list(FILTER PDM_SOURCES EXCLUDE REGEX "/src/(cli|capi|python|gateway)/")
# The English words are built in, so that the program needs no file at run time.
set(PDM_MESSAGES_FILE ${PROJECT_SOURCE_DIR}/docs/messages/en.json)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PDM_MESSAGES_FILE})
file(READ ${PDM_MESSAGES_FILE} PDM_MESSAGES_EN)
configure_file(${PROJECT_SOURCE_DIR}/src/report/builtin_english.cpp.in
               ${PROJECT_BINARY_DIR}/generated/builtin_english.cpp @ONLY)
list(APPEND PDM_SOURCES ${PROJECT_BINARY_DIR}/generated/builtin_english.cpp)
if(PDM_SOURCES)
  add_library(pdm ${PDM_SOURCES})
  add_library(pdm::pdm ALIAS pdm)
  target_link_libraries(pdm PUBLIC pdm_edge Boost::headers nlohmann_json::nlohmann_json Threads::Threads
                        PRIVATE ZLIB::ZLIB $<BUILD_INTERFACE:pdm_warnings>)
  target_include_directories(pdm PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_compile_definitions(pdm PUBLIC BOOST_ASIO_NO_DEPRECATED)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 warns falsely on boost::asio::awaitable.
    target_compile_options(pdm PRIVATE -Wno-mismatched-new-delete)
  endif()
  if(PDM_MATIO AND PDM_MATIO_INCLUDE)
    target_compile_definitions(pdm PRIVATE PDM_HAVE_MATIO=1)
    target_include_directories(pdm SYSTEM PRIVATE ${PDM_MATIO_INCLUDE})
    target_link_libraries(pdm PRIVATE $<BUILD_INTERFACE:${PDM_MATIO}> $<INSTALL_INTERFACE:matio>)
  endif()
endif()

# The program.
file(GLOB PDM_CLI_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/cli/*.cpp)
if(PDM_CLI_SOURCES)
  find_package(CLI11 REQUIRED)
  add_executable(pdm_program ${PDM_CLI_SOURCES})
  set_target_properties(pdm_program PROPERTIES OUTPUT_NAME pdm RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
  target_include_directories(pdm_program PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(pdm_program PRIVATE pdm CLI11::CLI11 pdm_warnings)
endif()
