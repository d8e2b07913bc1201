// pdm report -- one self-contained page from the events that run, detect, rul and diagnose printed.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

#include "cli/verbs.hpp"
#include "pdm/report/section.hpp"
#include "pdm/wire/input_error.hpp"

namespace pdm::cli {
namespace {

struct report_options {
  std::vector<std::string> files;
  std::string out, language;
};

int complain(wire::input_error const& e, int code = exit_bad_input) {
  std::cerr << "pdm: " << e.message() << '\n';
  return code;
}

wire::input_error bad(std::string const& file, std::string what, std::string todo) {
  return {file, std::move(what), std::move(todo), {}, {}, false};
}

// Text of a file, at most `limit` bytes; a directory is not a file.
result<std::string, wire::input_error> read_text(std::string const& file, std::size_t limit) {
  std::ifstream in(file, std::ios::binary);
  std::string text(limit + 1, '\0');
  if (!in) return bad(file, "cannot be opened", "check the name and the rights");
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return bad(file, "cannot be read", "give a file");
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

result<report::catalogue, wire::input_error> words_of(std::string const& file) {
  if (file.empty()) return report::catalogue::english();
  auto const text = read_text(file, 1u << 20);
  if (!text) return text.error();
  auto words = report::catalogue::parse(*text);
  if (!words) return bad(file, words.error(), "give a catalogue like docs/messages/en.json");
  return std::move(*words);
}

// Reads one input; what is wrong with it stands on standard error and on the page.
bool read_events(report::history_reader& reader, std::string const& file) {
  std::ifstream in;
  bool const standard = file == "-";
  if (!standard) in.open(file, std::ios::binary);
  std::istream& source = standard ? std::cin : in;
  wire::input_error problem;
  std::error_code ignored;
  if (!standard && std::filesystem::is_directory(file, ignored)) {
    problem = bad(file, "is a directory", "give the events that pdm run printed");
  } else if (!standard && !in.is_open()) {
    problem = bad(file, "cannot be opened", "check the name and the rights");
  } else if (!standard && in.peek() == std::ifstream::traits_type::eof()) {
    problem = bad(file, "is empty", "give the events that pdm run printed");
  } else if (auto const read = reader.read(source, file); !read) {
    auto const& e = read.error();
    problem = {e.file, e.what, e.todo, e.line, {}, false};
  } else if (reader.history().files.back().lines == 0) {
    problem = bad(file, "holds no event", "give the events that pdm run printed");
  } else {
    return true;
  }
  complain(problem);
  reader.refuse(problem.message());
  return false;
}

// The page is complete or it is not there: written beside its place and put there in one step. What is no file (a
// device, a link) must not be replaced by one: it is written through.
bool write_page(std::string const& out, std::string const& page) {
  if (out == "-") return static_cast<bool>(std::cout << page << std::flush);
  std::error_code ignored;
  auto const there = std::filesystem::symlink_status(out, ignored);
  if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there)) {
    std::ofstream to(out, std::ios::binary | std::ios::trunc);
    to << page;
    to.close();
    return static_cast<bool>(to);
  }
  std::string const beside = out + ".part";
  std::ofstream to(beside, std::ios::binary | std::ios::trunc);
  to << page;
  to.close();
  if (to && std::rename(beside.c_str(), out.c_str()) == 0) return true;
  std::remove(beside.c_str());
  return false;
}

int run_report(report_options const& options) {
  auto const words = words_of(options.language);
  if (!words) return complain(words.error());
  report::history_reader reader;
  std::size_t good = 0;
  for (auto const& file : options.files) good += read_events(reader, file) ? 1 : 0;
  if (good == 0) return exit_bad_input;
  if (!write_page(options.out, report::make_page(reader.history(), *words))) {
    return complain(bad(options.out, "cannot be written", "check the folder, its rights and the disk"), exit_outside);
  }
  return good == options.files.size() ? exit_done : exit_bad_input;
}

}  // namespace

verb add_report(CLI::App& app) {
  auto options = std::make_shared<report_options>();
  auto* const command = app.add_subcommand("report", "One self-contained HTML page from events");
  command
      ->add_option("FILE", options->files, "JSON Lines as run, detect, rul or diagnose print them; - is standard input")
      ->required();
  command->add_option("--out", options->out, "the page to write; - is standard output")->required();
  command->add_option("--lang", options->language,
                      "message catalogue of another language (default: English, built in)");
  return {command, [options] { return run_report(*options); }};
}

}  // namespace pdm::cli
