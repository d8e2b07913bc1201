# Tests of the house: the tree, the module table, every header alone, what must not compile, the installed package and
# the projects that use it. Included by tests/CMakeLists.txt.
set(PDM_STRUCTURE ${PROJECT_SOURCE_DIR}/tests/structure)
find_program(PDM_CLANGXX clang++)
find_program(PDM_GXX g++)
set(PDM_OTHER_COMPILER "")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND PDM_CLANGXX)
  set(PDM_OTHER_COMPILER ${PDM_CLANGXX})
elseif(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND PDM_GXX)
  set(PDM_OTHER_COMPILER ${PDM_GXX})
endif()

function(pdm_script_test name)
  cmake_parse_arguments(arg "" "LABEL" "COMMAND" ${ARGN})
  add_test(NAME ${name} COMMAND ${arg_COMMAND} COMMAND_EXPAND_LISTS)
  set_tests_properties(${name} PROPERTIES TIMEOUT 0 SKIP_REGULAR_EXPRESSION "^SKIPPED:")
  if(arg_LABEL)
    set_tests_properties(${name} PROPERTIES LABELS ${arg_LABEL})
  endif()
endfunction()

pdm_script_test(structure.tree COMMAND ${Python3_EXECUTABLE} ${PDM_STRUCTURE}/tree.py ${PROJECT_SOURCE_DIR})
pdm_script_test(structure.modules COMMAND ${Python3_EXECUTABLE} ${PDM_STRUCTURE}/modules.py ${PROJECT_SOURCE_DIR})
pdm_script_test(structure.platform_math COMMAND ${Python3_EXECUTABLE} ${PDM_STRUCTURE}/platform_math.py ${PROJECT_SOURCE_DIR})
pdm_script_test(structure.footprints COMMAND ${Python3_EXECUTABLE} ${PDM_STRUCTURE}/footprints.py ${PROJECT_SOURCE_DIR})

# What does not depend on how the project is built is left out where it would only be done again.
function(pdm_source_tests compiler suffix)
  set(label)
  if(suffix)
    set(label LABEL full)
  endif()
  pdm_script_test(structure.must_not_compile${suffix} ${label} COMMAND ${Python3_EXECUTABLE}
                  ${PDM_STRUCTURE}/must_not_compile.py ${PROJECT_SOURCE_DIR} ${compiler})
  pdm_script_test(structure.headers${suffix} ${label} COMMAND ${Python3_EXECUTABLE} ${PDM_STRUCTURE}/headers.py
                  --root ${PROJECT_SOURCE_DIR} --work ${PROJECT_BINARY_DIR}/headers${suffix} --compiler ${compiler}
                  $<$<BOOL:${PDM_EDGE_ONLY}>:--edge-only> $<$<NOT:$<BOOL:${PDM_HAVE_FFTW}>>:--skip=pdm/dsp/fftw_fft.hpp>)
  set_tests_properties(structure.headers${suffix} PROPERTIES PROCESSORS 2)
  if(NOT PDM_EDGE_ONLY)
    set_tests_properties(structure.headers${suffix} PROPERTIES LABELS full)
  endif()
endfunction()
if(NOT PDM_SANITIZE AND NOT PDM_VENDOR AND NOT CMAKE_CROSSCOMPILING)
  pdm_source_tests(${CMAKE_CXX_COMPILER} "")
  if(PDM_OTHER_COMPILER)
    pdm_source_tests(${PDM_OTHER_COMPILER} .other_compiler)
  endif()
endif()

