/*
 * Flockwork: simulations of large crowds, an index over points, and kernels of motion.
 *
 * Made of the library's source by cbindgen: change it there.
 *
 * What holds for every function:
 *
 * - It answers with fw_status. If that is not FW_STATUS_OK, fw_last_error() says what was wrong, where,
 *   and what is allowed, on the thread that called.
 * - Pointers may not be NULL unless it says so; a pointer to no values at all may be. Each must be aligned
 *   for its type and have as much behind it as is said. NULL, a wrong alignment and impossible lengths are
 *   found and answered with FW_STATUS_INVALID; that there is less memory than was said nobody can find.
 * - Nothing is kept of what is passed in. Only fw_..._new, _open, _of_model, _restore, _with_entities,
 *   _unbounded and _series make something that must be freed, by fw_sim_free, fw_index_free or fw_series_free.
 * - Texts are UTF-8 and end with a zero.
 * - What was wrong has changed nothing, unless it says otherwise. No exception and no panic leaves it.
 * - Results are the same bits on every processor, on any number of threads.
 */

#ifndef FLOCKWORK_H
#define FLOCKWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Entities ascending by id: the same order in every tick, as long as nobody is born or dies.
#define FW_ORDER_ID 0

// Entities as they lie in memory: the quickest, another order after each tick, of all columns the same.
#define FW_ORDER_MEMORY 1

// A 32-bit float.
#define FW_SCALAR_F32 0

// A 32-bit unsigned integer.
#define FW_SCALAR_U32 1

// A 16-bit unsigned integer.
#define FW_SCALAR_U16 2

// An 8-bit unsigned integer.
#define FW_SCALAR_U8 3

// A 32-bit signed integer.
#define FW_SCALAR_I32 4

// A 64-bit unsigned integer.
#define FW_SCALAR_U64 5

// A truth value, in a byte that is 0 or 1.
#define FW_SCALAR_BOOL 6

// The cell of a row that is no entity, in fw_view.
#define FW_NO_CELL 4294967295

// One end of an axis meets the other.
#define FW_EDGE_PERIODIC 0

// Entities are reflected at both ends.
#define FW_EDGE_WALL 1

// There are no ends: the length only says where most entities are expected.
#define FW_EDGE_OPEN 2

// What a call came to. Of anything but FW_STATUS_OK, fw_last_error says more.
typedef enum fw_status {
  // It was done.
  FW_STATUS_OK = 0,
  // An argument is wrong. Nothing was changed, unless the function says otherwise.
  FW_STATUS_INVALID = 1,
  // A buffer is too short: the count says how much room there must be.
  FW_STATUS_TOO_SHORT = 2,
  // The simulation has ended, and does so at every further step. It shows its last completed tick.
  FW_STATUS_ENDED = 3,
  // Another call uses the handle, on another thread or further up on this one: which do that to which
  // others stands at fw_sim and fw_index. Nothing was changed.
  FW_STATUS_BUSY = 4,
  // An earlier call panicked while it changed the handle, which can only be freed.
  FW_STATUS_POISONED = 5,
  // The library has a bug. A handle that was being changed is of no use any more.
  FW_STATUS_PANICKED = 6,
} fw_status;

// Points, and who is near whom. Any number of threads may ask one index at a time, but not while it is built
// anew. Who asks then is answered FW_STATUS_BUSY, and so is fw_index_rebuild in a callback of the index and
// while a call for many places or for all points goes on. That it begins while another thread asks for a
// single place goes unnoticed, and must not be.
typedef struct fw_index fw_index;

// The statistics of a simulation at some ticks; it does not change any more.
typedef struct fw_series fw_series;

// A simulation on threads of this process. Calls on one handle may come from any thread. fw_sim_step, fw_sim_send,
// fw_sim_set and fw_sim_set_number wait for calls that go on; all others, which only look, answer
// FW_STATUS_BUSY at once while one of those four goes on or waits. Results do not depend on the number
// of threads.
typedef struct fw_sim fw_sim;

