/* The C interface from a C program: learning, alarm, events, bad samples, saving, and calls that are wrong. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pdm/pdm.h"

enum { frame = 1024, learned_frames = 22, footprint_bound = 65536 };

static int wrong = 0;
#define CHECK(claim)                                             \
  do {                                                           \
    if (!(claim)) {                                              \
      printf("%s:%d: not so: %s\n", __func__, __LINE__, #claim); \
      ++wrong;                                                   \
    }                                                            \
  } while (0)

/* ---- a machine: shaft at 25 Hz, noise, an offset, and with a fault 90 impacts a second ---- */

typedef struct {
  uint64_t at;
  uint32_t draw;
} machine;

static double uniform(machine* m) {
  m->draw = m->draw * 1664525u + 1013904223u;
  return m->draw / 4294967296.0;
}

static void run(machine* m, double fault, float* samples, size_t count) {
  for (size_t i = 0; i < count; ++i, ++m->at) {
    double const t = (double)m->at / 25600;
    double const noise = uniform(m) + uniform(m) + uniform(m) + uniform(m) - 2;
    double const since = t - floor(t * 90) / 90;
    double const ring = fault * exp(-since * 1500) * sin(6.2831853 * 3000 * since);
    samples[i] = (float)(2 + 0.5 * sin(6.2831853 * 25 * t) + 0.3 * noise + ring);
  }
}

static unsigned char memory[footprint_bound], other_memory[footprint_bound], saved[footprint_bound];

static pdm_line_config settings(void) {
  pdm_line_config c;
  pdm_line_config_init(&c, 25600);
  c.frame_length = c.frame_hop = frame;
  c.skip_frames = 2;
  c.learn_frames = 20;
  c.full_scale = 50;
  return c;
}

static pdm_line* new_line(unsigned char* where) {
  pdm_line_config const c = settings();
  pdm_line* line = NULL;
  CHECK(pdm_line_create(&c, where, footprint_bound, &line) == PDM_OK);
  return line;
}

static void feed(pdm_line* line, machine* m, double fault, int frames) {
  float samples[frame];
  for (int i = 0; i < frames; ++i) {
    run(m, fault, samples, frame);
    CHECK(pdm_line_process(line, samples, frame) == PDM_OK);
  }
}

/* Polls everything; the number of events of a kind, the last of which is left in *last. */
static int told(pdm_line* line, pdm_event_kind kind, pdm_event* last) {
  pdm_event e;
  int count = 0;
  memset(&e, 0, sizeof e);
  e.struct_size = sizeof e;
  while (pdm_line_poll(line, &e)) {
    if (e.kind != (int32_t)kind) continue;
    ++count;
    if (last != NULL) *last = e;
  }
  return count;
}

/* ---- claims ---- */

static void a_line_learns_stays_quiet_and_raises_on_a_fault(void) {
  machine m = {0, 1};
  pdm_event e;
  double sum = 0;
  pdm_line* line = new_line(memory);
  feed(line, &m, 0, learned_frames - 1);
  CHECK(pdm_line_score(line) == -1);
  CHECK(told(line, PDM_EVENT_LEARNED, NULL) == 0);
  feed(line, &m, 0, 1);
  CHECK(told(line, PDM_EVENT_LEARNED, &e) == 1);
  CHECK(e.frame == learned_frames - 1 && e.sample == (learned_frames - 1) * frame && e.score == -1);
  CHECK(fabs(e.features[0] - sqrt(0.125 + 0.03)) < 0.03); /* rms without the offset of 2 */

  feed(line, &m, 0, 300);
  CHECK(pdm_line_score(line) >= 0 && pdm_line_score(line) < 2.4);
  CHECK(told(line, PDM_EVENT_ALARM_RAISED, NULL) == 0);

  feed(line, &m, 6, 6);
  CHECK(told(line, PDM_EVENT_ALARM_RAISED, &e) == 1);
  CHECK(e.state == PDM_STATE_MAINTENANCE_REQUIRED && e.measurement == PDM_STATE_NORMAL);
  CHECK(e.score > e.threshold && e.threshold == 4);
  CHECK(e.features[5] > 4); /* kurtosis */
  CHECK(e.strongest >= 0 && e.contributions[e.strongest] > 0);
  for (int i = 0; i < PDM_FEATURE_COUNT; ++i) {
    sum += e.contributions[i];
    CHECK(e.contributions[i] <= e.contributions[e.strongest]);
  }
  CHECK(fabs(sum - e.score) < 1e-9 * e.score);

  feed(line, &m, 0, 6);
  CHECK(told(line, PDM_EVENT_ALARM_CLEARED, &e) == 1);
  CHECK(e.threshold == 2.4 && e.state == PDM_STATE_NORMAL);
  pdm_line_destroy(line);
}

