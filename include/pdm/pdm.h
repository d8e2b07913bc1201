/* pdm.h -- a monitoring line in plain C99, on memory of the caller.
 *
 * What     One channel: high-pass, frames, features, robust Mahalanobis distance, alarm. Samples are pushed, events are
 *          polled. Nothing is allocated, thrown, printed, or read from a clock; pdm_line_footprint says the bytes.
 * NB       No C++ type crosses this line. Structures start with struct_size, so that library and caller may be of
 *          different age. A structure longer than the library knows is taken when the rest of it is zero; one shorter
 *          than it was in the first version is refused.
 * Score    Distance of the logarithms of rms, peak, kurtosis and hjorth.mobility from what was learned, in robust
 *          standard deviations, growth alone; the other features are reported. For vibration and its like.
 * Quality  Bad, never judged: a frame with a sample that is not finite (or beyond 1e30), or with a run of equal samples
 *          longer than a twentieth of it (at least 15). At full_scale: judged, as it says "at least this much", but not
 *          learned, and the measuring chain asks for maintenance. Three bad frames in a row: the chain has failed.
 * Ceiling  With config.sliced, process takes samples in and no more, and step does the work of the complete frame in
 *          pieces, so that no call is much longer than another: see pdm_line_step.
 * Order    init config -> footprint -> create -> (gap | operating | process | step)* with poll in between -> destroy.
 * Errors   NULL where it is not allowed and numbers outside their range: PDM_INVALID_ARGUMENT, and nothing is done.
 * Threads  Distinct lines: safe. One line: one thread at a time.
 */
#ifndef PDM_PDM_H
#define PDM_PDM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The numbers are those of pdm::errc and never change their meaning. */
typedef enum pdm_status {
  PDM_OK = 0,
  PDM_INVALID_ARGUMENT = 1, /* a parameter is outside its documented range */
  PDM_UNIT_MISMATCH = 2,
  PDM_RATE_MISMATCH = 3,  /* the sampling rate does not fit the setting */
  PDM_SHAPE_MISMATCH = 4, /* more samples than max_block, or a state saved with other settings */
  PDM_OUT_OF_MEMORY = 5,  /* give pdm_line_footprint bytes */
  PDM_NOT_READY = 6,      /* too few observations so far */
  PDM_CORRUPT = 9,        /* a saved state is damaged */
  PDM_NEWER_VERSION = 10, /* a saved state was written by a newer library */
  PDM_WRONG_KIND = 11     /* the bytes hold something else */
} pdm_status;

typedef enum pdm_operating_state {
  PDM_OPERATING_UNKNOWN = 0,
  PDM_OPERATING_OFF = 1,
  PDM_OPERATING_STARTING = 2,
  PDM_OPERATING_STEADY = 3,
  PDM_OPERATING_CHANGING = 4
} pdm_operating_state;

/* States of the machine, and of the measuring chain (NAMUR NE 107). */
typedef enum pdm_asset_state {
  PDM_STATE_UNKNOWN = 0,
  PDM_STATE_NORMAL = 1,
  PDM_STATE_CHECK_FUNCTION = 2,
  PDM_STATE_OFF_SPEC = 3,
  PDM_STATE_MAINTENANCE_REQUIRED = 4,
  PDM_STATE_FAILURE = 5
} pdm_asset_state;

typedef enum pdm_event_kind {
  PDM_EVENT_LEARNED = 1, /* what is usual is known: from the next frame on there are scores */
  PDM_EVENT_ALARM_RAISED = 2,
  PDM_EVENT_ALARM_CLEARED = 3,
  PDM_EVENT_STATE_CHANGED = 4 /* state or measurement became another, and no other event of the frame says so */
} pdm_event_kind;

/* The features of a frame, in the order of pdm_event.features: rms, peak, std, peak_to_peak, skewness, kurtosis,
 * crest_factor, shape_factor, impulse_factor, clearance_factor, hjorth.mobility, hjorth.complexity. The first four are
 * in the unit of the samples, the others are ratios. Kurtosis of a normal distribution is 3. */
enum { PDM_FEATURE_COUNT = 12 };

typedef struct pdm_line_config {
  uint32_t struct_size;  /* sizeof(pdm_line_config) */
  uint32_t max_block;    /* most samples in one pdm_line_process call */
  double rate_hz;        /* samples per second, 1 to 1e8 */
  double highpass_hz;    /* corner of the second-order Butterworth high-pass, below rate_hz / 2; 0: none */
  double full_scale;     /* largest magnitude the sensor can tell, in the unit of the samples; 0: not known */
  uint32_t frame_length; /* samples in a frame, 16 to 2^24 */
  uint32_t frame_hop; /* samples from frame to frame, 1 to 2^31; longer than frame_length: what is between is unused */
  uint32_t skip_frames;       /* good steady frames before learning starts */
  uint32_t learn_frames;      /* good steady frames that are learned, then frozen; 3 to 4096 */
  double dead_zone;           /* deviations below this, in robust units, count as usual */
  double prior_scale;         /* spread expected of a healthy machine, in natural logarithms of amplitude */
  double alarm_on, alarm_off; /* scores that raise and clear, in robust units */
  uint32_t alarm_k, alarm_n;  /* k of the last n frames above alarm_on raise; n below alarm_off clear; at most 64 */
  /* what follows came later: a caller whose structure ends above has 0 in it */
  uint32_t sliced;   /* 1: the work of a frame is done by pdm_line_step; 0: by the process call that completes it */
  uint32_t reserved; /* 0 */
} pdm_line_config;