// One number of each entity at tick 0.
typedef struct fw_given {
  // The column's name, such as "x"; of a column of several numbers, such as `genes`, "genes_3" is
  // the fourth.
  const char *name;
  // What the values are: FW_SCALAR_F32, FW_SCALAR_U32 and so on. They are taken as the numbers they
  // are, whatever the column is of.
  uint32_t scalar;
  // The first entity's value.
  const void *values;
  // Bytes from one entity's value to the next one's; 0 if they follow one another.
  size_t stride;
} fw_given;

// Points or vectors to read: one float along each axis for each entity.
typedef struct fw_points {
  // Along x.
  const float *x;
  // Along y.
  const float *y;
  // Along z; NULL in the plane.
  const float *z;
  // Bytes from one entity's float to the next one's: 0 is that of a column, 4; of an array of structs
  // it is the size of the struct.
  size_t stride;
  // How many there are.
  size_t count;
} fw_points;

// Discs, or spheres: the owned ones first, then others that they may touch.
typedef struct fw_bodies {
  // Their centres, as columns or side by side; `count` says how many bodies there are.
  struct fw_points places;
  // Their velocities.
  struct fw_points velocities;
  // Their radii, not negative.
  const float *radii;
  // 1 / mass of each, not negative; 0 for one that nothing moves.
  const float *inverse_masses;
  // Their ids, each of them once; NULL if they are their places in the columns.
  const uint32_t *ids;
} fw_bodies;

// Points or vectors to read and write, as fw_points.
typedef struct fw_columns {
  // Along x.
  float *x;
  // Along y.
  float *y;
  // Along z; NULL in the plane.
  float *z;
  // Bytes from one entity's float to the next one's; 0 is that of a column, 4.
  size_t stride;
  // How many there are.
  size_t count;
} fw_columns;

// How strongly each rule of a flock works, and how far.
typedef struct fw_flock {
  // How far an entity sees.
  float radius;
  // Away from neighbours, each with 1 / distance.
  float separation;
  // To the mean velocity of neighbours.
  float alignment;
  // To the mean place of neighbours.
  float cohesion;
} fw_flock;

// Where entities are: from 0 to a length along each of two or three axes.
typedef struct fw_world {
  // 2, the plane, or 3, space.
  uint32_t axes;
  // The length of each axis; those past `axes` are not read.
  float lengths[3];
  // What happens at its ends: FW_EDGE_PERIODIC, FW_EDGE_WALL or FW_EDGE_OPEN.
  uint32_t edges[3];
} fw_world;

// Is told of each pair: the slots of both and their squared distance. Answers whether to go on. It must
// return: no `longjmp`, and no exception, may leave it.
typedef bool (*fw_pair_callback)(void *user, uint32_t a, uint32_t b, float d2);

// Two points near each other, each pair once.
typedef struct fw_pair {
  // The slot of the one with the lower id.
  uint32_t a;
  // The slot of the other one.
  uint32_t b;
  // The squared distance.
  float d2;
} fw_pair;

// A point near another one.
typedef struct fw_hit {
  // Its id: its slot, unless ids were given.
  uint32_t id;
  // Its place among the points.
  uint32_t slot;
  // The squared distance.
  float d2;
} fw_hit;

// A point in a box.
typedef struct fw_entity {
  // Its id: its slot, unless ids were given.
  uint32_t id;
  // Its place among the points.
  uint32_t slot;
} fw_entity;

// A point near a segment.
typedef struct fw_segment_hit {
  // Its id: its slot, unless ids were given.
  uint32_t id;
  // Its place among the points.
  uint32_t slot;
  // How far along the segment, from 0 to 1.
  float t;
  // The squared distance from there.
  float d2;
} fw_segment_hit;

// A batch of inputs was done.
typedef struct fw_answer {
  // Ticks done when it was: the next one is the first that sees it.
  uint64_t tick;
  // The id of the first entity that it has spawned; the others follow.
  uint32_t first_id;
  // How many it has spawned.
  uint32_t spawned;
} fw_answer;

