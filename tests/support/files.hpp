// files -- files that live as long as a test, and the bytes to put into them.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace support {

// A folder of its own, removed at the end.
class scratch {
 public:
  scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "pdm_test_XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) folder_ = name;
  }
  scratch(scratch const&) = delete;
  scratch& operator=(scratch const&) = delete;
  ~scratch() {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }
  [[nodiscard]] std::string path(std::string const& name) const { return folder_ + "/" + name; }
  std::string write(std::string const& name, std::string_view bytes) const {
    std::error_code ignored;
    std::filesystem::remove(path(name), ignored);  // truncating a file makes some file systems wait for the disk
    std::ofstream out(path(name), std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return path(name);
  }

 private:
  std::string folder_;
};

// The bytes of values as they stand in memory (tests run on little-endian machines).
template <class T>
std::string raw(std::vector<T> const& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}
template <class T>
std::string raw(T value) {
  return raw(std::vector<T>{value});
}

}  // namespace support
