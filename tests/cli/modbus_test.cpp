#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/files.hpp"

namespace {

std::string text_of(std::string const& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}
struct outcome {
  int code;
  std::string out, err;
};
outcome probe(support::scratch const& s, std::string const& arguments) {
  auto const out = s.path("stdout"), err = s.path("stderr");
  std::string const command =
      std::string(PDM_BINARY_DIR) + "/pdm modbus probe " + arguments + " >" + out + " 2>" + err + " </dev/null";
  int const raw = std::system(command.c_str());
  return {raw / 256, text_of(out), text_of(err)};
}
// The line of one address, and whether it says so.
bool says(outcome const& o, std::string const& address, std::string const& what) {
  auto const at = o.out.find("\"address\":" + address + ",");
  return at != std::string::npos && o.out.substr(at, o.out.find('\n', at) - at).find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("pdm modbus probe shows a float under all four byte orders and one address before") {
  support::scratch const s;
  support::child server(
      {"/usr/bin/python3", std::string(PDM_SOURCE_DIR) + "/tests/acquisition/modbus_server.py", "tcp", "0"});
  auto const port = server.first_line();
  if (port.starts_with("SKIPPED")) {
    std::cout << port << "\n";
    return;
  }
  REQUIRE(!port.empty());
  auto const where = "127.0.0.1:" + port;
  auto const o = probe(s, where + " --unit 7 --address 100 --count 8");
  CAPTURE(o.out, o.err);
  CHECK(o.code == 0);
  CHECK(says(o, "99", R"("number":100,"hex":"0063","u16":{"abcd":99,"badc":25344})"));
  CHECK(says(o, "100", R"("f32":{"abcd":123.45600128173828,)"));
  CHECK(says(o, "102", R"("cdab":123.45600128173828)"));
  CHECK(says(o, "104", R"("badc":123.45600128173828)"));
  CHECK(says(o, "106", R"("dcba":123.45600128173828)"));
  CHECK(o.out.find("NaN") == std::string::npos);
  CHECK(says(probe(s, where + " --table coils --address 3 --count 2"), "3", R"("bit":1)"));

  auto const refused = probe(s, where + " --address 190 --count 20");
  CHECK(refused.code == 1);
  CHECK(
      refused.err.starts_with("pdm: " + where + ": unit 1, address 190: the device has no such address (exception 2)"));
  auto const nobody = probe(s, where + " --unit 9 --timeout 0.2");
  CHECK(nobody.code == 3);
  CHECK(nobody.err.starts_with("pdm: " + where + ": unit 9: no answer in time; "));
  CHECK(probe(s, "127.0.0.1:x").code == 2);
  CHECK(probe(s, "/dev/no_such_device").code == 3);
  CHECK(probe(s, where + " --count 126").code == 2);
}