// The mean of a statistic over a series.
typedef struct fw_mean {
  // The mean; NaN if there is no value.
  double mean;
  // Its standard error, block-averaged; NaN if the series is too short to tell.
  double error;
  // How many samples in a row are worth one that is independent; NaN if that is not known.
  double correlation;
  // How many values it is of: NaN is none.
  uint64_t samples;
} fw_mean;

// What can be read of each entity.
typedef struct fw_field {
  // FW_SCALAR_F32, FW_SCALAR_U32 and so on.
  uint32_t scalar;
  // How many of them each entity has, side by side.
  uint32_t components;
  // Bytes of one entity.
  size_t size;
} fw_field;

// A column of one region as it lies in the library's memory.
typedef struct fw_view {
  // The values of each row, side by side; aligned for their scalar.
  const void *data;
  // The cell of each row. One with FW_NO_CELL is no entity.
  const uint32_t *cells;
  // Rows.
  size_t rows;
  // Bytes of a row.
  size_t stride;
  // FW_SCALAR_F32, FW_SCALAR_U32 and so on.
  uint32_t scalar;
  // How many of them a row has.
  uint32_t components;
} fw_view;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Makes a simulation, as fw_sim_new, of `entities` entities that the program brings: their columns, of which
// those that are missing get what an entity begins with. The scenario need not say how many they are.
enum fw_status fw_sim_with_entities(const char *scenario,
                                    const char *folder,
                                    const struct fw_given *columns,
                                    size_t column_count,
                                    size_t entities,
                                    uint32_t workers,
                                    struct fw_sim **out);

// Resolves all collisions of the first `places->count` bodies at once, and writes their new places and
// velocities, which may be where the old ones are. `restitution` is from 0 (they stay together) to 1 (elastic), `share` the part of an overlap
// that is undone at once, from 0 to 1.
//
// The neighbours of body i are `others[starts[i]]` to `others[starts[i + 1] - 1]`, places in the columns:
// there is one start more than owned bodies, and the last one is the length of `others`. The lists of
// fw_index_lists have this form.
enum fw_status fw_collide(const struct fw_bodies *bodies,
                          const uint32_t *starts,
                          const uint32_t *others,
                          size_t others_count,
                          float restitution,
                          float share,
                          const struct fw_columns *places,
                          const struct fw_columns *velocities);

// Steers each point of an index by the three rules of a flock over its neighbours: writes the change of
// velocity to `out`, by slot, as `velocities` are. It looks at all at once, many times faster than asking
// for each.
enum fw_status fw_index_flock(const struct fw_index *index,
                              const struct fw_flock *flock,
                              const struct fw_points *velocities,
                              const struct fw_columns *out);

// Makes an empty index of a world, for queries of about this radius; others cost more. On any error
// `*out` is NULL.
enum fw_status fw_index_new(const struct fw_world *world, float radius, struct fw_index **out);

// Makes an empty index over all of the plane (2 axes) or space (3), for queries of about this radius. On
// any error `*out` is NULL.
enum fw_status fw_index_unbounded(uint32_t axes,
                                  float radius,
                                  struct fw_index **out);

// Frees an index; nothing happens with NULL, and with one in memory of the caller. No other call may use it,
// then or later.
void fw_index_free(struct fw_index *index);

// Forgets all points and takes these. Ids, each of them once, may be NULL: then they are the slots. The
// index keeps no pointer. After points with an id twice it is empty; after any other error it is as it
// was.
enum fw_status fw_index_rebuild(struct fw_index *index,
                                const struct fw_points *points,
                                const uint32_t *ids);

// How many points there are.
enum fw_status fw_index_len(const struct fw_index *index, size_t *count);

// How many words of 64 bits fw_index_build_in needs for an index of `count` points.
enum fw_status fw_index_words(const struct fw_world *world,
                              float radius,
                              size_t count,
                              size_t *words);