static void a_nan_spoils_its_frame_and_nothing_else(void) {
  machine m = {0, 1}, n = {0, 1};
  float samples[frame];
  pdm_event e;
  pdm_line *line = new_line(memory), *other = new_line(other_memory);
  feed(line, &m, 0, 40);
  feed(other, &n, 0, 40);
  (void)told(line, PDM_EVENT_LEARNED, NULL);
  run(&m, 0, samples, frame);
  samples[500] = (float)NAN;
  samples[501] = (float)-INFINITY;
  CHECK(pdm_line_process(line, samples, frame) == PDM_OK);
  CHECK(pdm_line_score(line) == -1);
  CHECK(told(line, PDM_EVENT_STATE_CHANGED, &e) == 1);
  CHECK(e.state == PDM_STATE_UNKNOWN && e.measurement == PDM_STATE_CHECK_FUNCTION && e.strongest == -1);
  feed(other, &n, 0, 1);
  feed(line, &m, 0, 1);
  feed(other, &n, 0, 1);
  CHECK(fabs(pdm_line_score(line) - pdm_line_score(other)) < 0.1);
  (void)told(line, PDM_EVENT_STATE_CHANGED, NULL);
  for (int i = 0; i < frame; ++i) samples[i] = (float)NAN;
  for (int i = 0; i < 5; ++i) CHECK(pdm_line_process(line, samples, frame) == PDM_OK);
  CHECK(told(line, PDM_EVENT_STATE_CHANGED, &e) == 2);
  CHECK(e.state == PDM_STATE_UNKNOWN && e.measurement == PDM_STATE_FAILURE);
}

static void a_signal_begins_with_its_first_finite_sample(void) {
  machine m = {0, 1};
  float samples[frame];
  pdm_event e;
  pdm_line* line = new_line(memory);
  run(&m, 0, samples, frame);
  for (int i = 0; i < 100; ++i) samples[i] = (float)NAN;
  CHECK(pdm_line_process(line, samples, frame) == PDM_OK);
  feed(line, &m, 0, 1);
  CHECK(told(line, PDM_EVENT_STATE_CHANGED, &e) == 1);
  CHECK(e.frame == 0 && e.sample == 100 && e.measurement == PDM_STATE_NORMAL);
  CHECK(e.features[1] < 1.5); /* peak: the offset of 2 made no transient */
}

static void a_sensor_at_its_rail_or_stuck_is_told(void) {
  machine m = {0, 1};
  float samples[frame];
  pdm_event e;
  pdm_line* line = new_line(memory);
  feed(line, &m, 0, 40);
  (void)told(line, PDM_EVENT_LEARNED, NULL);
  for (int i = 0; i < 3; ++i) {
    run(&m, 200, samples, frame);
    for (int k = 0; k < frame; ++k) samples[k] = samples[k] > 50 ? 50 : samples[k] < -50 ? -50 : samples[k];
    CHECK(pdm_line_process(line, samples, frame) == PDM_OK);
  }
  CHECK(told(line, PDM_EVENT_ALARM_RAISED, &e) == 1); /* clipped says "at least this much" */
  CHECK(pdm_line_score(line) > 4);
  for (int k = 0; k < frame; ++k) samples[k] = 1.5f;
  for (int i = 0; i < 3; ++i) CHECK(pdm_line_process(line, samples, frame) == PDM_OK);
  CHECK(told(line, PDM_EVENT_STATE_CHANGED, &e) >= 1);
  CHECK(e.measurement == PDM_STATE_FAILURE && e.state == PDM_STATE_UNKNOWN);
  CHECK(told(line, PDM_EVENT_ALARM_CLEARED, NULL) == 0); /* a dead sensor ends no alarm */
}

