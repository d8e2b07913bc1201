/* The C interface on memory of the program: a pump is heard for a moment every minute, and after five hours a
 * bearing begins to fail. The standing of the line is saved half-way and taken over by another one, as after a restart.
 */
#include <math.h>
#include <stdio.h>

#include "pdm/pdm.h"

enum { rate = 12800, window = 4096 };
static double const two_pi = 6.283185307179586;

static unsigned char memory[32768], memory_after_restart[32768], saved[8192];

/* What the accelerometer hears in one minute: shaft, noise, and impacts that grow with the fault. */
static void listen(int minute, float* samples) {
  static uint32_t draw = 1;
  double const fault = minute < 300 ? 0 : 0.02 * (minute - 300);
  for (int i = 0; i < window; ++i) {
    double noise = -3;
    for (int k = 0; k < 6; ++k) noise += (draw = draw * 1664525u + 1013904223u) / 4294967296.0;
    double const t = (double)i / rate, since = t - floor(t * 87) / 87;
    double const impact = fault * exp(-since * 800) * sin(two_pi * 2500 * since);
    samples[i] = (float)(9.81 + 0.4 * sin(two_pi * 24.5 * t) + 0.2 * noise + impact);
  }
}

static void report(int minute, pdm_line* line) {
  pdm_event e = {0};
  e.struct_size = sizeof e;
  while (pdm_line_poll(line, &e)) {
    switch (e.kind) {
      case PDM_EVENT_LEARNED: printf("minute %3d: knows what is usual, rms %.2f\n", minute, e.features[0]); break;
      case PDM_EVENT_ALARM_RAISED:
        printf("minute %3d: alarm, score above %.0f, mostly by %s\n", minute, e.threshold,
               pdm_feature_name((size_t)e.strongest));
        break;
      case PDM_EVENT_ALARM_CLEARED: printf("minute %3d: alarm over\n", minute); break;
      default: printf("minute %3d: machine %d, measuring chain %d\n", minute, e.state, e.measurement);
    }
  }
}

int main(void) {
  pdm_line_config config;
  pdm_line_config_init(&config, rate);
  config.max_block = config.frame_length = config.frame_hop = window; /* a frame a minute */
  config.skip_frames = 10;
  config.learn_frames = 60;

  pdm_line* line = NULL;
  pdm_status status = pdm_line_create(&config, memory, sizeof memory, &line);
  if (status != PDM_OK) return printf("%s: %zu bytes\n", pdm_status_text(status), pdm_line_footprint(&config)), 1;

  float samples[window];
  for (int minute = 0; minute < 400; ++minute) {
    listen(minute, samples);
    if (minute == 150) samples[1000] = (float)NAN; /* a frame is spoilt, the line is not */
    (void)pdm_line_gap(line, (uint64_t)rate * 60 - window);
    (void)pdm_line_process(line, samples, window);
    report(minute, line);

    if (minute == 200) { /* a restart: what was learned is carried over */
      size_t bytes = 0;
      if (pdm_line_save(line, saved, sizeof saved, &bytes) != PDM_OK) return 1;
      pdm_line_destroy(line);
      if (pdm_line_create(&config, memory_after_restart, sizeof memory_after_restart, &line) != PDM_OK) return 1;
      status = pdm_line_restore(line, saved, bytes);
      printf("minute %3d: restarted: %s\n", minute, pdm_status_text(status));
    }
  }
  printf("dropped events: %d\n", (int)pdm_line_dropped_events(line));
  pdm_line_destroy(line);
  return 0;
}
