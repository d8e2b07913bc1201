# 32-bit ARM Linux, ARMv7 with VFPv3-D16: g++-arm-linux-gnueabihf and qemu-user.
set(CMAKE_SYSTEM_PROCESSOR arm)
set(PDM_TRIPLE arm-linux-gnueabihf)
set(PDM_QEMU_NAME arm)
include(${CMAKE_CURRENT_LIST_DIR}/debian-cross.cmake)
# GCC's note that GCC 6 passed some C++ arguments otherwise.
set(CMAKE_CXX_FLAGS_INIT -Wno-psabi)
