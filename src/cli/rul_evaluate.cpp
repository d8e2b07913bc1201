#include "cli/rul.hpp"
namespace pdm::cli {
int evaluate_rul(rul_evaluation const&) { return 2; }
}  // namespace pdm::cli
