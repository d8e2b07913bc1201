# Header-only libraries of the build machine for a cross build, through a folder of links: /usr/include itself must not
# be searched, as it holds the C library of another machine.
set(PDM_HOST_HEADERS ${PROJECT_BINARY_DIR}/host_headers)
function(pdm_link_headers name)
  foreach(folder IN LISTS ARGN)
    if(EXISTS ${folder} AND NOT EXISTS ${PDM_HOST_HEADERS}/${name})
      file(MAKE_DIRECTORY ${PDM_HOST_HEADERS})
      file(CREATE_LINK ${folder} ${PDM_HOST_HEADERS}/${name} SYMBOLIC)
    endif()
  endforeach()
endfunction()
pdm_link_headers(catch2 /usr/local/include/catch2 /usr/include/catch2)
pdm_link_headers(Eigen /usr/local/include/eigen3/Eigen /usr/include/eigen3/Eigen)

if(NOT EXISTS ${PDM_HOST_HEADERS}/catch2/catch.hpp)
  message(FATAL_ERROR "pdm: a cross build of the tests needs the header-only Catch2 2.13 (Debian 12: catch2)")
endif()
add_library(Catch2::Catch2 INTERFACE IMPORTED)
target_include_directories(Catch2::Catch2 INTERFACE ${PDM_HOST_HEADERS})
