/* The face from C: what it answers, held against twins written here, and every kind of bad input.
 * Built with -fsanitize=address,undefined by `cargo xtask test c`. */
#include <flockwork.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#define N 3000

static void fail(int line, const char *what) {
    fprintf(stderr, "face.c:%d: %s (last error: %s)\n", line, what, fw_last_error());
    exit(1);
}
#define CHECK(holds) do { if (!(holds)) fail(__LINE__, #holds); } while (0)
#define OK(call) CHECK((call) == FW_STATUS_OK)
/* The call must be refused so, and say so. */
#define REFUSED(status, call, part) do { \
    if ((call) != (status)) fail(__LINE__, #call " was not " #status); \
    if (!strstr(fw_last_error(), part)) fail(__LINE__, #call " did not say: " part); } while (0)
#define INVALID(call, part) REFUSED(FW_STATUS_INVALID, call, part)

static uint32_t state = 12345;
static float uniform(float high) {
    state = state * 1664525u + 1013904223u;
    return high * (float)(state >> 8) / 16777216.0f;
}

typedef struct { float x, y, z, vx, vy, vz; int who; } body;

static const fw_world PLANE = {2, {30, 20}, {FW_EDGE_PERIODIC, FW_EDGE_WALL}};
static const fw_world SPACE = {3, {12, 10, 9}, {FW_EDGE_PERIODIC, FW_EDGE_OPEN, FW_EDGE_WALL}};

static fw_points of(const float *x, const float *y, const float *z, size_t stride, size_t count) {
    fw_points points = {x, y, z, stride, count};
    return points;
}
static fw_columns to(float *x, float *y, float *z, size_t stride, size_t count) {
    fw_columns columns = {x, y, z, stride, count};
    return columns;
}

/* The squared distance as the library defines it: the nearest of the rounded images. */
static float distance2(const fw_world *world, const float *a, const float *b) {
    float sum = 0;
    for (uint32_t axis = 0; axis < world->axes; axis++) {
        float nearest = b[axis] - a[axis];
        if (world->edges[axis] == FW_EDGE_PERIODIC) {
            float length = world->lengths[axis];
            float up = (b[axis] + length) - a[axis], down = (b[axis] - length) - a[axis];
            if (fabsf(up) < fabsf(nearest)) nearest = up;
            if (fabsf(down) < fabsf(nearest)) nearest = down;
        }
        sum += nearest * nearest;
    }
    return sum;
}

static int by_distance(const void *a, const void *b) {
    const fw_hit *left = a, *right = b;
    if (left->d2 != right->d2) return left->d2 < right->d2 ? -1 : 1;
    return left->id < right->id ? -1 : 1;
}

/* Everything an index answers, against the plain search over all points. */
static void index_against_twin(const fw_world *world, float radius, int bounded) {
    static float at[N][3];
    static fw_hit twin[N], hits[N];
    fw_world here = *world;
    for (int i = 0; i < N; i++)
        for (int axis = 0; axis < 3; axis++)
            at[i][axis] = axis < (int)here.axes ? uniform(here.lengths[axis]) : 0;
    fw_index *index;
    if (bounded) {
        OK(fw_index_new(&here, radius, &index));
    } else {
        for (int axis = 0; axis < 3; axis++) here.edges[axis] = FW_EDGE_OPEN;
        OK(fw_index_unbounded(here.axes, radius, &index));
    }
    const float *z = here.axes == 3 ? &at[0][2] : NULL;
    fw_points points = of(&at[0][0], &at[0][1], z, sizeof at[0], N);
    OK(fw_index_rebuild(index, &points, NULL));
    size_t count;
    OK(fw_index_len(index, &count));
    CHECK(count == N);

    uint32_t counts[64], number;
    fw_points some = of(&at[0][0], &at[0][1], z, sizeof at[0], 64);
    OK(fw_index_count_each(index, &some, radius, counts));
    static fw_hit many[64 * 8];
    uint32_t found[64];
    OK(fw_index_nearest_each(index, &some, 8, many, found));
    for (int i = 0; i < 64; i++) {
        size_t within = 0;
        for (uint32_t j = 0; j < N; j++) {
            float d2 = distance2(&here, at[i], at[j]);
            twin[j] = (fw_hit){j, j, d2};
            within += d2 < radius * radius;
        }
        qsort(twin, N, sizeof *twin, by_distance);
        OK(fw_index_within(index, at[i], radius, hits, N, &count));
        CHECK(count == within && memcmp(hits, twin, count * sizeof *hits) == 0);
        OK(fw_index_within(index, at[i], radius, hits, 3, &count));
        CHECK(count == (within < 3 ? within : 3) && memcmp(hits, twin, count * sizeof *hits) == 0);
        OK(fw_index_count(index, at[i], radius, &number));
        CHECK(number == within && counts[i] == within);
        OK(fw_index_nearest(index, at[i], 8, hits, &count));
        CHECK(count == 8 && memcmp(hits, twin, sizeof *hits * 8) == 0);
        CHECK(found[i] == 8 && memcmp(&many[8 * i], twin, sizeof *hits * 8) == 0);
    }
    static fw_hit rows[64 * 4];
    OK(fw_index_within_each(index, &some, radius, rows, 4, found));
    for (int i = 0; i < 64; i++) {
        OK(fw_index_within(index, at[i], radius, hits, 4, &count));
        CHECK(found[i] == count && memcmp(&rows[4 * i], hits, count * sizeof *hits) == 0);
    }

    size_t pairs = 0;
    for (int i = 0; i < N; i++)
        for (int j = i + 1; j < N; j++) pairs += distance2(&here, at[i], at[j]) < radius * radius;
    fw_pair *all = malloc((pairs + 1) * sizeof *all);
    OK(fw_index_pairs(index, radius, all, pairs, &count));
    CHECK(count == pairs && pairs > 100);
    for (size_t i = 0; i < count; i++) {
        CHECK(all[i].a < all[i].b && all[i].d2 == distance2(&here, at[all[i].a], at[all[i].b]));
    }
    /* The same from the index's own points: counts and lists. */
    static uint32_t own[N], starts[N + 1];
    uint32_t *others = malloc(2 * pairs * sizeof *others);
    OK(fw_index_count_own(index, radius, own, N));
    OK(fw_index_lists(index, radius, false, starts, others, 2 * pairs, &count));
    CHECK(count == 2 * pairs && starts[N] == count);
    for (uint32_t i = 0; i < N; i++) {
        CHECK(starts[i + 1] - starts[i] == own[i]);
        if (i < 64) CHECK(own[i] == counts[i] - 1);
        for (uint32_t j = starts[i]; j < starts[i + 1]; j++) {
            CHECK(others[j] != i && distance2(&here, at[i], at[others[j]]) < radius * radius * 1.00001f);
        }
    }
    OK(fw_index_lists(index, radius, true, starts, others, 2 * pairs, &count));
    CHECK(count == pairs);
    free(others);
    REFUSED(FW_STATUS_TOO_SHORT, fw_index_pairs(index, radius, all, pairs - 1, &count), "room for all");
    CHECK(count == pairs);
    free(all);

    /* A box, and a segment, far from every seam. */
    float low[3] = {3, 4, 2}, high[3] = {7, 8, 5};
    static fw_entity inside[N];
    OK(fw_index_box(index, low, high, inside, N, &count));
    size_t next = 0;
    for (uint32_t i = 0; i < N; i++) {
        int in = 1;
        for (uint32_t axis = 0; axis < here.axes; axis++)
            in &= at[i][axis] >= low[axis] && at[i][axis] < high[axis];
        if (!in) continue;
        CHECK(next < count && inside[next].id == i && inside[next].slot == i);
        next++;
    }
    CHECK(next == count && count > 0);
    static fw_segment_hit along[N];
    OK(fw_index_segment(index, low, high, 0.4f, along, N, &count));
    CHECK(count > 0);
    for (size_t i = 0; i < count; i++) {
        float d2 = 0;
        for (uint32_t axis = 0; axis < here.axes; axis++) {
            float d = at[along[i].slot][axis] - (low[axis] + along[i].t * (high[axis] - low[axis]));
            d2 += d * d;
        }
        CHECK(fabsf(d2 - along[i].d2) < 1e-4f && d2 < 0.161f && along[i].t <= 1);
        CHECK(i == 0 || along[i - 1].t <= along[i].t);
    }

    /* Ids of one's own, and columns instead of points side by side: the same. */
    static float xs[N], ys[N], zs[N];
    static uint32_t ids[N];
    for (uint32_t i = 0; i < N; i++) {
        xs[i] = at[i][0], ys[i] = at[i][1], zs[i] = at[i][2], ids[i] = 7 * (N - i);
    }
    OK(fw_index_within(index, at[5], radius, twin, N, &count));
    size_t before = count;
    points = of(xs, ys, here.axes == 3 ? zs : NULL, 0, N);
    OK(fw_index_rebuild(index, &points, ids));
    OK(fw_index_within(index, at[5], radius, hits, N, &count));
    CHECK(count == before);
    for (size_t i = 0; i < count; i++) CHECK(hits[i].slot == twin[i].slot && hits[i].id == ids[hits[i].slot]);
    ids[9] = ids[8], xs[9] = xs[8], ys[9] = ys[8], zs[9] = zs[8];
    INVALID(fw_index_rebuild(index, &points, ids), "ids must be unique");
    OK(fw_index_len(index, &count));
    CHECK(count == 0);
    fw_index_free(index);
}

/* An index in memory of the caller answers as one in memory of its own. */
static void index_in_memory_of_the_caller(const fw_world *world, float radius) {
    static float at[N][3];
    static uint32_t ids[N], own[N], others[N];
    for (int i = 0; i < N; i++) {
        ids[i] = 5 * (uint32_t)i + 1;
        for (int axis = 0; axis < 3; axis++)
            at[i][axis] = axis < (int)world->axes ? uniform(world->lengths[axis]) : 0;
    }
    fw_points points = of(&at[0][0], &at[0][1], world->axes == 3 ? &at[0][2] : NULL, sizeof at[0], N);
    fw_index *there, *here = (fw_index *)&here;
    OK(fw_index_new(world, radius, &there));
    OK(fw_index_rebuild(there, &points, ids));
    size_t words, count, wanted;
    OK(fw_index_words(world, radius, N, &words));
    uint64_t *memory = malloc(words * sizeof *memory);
    INVALID(fw_index_build_in(memory, words - 1, world, radius, &points, ids, &here), "needs");
    CHECK(here == NULL);
    INVALID(fw_index_build_in(memory, 3, world, radius, &points, ids, &here), "`memory` has 3 words");
    INVALID(fw_index_build_in(NULL, words, world, radius, &points, ids, &here), "`memory` is NULL");
    for (int again = 0; again < 2; again++) {
        OK(fw_index_build_in(memory, words, world, radius, &points, again ? ids : NULL, &here));
        CHECK((uint64_t *)here == memory);
    }
    OK(fw_index_count_own(here, radius, own, N));
    OK(fw_index_count_own(there, radius, others, N));
    CHECK(memcmp(own, others, sizeof own) == 0);
    static fw_hit hits[64], twin[64];
    for (int i = 0; i < 100; i++) {
        OK(fw_index_within(here, at[i], radius, hits, 64, &count));
        OK(fw_index_within(there, at[i], radius, twin, 64, &wanted));
        CHECK(count == wanted && memcmp(hits, twin, count * sizeof *hits) == 0);
        OK(fw_index_nearest(here, at[i], 5, hits, &count));
        OK(fw_index_nearest(there, at[i], 5, twin, &wanted));
        CHECK(count == wanted && memcmp(hits, twin, count * sizeof *hits) == 0);
    }
    INVALID(fw_index_rebuild(here, &points, NULL), "build it anew by fw_index_build_in");
    fw_index_free(here); /* nothing happens */
    fw_index_free(there);
    free(memory);
    INVALID(fw_index_words(world, -1, N, &words), "radius");
    INVALID(fw_index_words(world, radius, SIZE_MAX, &words), "at most");
}

static size_t told;
static bool tell(void *user, uint32_t a, uint32_t b, float d2) {
    CHECK(a != b && d2 < 1);
    told++;
    fw_index *index = user;
    if (!index) return told < 3;
    /* It may ask, but not build anew. */
    float at[2] = {1, 1};
    uint32_t count;
    OK(fw_index_count(index, at, 1, &count));
    fw_points none = of(NULL, NULL, NULL, 0, 0);
    REFUSED(FW_STATUS_BUSY, fw_index_rebuild(index, &none, NULL), "another call uses the handle");
    return false;
}

static void callbacks(void) {
    float xs[4] = {1, 1.5f, 1, 9}, ys[4] = {1, 1, 1.5f, 9};
    fw_points points = of(xs, ys, NULL, 0, 4);
    fw_index *index;
    OK(fw_index_unbounded(2, 1, &index));
    OK(fw_index_rebuild(index, &points, NULL));
    OK(fw_index_each_pair(index, 1, tell, NULL));
    CHECK(told == 3);
    OK(fw_index_each_pair(index, 1, tell, index));
    CHECK(told == 4);
    INVALID(fw_index_each_pair(index, 1, NULL, NULL), "`each` is NULL");
    fw_index_free(index);
}

static void bad_input_of_an_index(void) {
    fw_index *index = (fw_index *)&index;
    fw_world bad = PLANE;
    bad.axes = 4;
    INVALID(fw_index_new(&bad, 1, &index), "`axes` is 4: it must be 2 or 3");
    CHECK(index == NULL);
    bad = PLANE, bad.edges[1] = 9;
    INVALID(fw_index_new(&bad, 1, &index), "`world.edges[1]` is 9");
    bad = PLANE, bad.lengths[0] = NAN;
    INVALID(fw_index_new(&bad, 1, &index), "width");
    INVALID(fw_index_new(&PLANE, -1, &index), "radius");
    INVALID(fw_index_new(&PLANE, 15, &index), "width");
    INVALID(fw_index_new(NULL, 1, &index), "`world` is NULL");
    INVALID(fw_index_new(&PLANE, 1, NULL), "`out` is NULL");
    INVALID(fw_index_new((fw_world *)((char *)&bad + 1), 1, &index), "a multiple of 4");
    INVALID(fw_index_unbounded(1, 1, &index), "`axes` is 1");
    INVALID(fw_index_unbounded(2, 0, &index), "side of a cell is 0");
    OK(fw_index_new(&PLANE, 1, &index));

    float xs[8] = {1, 2, 3, 4, 5, 6, 7, 8}, ys[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    fw_points points = of(xs, ys, NULL, 0, 8);
    OK(fw_index_rebuild(index, &points, NULL));
    points.x = NULL;
    INVALID(fw_index_rebuild(index, &points, NULL), "`points.x` is NULL");
    points = of(xs, ys, xs, 0, 8);
    INVALID(fw_index_rebuild(index, &points, NULL), "`points.z` must be NULL in the plane");
    points = of((float *)((char *)xs + 1), ys, NULL, 0, 7);
    INVALID(fw_index_rebuild(index, &points, NULL), "`points.x`");
    points = of(xs, ys, NULL, 6, 2);
    INVALID(fw_index_rebuild(index, &points, NULL), "`points.stride` is 6 bytes");
    points = of(xs, ys, NULL, 0, SIZE_MAX / 4);
    INVALID(fw_index_rebuild(index, &points, NULL), "fit no memory");
    points = of(xs, ys, NULL, 400, SIZE_MAX / 8);
    INVALID(fw_index_rebuild(index, &points, NULL), "fit no memory");
    points = of(xs, ys, NULL, 0, 8), xs[6] = INFINITY;
    INVALID(fw_index_rebuild(index, &points, NULL), "x of slot 6 is inf");
    xs[6] = 31;
    INVALID(fw_index_rebuild(index, &points, NULL), "x of slot 6 is 31: it must be from 0 to 30");
    INVALID(fw_index_rebuild(index, NULL, NULL), "`points` is NULL");
    INVALID(fw_index_rebuild(NULL, &points, NULL), "`index` is NULL");
    size_t count;
    OK(fw_index_len(index, &count));
    CHECK(count == 8); /* as it was */

    float at[2] = {1, 1}, nowhere[2] = {NAN, 1};
    fw_hit hits[8];
    uint32_t number;
    INVALID(fw_index_within(index, NULL, 1, hits, 8, &count), "`at` is NULL");
    INVALID(fw_index_within(index, at, 1, NULL, 8, &count), "`hits` is NULL");
    INVALID(fw_index_within(index, at, 1, hits, 8, NULL), "`count` is NULL");
    INVALID(fw_index_within(index, at, 1, hits, 0, &count), "0");
    INVALID(fw_index_within(index, at, 1, hits, SIZE_MAX, &count), "fit no memory");
    INVALID(fw_index_within(index, nowhere, 1, hits, 8, &count), "x");
    INVALID(fw_index_within(index, at, -1, hits, 8, &count), "radius");
    INVALID(fw_index_nearest(index, at, 0, hits, &count), "0");
    INVALID(fw_index_count(index, at, 16, &number), "radius");
    INVALID(fw_index_box(index, at, nowhere, NULL, 0, &count), "x");
    float far[2] = {40, 1};
    fw_segment_hit along[2];
    INVALID(fw_index_segment(index, at, far, 1, along, 2, &count), "x");
    fw_points places = of(xs, ys, NULL, 0, 8);
    uint32_t counts[8] = {0};
    INVALID(fw_index_count_each(index, &places, 1, counts), "6");
    CHECK(counts[5] == 0);
    fw_hit few[16];
    INVALID(fw_index_within_each(index, &places, 1, few, 2, counts), "place 6: ");
    CHECK(counts[5] == 1 && counts[6] == 0);
    INVALID(fw_index_count_own(index, 1, counts, 7), "8");
    INVALID(fw_index_count_own(index, 99, counts, 8), "radius");
    uint32_t starts[9], others[8];
    REFUSED(FW_STATUS_TOO_SHORT, fw_index_lists(index, 2, false, starts, others, 3, &count), "room for all");
    CHECK(count == 14);
    INVALID(fw_index_lists(index, 2, false, NULL, others, 8, &count), "`starts` is NULL");
    INVALID(fw_index_within_each(index, &places, 1, hits, SIZE_MAX / 2, counts), "fit no memory");
    fw_index_free(index);
    fw_index_free(NULL);
}

/* Motion in columns, and in structs with more between, against one line of C for each. */
static void motion_against_twin(void) {
    static body bodies[N], twin[N];
    static float x[N], y[N], z[N], vx[N], vy[N], vz[N], ax[N], ay[N], az[N];
    const float dt = 0.05f;
    for (int i = 0; i < N; i++) {
        x[i] = uniform(12), y[i] = uniform(10), z[i] = uniform(9);
        vx[i] = uniform(8) - 4, vy[i] = uniform(8) - 4, vz[i] = uniform(8) - 4;
        ax[i] = uniform(2) - 1, ay[i] = uniform(2) - 1, az[i] = uniform(2) - 1;
        bodies[i] = (body){x[i], y[i], z[i], vx[i], vy[i], vz[i], i};
        twin[i] = bodies[i];
        twin[i].vx += ax[i] * dt, twin[i].vy += ay[i] * dt, twin[i].vz += az[i] * dt;
        twin[i].x += twin[i].vx * dt, twin[i].y += twin[i].vy * dt, twin[i].z += twin[i].vz * dt;
    }
    fw_columns places = to(x, y, z, 0, N), moving = to(vx, vy, vz, 0, N);
    fw_points forces = of(ax, ay, az, 0, N);
    fw_columns at = to(&bodies->x, &bodies->y, &bodies->z, sizeof *bodies, N);
    fw_columns on = to(&bodies->vx, &bodies->vy, &bodies->vz, sizeof *bodies, N);
    OK(fw_euler(dt, &places, &moving, &forces));
    OK(fw_euler(dt, &at, &on, &forces));
    for (int i = 0; i < N; i++) {
        CHECK(x[i] == twin[i].x && y[i] == twin[i].y && z[i] == twin[i].z);
        CHECK(vx[i] == twin[i].vx && vy[i] == twin[i].vy && vz[i] == twin[i].vz);
    }
    CHECK(memcmp(bodies, twin, sizeof bodies) == 0);

    /* Far out along all axes, then back: round along x, not at all along y, reflected along z. */
    for (int i = 0; i < N; i++) x[i] += 12, bodies[i].x += 12, z[i] = 9.5f, bodies[i].z = 9.5f;
    OK(fw_wrap(&SPACE, &places, &moving));
    OK(fw_wrap(&SPACE, &at, &on));
    for (int i = 0; i < N; i++) {
        CHECK(x[i] == bodies[i].x && y[i] == bodies[i].y && z[i] == bodies[i].z && vz[i] == bodies[i].vz);
        CHECK(x[i] >= 0 && x[i] <= 12 && y[i] == twin[i].y && z[i] == 8.5f);
        CHECK(fabsf(vz[i]) == fabsf(twin[i].vz));
    }
    OK(fw_limit_speed(0.5f, 1, &moving));
    OK(fw_limit_speed(0.5f, 1, &on));
    OK(fw_drag(dt, 0.1f, &moving));
    OK(fw_drag(dt, 0.1f, &on));
    OK(fw_verlet_first(dt, &places, &moving, &forces));
    OK(fw_verlet_first(dt, &at, &on, &forces));
    OK(fw_verlet_second(dt, &moving, &forces));
    OK(fw_verlet_second(dt, &on, &forces));
    for (int i = 0; i < N; i++) {
        CHECK(x[i] == bodies[i].x && vx[i] == bodies[i].vx && vz[i] == bodies[i].vz);
        CHECK(vx[i] * vx[i] + vy[i] * vy[i] + vz[i] * vz[i] < 1.2f && bodies[i].who == i);
    }

    OK(fw_drift(&SPACE, dt, &places, &moving));
    OK(fw_drift(&SPACE, dt, &at, &on));
    for (int i = 0; i < N; i++) {
        CHECK(x[i] == bodies[i].x && y[i] == bodies[i].y && z[i] == bodies[i].z && vz[i] == bodies[i].vz);
        CHECK(x[i] >= 0 && x[i] <= 12 && z[i] >= 0 && z[i] <= 9);
    }
    INVALID(fw_drift(&PLANE, dt, &places, &moving), "`places.z` must be NULL in the plane");

    INVALID(fw_euler(-1, &places, &moving, &forces), "dt is -1");
    INVALID(fw_euler(dt, NULL, &moving, &forces), "`places` is NULL");
    fw_columns same = to(x, x, z, 0, N);
    INVALID(fw_euler(dt, &same, &moving, &forces), "share memory");
    same = to(x + 1, y, z, 0, N - 1);
    INVALID(fw_euler(dt, &same, &moving, &forces), "it must have 2999");
    same = to(vx, vy, NULL, 0, N);
    INVALID(fw_euler(dt, &places, &same, &forces), "`velocities.z` must not be NULL in space");
    INVALID(fw_limit_speed(2, 1, &moving), "high is 1");
    INVALID(fw_drag(dt, NAN, &moving), "rate is NaN");
    INVALID(fw_wrap(&PLANE, &places, &moving), "`places.z` must be NULL in the plane");
    ay[2345] = NAN;
    INVALID(fw_euler(dt, &places, &moving, &forces), "ays[2345]");
    INVALID(fw_euler(dt, &at, &on, &forces), "ays[2345]");
}

static void steering_against_twin(void) {
    float x[3] = {0, 3, 0}, y[3] = {0, 0, 0}, vx[3] = {1, 0, 0}, vy[3] = {0, 1, 0};
    float tx[3] = {4, 0, 0.5f}, ty[3] = {3, 4, 0}, ox[3], oy[3];
    fw_points at = of(x, y, NULL, 0, 3), v = of(vx, vy, NULL, 0, 3), target = of(tx, ty, NULL, 0, 3);
    fw_columns out = to(ox, oy, NULL, 0, 3);
    OK(fw_seek(&at, &v, &target, 10, &out));
    CHECK(fabsf(ox[0] - 7) < 1e-5f && fabsf(oy[0] - 6) < 1e-5f && fabsf(ox[1] + 6) < 1e-5f);
    OK(fw_flee(&at, &v, &target, 10, &out));
    CHECK(fabsf(ox[0] + 9) < 1e-5f && fabsf(oy[0] + 6) < 1e-5f);
    OK(fw_arrive(&at, &v, &target, 10, 1, &out));
    CHECK(fabsf(ox[2] - 5) < 1e-5f);
    OK(fw_pursue(&at, &v, &target, &v, 10, 0, &out));
    CHECK(fabsf(ox[0] - 7) < 1e-5f);
    OK(fw_evade(&at, &v, &target, &v, 10, 0, &out));
    CHECK(fabsf(ox[0] + 9) < 1e-5f);
    INVALID(fw_seek(&at, &v, &target, -1, &out), "`max_speed` is -1");
    INVALID(fw_arrive(&at, &v, &target, 1, INFINITY, &out), "`slowing_radius` is inf");
    INVALID(fw_pursue(&at, &v, &target, NULL, 1, 1, &out), "`target_velocities` is NULL");
    fw_columns onto = to(x, y, NULL, 0, 3);
    INVALID(fw_seek(&at, &v, &target, 1, &onto), "share memory");
}

/* Directions of wanderers depend on id, tick and seed alone, not on how they lie in memory. */
static void wandering(void) {
    static float dx[N], dy[N], dz[N], ox[N], oy[N], oz[N];
    static body all[N];
    static uint32_t ids[N];
    for (uint32_t i = 0; i < N; i++) ids[i] = i, all[i] = (body){0, 0, 0, 3, 0, 4, 0};
    fw_columns turned = to(dx, dy, dz, 0, N), strided = to(&all->x, &all->y, &all->z, sizeof *all, N);
    for (uint64_t tick = 0; tick < 3; tick++) {
        OK(fw_wander_turn(&turned, NULL, 0.5f, 7, tick, 1));
        OK(fw_wander_turn(&strided, ids, 0.5f, 7, tick, 1));
    }
    float mean = 0;
    for (int i = 0; i < N; i++) {
        CHECK(dx[i] == all[i].x && dy[i] == all[i].y && dz[i] == all[i].z);
        CHECK(fabsf(dx[i] * dx[i] + dy[i] * dy[i] + dz[i] * dz[i] - 1) < 1e-5f);
        mean += dx[i] / N;
    }
    CHECK(fabsf(mean) < 0.05f);
    fw_points v = of(&all->vx, &all->vy, &all->vz, sizeof *all, N), on = of(dx, dy, dz, 0, N);
    fw_columns out = to(ox, oy, oz, 0, N);
    OK(fw_wander(&v, &on, 2, 0.5f, &out));
    for (int i = 0; i < N; i++) {
        CHECK(fabsf(ox[i] - (1.2f + 0.5f * dx[i])) < 1e-5f && fabsf(oz[i] - (1.6f + 0.5f * dz[i])) < 1e-5f);
        CHECK(fabsf(oy[i] - 0.5f * dy[i]) < 1e-5f);
    }
    INVALID(fw_wander_turn(&turned, NULL, -1, 7, 0, 1), "`jitter` is -1");
    INVALID(fw_wander_turn(NULL, NULL, 1, 7, 0, 1), "`directions` is NULL");
    INVALID(fw_wander(&v, &on, 1, NAN, &out), "`radius` is NaN");
}

/* The rules of a flock against the sums over all others. */
static void flock_against_twin(const fw_world *world, float radius) {
    static float at[N][3], v[N][3], out[N][3];
    for (int i = 0; i < N; i++)
        for (int axis = 0; axis < 3; axis++)
            at[i][axis] = axis < (int)world->axes ? uniform(world->lengths[axis]) : 0, v[i][axis] = uniform(2) - 1;
    int space = world->axes == 3;
    fw_points points = of(&at[0][0], &at[0][1], space ? &at[0][2] : NULL, sizeof *at, N);
    fw_points moving = of(&v[0][0], &v[0][1], space ? &v[0][2] : NULL, sizeof *v, N);
    fw_columns to_out = to(&out[0][0], &out[0][1], space ? &out[0][2] : NULL, sizeof *out, N);
    fw_index *index;
    OK(fw_index_new(world, radius, &index));
    OK(fw_index_rebuild(index, &points, NULL));
    fw_flock rules = {radius, 0.25f, 0.5f, 2};
    OK(fw_index_flock(index, &rules, &moving, &to_out));
    int crowded = 0;
    for (int i = 0; i < N; i += 13) {
        float away[3] = {0}, along[3] = {0}, together[3] = {0}, count = 0;
        for (int j = 0; j < N; j++) {
            float d2 = distance2(world, at[i], at[j]);
            if (j == i || !(d2 < radius * radius)) continue;
            count++;
            for (uint32_t axis = 0; axis < world->axes; axis++) {
                float d = at[j][axis] - at[i][axis], length = world->lengths[axis];
                if (world->edges[axis] == FW_EDGE_PERIODIC && fabsf(d) > length / 2) d += d < 0 ? length : -length;
                if (d2 > 0) away[axis] -= d / d2;
                along[axis] += v[j][axis], together[axis] += d;
            }
        }
        crowded += count > 1;
        for (uint32_t axis = 0; axis < world->axes; axis++) {
            float twin = 0.25f * away[axis];
            if (count > 0) twin += 0.5f * (along[axis] / count - v[i][axis]) + 2 * together[axis] / count;
            CHECK(fabsf(twin - out[i][axis]) < 1e-3f * (1 + fabsf(away[axis])));
        }
    }
    CHECK(crowded > 100);
    fw_points few = points;
    few.count = 5;
    INVALID(fw_index_flock(index, &rules, &few, &to_out), "`velocities` has 5 entities");
    to_out.count = 5;
    INVALID(fw_index_flock(index, &rules, &moving, &to_out), "`out` has 5 entities");
    rules.cohesion = INFINITY;
    INVALID(fw_index_flock(index, &rules, &moving, &to_out), "`flock.cohesion` is inf");
    rules.cohesion = 1, rules.radius = -1;
    INVALID(fw_index_flock(index, &rules, &moving, &to_out), "radius");
    INVALID(fw_index_flock(index, NULL, &moving, &to_out), "`flock` is NULL");
    fw_index_free(index);
}

static void collisions(void) {
    body two[3] = {{1, 1, 0, 1, 0, 0, 0}, {2, 1, 0, -1, 0, 0, 1}, {9, 9, 0, 0, 0, 0, 2}};
    float radii[3] = {0.6f, 0.6f, 0.5f}, masses[3] = {1, 1, 1};
    uint32_t starts[4] = {0, 1, 2, 2}, others[2] = {1, 0};
    fw_bodies bodies = {of(&two->x, &two->y, NULL, sizeof *two, 3),
                        of(&two->vx, &two->vy, NULL, sizeof *two, 3), radii, masses, NULL};
    fw_columns at = to(&two->x, &two->y, NULL, sizeof *two, 3);
    fw_columns on = to(&two->vx, &two->vy, NULL, sizeof *two, 3);
    OK(fw_collide(&bodies, starts, others, 2, 1, 1, &at, &on));
    CHECK(two[0].vx == -1 && two[1].vx == 1 && fabsf(two[1].x - two[0].x - 1.2f) < 1e-5f && two[2].x == 9);
    INVALID(fw_collide(&bodies, starts, others, 2, 2, 1, &at, &on), "restitution is 2");
    INVALID(fw_collide(&bodies, starts, others, 1, 1, 1, &at, &on), "starts[2] is 2");
    others[1] = 3;
    INVALID(fw_collide(&bodies, starts, others, 2, 1, 1, &at, &on), "indices[1] is 3");
    INVALID(fw_collide(&bodies, NULL, others, 2, 1, 1, &at, &on), "`starts` is NULL");
    bodies.radii = NULL;
    INVALID(fw_collide(&bodies, starts, others, 2, 1, 1, &at, &on), "`bodies.radii` is NULL");
}

#define TRIBES "entities = 1500\ndt = 0.05\n[world]\nwidth = 28\nheight = 14\n"

static void simulation(void) {
    fw_sim *sim = (fw_sim *)&sim, *other;
    INVALID(fw_sim_new("model = 'boid'", NULL, 1, &sim), "did you mean `boids`?");
    CHECK(sim == NULL);
    INVALID(fw_sim_new(NULL, NULL, 1, &sim), "`scenario` is NULL");
    INVALID(fw_sim_new("\xff", NULL, 1, &sim), "no UTF-8 from byte 0");
    INVALID(fw_sim_new("dt = ", NULL, 1, &sim), "scenario:1:");
    INVALID(fw_sim_new("{\"dt\": }", NULL, 1, &sim), "not JSON");
    INVALID(fw_sim_of_model("fish", TRIBES, 1, &sim), "there is no model `fish`");
    INVALID(fw_sim_of_model("tribes", TRIBES, 5000, &sim), "5000");
    INVALID(fw_sim_open("no/such.toml", 1, &sim), "cannot read the scenario");
    INVALID(fw_sim_restore((const uint8_t *)"nonsense", 8, 1, &sim), "the snapshot: ");
    INVALID(fw_sim_restore(NULL, 8, 1, &sim), "`snapshot` is NULL");
    INVALID(fw_sim_step(NULL, 1), "`sim` is NULL");
    OK(fw_sim_of_model("tribes", TRIBES, 2, &sim));
    OK(fw_sim_step(sim, 30));
    uint64_t tick, count, print, again;
    OK(fw_sim_tick(sim, &tick));
    OK(fw_sim_population(sim, &count));
    OK(fw_sim_fingerprint(sim, &print));
    CHECK(tick == 30 && count > 0);

    fw_field field;
    OK(fw_sim_field(sim, "genes", &field));
    CHECK(field.scalar == FW_SCALAR_F32 && field.components == 9 && field.size == 36);
    OK(fw_sim_field(sim, "id", &field));
    CHECK(field.scalar == FW_SCALAR_U32 && field.size == 4);
    uint32_t *ids = malloc(4 * count);
    float *xs = malloc(4 * count), *found = malloc(4 * count);
    OK(fw_sim_copy(sim, "id", FW_ORDER_ID, 0, ids, 4 * count));
    OK(fw_sim_copy(sim, "x", FW_ORDER_ID, 0, xs, 4 * count));
    for (uint64_t i = 1; i < count; i++) CHECK(ids[i - 1] < ids[i]);
    INVALID(fw_sim_copy(sim, "x", FW_ORDER_ID, 0, xs, 4 * count - 1), "it must have at least");
    INVALID(fw_sim_copy(sim, "x", 7, 0, xs, 4 * count), "`order` is 7");
    INVALID(fw_sim_copy(sim, "spin", FW_ORDER_ID, 0, xs, 4 * count), "there is no column `spin`");
    INVALID(fw_sim_copy(sim, "x", FW_ORDER_ID, 2, xs, 4 * count), "the stride is 2 bytes");
    INVALID(fw_sim_copy(sim, "x", FW_ORDER_ID, 0, NULL, 4 * count), "`out` is NULL");

    /* Views show the same entities, without a copy. */
    size_t regions = 1, seen = 0;
    memset(found, 0xff, 4 * count);
    for (size_t region = 0; region < regions; region++) {
        fw_view who, where;
        OK(fw_sim_view(sim, "id", region, &regions, &who));
        OK(fw_sim_view(sim, "x", region, &regions, &where));
        CHECK(who.rows == where.rows && where.stride == 4 && where.scalar == FW_SCALAR_F32);
        for (size_t row = 0; row < who.rows; row++) {
            if (who.cells[row] == FW_NO_CELL) continue;
            uint32_t id = ((const uint32_t *)who.data)[row];
            uint64_t place = 0;
            while (ids[place] != id) place++;
            found[place] = ((const float *)where.data)[row];
            seen++;
        }
    }
    CHECK(seen == count && memcmp(found, xs, 4 * count) == 0);
    fw_view view;
    INVALID(fw_sim_view(sim, "x", regions, &regions, &view), "`region` is ");
    INVALID(fw_sim_view(sim, "genes_3", 0, &regions, &view), "shows the whole `genes`");

    double value;
    OK(fw_sim_number(sim, "bite_rate", &value));
    INVALID(fw_sim_number(sim, "bites", &value), "there is no parameter `bites`");
    INVALID(fw_sim_set_number(sim, "bite_rate", -1), "params.bite_rate is -1: it must be");
    INVALID(fw_sim_set(sim, "bite_rate = 2\nno_such = 1"), "there is no parameter `no_such`");
    INVALID(fw_sim_set(sim, NULL), "`params` is NULL");
    INVALID(fw_sim_stat(sim, "no_such", &value), "there is no statistic `no_such`");
    OK(fw_sim_fingerprint(sim, &again));
    CHECK(print == again); /* nothing of that has changed anything */

    /* A series, its means, and rules to stop. */
    OK(fw_sim_tick(sim, &tick));
    fw_sim *apart = NULL;
    size_t bytes = 0;
    REFUSED(FW_STATUS_TOO_SHORT, fw_sim_snapshot(sim, NULL, 0, &bytes), "it must have at least");
    uint8_t *state = malloc(bytes);
    OK(fw_sim_snapshot(sim, state, bytes, &bytes));
    OK(fw_sim_restore(state, bytes, 1, &apart));
    free(state);
    fw_series *series;
    OK(fw_sim_series(apart, 7, 3, NULL, NULL, &series));
    const uint64_t *ticks;
    const double *ages;
    const char *rule;
    size_t taken = 0, values = 0;
    OK(fw_series_ticks(series, &ticks, &taken));
    CHECK(taken == 4 && ticks[0] == tick && ticks[2] == tick + 6 && ticks[3] == tick + 7);
    OK(fw_series_values(series, "mean_age", &ages, &values));
    OK(fw_sim_stat(apart, "mean_age", &value));
    CHECK(values == 4 && ages[3] == value);
    fw_mean mean;
    OK(fw_series_mean(series, "mean_age", &mean));
    CHECK(mean.samples == 4 && fabs(mean.mean - (ages[0] + ages[1] + ages[2] + ages[3]) / 4) < 1e-12);
    OK(fw_series_stopped(series, &rule));
    CHECK(rule == NULL);
    INVALID(fw_series_values(series, "no_such", &ages, &values), "there is no statistic `no_such`");
    INVALID(fw_series_mean(series, NULL, &mean), "`name` is NULL");
    fw_series_free(series);
    OK(fw_sim_series(apart, 1000, 1, "population > 0", NULL, &series));
    OK(fw_series_stopped(series, &rule));
    CHECK(strcmp(rule, "until: population > 0") == 0);
    fw_series_free(series);
    INVALID(fw_sim_series(apart, 5, 0, NULL, NULL, &series), "`every` is 0");
    CHECK(series == NULL);
    INVALID(fw_sim_series(apart, 5, 1, "spin > 1", NULL, &series), "spin");
    INVALID(fw_sim_series(apart, 5, 1, NULL, "mean_age", &series), "NAME:TOLERANCE");
    fw_sim_free(apart);

    size_t length = 0;
    REFUSED(FW_STATUS_TOO_SHORT, fw_sim_snapshot(sim, NULL, 0, &length), "it must have at least");
    uint8_t *snapshot = malloc(length);
    OK(fw_sim_snapshot(sim, snapshot, length, &length));
    OK(fw_sim_restore(snapshot, length, 1, &other));
    snapshot[length / 2] ^= 1;
    fw_sim *none;
    INVALID(fw_sim_restore(snapshot, length, 1, &none), "the snapshot: ");
    INVALID(fw_sim_restore(snapshot, length - 5, 1, &none), "the snapshot: ");
    OK(fw_sim_set_number(sim, "bite_rate", 3.0));
    OK(fw_sim_set(other, "{\"bite_rate\": 3.0}"));
    OK(fw_sim_number(other, "bite_rate", &value));
    CHECK(value == 3);
    OK(fw_sim_step(sim, 20));
    OK(fw_sim_step(other, 20));
    OK(fw_sim_fingerprint(sim, &print));
    OK(fw_sim_fingerprint(other, &again));
    CHECK(print == again);

    char text[1 << 16];
    OK(fw_sim_describe(sim, text, sizeof text, &length));
    CHECK(length < sizeof text);
    text[length] = 0;
    char hex[32];
    snprintf(hex, sizeof hex, "\"%016" PRIx64 "\"", print);
    CHECK(strstr(text, "\"model\":\"tribes\"") && strstr(text, "\"tick\":50") && strstr(text, hex));
    fw_sim_free(sim);
    fw_sim_free(other);
    fw_sim_free(NULL);
    free(ids), free(xs), free(found), free(snapshot);
}

#define MEADOW "entities = 300\ndt = 0.02\n[world]\nwidth = 20\nheight = 10\n[field.grass]\ncells = [20, 10]\nstart = 100\n"

/* Inputs, what is refused of them, a field, and a log that holds all. */
static void inputs(void) {
    fw_sim *sim, *other;
    OK(fw_sim_of_model("meadow", MEADOW, 1, &sim));
    uint64_t before, after, there, count;
    fw_answer answer;
    OK(fw_sim_fingerprint(sim, &before));
    INVALID(fw_sim_send(sim, "[{\"spawn\": {}}, {\"remove\": 9999}]", &answer), "input 1 at tick 0: `remove` is for entity 9999");
    INVALID(fw_sim_send(sim, "{}", &answer), "a list of tables in JSON");
    INVALID(fw_sim_send(sim, "[{\"hug\": 1}]", &answer), "input 0: an input has one of spawn");
    INVALID(fw_sim_send(sim, "[{\"door\": {\"shape\": 0, \"open\": true}}]", NULL), "has no shapes, so no doors");
    INVALID(fw_sim_send(sim, NULL, &answer), "`inputs` is NULL");
    INVALID(fw_sim_send(NULL, "[]", &answer), "`sim` is NULL");
    OK(fw_sim_fingerprint(sim, &after));
    CHECK(before == after);
    OK(fw_sim_step(sim, 3));
    OK(fw_sim_population(sim, &there));
    OK(fw_sim_send(sim,
                   "[{\"spawn\": {\"x\": 1, \"y\": 2}}, {\"spawn\": {}}, {\"remove\": 7},"
                   " {\"field\": {\"name\": \"grass\", \"low\": [0, 0], \"high\": [1, 1], \"set\": 7}}]",
                   &answer));
    CHECK(answer.tick == 3 && answer.first_id == 300 && answer.spawned == 2);
    OK(fw_sim_send(sim, "[]", NULL));
    OK(fw_sim_population(sim, &count));
    CHECK(count == there + 1);
    uint32_t cells[3];
    float grass[200];
    OK(fw_sim_cells(sim, "grass", cells));
    CHECK(cells[0] == 20 && cells[1] == 10 && cells[2] == 1);
    INVALID(fw_sim_cells(sim, "gras", cells), "there is no field `gras`; did you mean `grass`?");
    REFUSED(FW_STATUS_TOO_SHORT, fw_sim_amounts(sim, "grass", grass, 199), "room for at least 200");
    OK(fw_sim_amounts(sim, "grass", grass, 200));
    CHECK(grass[0] == 7 && grass[1] > 50);
    OK(fw_sim_step(sim, 2));

    char text[1 << 14];
    size_t length;
    REFUSED(FW_STATUS_TOO_SHORT, fw_sim_log(sim, text, 8, &length), "it must have at least");
    OK(fw_sim_log(sim, text, sizeof text, &length));
    text[length] = 0;
    OK(fw_sim_fingerprint(sim, &after));
    char seen[64];
    snprintf(seen, sizeof seen, "{\"fingerprint\":\"%016" PRIx64 "\",\"tick\":5}", after);
    CHECK(strstr(text, "\"flockwork\":\"inputs\"") && strstr(text, "\"remove\":7,\"tick\":3") && strstr(text, seen));
    REFUSED(FW_STATUS_TOO_SHORT, fw_sim_snapshot(sim, NULL, 0, &length), "it must have at least");
    uint8_t *state = malloc(length);
    OK(fw_sim_snapshot(sim, state, length, &length));
    OK(fw_sim_restore(state, length, 2, &other));
    INVALID(fw_sim_log(other, text, sizeof text, &length), "has no log");
    OK(fw_sim_send(other, "[{\"field\": {\"name\": \"grass\", \"at\": [3, 3], \"radius\": 2, \"add\": 5}}]", NULL));
    OK(fw_sim_send(sim, "[{\"field\": {\"name\": \"grass\", \"at\": [3, 3], \"radius\": 2, \"add\": 5}}]", NULL));
    OK(fw_sim_fingerprint(sim, &before));
    OK(fw_sim_fingerprint(other, &after));
    CHECK(before == after);
    fw_sim_free(sim);
    fw_sim_free(other);
    free(state);
}

/* A door, by its number in the list of shapes. */
static void doors(void) {
    const char *text = "model = 'crowd'\nentities = 4\ndt = 0.05\n[world]\nwidth = 10\nheight = 5\nedge = 'wall'\n"
                       "[[shape]]\nkind = 'box'\nrole = 'goal'\nlow = [8, 1]\nhigh = [9.5, 4]\n"
                       "[[shape]]\nname = 'way'\nkind = 'chain'\nrole = 'door'\ncorners = [[5, 0], [5, 5]]\n";
    fw_sim *sims[2];
    uint64_t prints[2];
    for (int at = 0; at < 2; at++) {
        OK(fw_sim_new(text, NULL, 1, &sims[at]));
        INVALID(fw_sim_send(sims[at], "[{\"door\": {\"shape\": 0, \"open\": true}}]", NULL), "shape 0 is a goal");
        OK(fw_sim_send(sims[at], at ? "[{\"door\": {\"shape\": \"way\", \"open\": true}}]"
                                    : "[{\"door\": {\"shape\": 1, \"open\": true}}]", NULL));
        OK(fw_sim_step(sims[at], 200));
        float xs[4];
        OK(fw_sim_copy(sims[at], "x", FW_ORDER_ID, 0, xs, sizeof xs));
        for (int i = 0; i < 4; i++) CHECK(xs[i] > 5);
        OK(fw_sim_fingerprint(sims[at], &prints[at]));
        fw_sim_free(sims[at]);
    }
    CHECK(prints[0] == prints[1]);
}

/* A world of the program's own entities, side by side with what else it knows of them. */
static void entities_of_ones_own(void) {
    static body bodies[200];
    uint32_t who[200];
    for (int i = 0; i < 200; i++) {
        bodies[i] = (body){0.1f * (float)i, 5, 0, 1, 0.5f, 0, i};
        who[i] = 1000 + (uint32_t)i;
    }
    fw_given columns[] = {
        {"x", FW_SCALAR_F32, &bodies->x, sizeof *bodies},   {"y", FW_SCALAR_F32, &bodies->y, sizeof *bodies},
        {"vx", FW_SCALAR_F32, &bodies->vx, sizeof *bodies}, {"vy", FW_SCALAR_F32, &bodies->vy, sizeof *bodies},
        {"id", FW_SCALAR_U32, who, 0},
    };
    const char *text = "model = 'boids'\ndt = 0.05\n[world]\nwidth = 28\nheight = 14\n";
    fw_sim *sim;
    OK(fw_sim_with_entities(text, NULL, columns, 5, 200, 1, &sim));
    uint64_t count;
    OK(fw_sim_population(sim, &count));
    CHECK(count == 200);
    float xs[200], vys[200];
    uint32_t ids[200];
    OK(fw_sim_copy(sim, "x", FW_ORDER_ID, 0, xs, sizeof xs));
    OK(fw_sim_copy(sim, "vy", FW_ORDER_ID, 0, vys, sizeof vys));
    OK(fw_sim_copy(sim, "id", FW_ORDER_ID, 0, ids, sizeof ids));
    for (int i = 0; i < 200; i++) CHECK(xs[i] == bodies[i].x && vys[i] == 0.5f && ids[i] == who[i]);
    OK(fw_sim_step(sim, 5));
    fw_sim_free(sim);
    INVALID(fw_sim_with_entities(text, NULL, columns, 1, 200, 1, &sim), "y");
    columns[1].name = "spin";
    INVALID(fw_sim_with_entities(text, NULL, columns, 5, 200, 1, &sim), "spin");
    columns[1].name = "y", columns[0].stride = 6;
    INVALID(fw_sim_with_entities(text, NULL, columns, 5, 200, 1, &sim), "stride of `x` is 6 bytes");
    columns[0].stride = sizeof *bodies, columns[0].scalar = 9;
    INVALID(fw_sim_with_entities(text, NULL, columns, 5, 200, 1, &sim), "scalar of `x` is 9");
    columns[0].scalar = FW_SCALAR_F32, columns[0].values = NULL;
    INVALID(fw_sim_with_entities(text, NULL, columns, 5, 200, 1, &sim), "`x` is NULL");
    columns[0].values = &bodies->x, columns[0].name = NULL;
    INVALID(fw_sim_with_entities(text, NULL, columns, 5, 200, 1, &sim), "`columns.name` is NULL");
    INVALID(fw_sim_with_entities(text, NULL, NULL, 5, 200, 1, &sim), "`columns` is NULL");
    columns[0].name = "x", bodies[7].x = NAN;
    INVALID(fw_sim_with_entities(text, NULL, columns, 5, 200, 1, &sim), "x");
    CHECK(sim == NULL);
}

static void float_mode(void) {
#if defined(__SSE__)
    unsigned usual = _mm_getcsr();
    fw_sim *sim;
    OK(fw_check_float_mode());
    _mm_setcsr(usual | 0x8000); /* as engines do: results below the smallest normal number are 0 */
    fw_status status = fw_check_float_mode(), made = fw_sim_of_model("tribes", TRIBES, 1, &sim);
    _mm_setcsr(usual);
    CHECK(status == FW_STATUS_INVALID && made == FW_STATUS_INVALID && sim == NULL);
    CHECK(strstr(fw_last_error(), "FTZ"));
#endif
}

/* One index that four threads ask, each with errors of its own. */
static fw_index *shared;
static uint32_t expected[N];
static float shared_at[N][2];

static void *ask(void *argument) {
    size_t thread = (size_t)argument;
    if (*fw_last_error() != 0) return "an error of another thread";
    for (int i = (int)thread; i < N; i += 4) {
        uint32_t count;
        if (fw_index_count(shared, shared_at[i], 1, &count) != FW_STATUS_OK) return "refused";
        if (count != expected[i]) return "another count";
    }
    float bad[2] = {-1.0f - (float)thread, 0};
    uint32_t count;
    char part[8];
    snprintf(part, sizeof part, "-%zu", thread + 1);
    if (fw_index_count(shared, bad, 1, &count) != FW_STATUS_INVALID) return "not refused";
    return strstr(fw_last_error(), part) ? NULL : "the error of another thread";
}

static void *step(void *sim) {
    for (int tick = 0; tick < 40; tick++)
        if (fw_sim_step(sim, 1) != FW_STATUS_OK) return "did not step, since another thread looked";
    return NULL;
}

static void *look(void *sim) {
    uint64_t tick, last = 0;
    do {
        fw_status status = fw_sim_tick(sim, &tick);
        if (status == FW_STATUS_BUSY) continue;
        if (status != FW_STATUS_OK || tick < last) return "did not look";
        last = tick;
    } while (last < 40);
    for (int i = 0; i < 1000; i++) /* nothing changes it any more, and others that look are no hindrance */
        if (fw_sim_fingerprint(sim, &tick) != FW_STATUS_OK) return "busy, since another thread looked";
    return NULL;
}

static void threads(void) {
    OK(fw_index_new(&PLANE, 1, &shared));
    for (int i = 0; i < N; i++) shared_at[i][0] = uniform(30), shared_at[i][1] = uniform(20);
    fw_points points = of(&shared_at[0][0], &shared_at[0][1], NULL, 8, N);
    OK(fw_index_rebuild(shared, &points, NULL));
    OK(fw_index_count_each(shared, &points, 1, expected));
    INVALID(fw_sim_step(NULL, 1), "`sim` is NULL");
    pthread_t all[4];
    for (size_t i = 0; i < 4; i++) CHECK(pthread_create(&all[i], NULL, ask, (void *)i) == 0);
    for (size_t i = 0; i < 4; i++) {
        void *problem;
        CHECK(pthread_join(all[i], &problem) == 0);
        if (problem) fail(__LINE__, problem);
    }
    fw_index_free(shared);

    /* While one thread steps a simulation, others that look are answered at once, done or busy, and each
     * of its steps is done. */
    fw_sim *sim;
    OK(fw_sim_of_model("tribes", TRIBES, 2, &sim));
    for (size_t i = 0; i < 4; i++) CHECK(pthread_create(&all[i], NULL, i ? look : step, sim) == 0);
    for (size_t i = 0; i < 4; i++) {
        void *problem;
        CHECK(pthread_join(all[i], &problem) == 0);
        if (problem) fail(__LINE__, problem);
    }
    fw_sim_free(sim);
}

int main(void) {
    CHECK(*fw_last_error() == 0 && strchr(fw_version(), '.'));
    const fw_world open = {2, {30, 20}, {FW_EDGE_OPEN, FW_EDGE_OPEN}};
    index_against_twin(&PLANE, 1, 1);
    index_against_twin(&open, 1, 1);
    index_against_twin(&SPACE, 1.2f, 1);
    index_against_twin(&PLANE, 1, 0);
    index_against_twin(&SPACE, 1.2f, 0);
    index_in_memory_of_the_caller(&PLANE, 1);
    index_in_memory_of_the_caller(&SPACE, 1.2f);
    callbacks();
    bad_input_of_an_index();
    motion_against_twin();
    steering_against_twin();
    wandering();
    flock_against_twin(&PLANE, 1);
    flock_against_twin(&SPACE, 1.2f);
    collisions();
    simulation();
    inputs();
    doors();
    entities_of_ones_own();
    float_mode();
    threads();
    puts("face.c: all holds");
    return 0;
}