typedef struct pdm_event {
  uint32_t struct_size;                    /* sizeof(pdm_event), set by the caller before polling */
  int32_t kind;                            /* pdm_event_kind */
  int32_t state;                           /* pdm_asset_state of the machine */
  int32_t measurement;                     /* pdm_asset_state of the measuring chain */
  uint64_t frame;                          /* running number of the frame that decided, from 0 */
  uint64_t sample;                         /* running number of its first sample */
  double score;                            /* -1 where the frame has none */
  double threshold;                        /* alarm_off where an alarm was cleared, else alarm_on */
  double features[PDM_FEATURE_COUNT];      /* NaN where undefined for that frame */
  double contributions[PDM_FEATURE_COUNT]; /* signed parts of the score; 0 where a feature takes no part */
  int32_t strongest;                       /* index of the largest contribution, -1: none */
} pdm_event;

typedef struct pdm_line pdm_line;

/* "0.1.0" */
char const* pdm_version(void);
/* A status in words; never NULL. */
char const* pdm_status_text(pdm_status status);
/* Name of feature i ("rms"), NULL beyond the last. */
char const* pdm_feature_name(size_t i);

/* Settings to begin with for a rolling-element bearing at `rate_hz`: frames of 4096 samples, one in ten seconds; the
 * first five minutes are left out, the next ten are learned. struct_size is that of the caller. */
#define pdm_line_config_init(config, rate_hz) pdm_line_config_init_sized((config), sizeof(pdm_line_config), (rate_hz))
void pdm_line_config_init_sized(pdm_line_config* config, size_t struct_size, double rate_hz);
/* Bytes a line with these settings takes, wherever they begin; 0 when the settings are not valid. */
size_t pdm_line_footprint(pdm_line_config const* config);
/* Builds a line in `memory`, which must stay until pdm_line_destroy. On failure *out is NULL. */
pdm_status pdm_line_create(pdm_line_config const* config, void* memory, size_t bytes, pdm_line** out);
/* Ends the line; the memory is the caller's again. NULL is allowed. */
void pdm_line_destroy(pdm_line* line);

/* The next samples of the channel, at most max_block. A NaN or infinite sample makes its frames bad, nothing else. The
 * same samples give the same bits however they are cut into calls. */
pdm_status pdm_line_process(pdm_line* line, float const* samples, size_t count);
/* Slices. The work of a complete frame is done by pdm_line_step, piece by piece: at least `budget` units of it, or what
 * is left; 1 while there is more, else 0. Events and scores are those of a line without slices, bit for bit, only
 * later: by at most min(frame_hop, frame_length) samples when every process of at most n samples is followed by a step
 * with pdm_line_budget(config, n), n being at most min(frame_hop, frame_length). A unit is one pass over one sample;
 * a call exceeds its budget by less than 64 units, and by the judging of the row when a frame's work ends. The rows
 * of learning are kept sorted, so that its end is spread like the rest. pdm_line_footprint is larger by
 * min(frame_hop, frame_length) floats. Overrun: a frame that is not done when the next one is complete is done at once
 * by that process call, which is then as long as without slices; nothing is lost; pdm_line_overruns counts.
 * pdm_line_save does not hold a frame that is half done: step until 0 first, if it shall. */
int pdm_line_step(pdm_line* line, size_t budget);
/* Units that a frame takes, at most; 0 when the settings are not valid. */
size_t pdm_line_work(pdm_line_config const* config);
/* Units for a step after every process of at most `block` samples: the work, spread over the calls between two frames.
 */
size_t pdm_line_budget(pdm_line_config const* config, size_t block);
uint64_t pdm_line_overruns(pdm_line const* line);
/* Says that `missing` samples were lost before the next ones; 0: not known how many. Frames start anew. */
pdm_status pdm_line_gap(pdm_line* line, uint64_t missing);
/* What the machine is doing from the next sample on; a fresh line assumes steady. Only steady frames learn and count.
 */
pdm_status pdm_line_operating(pdm_line* line, pdm_operating_state state);

/* 1 and the oldest waiting event, or 0 (also when event->struct_size is too small). At most 16 wait; when there are
 * more, the oldest is dropped and counted. */
int pdm_line_poll(pdm_line* line, pdm_event* event);
/* Events dropped because nobody polled. */
uint64_t pdm_line_dropped_events(pdm_line const* line);
/* Score of the last frame; -1 where it has none: still learning, bad data, not steady. */
double pdm_line_score(pdm_line const* line);

/* Saves and restores what was learned and the standing of the alarm, exactly. The signal begins anew after restoring,
 * as after a gap; waiting events are not saved. rate_hz, highpass_hz, frame_length, learn_frames and prior_scale must
 * be those of the saved line (PDM_SHAPE_MISMATCH). A refused state leaves the line as it was; one with a sound checksum
 * and impossible contents (PDM_CORRUPT) leaves it fresh. */
size_t pdm_line_saved_bytes(pdm_line const* line); /* enough for any state of the line */
pdm_status pdm_line_save(pdm_line const* line, void* into, size_t bytes, size_t* written);
pdm_status pdm_line_restore(pdm_line* line, void const* from, size_t bytes);

#ifdef __cplusplus
}
#endif
#endif
