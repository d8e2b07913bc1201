// exponential_degradation -- remaining life from a quantity that grows by the same share in every hour.
//
// What      ln(s - phi) = a + b t with a prior on a and b, updated by each observation (Gebraeel et al. 2005).
// NB        The same class as linear_degradation on a logarithmic scale; everything said there holds.
#pragma once

#include "pdm/prognostics/linear_degradation.hpp"  // IWYU pragma: export
