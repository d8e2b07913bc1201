// pdm report, from the shell's side: exit codes, the one line on standard error, the page that is there or is not.
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/catch.hpp"

namespace {

namespace fs = std::filesystem;

std::string text_of(fs::path const& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct outcome {
  int code = -1;
  std::string err, page;
};

class workshop {
 public:
  workshop() : folder_(fs::path(PDM_BINARY_DIR) / "Testing" / "report") {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  std::string put(std::string const& name, std::string const& content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return (folder_ / name).string();
  }
  outcome report(std::string const& arguments, fs::path page = {}) const {
    if (page.empty()) page = folder_ / "page.html";
    auto const err = folder_ / "err";
    fs::remove(page);
    std::string const command =
        std::string(PDM_BINARY_DIR) + "/pdm report " + arguments + " --out " + page.string() + " 2>" + err.string();
    int const status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(err), text_of(page)};
  }

 private:
  fs::path folder_;
};

std::string const good =
    R"({"schema":"pdm.event/1","id":"1","asset":"A","t":null,"elapsed_s":1,"seq":1,"kind":"state","cause":"machine",)"
    R"("state":"normal","measurement":"normal","features":{"rms":0.5},"score":1,"health":0.9})"
    "\n";

TEST_CASE("report: events become a page, and nothing is said about it") {
  workshop const w;
  auto const done = w.report(w.put("a.jsonl", good));
  CHECK(done.code == 0);
  CHECK(done.err.empty());
  CHECK(done.page.find("<h1>Condition report</h1>") != std::string::npos);
}

TEST_CASE("report: bad input is exit code 2 with the place, and there is no page") {
  workshop const w;
  auto const refused = [&](std::string const& file, std::string const& said) {
    auto const done = w.report(file);
    INFO(done.err);
    CHECK(done.code == 2);
    CHECK(done.page.empty());
    CHECK(done.err.rfind("pdm: " + file + said, 0) == 0);
    CHECK(std::count(done.err.begin(), done.err.end(), '\n') == 1);
  };
  refused(w.put("bad.jsonl", good + "{\"a\":\n"), ":2: the line is not JSON at character");
  refused(w.put("deep.jsonl", std::string(200000, '[')), ":1: the line is nested too deep");
  refused(w.put("half.jsonl", good.substr(0, 100)), ":1: the line is not JSON");
  refused(w.put("empty.jsonl", ""), ": is empty;");
  refused(PDM_BINARY_DIR, ": is a directory;");
  refused("/no/such/file.jsonl", ": cannot be opened");
}

TEST_CASE("report: of several files the bad one is named, on the page too, and the others are done") {
  workshop const w;
  auto const done = w.report(w.put("a.jsonl", good) + " " + w.put("b.jsonl", "nonsense\n"));
  CHECK(done.code == 2);
  CHECK(done.page.find("could not be read") != std::string::npos);
  CHECK(done.page.find("b.jsonl:1: the line is not JSON") != std::string::npos);
}

TEST_CASE("report: another language is read from its catalogue, and a bad catalogue is refused") {
  workshop const w;
  auto const file = w.put("a.jsonl", good);
  CHECK(w.report(file + " --lang " PDM_SOURCE_DIR "/docs/messages/de.json").page.find("Zustandsbericht") !=
        std::string::npos);
  auto const done = w.report(file + " --lang " + w.put("xx.json", "{\"a\": 1}"));
  CHECK(done.code == 2);
  CHECK(done.err.find("xx.json: wants a text for the key \"a\"; ") != std::string::npos);
}

TEST_CASE("report: a page that cannot be written is exit code 3") {
  workshop const w;
  CHECK(w.report(w.put("a.jsonl", good), "/no/such/folder/page.html").code == 3);
}

}  // namespace
