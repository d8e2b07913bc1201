#include "pdm/acquisition/replay_source.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::acquisition {

boost::system::error_code replay_source::read() {
  auto const more = reader_.next();
  if (!more) {
    failure_ = more.error();
    return {boost::system::errc::io_error, boost::system::generic_category()};
  }
  if (!*more) return boost::asio::error::eof;
  auto const now = std::chrono::duration_cast<std::chrono::nanoseconds>(clock::now().time_since_epoch()).count();
  reader_.stamp(now);
  return {};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::acquisition
