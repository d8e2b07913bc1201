#include "pdm/wire/table.hpp"

#include <zlib.h>

#include <cmath>

#include "pdm/core/random.hpp"
#include "pdm/wire/recording.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

using pdm::quality_reason;
using pdm::wire::parse_time;
using pdm::wire::table_reader;

namespace {

struct read_table {
  std::vector<std::string> columns;
  std::vector<std::vector<double>> rows;
  std::string error;
};

read_table read(std::string const& file, pdm::wire::table_options const& options = {}) {
  read_table all;
  auto t = table_reader::open(file, options);
  if (!t) return {{}, {}, t.error().message()};
  all.columns = t->columns();
  auto more = t->next();
  for (; more && *more; more = t->next()) {
    CHECK(t->row() == all.rows.size());
    all.rows.emplace_back(t->values().begin(), t->values().end());
  }
  if (!more) all.error = more.error().message();
  return all;
}

std::string zipped(std::string const& file, std::string const& text) {
  auto* const out = ::gzopen(file.c_str(), "wb");
  ::gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
  ::gzclose(out);
  return file;
}

double wall_s(std::string_view text) {
  auto const t = parse_time(text);
  return t && t->is == pdm::wire::table_time::kind::wall ? pdm::to_seconds(t->wall) : NAN;
}

}  // namespace

TEST_CASE("the separator is found by itself") {
  support::scratch const s;
  for (std::string const sep : {",", ";", "\t", " ", "   "}) {
    auto const t = read(s.write("a.csv", "a" + sep + "b\r\n1" + sep + "-2.5\n\n+3" + sep + "4e-1"));
    CHECK(t.error.empty());
    CHECK(t.columns == std::vector<std::string>{"a", "b"});
    CHECK(t.rows == std::vector<std::vector<double>>{{1, -2.5}, {3, 0.4}});
  }
  auto const quoted = read(s.write("q.csv", "\xef\xbb\xbf\"flow, in\",\"say \"\"b\"\"\"\n\"1\",2\n"));
  CHECK(quoted.columns == std::vector<std::string>{"flow, in", "say \"b\""});
  CHECK(quoted.rows == std::vector<std::vector<double>>{{1, 2}});
}

TEST_CASE("a table without a header, and a column without a name, are called by their index") {
  support::scratch const s;
  CHECK(read(s.write("a.txt", "1 2 3  \n4 5 6  \n")).columns == std::vector<std::string>{"0", "1", "2"});
  CHECK(read(s.write("a.txt", "1 2 3  \n4 5 6  \n")).rows.size() == 2);
  CHECK(read(s.path("a.txt"), {.columns = {"x", "y", "z"}}).columns == std::vector<std::string>{"x", "y", "z"});
  CHECK(read(s.write("b.csv", ",v\n0,1\n")).columns == std::vector<std::string>{"0", "v"});
}

TEST_CASE("absent values are marked, and compressed tables are read directly") {
  support::scratch const s;
  auto const file = zipped(s.path("a.csv.gz"), "a,b\n1,\nNaN,2\nnull,NA\n3,4\n");
  auto t = table_reader::open(file);
  REQUIRE(t);
  std::vector<bool> absent;
  for (auto more = t->next(); more && *more; more = t->next()) {
    absent.push_back(t->is_absent(0));
    absent.push_back(t->is_absent(1));
    CHECK(t->quality().is_good() == (t->row() == 3));
    for (std::size_t i = 0; i < 2; ++i) CHECK(std::isnan(t->values()[i]) == t->is_absent(i));
  }
  CHECK(absent == std::vector<bool>{false, true, true, false, true, true, false, false});
}

TEST_CASE("a compressed table that is cut short is refused and never looks complete") {
  support::scratch const s;
  std::string text = "a,b\n";
  for (int i = 0; i < 2000; ++i) text += std::to_string(i * 7919 % 10007) + "," + std::to_string(i) + "\n";
  auto const file = zipped(s.path("a.csv.gz"), text);
  CHECK(read(file).error.empty());
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  CHECK(read(file).error.find("damaged or cut short; give the whole file") != std::string::npos);
}

