// program -- runs the program `pdm` as a user does, and what it said.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "support/catch.hpp"
#include "support/files.hpp"

namespace support {

inline std::string text_of(std::string const& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}
inline int lines_of(std::string const& text) { return static_cast<int>(std::count(text.begin(), text.end(), '\n')); }

struct outcome {
  int code;
  std::string out, err;
};
// Arguments as in a shell; standard input is empty.
inline outcome pdm_says(scratch const& s, std::string const& arguments) {
  auto const out = s.path("stdout"), err = s.path("stderr");
  std::string const command = std::string(PDM_BINARY_DIR) + "/pdm " + arguments + " </dev/null >" + out + " 2>" + err;
  int const raw = std::system(command.c_str());
  return {raw / 256, text_of(out), text_of(err)};
}

// Exit 2, nothing on standard output, and one line that begins with the file and tells what to do.
inline void refuses(scratch const& s, std::string const& arguments, std::string const& begin, std::string const& says) {
  auto const got = pdm_says(s, arguments);
  CAPTURE(arguments, got.out, got.err);
  CHECK(got.code == 2);
  CHECK(got.out.empty());
  CHECK(got.err.starts_with("pdm: " + begin));
  CHECK(got.err.find(says) != std::string::npos);
  CHECK(got.err.find("; ") != std::string::npos);
  CHECK(lines_of(got.err) == 1);
}

}  // namespace support