// Makes an index of points, as fw_index_new and fw_index_rebuild, in memory of the caller, and takes none
// beside it: `*out` lies in it too, and is asked as every index. It is as long as that memory is, and is neither
// freed nor built anew, but the memory may be used again. Of two points with one id not all are found. On any
// error `*out` is NULL.
enum fw_status fw_index_build_in(uint64_t *memory,
                                 size_t words,
                                 const struct fw_world *world,
                                 float radius,
                                 const struct fw_points *points,
                                 const uint32_t *ids,
                                 struct fw_index **out);

// Tells a function of each pair of points within `radius` of each other, once, until it answers false.
// It may ask the index, but not build it anew.
enum fw_status fw_index_each_pair(const struct fw_index *index,
                                  float radius,
                                  fw_pair_callback each,
                                  void *user);

// Writes all pairs of points within `radius` of each other, each once; `*count` is how many there are.
// If there is room for fewer, that many are written, and it is FW_STATUS_TOO_SHORT.
enum fw_status fw_index_pairs(const struct fw_index *index,
                              float radius,
                              struct fw_pair *pairs,
                              size_t room,
                              size_t *count);

// As fw_index_within for many places: those of place i go to `hits[i * room]` and on, and how many to
// `counts[i]`. If a place is at fault, those before it have been answered.
enum fw_status fw_index_within_each(const struct fw_index *index,
                                    const struct fw_points *places,
                                    float radius,
                                    struct fw_hit *hits,
                                    size_t room,
                                    uint32_t *counts);

// As fw_index_nearest for many places: those of place i go to `hits[i * k]` and on, and how many to
// `counts[i]`. If a place is at fault, those before it have been answered.
enum fw_status fw_index_nearest_each(const struct fw_index *index,
                                     const struct fw_points *places,
                                     size_t k,
                                     struct fw_hit *hits,
                                     uint32_t *counts);

// As fw_index_count for many places. If a place is at fault, nothing was written.
enum fw_status fw_index_count_each(const struct fw_index *index,
                                   const struct fw_points *places,
                                   float radius,
                                   uint32_t *counts);

// Counts, for each point of the index, the others within `radius`: `counts[slot]`, as many as there are
// points. Many times faster than asking for each.
enum fw_status fw_index_count_own(const struct fw_index *index,
                                  float radius,
                                  uint32_t *counts,
                                  size_t room);

// Lists, for each point of the index, the slots of the others within `radius`, or, if `once`, each pair in
// one list alone. The list of a slot is `others[starts[slot]]` to `others[starts[slot + 1] - 1]`: there is
// one start more than points. `*count` is how many others there are; if there is room for fewer, it is
// FW_STATUS_TOO_SHORT, and nothing was written but this and the starts.
enum fw_status fw_index_lists(const struct fw_index *index,
                              float radius,
                              bool once,
                              uint32_t *starts,
                              uint32_t *others,
                              size_t room,
                              size_t *count);

// Writes the points within `radius` of a place (two or three floats), by distance and then by id, as
// many as there is room for, the nearest; `*count` is how many were written.
enum fw_status fw_index_within(const struct fw_index *index,
                               const float *at,
                               float radius,
                               struct fw_hit *hits,
                               size_t room,
                               size_t *count);

// Counts the points within `radius` of a place.
enum fw_status fw_index_count(const struct fw_index *index,
                              const float *at,
                              float radius,
                              uint32_t *count);

// Writes the `k` points nearest to a place, by distance and then by id; `*count` is how many were
// written, fewer if there are fewer. There must be room for `k`.
enum fw_status fw_index_nearest(const struct fw_index *index,
                                const float *at,
                                size_t k,
                                struct fw_hit *hits,
                                size_t *count);

// Writes the points in a box, `low <= place < high` along each axis, by id, as many as there is room
// for, the lowest ids; `*count` is how many were written. Along a periodic axis `low` may be below 0 and
// `high` past the length.
enum fw_status fw_index_box(const struct fw_index *index,
                            const float *low,
                            const float *high,
                            struct fw_entity *entities,
                            size_t room,
                            size_t *count);

