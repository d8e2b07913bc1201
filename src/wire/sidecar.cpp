#include "sidecar.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "file_bytes.hpp"
#include "pdm/wire/json.hpp"
#include "sampled_file.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

namespace {

using nlohmann::json;
constexpr json_limits sidecar_limits{.depth = 64, .bytes = 1u << 20, .nodes = 100'000};

// Reads fields of one object; the first wrong one is kept.
class fields {
 public:
  fields(json const& object, std::string const& file, std::string prefix = "")
      : object_(object), file_(file), prefix_(std::move(prefix)) {}

  // Absent and null leave `into` as it is.
  fields& number(char const* name, std::optional<double>& into) {
    json const* const v = find(name);
    if (v == nullptr) return *this;
    if (!v->is_number()) return refuse(name, "is not a number", "give a number, or leave it out");
    into = v->get<double>();
    return *this;
  }
  fields& number(char const* name, double& into) {
    std::optional<double> v;
    number(name, v);
    if (v) into = *v;
    return *this;
  }
  fields& text(char const* name, std::string& into) {
    json const* const v = find(name);
    if (v != nullptr && v->is_string()) into = v->get<std::string>();
    return *this;
  }
  // nullptr where the field is not there or is not an object (which is then the failure).
  json const* object(char const* name) {
    json const* const v = find(name);
    if (v == nullptr || v->is_object()) return v;
    refuse(name, "is not an object", "write it in braces, or leave it out");
    return nullptr;
  }
  fields& channels(char const* name, std::vector<std::string>& into) {
    json const* const v = find(name);
    if (v == nullptr) return *this;
    if (v->is_number_unsigned()) return count(name, v->get<std::uint64_t>(), into);
    if (!v->is_array() || v->empty() || v->size() > max_channels) {
      return refuse(name, "is not a list of names", "give 1 to 1024 names, as [\"horizontal\", \"vertical\"]");
    }
    for (json const& entry : *v) {
      if (!entry.is_string()) return refuse(name, "has an entry that is not a name", "give names in quotes");
      into.push_back(entry.get<std::string>());
    }
    return *this;
  }

  [[nodiscard]] std::optional<input_error> const& failure() const noexcept { return failure_; }

 private:
  json const* find(char const* name) const {
    auto const at = object_.find(name);
    return at == object_.end() || at->is_null() ? nullptr : &*at;
  }
  fields& count(char const* name, std::uint64_t n, std::vector<std::string>& into) {
    if (n == 0 || n > max_channels) return refuse(name, "is " + std::to_string(n), "give 1 to 1024");
    for (std::uint64_t i = 0; i < n; ++i) into.push_back(std::to_string(i));
    return *this;
  }
  fields& refuse(char const* name, std::string const& what, std::string todo) {
    if (!failure_) failure_ = bad_input(file_, "\"" + prefix_ + name + "\" " + what, std::move(todo));
    return *this;
  }

  json const& object_;
  std::string file_, prefix_;
  std::optional<input_error> failure_;
};

input_result<void> read_motor(json const& object, sidecar& s) {
  double poles = 0;
  motor_card card;
  fields f(object, s.file, "motor.");
  f.number("poles", poles).number("mains_hz", card.mains_hz).number("rated_rpm", card.rated_rpm);
  if (f.failure()) return *f.failure();
  if (!(poles >= 2 && poles <= 200) || poles != 2 * std::floor(poles / 2)) {
    return bad_input(s.file, "\"motor.poles\" is not an even number of 2 or more", "give the poles of the name plate");
  }
  if (!(card.mains_hz > 0) || !(card.rated_rpm >= 0)) {
    return bad_input(s.file, "the motor card is incomplete", "give poles, mains_hz above 0, and rated_rpm");
  }
  card.poles = static_cast<int>(poles);
  s.motor = card;
  return {};
}

input_result<void> read_bearing(json const& object, sidecar& s) {
  bearing_frequencies b;
  fields f(object, s.file, "bearing.");
  f.number("BPFO_x", b.outer_race).number("BPFI_x", b.inner_race).number("BSF_x", b.element_spin);
  f.number("FTF_x", b.cage);
  if (f.failure()) return *f.failure();
  if (b.outer_race < 0 || b.inner_race < 0 || b.element_spin < 0) {
    return bad_input(s.file, "a bearing frequency is below 0", "give multiples of the shaft speed, as 3.585");
  }
  b.ball_defect = 2 * b.element_spin;
  if (b.outer_race > 0 || b.inner_race > 0 || b.element_spin > 0 || b.cage != 0) s.bearing = b;
  return {};
}

}  // namespace

std::string sidecar_name(std::string const& file) {
  auto const slash = file.find_last_of('/');
  auto const dot = file.find_last_of('.');
  bool const has_ending = dot != std::string::npos && (slash == std::string::npos || dot > slash + 1) && dot > 0;
  return (has_ending ? file.substr(0, dot) : file) + ".json";
}

input_result<sidecar> read_sidecar(std::string const& file) {
  sidecar s;
  s.file = sidecar_name(file);
  if (s.file == file || !file_exists(s.file)) return sidecar{};
  auto const read = parse_json_file(s.file, sidecar_limits);
  if (!read) return read.error();
  if (!read->is_object()) {
    return bad_input(s.file, "this sidecar is not a JSON object", "write its fields in braces, or rename the file");
  }
  std::string units;
  fields f(*read, s.file);
  f.number("fs_hz", s.fs_hz).number("rpm", s.rpm).number("shaft_hz", s.shaft_hz);
  f.number("rpm_tolerance", s.rpm_tolerance).number("samples_per_snapshot", s.samples_per_snapshot);
  f.number("snapshot_interval_s", s.snapshot_interval_s).number("first_snapshot_elapsed_s", s.first_snapshot_elapsed_s);
  f.text("units", units).channels("channels", s.channels);
  json const* const motor = f.object("motor");
  json const* const bearing = f.object("bearing");
  if (f.failure()) return *f.failure();
  s.units = parse_unit(units);
  if (motor != nullptr) {
    if (auto const ok = read_motor(*motor, s); !ok) return ok.error();
  }
  if (bearing != nullptr) {
    if (auto const ok = read_bearing(*bearing, s); !ok) return ok.error();
  }
  return s;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
