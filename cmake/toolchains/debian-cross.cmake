# Debian's cross compiler for PDM_TRIPLE; programs run under qemu-user for PDM_QEMU_NAME. No foreign architecture is
# added: libraries come with the compiler, header-only ones through a folder of links (cmake/PdmHostHeaders.cmake).
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_C_COMPILER ${PDM_TRIPLE}-gcc)
set(CMAKE_CXX_COMPILER ${PDM_TRIPLE}-g++)
set(CMAKE_FIND_ROOT_PATH /usr/${PDM_TRIPLE})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
find_program(PDM_QEMU NAMES qemu-${PDM_QEMU_NAME} qemu-${PDM_QEMU_NAME}-static)
if(PDM_QEMU)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${PDM_QEMU} -L /usr/${PDM_TRIPLE})
endif()