// Writes the points within `radius` of the way from one place to another, by how far along it they are
// and then by id, as many as there is room for, the first; `*count` is how many were written. A ray, or
// the sweep of a disc or a ball. Along a periodic axis `to` may lie beyond the seam.
enum fw_status fw_index_segment(const struct fw_index *index,
                                const float *from,
                                const float *to,
                                float radius,
                                struct fw_segment_hit *hits,
                                size_t room,
                                size_t *count);

// Gives inputs between two ticks: all of them are done, in their order, or none. They are a list in JSON, as
// `docs/answers/inputs.md` tells them: "[{\"remove\": 17}, {\"poke\": {\"at\": [5, 5], \"radius\": 2, \"push\": 1}}]".
// With FW_STATUS_INVALID, fw_last_error names the first that cannot be done. `answer` may be NULL.
enum fw_status fw_sim_send(struct fw_sim *sim,
                           const char *inputs,
                           struct fw_answer *answer);

// Writes the log of a simulation since its first tick, as text: what came in, and the fingerprint of this tick, which
// `flockwork replay` does again and holds against its own. One that goes on from a snapshot has none. `*length` is
// how many bytes it has, without a zero at the end, even if it is FW_STATUS_TOO_SHORT that there is no room.
enum fw_status fw_sim_log(const struct fw_sim *sim,
                          char *out,
                          size_t room,
                          size_t *length);

// How many cells a field of the model has along x, y and z: 1 where the world has no such axis. fw_sim_describe names
// the fields.
enum fw_status fw_sim_cells(const struct fw_sim *sim,
                            const char *name,
                            uint32_t *cells);

// Copies what the cells of a field hold, by layer, row and column, to a buffer with room for so many floats.
enum fw_status fw_sim_amounts(const struct fw_sim *sim,
                              const char *name,
                              float *out,
                              size_t count);

// Moves entities on as fast as they are, within a world: x += v dt, then as fw_wrap.
//
// Here and in all functions of motion: an entity with a value that is infinite or NaN stays as it is, all
// others are computed, and FW_STATUS_INVALID tells the first.
enum fw_status fw_drift(const struct fw_world *world,
                        float dt,
                        const struct fw_columns *places,
                        const struct fw_columns *velocities);

// Steps by the semi-implicit Euler method: v += a dt, then x += v dt.
enum fw_status fw_euler(float dt,
                        const struct fw_columns *places,
                        const struct fw_columns *velocities,
                        const struct fw_points *accelerations);

// Brings all places back into a world: round the seam of a periodic axis, or reflected at a wall, where
// the velocity turns round.
enum fw_status fw_wrap(const struct fw_world *world,
                       const struct fw_columns *places,
                       const struct fw_columns *velocities);

// The first half of a velocity Verlet step: v += a dt / 2, then x += v dt. Compute accelerations at the
// new places next, then call fw_verlet_second.
enum fw_status fw_verlet_first(float dt,
                               const struct fw_columns *places,
                               const struct fw_columns *velocities,
                               const struct fw_points *accelerations);

// The second half of a velocity Verlet step: v += a dt / 2.
enum fw_status fw_verlet_second(float dt,
                                const struct fw_columns *velocities,
                                const struct fw_points *accelerations);

// Brings all speeds between `low` and `high`.
enum fw_status fw_limit_speed(float low, float high, const struct fw_columns *velocities);

// Slows all entities by linear drag of `rate` per second.
enum fw_status fw_drag(float dt, float rate, const struct fw_columns *velocities);

// Computes so many ticks, and takes the statistics before the first, after every `every` of them, and after
// the last. It ends at the first of these ticks at which the condition `until` holds, such as
// "infected == 0", or the statistic of `steady` is steady, such as "order:2%": written as the options of
// `flockwork run`; with NULL there is no such rule. The series must be freed by fw_series_free. On any error
// `*out` is NULL, and the ticks that were done before it are done.
enum fw_status fw_sim_series(struct fw_sim *sim,
                             uint64_t ticks,
                             uint64_t every,
                             const char *until,
                             const char *steady,
                             struct fw_series **out);

// Frees a series; nothing happens with NULL.
void fw_series_free(struct fw_series *series);