static void a_standing_machine_neither_learns_nor_alarms(void) {
  machine m = {0, 1};
  pdm_line* line = new_line(memory);
  CHECK(pdm_line_operating(line, PDM_OPERATING_STARTING) == PDM_OK);
  feed(line, &m, 0, 60);
  CHECK(told(line, PDM_EVENT_LEARNED, NULL) == 0);
  CHECK(pdm_line_operating(line, PDM_OPERATING_STEADY) == PDM_OK);
  feed(line, &m, 0, learned_frames);
  CHECK(told(line, PDM_EVENT_LEARNED, NULL) == 1);
  CHECK(pdm_line_operating(line, PDM_OPERATING_OFF) == PDM_OK);
  feed(line, &m, 20, 20);
  CHECK(told(line, PDM_EVENT_ALARM_RAISED, NULL) == 0 && pdm_line_score(line) == -1);
}

static void no_frame_spans_a_gap(void) {
  machine m = {0, 1};
  float samples[frame];
  pdm_event e;
  pdm_line* line = new_line(memory);
  run(&m, 0, samples, frame);
  CHECK(pdm_line_process(line, samples, frame - 1) == PDM_OK);
  CHECK(pdm_line_gap(line, 10000) == PDM_OK);
  feed(line, &m, 0, 1);
  CHECK(told(line, PDM_EVENT_STATE_CHANGED, &e) == 1);
  CHECK(e.frame == 0 && e.sample == frame - 1 + 10000 && e.measurement == PDM_STATE_NORMAL);
  CHECK(pdm_line_gap(line, UINT64_MAX) == PDM_INVALID_ARGUMENT);
}

static void what_is_not_polled_drops_the_oldest(void) {
  machine m = {0, 1};
  float samples[frame];
  pdm_event e;
  pdm_line* line = new_line(memory);
  feed(line, &m, 0, 40); /* three events: the chain is normal, learned, the machine is normal */
  for (int i = 0; i < 20; ++i) {
    run(&m, 0, samples, frame);
    if (i % 2 == 1) samples[7] = (float)NAN; /* 19 changes between normal and unknown, from frame 41 on */
    CHECK(pdm_line_process(line, samples, frame) == PDM_OK);
  }
  CHECK(pdm_line_dropped_events(line) == 3 + 19 - 16);
  e.struct_size = sizeof e;
  CHECK(pdm_line_poll(line, &e) == 1 && e.frame == 44);
  CHECK(told(line, PDM_EVENT_STATE_CHANGED, &e) == 15 && e.frame == 59);
  CHECK(pdm_line_poll(line, &e) == 0);
}

static void saving_and_restoring_gives_the_same_bits(int frames) {
  machine m = {0, 1}, n;
  size_t bytes = 0, again = 0;
  pdm_line *line = new_line(memory), *other = new_line(other_memory);
  feed(line, &m, 0, frames);
  CHECK(pdm_line_save(line, saved, sizeof saved, &bytes) == PDM_OK);
  CHECK(bytes > 0 && bytes <= pdm_line_saved_bytes(line));
  CHECK(pdm_line_save(line, saved + bytes, bytes - 1, &again) == PDM_OUT_OF_MEMORY && again == 0);
  CHECK(pdm_line_restore(other, saved, bytes) == PDM_OK);
  CHECK(pdm_line_gap(line, 0) == PDM_OK);
  n = m;
  for (int i = 0; i < 60; ++i) {
    double const a = (feed(line, &m, i / 10, 1), pdm_line_score(line));
    double const b = (feed(other, &n, i / 10, 1), pdm_line_score(other));
    CHECK(memcmp(&a, &b, sizeof a) == 0);
  }
  CHECK(pdm_line_score(line) > 0);
  CHECK(told(line, PDM_EVENT_ALARM_RAISED, NULL) == 1 && told(other, PDM_EVENT_ALARM_RAISED, NULL) == 1);
}

