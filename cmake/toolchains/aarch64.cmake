# 64-bit ARM Linux: g++-aarch64-linux-gnu and qemu-user.
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(PDM_TRIPLE aarch64-linux-gnu)
set(PDM_QEMU_NAME aarch64)
include(${CMAKE_CURRENT_LIST_DIR}/debian-cross.cmake)