// Shows the ticks at which the statistics were taken, valid until the series is freed.
enum fw_status fw_series_ticks(const struct fw_series *series,
                               const uint64_t **ticks,
                               size_t *count);

// Shows the numbers of one statistic, by name, NaN where it has no value: one for each tick, valid until the
// series is freed.
enum fw_status fw_series_values(const struct fw_series *series,
                                const char *name,
                                const double **values,
                                size_t *count);

// The mean of one statistic over the series, by name.
enum fw_status fw_series_mean(const struct fw_series *series,
                              const char *name,
                              struct fw_mean *mean);

// The rule by which the run ended, such as "until: infected == 0", valid until the series is freed; NULL if it
// did all of its ticks.
enum fw_status fw_series_stopped(const struct fw_series *series,
                                 const char **rule);

// Makes a simulation of a scenario's text, in TOML or JSON: see `docs/` and `flockwork init`. A table
// that it names is looked for in `folder`, or with NULL in the current one. It runs on `workers` threads,
// with 0 on one for each core. On any error `*out` is NULL.
enum fw_status fw_sim_new(const char *scenario,
                          const char *folder,
                          uint32_t workers,
                          struct fw_sim **out);

// Makes a simulation of a scenario's file: see fw_sim_new.
enum fw_status fw_sim_open(const char *path, uint32_t workers, struct fw_sim **out);

// Makes a simulation of a model by its name, such as "boids", and of a text in TOML or JSON that says all
// else that a scenario says: `entities`, `dt`, the tables `world` and `params`.
enum fw_status fw_sim_of_model(const char *model,
                               const char *rest,
                               uint32_t workers,
                               struct fw_sim **out);

// Makes a simulation that goes on from a snapshot.
enum fw_status fw_sim_restore(const uint8_t *snapshot,
                              size_t length,
                              uint32_t workers,
                              struct fw_sim **out);

// Frees a simulation; nothing happens with NULL. No other call may use it, then or later.
void fw_sim_free(struct fw_sim *sim);

// Computes so many ticks.
enum fw_status fw_sim_step(struct fw_sim *sim, uint64_t ticks);

// Ticks done.
enum fw_status fw_sim_tick(const struct fw_sim *sim, uint64_t *tick);

// The number of entities.
enum fw_status fw_sim_population(const struct fw_sim *sim, uint64_t *population);

// One number for the whole state: the same wherever a scenario is run.
enum fw_status fw_sim_fingerprint(const struct fw_sim *sim, uint64_t *fingerprint);

// What the column `name` holds, or one of its numbers: of `genes`, `genes_3` is the fourth.
enum fw_status fw_sim_field(const struct fw_sim *sim, const char *name, struct fw_field *field);

// Copies a column of all entities, in the order FW_ORDER_ID or FW_ORDER_MEMORY, to a buffer of so many
// bytes: for each entity to the begin of the next `stride` bytes, so that several columns may go into
// one buffer, side by side. With 0 they follow one another.
enum fw_status fw_sim_copy(const struct fw_sim *sim,
                           const char *name,
                           uint32_t order,
                           size_t stride,
                           void *out,
                           size_t bytes);

// Shows a whole column of one region without a copy, and gives how many regions there are to
// `*regions`. Rows of all columns of a region, `id` among them, are of the same entities. Valid until
// the next fw_sim_step, fw_sim_send, fw_sim_set, fw_sim_set_number or fw_sim_free of this simulation.
enum fw_status fw_sim_view(const struct fw_sim *sim,
                           const char *name,
                           size_t region,
                           size_t *regions,
                           struct fw_view *view);

// Sets parameters between two ticks, all or none, by a text in TOML, as in the table `params` of a
// scenario, or in JSON: "max_speed = 2".
enum fw_status fw_sim_set(struct fw_sim *sim, const char *params);

// Sets a parameter that is a number, between two ticks.
enum fw_status fw_sim_set_number(struct fw_sim *sim, const char *name, double value);

