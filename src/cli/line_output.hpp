// line_output -- standard output or a file, a line at a time; remembers that a write failed.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace pdm::cli {

class line_output {
 public:
  explicit line_output(std::string const& name)
      : name_(name.empty() ? "standard output" : name), file_(name.empty() ? stdout : std::fopen(name.c_str(), "wb")) {}
  line_output(line_output const&) = delete;
  line_output& operator=(line_output const&) = delete;
  ~line_output() { close(); }

  void write(std::string_view line) {
    if (!good()) return;
    failed_ = std::fwrite(line.data(), 1, line.size(), file_) != line.size() || std::fputc('\n', file_) == EOF;
  }
  [[nodiscard]] bool good() const { return file_ != nullptr && !failed_; }
  // False when anything could not be written.
  bool close() {
    if (file_ == nullptr) return !failed_ && closed_;
    failed_ = std::fflush(file_) != 0 || failed_;
    if (file_ != stdout) failed_ = std::fclose(file_) != 0 || failed_;
    file_ = nullptr;
    closed_ = true;
    return !failed_;
  }
  [[nodiscard]] std::string const& name() const { return name_; }

 private:
  std::string name_;
  std::FILE* file_;
  bool failed_ = false, closed_ = false;
};

}  // namespace pdm::cli