static void a_damaged_state_is_refused_and_changes_nothing(void) {
  machine m = {0, 1};
  size_t bytes = 0, again = 0;
  pdm_line_config c = settings();
  pdm_line *line = new_line(memory), *other = NULL;
  feed(line, &m, 0, 40);
  CHECK(pdm_line_save(line, saved, sizeof saved, &bytes) == PDM_OK);
  for (size_t i = 0; i < bytes; ++i) {
    saved[i] = (unsigned char)(saved[i] ^ 0x20);
    pdm_status const s = pdm_line_restore(line, saved, bytes);
    CHECK(s == PDM_CORRUPT || s == PDM_NEWER_VERSION);
    saved[i] = (unsigned char)(saved[i] ^ 0x20);
  }
  for (size_t i = 0; i < bytes; ++i) CHECK(pdm_line_restore(line, saved, i) == PDM_CORRUPT);
  CHECK(pdm_line_save(line, saved + bytes, sizeof saved - bytes, &again) == PDM_OK);
  CHECK(again == bytes && memcmp(saved, saved + bytes, bytes) == 0);
  c.highpass_hz = 20;
  CHECK(pdm_line_create(&c, other_memory, sizeof other_memory, &other) == PDM_OK);
  CHECK(pdm_line_restore(other, saved, bytes) == PDM_SHAPE_MISMATCH);
}

static void the_footprint_is_what_is_taken(void) {
  pdm_line_config c = settings();
  pdm_line* line = NULL;
  machine m = {0, 1};
  size_t const need = pdm_line_footprint(&c);
  CHECK(need > 0 && need + 128 < sizeof memory);
  for (size_t shift = 0; shift < 64; ++shift) {
    memset(memory, 0xA5, sizeof memory);
    CHECK(pdm_line_create(&c, memory + shift, need, &line) == PDM_OK);
    feed(line, &m, 0, 2);
    for (size_t i = 0; i < shift; ++i) CHECK(memory[i] == 0xA5);
    for (size_t i = shift + need; i < sizeof memory; ++i) CHECK(memory[i] == 0xA5);
    CHECK(pdm_line_create(&c, memory + shift, need - 64, &line) == PDM_OUT_OF_MEMORY && line == NULL);
  }
  pdm_line_config_init(&c, 25600);
  CHECK(c.frame_length == 4096 && pdm_line_footprint(&c) <= 32768);
}

static void wrong_settings_are_refused(void) {
  pdm_line_config const good = settings();
  pdm_line* line = NULL;
  pdm_line_config c;
#define REFUSED(change, why)                                                           \
  do {                                                                                 \
    c = good;                                                                          \
    change;                                                                            \
    CHECK(pdm_line_footprint(&c) == 0);                                                \
    CHECK(pdm_line_create(&c, memory, sizeof memory, &line) == (why) && line == NULL); \
  } while (0)
  REFUSED(c.rate_hz = 0, PDM_INVALID_ARGUMENT);
  REFUSED(c.rate_hz = NAN, PDM_INVALID_ARGUMENT);
  REFUSED(c.highpass_hz = 12800, PDM_RATE_MISMATCH);
  REFUSED(c.highpass_hz = -1, PDM_INVALID_ARGUMENT);
  REFUSED(c.max_block = 0, PDM_INVALID_ARGUMENT);
  REFUSED(c.frame_length = 15, PDM_INVALID_ARGUMENT);
  REFUSED(c.frame_hop = 0, PDM_INVALID_ARGUMENT);
  REFUSED(c.learn_frames = 2, PDM_INVALID_ARGUMENT);
  REFUSED(c.prior_scale = 0, PDM_INVALID_ARGUMENT);
  REFUSED(c.dead_zone = NAN, PDM_INVALID_ARGUMENT);
  REFUSED(c.alarm_off = 5, PDM_INVALID_ARGUMENT);
  REFUSED(c.alarm_k = 7, PDM_INVALID_ARGUMENT);
  REFUSED(c.alarm_n = 65, PDM_INVALID_ARGUMENT);
  REFUSED(c.full_scale = INFINITY, PDM_INVALID_ARGUMENT);
  REFUSED(c.struct_size = 8, PDM_INVALID_ARGUMENT);
#undef REFUSED
}

static void structures_may_be_longer_than_the_library_knows(void) {
  struct {
    pdm_line_config config;
    double later[2];
  } c;
  struct {
    pdm_event event;
    double later;
  } e;
  pdm_line* line = NULL;
  machine m = {0, 1};
  pdm_line_config_init_sized(&c.config, sizeof c, 25600);
  CHECK(c.config.struct_size == sizeof c && c.later[0] == 0 && c.later[1] == 0);
  c.config.frame_length = c.config.frame_hop = frame;
  CHECK(pdm_line_create(&c.config, memory, sizeof memory, &line) == PDM_OK);
  feed(line, &m, 0, 1);
  e.later = 7;
  e.event.struct_size = sizeof e.event - 1;
  CHECK(pdm_line_poll(line, &e.event) == 0);
  e.event.struct_size = sizeof e;
  CHECK(pdm_line_poll(line, &e.event) == 1 && e.event.struct_size == sizeof e && e.later == 0);
  c.later[1] = 1;
  CHECK(pdm_line_footprint(&c.config) == 0);
  CHECK(pdm_line_create(&c.config, memory, sizeof memory, &line) == PDM_INVALID_ARGUMENT);
}