// The value of a parameter that is a number.
enum fw_status fw_sim_number(const struct fw_sim *sim, const char *name, double *value);

// One of the numbers of the model's statistics, by name; NaN for one that has no value now.
enum fw_status fw_sim_stat(struct fw_sim *sim, const char *name, double *value);

// Writes what there is to know of a simulation as JSON: `model`, `tick`, `last_tick`, `population`,
// `fingerprint` (a text), `columns`, `params`, `stats` and the names of `fields`. `*length` is how many bytes it has, without a
// zero at the end, even if it is FW_STATUS_TOO_SHORT that there is no room.
enum fw_status fw_sim_describe(struct fw_sim *sim,
                               char *out,
                               size_t room,
                               size_t *length);

// Writes the whole state as bytes, for fw_sim_restore and for `flockwork run --resume`. `*length` is how
// many, even if it is FW_STATUS_TOO_SHORT that there is no room.
enum fw_status fw_sim_snapshot(const struct fw_sim *sim,
                               uint8_t *out,
                               size_t room,
                               size_t *length);

// What was wrong in the last call on this thread that did not come to FW_STATUS_OK: what, where, and
// what is allowed. UTF-8; empty if there was none. Valid until the next such call on this thread.
const char *fw_last_error(void);

// The version of the library, such as "0.1.0".
const char *fw_version(void);

// Whether the calling thread computes as every other one does: rounds to the nearest number, and keeps
// numbers below the smallest normal one. A simulation asks itself; kernels and an index do not, and give
// other bits on a thread that does not.
enum fw_status fw_check_float_mode(void);

// Steers each entity at full speed to its target: writes the change of velocity to `out`. There are as
// many targets as entities.
enum fw_status fw_seek(const struct fw_points *places,
                       const struct fw_points *velocities,
                       const struct fw_points *targets,
                       float max_speed,
                       const struct fw_columns *out);

// Steers each entity at full speed away from its target: see fw_seek.
enum fw_status fw_flee(const struct fw_points *places,
                       const struct fw_points *velocities,
                       const struct fw_points *targets,
                       float max_speed,
                       const struct fw_columns *out);

// Steers each entity to its target, and slows it down within `slowing_radius` of it: see fw_seek.
enum fw_status fw_arrive(const struct fw_points *places,
                         const struct fw_points *velocities,
                         const struct fw_points *targets,
                         float max_speed,
                         float slowing_radius,
                         const struct fw_columns *out);

// Steers each entity to where its moving target will be, at most `max_prediction` seconds ahead: see
// fw_seek.
enum fw_status fw_pursue(const struct fw_points *places,
                         const struct fw_points *velocities,
                         const struct fw_points *targets,
                         const struct fw_points *target_velocities,
                         float max_speed,
                         float max_prediction,
                         const struct fw_columns *out);

// Steers each entity away from where its moving target will be: see fw_pursue.
enum fw_status fw_evade(const struct fw_points *places,
                        const struct fw_points *velocities,
                        const struct fw_points *targets,
                        const struct fw_points *target_velocities,
                        float max_speed,
                        float max_prediction,
                        const struct fw_columns *out);

// The next directions of wanderers, each pushed by `jitter` in a random direction that is a function of
// the seed, the tick, the entity's id and the stream, a number for each use of chance in one tick. All but
// the first call find directions of length 1; zeros are as good to begin with if `jitter` is above 0. Ids may
// be NULL: then they are the places in the columns.
enum fw_status fw_wander_turn(const struct fw_columns *directions,
                              const uint32_t *ids,
                              float jitter,
                              uint64_t seed,
                              uint64_t tick,
                              uint32_t stream);

// Steers each entity to a point on a circle, or in space on a sphere, of `radius`, whose centre lies
// `distance` ahead, in its direction of fw_wander_turn; writes the change of velocity to `out`. One that
// stands still looks along x.
enum fw_status fw_wander(const struct fw_points *velocities,
                         const struct fw_points *directions,
                         float distance,
                         float radius,
                         const struct fw_columns *out);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* FLOCKWORK_H */