TEST_CASE("what is no number and a row of another length are refused with file and line") {
  support::scratch const s;
  auto const f = s.path("a.csv");
  auto const says = [&](std::string const& text) { return read(s.write("a.csv", text)).error; };
  CHECK(says("a,b\n1,2\n3,abc\n") ==
        f + ":3: column \"b\" has \"abc\" where a number belongs; correct the field, or leave the column out");
  CHECK(says("a,b\n1,2\n\n3,4,5\n") == f + ":4: the row has 3 fields and the table 2 columns; correct the row");
  CHECK(says("a,b\n1\n") == f + ":2: the row has 1 fields and the table 2 columns; correct the row");
  for (auto const* wrong : {"1x", "inf", "1e999", "0x10", "1,5", "--1", "+-1", "1 2", ".", "NaNs"}) {
    CHECK_FALSE(says("a;b\n1;" + std::string(wrong) + "\n").empty());
  }
  CHECK(says("a,a\n1,2\n").find("two columns are called \"a\"") != std::string::npos);
  CHECK(says("a,\"b\n1,2\n").find(":1: a quote is not closed") != std::string::npos);
  CHECK(says("\n\n").find("there is not one row in it") != std::string::npos);
  CHECK(says(std::string(1100000, 'x')).find("more than 1048576 characters") != std::string::npos);
  CHECK(says(std::string(5000, ',')).find("more than 4096 fields") != std::string::npos);
  CHECK(read(s.path("")).error.find("this is a directory") != std::string::npos);
  CHECK(read(s.write("e.csv", "")).error.find("the file is empty") != std::string::npos);
  CHECK(read(s.write("a.csv", "a,b\n1,2\n"), {.time = "when"})
            .error.find("there is no column \"when\"; give one of: a, b") != std::string::npos);
}

TEST_CASE("times are read in the three ways of the contract") {
  double const t = 1792281600;  // 2026-10-18T00:00:00Z, by date(1)
  CHECK(wall_s("2026-10-18") == t);
  CHECK(wall_s("2026-10-18T08:15:30Z") == t + 29730);
  CHECK(wall_s("2026-10-18 08:15:30.250") == Approx(t + 29730.25).epsilon(1e-15));
  CHECK(wall_s("2026-10-18T08:15:30+02:00") == t + 22530);
  CHECK(wall_s("2026-10-18T08:15:30-0130") == t + 35130);
  CHECK(wall_s("2026.10.18.08.15.30") == t + 29730);
  CHECK(wall_s("1970-01-01T00:00:00Z") == 0);
  CHECK(wall_s("2000-02-29T00:00:00") == 951782400);
  CHECK(parse_time("17.5")->number == 17.5);
  for (auto const* wrong : {"", "2026-13-01", "2026-02-29", "2026-10-18T25:00", "2026-10-18T08:15:30+", "2026-10-18x",
                            "18.10.2026", "nan", "inf", "2026-10-18T08", "2026-10-18T08:15:30.", "9999-01-01"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_time(wrong));
  }
}

TEST_CASE("a time that repeats or goes back is marked, not refused") {
  support::scratch const s;
  auto t = table_reader::open(s.write("a.csv",
                                      "when;v\n2020-03-09 10:00:00;1\n2020-03-09 10:00:00;2\n"
                                      "2020-03-09 09:59:00;3\n2020-03-09 10:01:00;4\n2020;5\n"),
                              {.time = "when"});
  REQUIRE(t);
  std::vector<bool> repeated, backward;
  for (int i = 0; i < 4; ++i) {
    REQUIRE(*t->next());
    repeated.push_back(t->quality().has(quality_reason::duplicate));
    backward.push_back(t->quality().has(quality_reason::out_of_order));
  }
  CHECK(repeated == std::vector<bool>{false, true, false, false});
  CHECK(backward == std::vector<bool>{false, false, true, false});
  CHECK(t->time_text() == "2020-03-09 10:01:00");
  CHECK(t->next().error().message().find(":6: the time is \"2020\"") != std::string::npos);
}

