// modbus_source -- values of Modbus devices behind one connection, polled at a fixed period, as blocks with quality.
//
// What      Tags that lie beside each other are read in one request. async_next waits for the next slot of the period,
//           reads everything once and gives one block a tag: one sample, sequence = number of the slot.
// Quality   A tag that could not be read gives a block without a sample, bad with reason gap; its next block that has
// one
//           carries gap, too, since it does not continue. A number that is not finite is bad with not_finite. Slots
//           that passed while a poll was under way are skipped and counted, and the sequence jumps: nothing is made up.
// NB        source_time is when the answer came, since the first slot: a Modbus device sends no time of its own.
//           A device that does not answer fails no call: its blocks say so. It is asked again after a pause of its own,
//           so that it does not hold up the others on the bus for a time-out in each slot.
// Complete  void(error_code, span<block<double> const>), valid until the next call; the only error is
// operation_aborted. Cancel    Supports terminal cancellation and cancel(). The slot is over; the next call waits for
// the next one. Cost      No heap call after the first rounds. One request a group of tags and slot. Threads   Distinct
// objects: safe. Shared objects: unsafe.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pdm/acquisition/modbus_master.hpp"
#include "pdm/signal/block.hpp"
#include "pdm/signal/stream.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::acquisition {

struct modbus_tag {
  std::string name;
  std::uint8_t unit = 1;
  wire::modbus::function table = wire::modbus::function::holding_registers;
  std::uint16_t address = 0;  // from 0
  wire::modbus::value_type type = wire::modbus::value_type::u16;
  wire::modbus::byte_order order = wire::modbus::byte_order::abcd;
  double scale = 1, offset = 0;  // value = number * scale + offset
  pdm::unit quantity = pdm::unit::unknown;
};

struct modbus_source_params {
  double period_s = 1;
  std::uint16_t most_hole = 0;  // registers nobody asked for that may be read along; some devices refuse them
  backoff_params device_again{.least_s = 1, .most_s = 30};
  modbus_master_params master{};
};

struct modbus_source_counters {
  std::uint64_t slots = 0, skipped = 0;   // skipped: passed while a poll was under way
  std::uint64_t values = 0, missing = 0;  // tags read and not read
  std::uint64_t resting = 0;              // requests not sent because the device did not answer lately
};

class modbus_source {
 public:
  using params = modbus_source_params;
  using executor_type = boost::asio::any_io_executor;
  using error_code = boost::system::error_code;
  using blocks = std::span<block<double> const>;

  // invalid_argument: no tags, a period that is not positive, or a tag beyond the last address.
  [[nodiscard]] static result<modbus_source> make(executor_type const& executor, wire::endpoint const& where,
                                                  std::vector<modbus_tag> tags, params const& p = params());
  modbus_source(modbus_source&&) noexcept = default;
  modbus_source& operator=(modbus_source&&) = delete;
  ~modbus_source() {
    if (core_) core_->stop();
  }

  [[nodiscard]] executor_type get_executor() const { return core_->timer.get_executor(); }
  [[nodiscard]] std::span<modbus_tag const> tags() const noexcept { return core_->tags; }
  [[nodiscard]] stream_spec spec(std::size_t tag) const noexcept;
  [[nodiscard]] std::size_t requests() const noexcept { return core_->groups.size(); }  // in one slot
  [[nodiscard]] modbus_source_counters const& counters() const noexcept { return core_->counters; }
  [[nodiscard]] modbus_counters const& wire_counters() const noexcept { return core_->master.counters(); }

  // One call at a time.
  template <class Token>
  auto async_next(Token&& token) {
    return boost::asio::async_compose<Token, void(error_code, blocks)>(operation{core_}, token, core_->timer);
  }
  void cancel() { core_->cancel(); }

 private:
  using clock = std::chrono::steady_clock;

  struct group {  // tags of one request: places in `order`
    wire::modbus::request what;
    std::size_t first = 0, last = 0;
    backoff again;
  };
  struct core {
    core(executor_type const& executor, wire::endpoint const& where, std::vector<modbus_tag> t, params const& p);
    void plan();
    [[nodiscard]] clock::time_point next_slot(clock::time_point now);
    // The next group that is due in this slot; groups.size() at its end.
    [[nodiscard]] std::size_t next_group(std::size_t from);
    void store(group& g, error_code ec, wire::modbus::reply const& reply);
    void give(std::size_t tag, double value, nanoseconds at);
    void give_nothing(std::size_t tag, nanoseconds at);
    [[nodiscard]] nanoseconds since_begin(clock::time_point t) const noexcept {
      return std::chrono::duration_cast<std::chrono::nanoseconds>(t - begin).count();
    }
    void cancel();
    void stop();

    std::vector<modbus_tag> tags;
    params settings;
    modbus_master master;
    boost::asio::steady_timer timer;
    wire::handler_memory memory;
    std::vector<std::size_t> order;  // tags by place on the device
    std::vector<group> groups;
    std::vector<double> samples;
    std::vector<block<double>> out;
    std::vector<std::uint8_t> broken;  // the tag's stream does not continue
    modbus_source_counters counters;
    clock::time_point begin{};
    std::uint64_t slot = 0;  // the next one
    bool running = false, cancelled = false;
  };

  struct operation {
    std::shared_ptr<core> c;
    std::size_t group = 0;
    enum { begin, waiting, reading } step = begin;

    template <class Self>
    void operator()(Self& self, error_code ec = {}) {
      if (step == begin) {
        step = waiting;
        c->cancelled = false;
        c->timer.expires_at(c->next_slot(clock::now()));
        return c->timer.async_wait(in_memory(c->memory, std::move(self)));
      }
      if (ec || stopped(self)) return self.complete(boost::asio::error::operation_aborted, blocks{});
      read(self, 0);
    }
    template <class Self>
    void operator()(Self& self, error_code ec, wire::modbus::reply const& reply) {
      if (stopped(self)) return self.complete(boost::asio::error::operation_aborted, blocks{});
      c->store(c->groups[group], ec, reply);
      read(self, group + 1);
    }
    template <class Self>
    void read(Self& self, std::size_t from) {
      group = c->next_group(from);
      auto const keep = c;
      if (group == keep->groups.size()) return self.complete({}, blocks(keep->out));
      keep->master.async_read(keep->groups[group].what, std::move(self));
    }
    template <class Self>
    bool stopped(Self& self) const {
      return c->cancelled || self.cancelled() != boost::asio::cancellation_type::none;
    }
  };

  explicit modbus_source(std::shared_ptr<core> c) : core_(std::move(c)) {}
  std::shared_ptr<core> core_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::acquisition
