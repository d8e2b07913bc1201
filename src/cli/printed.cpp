#include <iostream>

#include "cli/verbs.hpp"

namespace pdm::cli {

int all_printed() {
  if (std::cout.flush()) return exit_done;
  std::cerr << "pdm: standard output: cannot be written to the end; make room, or keep its reader, and run again\n";
  return exit_outside;
}

}  // namespace pdm::cli