TEST_CASE("words are allowed where they were announced") {
  support::scratch const s;
  auto t = table_reader::open(s.write("a.csv", "unit,v\npump A,1\n"), {.text_columns = {"unit"}});
  REQUIRE(t);
  REQUIRE(*t->next());
  CHECK(t->text(0) == "pump A");
  CHECK(t->is_absent(0));
  CHECK(t->values()[1] == 1);
  CHECK(t->quality().is_good());
}

TEST_CASE("no bytes whatever crash the table reader") {
  support::scratch const s;
  std::string const good = "\"a\";b;t\n1;2.5;2020-01-01 00:00:00\n-3e5;nan;2020-01-01 00:00:01\n";
  pdm::random_source draw(5);
  int refused = 0;
  for (int i = 0; i < 400; ++i) {
    auto text = good;
    for (int k = 0; k < 3; ++k) {
      text[static_cast<std::size_t>(draw.uniform() * static_cast<double>(text.size()))] =
          static_cast<char>(static_cast<unsigned char>(draw.uniform() * 256));
    }
    refused += read(s.write("a.csv", text), {.time = "2"}).error.empty() ? 0 : 1;
  }
  CHECK(refused > 200);
}

TEST_CASE("a CSV file of samples is a recording whose times tell the rate") {
  support::scratch const s;
  auto const open = [&](std::string const& text, pdm::wire::read_options const& options = {}) {
    return pdm::wire::open_recording(s.write("a.csv", text), options);
  };
  auto r = open("time,h,v\n0.00,1,10\n0.01,2,20\n0.02,,30\n0.03,4,40\n");
  REQUIRE(r);
  CHECK((*r)->info().fs_hz == Approx(100));
  CHECK((*r)->info().channels == std::vector<std::string>{"h", "v"});
  std::vector<double> x(4);
  REQUIRE((*r)->read(0, 0, 0, x));
  CHECK(x[1] == 2);
  CHECK(std::isnan(x[2]));  // absent: for the quality gate to find
  r = open("2026-10-18 00:00:00;7\n2026-10-18 00:00:01;8\n", {.channel = "1"});
  REQUIRE(r);
  CHECK((*r)->info().fs_hz == 1);
  CHECK((*r)->info().wall_start == pdm::from_seconds(1792281600));
  CHECK(open("1\n2\n3\n").error().what == "there is no sampling rate");
  CHECK(open("1\n2\n3\n", {.fs_hz = 5}));
  CHECK(open("t,v\n0,1\n1,2\n5,3\n").error().what.find("not evenly spaced") != std::string::npos);
  CHECK(open("t,v\n0,1\n1,two\n").error().message() ==
        s.path("a.csv") +
            ":3: column \"v\" has \"two\" where a number belongs; correct the field, or leave the column out");
  CHECK(open("t,v\n").error().what == "there is not one row in it");
}

TEST_CASE("every recorded table is read to its end") {
  std::filesystem::path const shared = std::filesystem::path(PDM_SOURCE_DIR) / ".." / "shared" / "data";
  if (!std::filesystem::is_directory(shared)) {
    std::puts("SKIPPED: no recorded data beside the tree");
    return;
  }
  CHECK(read((shared / "cmapss/train_FD001.txt.gz").string()).rows.size() == 20631);
  auto const skab = read((shared / "skab/anomaly-free.csv").string(), {.time = "datetime"});
  CHECK(skab.error.empty());
  CHECK(skab.rows.size() == 9405);
  auto const ims = read((shared / "ims_features/test1_mean_abs.csv").string(), {.time = "Datetime"});
  CHECK(ims.error.empty());
  CHECK(ims.rows.size() == 2156);
  CHECK(ims.columns[0] == "0");
  auto const nab = read((shared / "nab/machine_temperature_system_failure.csv").string(), {.time = "timestamp"});
  CHECK(nab.rows.size() == 22695);
  auto const hydraulic = read((shared / "hydraulic/TS1.txt.gz").string());
  CHECK(hydraulic.columns.size() == 60);
}