# Two translation units that include every header of the edge, in opposite order, link into one program.
file(GLOB_RECURSE PDM_EDGE_HEADERS CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/include
     ${PROJECT_SOURCE_DIR}/include/pdm/*.hpp)
list(FILTER PDM_EDGE_HEADERS INCLUDE REGEX "^pdm/(core|signal|dsp|features|anomaly|diagnostics|prognostics|advisory)/")
if(NOT PDM_HAVE_FFTW)
  list(FILTER PDM_EDGE_HEADERS EXCLUDE REGEX "fftw")
endif()
list(SORT PDM_EDGE_HEADERS)
list(TRANSFORM PDM_EDGE_HEADERS REPLACE "(.+)" "#include \"\\1\"\n" OUTPUT_VARIABLE PDM_FORWARD)
set(PDM_BACKWARD ${PDM_FORWARD})
list(REVERSE PDM_BACKWARD)
list(JOIN PDM_FORWARD "" PDM_FORWARD)
list(JOIN PDM_BACKWARD "" PDM_BACKWARD)
file(CONFIGURE OUTPUT two_units/one.cpp CONTENT "${PDM_FORWARD}int main() { return 0; }\n")
file(CONFIGURE OUTPUT two_units/other.cpp CONTENT "${PDM_BACKWARD}")
add_executable(test_two_units ${CMAKE_CURRENT_BINARY_DIR}/two_units/one.cpp ${CMAKE_CURRENT_BINARY_DIR}/two_units/other.cpp)
target_link_libraries(test_two_units PRIVATE pdm_edge pdm_warnings)
if(PDM_HAVE_FFTW)
  target_link_libraries(test_two_units PRIVATE pdm_fftw)
endif()
if(PDM_NO_EXCEPTIONS)
  target_compile_options(test_two_units PRIVATE -fno-exceptions -fno-rtti)
endif()
pdm_script_test(structure.two_units COMMAND test_two_units)

if(PDM_VENDOR AND TARGET pdm_program)
  pdm_script_test(structure.no_copyleft COMMAND ${Python3_EXECUTABLE} ${PDM_STRUCTURE}/symbols.py no-copyleft
                  $<TARGET_FILE:pdm_program> $<TARGET_FILE:pdm_c>)
endif()

# Programs in C, and what the library behind them asks of its surroundings.
if(TARGET pdm_c)
  file(GLOB PDM_C_PROGRAMS CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/capi/*.c)
  foreach(program IN LISTS PDM_C_PROGRAMS)
    cmake_path(GET program STEM stem)
    add_executable(test_capi_${stem} ${program})
    set_target_properties(test_capi_${stem} PROPERTIES C_STANDARD 99 C_EXTENSIONS OFF)
    target_compile_options(test_capi_${stem} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
    target_link_libraries(test_capi_${stem} PRIVATE pdm_c m)
    pdm_script_test(capi.${stem} COMMAND test_capi_${stem})
  endforeach()
  # Unoptimised code keeps the branches of std::variant that are never taken, and the abort() in them.
  if(NOT PDM_SANITIZE AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    pdm_script_test(capi.symbols COMMAND ${Python3_EXECUTABLE} ${PDM_STRUCTURE}/symbols.py bare $<TARGET_FILE:pdm_c>)
  endif()
endif()

# The projects that use pdm. A sanitizer in the library would have to be in them too, and
# programs of another machine do not run here, so both are left to other presets.
if(PDM_SANITIZE OR NOT PDM_INSTALL OR CMAKE_CROSSCOMPILING)
  return()
endif()
set(PDM_PREFIX ${PROJECT_BINARY_DIR}/prefix)
pdm_script_test(package.install COMMAND ${CMAKE_COMMAND} --install ${PROJECT_BINARY_DIR} --prefix ${PDM_PREFIX})
set_tests_properties(package.install PROPERTIES FIXTURES_SETUP package)

function(pdm_consumer name folder)
  set(work ${PROJECT_BINARY_DIR}/consumers/${name})
  pdm_script_test(package.${name} COMMAND ${CMAKE_CTEST_COMMAND}
    --build-and-test ${PROJECT_SOURCE_DIR}/tests/consumers/${folder} ${work}
    --build-generator ${CMAKE_GENERATOR} --build-target consumer --build-noclean
    --build-options -DCMAKE_PREFIX_PATH=${PDM_PREFIX} -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}
      -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF ${ARGN}
    --test-command ${work}/consumer)
  set_tests_properties(package.${name} PROPERTIES FIXTURES_REQUIRED package)
endfunction()

pdm_consumer(edge_noexcept edge_noexcept)
set_tests_properties(package.edge_noexcept PROPERTIES FIXTURES_SETUP edge_noexcept)
pdm_script_test(package.edge_noexcept.symbols COMMAND ${Python3_EXECUTABLE} ${PDM_STRUCTURE}/symbols.py no-heap
                ${PROJECT_BINARY_DIR}/consumers/edge_noexcept/consumer)
set_tests_properties(package.edge_noexcept.symbols PROPERTIES FIXTURES_REQUIRED edge_noexcept)
find_program(PDM_GXX_11 g++-11)
if(PDM_GXX_11 AND NOT PDM_FAULT_SWITCHES)
  pdm_consumer(edge_noexcept.gcc_11 edge_noexcept -DCMAKE_CXX_COMPILER=${PDM_GXX_11})
elseif(NOT PDM_GXX_11)
  pdm_script_test(package.edge_noexcept.gcc_11 COMMAND ${CMAKE_COMMAND} -E echo "SKIPPED: no g++-11 here")
endif()
pdm_consumer(find_package.edge find_package -DEDGE_ALONE=ON)
pdm_consumer(add_subdirectory add_subdirectory -DPDM_SOURCE=${PROJECT_SOURCE_DIR} -DPDM_EDGE_ONLY=${PDM_EDGE_ONLY})
if(TARGET pdm)
  pdm_consumer(find_package find_package)
endif()
if(PDM_C_PROGRAMS)
  pdm_consumer(c c)
endif()
