/* Steps a world, looks at it, and asks who is near whom. `cargo xtask c-example` builds the library into
 * target/c, and compiles and runs this with it. */
#include <flockwork.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Ends the program where something was wrong, with what and where. */
static void check(fw_status status) {
    if (status == FW_STATUS_OK) return;
    fprintf(stderr, "%s\n", fw_last_error());
    exit(1);
}

int main(void) {
    /* A scenario says it all; `model`, `entities`, `dt` and the world are what it must say. */
    const char *scenario = "model = 'boids'\n"
                           "entities = 1500\n"
                           "seed = 2\n"
                           "dt = 0.05\n"
                           "[world]\n"
                           "width = 30.5\nheight = 14\n"
                           "edge = 'wall'\n";
    fw_sim *sim;
    check(fw_sim_new(scenario, NULL, 0, &sim)); /* 0 workers: one for each core */
    check(fw_sim_step(sim, 50));
    check(fw_sim_set_number(sim, "max_speed", 2.0)); /* parameters change at any time */

    uint64_t count, fingerprint;
    check(fw_sim_population(sim, &count));
    check(fw_sim_fingerprint(sim, &fingerprint));

    /* Columns go into your own memory, here x and y side by side: entity i is at places[i]. */
    struct place { float x, y; } *places = calloc(count, sizeof *places);
    check(fw_sim_copy(sim, "x", FW_ORDER_ID, sizeof *places, &places->x, count * sizeof *places));
    check(fw_sim_copy(sim, "y", FW_ORDER_ID, sizeof *places, &places->y,
                      count * sizeof *places - sizeof(float)));

    /* An index takes points as they lie. */
    fw_world world = {2, {30.5f, 14}, {FW_EDGE_WALL, FW_EDGE_WALL}};
    fw_points points = {&places->x, &places->y, NULL, sizeof *places, count};
    fw_index *index;
    check(fw_index_new(&world, 1.0f, &index));
    check(fw_index_rebuild(index, &points, NULL));
    fw_hit hits[5];
    size_t found;
    check(fw_index_nearest(index, &places[0].x, 5, hits, &found));
    printf("nearest to entity 0:");
    for (size_t i = 0; i < found; i++) printf(" %" PRIu32, hits[i].id);
    printf("\ntick 50: %016" PRIx64 "\n", fingerprint);

    fw_index_free(index);
    fw_sim_free(sim);
    free(places);
    return 0;
}