static void null_is_answered(void) {
  pdm_line_config c = settings();
  pdm_line* line = new_line(memory);
  pdm_event e;
  float x = 0;
  size_t n = 1;
  CHECK(pdm_line_footprint(NULL) == 0);
  CHECK(pdm_line_create(NULL, memory, sizeof memory, &line) == PDM_INVALID_ARGUMENT && line == NULL);
  CHECK(pdm_line_create(&c, NULL, sizeof memory, &line) == PDM_INVALID_ARGUMENT);
  CHECK(pdm_line_create(&c, memory, sizeof memory, NULL) == PDM_INVALID_ARGUMENT);
  pdm_line_config_init(NULL, 25600);
  pdm_line_destroy(NULL);
  CHECK(pdm_line_process(NULL, &x, 1) == PDM_INVALID_ARGUMENT);
  CHECK(pdm_line_gap(NULL, 0) == PDM_INVALID_ARGUMENT);
  CHECK(pdm_line_operating(NULL, PDM_OPERATING_OFF) == PDM_INVALID_ARGUMENT);
  CHECK(pdm_line_poll(NULL, &e) == 0 && pdm_line_score(NULL) == -1);
  CHECK(pdm_line_dropped_events(NULL) == 0 && pdm_line_saved_bytes(NULL) == 0);
  CHECK(pdm_line_save(NULL, saved, sizeof saved, &n) == PDM_INVALID_ARGUMENT && n == 0);
  CHECK(pdm_line_restore(NULL, saved, sizeof saved) == PDM_INVALID_ARGUMENT);
  line = new_line(memory);
  CHECK(pdm_line_process(line, NULL, 1) == PDM_INVALID_ARGUMENT && pdm_line_process(line, NULL, 0) == PDM_OK);
  CHECK(pdm_line_process(line, &x, c.max_block + 1) == PDM_SHAPE_MISMATCH);
  CHECK(pdm_line_operating(line, (pdm_operating_state)9) == PDM_INVALID_ARGUMENT);
  CHECK(pdm_line_poll(line, NULL) == 0);
  CHECK(pdm_line_save(line, NULL, 100, &n) == PDM_INVALID_ARGUMENT);
  CHECK(pdm_line_save(line, saved, sizeof saved, NULL) == PDM_INVALID_ARGUMENT);
  CHECK(pdm_line_restore(line, NULL, 100) == PDM_INVALID_ARGUMENT);
}

static void words_are_there(void) {
  CHECK(strcmp(pdm_version(), "0.1.0") == 0);
  CHECK(strcmp(pdm_feature_name(0), "rms") == 0 && strcmp(pdm_feature_name(5), "kurtosis") == 0);
  CHECK(strcmp(pdm_feature_name(11), "hjorth.complexity") == 0 && pdm_feature_name(PDM_FEATURE_COUNT) == NULL);
  CHECK(strcmp(pdm_status_text(PDM_CORRUPT), "corrupt") == 0 && pdm_status_text((pdm_status)77) != NULL);
}

int main(void) {
  a_line_learns_stays_quiet_and_raises_on_a_fault();
  a_nan_spoils_its_frame_and_nothing_else();
  a_signal_begins_with_its_first_finite_sample();
  a_sensor_at_its_rail_or_stuck_is_told();
  a_standing_machine_neither_learns_nor_alarms();
  no_frame_spans_a_gap();
  what_is_not_polled_drops_the_oldest();
  saving_and_restoring_gives_the_same_bits(40); /* learned */
  saving_and_restoring_gives_the_same_bits(10); /* while learning */
  a_damaged_state_is_refused_and_changes_nothing();
  the_footprint_is_what_is_taken();
  wrong_settings_are_refused();
  structures_may_be_longer_than_the_library_knows();
  null_is_answered();
  words_are_there();
  printf("%d wrong\n", wrong);
  return wrong != 0;
}
