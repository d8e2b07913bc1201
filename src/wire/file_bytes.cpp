#include "file_bytes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

namespace {

input_error refused(std::string const& file, int code) {
  switch (code) {
    case ENOENT: return bad_input(file, "there is no such file", "check the name and the folder");
    case ENOTDIR: return bad_input(file, "there is no such file: a part of the path is not a folder", "check the path");
    case EACCES:
    case EPERM: return bad_input(file, "permission denied", "give this user the right to read it");
    case ENAMETOOLONG: return bad_input(file, "the name is too long for this system", "check the name");
    default: break;
  }
  input_error e = bad_input(file, "cannot be read: " + std::generic_category().message(code),
                            "look at the disk or the network drive and try again");
  e.outside = true;
  return e;
}

}  // namespace

input_result<file_bytes> file_bytes::open(std::string const& file) {
  file_bytes f;
  f.file_ = file;
  f.descriptor_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // NONBLOCK: a pipe must not hang us
  if (f.descriptor_ < 0) return refused(file, errno);
  struct stat facts {};
  if (::fstat(f.descriptor_, &facts) != 0) return refused(file, errno);
  if (S_ISDIR(facts.st_mode)) return bad_input(file, "this is a directory, not a file", "name the files inside it");
  if (!S_ISREG(facts.st_mode)) {
    return bad_input(file, "this is a device or a pipe, not a file", "write the data to a file and name that");
  }
  if (facts.st_size == 0) return bad_input(file, "the file is empty", "give a file with data in it");
  f.size_ = static_cast<std::uint64_t>(facts.st_size);
  return f;
}

file_bytes::~file_bytes() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

input_result<void> file_bytes::read(std::uint64_t offset, std::span<std::byte> into) const {
  while (!into.empty()) {
    ssize_t const n = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return refused(file_, errno);
    if (n == 0) return bad_input_at(file_, offset, "the file ends here", "give the whole file");
    offset += static_cast<std::uint64_t>(n);
    into = into.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

input_result<std::string> read_text(std::string const& file, std::uint64_t limit) {
  auto f = file_bytes::open(file);
  if (!f) return f.error();
  if (f->size() > limit) {
    return bad_input(
        file, "the file has " + std::to_string(f->size()) + " bytes, more than the limit of " + std::to_string(limit),
        "give a smaller file");
  }
  std::string text(static_cast<std::size_t>(f->size()), '\0');
  auto const got = f->read(0, std::as_writable_bytes(std::span(text)));
  if (!got) return got.error();
  return text;
}

bool file_exists(std::string const& file) noexcept {
  struct stat facts {};
  return ::stat(file.c_str(), &facts) == 0;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
