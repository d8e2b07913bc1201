// A rate is not a period.
// expect: conversion
#include "pdm/signal/stream.hpp"

pdm::stream_spec spec() {
#ifdef PDM_BAD
  pdm::hertz const rate = pdm::seconds{0.04};
#else
  pdm::hertz const rate = pdm::hertz{25.0};
#endif
  return {.rate = rate, .max_block = 512};
}
