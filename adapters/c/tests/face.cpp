// The face from C++: handles that free themselves, errors that are thrown, and the fingerprints that every
// scheduler must have: those of the worlds in the file that it is given.
#include <flockwork.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#define CHECK(holds)                                                                      \
    do {                                                                                  \
        if (!(holds)) {                                                                   \
            std::fprintf(stderr, "face.cpp:%d: %s (last error: %s)\n", __LINE__, #holds,  \
                         fw_last_error());                                                \
            std::exit(1);                                                                 \
        }                                                                                 \
    } while (0)

struct Ship {
    double weight;
    float x, y, vx, vy;
};

static void points_of_ones_own() {
    std::vector<Ship> ships(500);
    for (size_t i = 0; i < ships.size(); i++)
        ships[i] = {1.0, float(i % 25) + 0.5f, float(i / 25) + 0.25f, 1, 0};
    flockwork::Index index(fw_world{2, {25, 20, 0}, {0, 0, 0}}, 1.5f);
    index.rebuild(flockwork::points(ships, &Ship::x, &Ship::y));
    const float at[2] = {0.5f, 0.25f};
    CHECK(index.size() == 500 && index.count(at, 1.1f) == 5);
    auto near = index.within(at, 1.1f, 10);
    CHECK(near.size() == 5 && near[0].slot == 0 && near[1].d2 == 1.0f);
    CHECK(index.nearest(at, 3).size() == 3);
    const float high[2] = {3, 2};
    CHECK(index.box(at, high, 100).size() == 6 && !index.segment(at, high, 0.5f, 100).empty());

    size_t pairs = 0;
    index.each_pair(1.1f, [&](uint32_t, uint32_t, float) { return ++pairs, true; });
    CHECK(pairs == 1000);
    try {
        index.each_pair(1.1f, [](uint32_t, uint32_t, float) -> bool { throw std::runtime_error("mine"); });
        CHECK(!"what a function throws goes on");
    } catch (const std::runtime_error &error) {
        CHECK(std::string(error.what()) == "mine");
    }
    try {
        index.count(at, -1);
        CHECK(!"a negative radius is refused");
    } catch (const flockwork::Error &error) {
        CHECK(error.status == FW_STATUS_INVALID && std::string(error.what()).find("-1") != std::string::npos);
    }
    flockwork::Index moved = std::move(index);
    CHECK(moved.size() == 500 && index.get() == nullptr);

    fw_columns places = flockwork::columns(ships, &Ship::x, &Ship::y);
    fw_columns moving = flockwork::columns(ships, &Ship::vx, &Ship::vy);
    fw_points forces = flockwork::points(ships, &Ship::vy, &Ship::vy);
    flockwork::check(fw_euler(0.5f, &places, &moving, &forces));
    CHECK(ships[3].x == 4.0f && ships[3].weight == 1.0);
}

static void a_stepped_world() {
    const std::string text = "entities = 1000\ndt = 0.05\n[world]\nwidth = 20\nheight = 10\n";
    auto sim = flockwork::Sim::of_model("boids", text, 2);
    sim.step(10);
    auto xs = sim.column<float>("x");
    auto ids = sim.column<uint32_t>("id");
    CHECK(xs.size() == 1000 && ids.front() == 0 && ids.back() == 999);
    try {
        sim.column<uint32_t>("x");
        CHECK(!"a column of floats is none of integers");
    } catch (const std::invalid_argument &) {
    }
    sim.set("max_speed", 1.5);
    sim.set("min_speed = 0.25");
    CHECK(sim.param("max_speed") == 1.5 && sim.param("min_speed") == 0.25);
    CHECK(sim.describe().find("\"max_speed\":1.5") != std::string::npos);
    auto other = flockwork::Sim::restore(sim.snapshot(), 1);
    sim.step(5);
    other.step(5);
    CHECK(sim.tick() == 15 && other.fingerprint() == sim.fingerprint());
}

/// One world of the golden file, as a scenario.
struct Case {
    std::string name, model, text, params;
    std::vector<std::pair<uint64_t, uint64_t>> golden;
    /// In JSON, by tick.
    std::map<uint64_t, std::string> inputs;
    bool crowded = false;
};

/// The rest of a line: a number, a text in these quotes, or a list of numbers.
static std::string value_of(std::istringstream &words, const std::string &quote) {
    std::string value, more, list;
    words >> value;
    char *end;
    std::strtod(value.c_str(), &end);
    if (*end) value = quote + value + quote;
    while (words >> more) list += ", " + more;
    return list.empty() ? value : "[" + value + list + "]";
}

static std::vector<Case> cases(const char *path) {
    std::ifstream file(path);
    CHECK(file.good());
    std::vector<Case> all;
    std::string line, word;
    while (std::getline(file, line)) {
        std::istringstream words(line);
        if (!(words >> word) || word[0] == '#') continue;
        if (word == "case") all.emplace_back(), words >> all.back().name;
        Case &here = all.back();
        if (word == "model") words >> here.model;
        if (word == "entities" || word == "seed" || word == "dt") {
            std::string value;
            words >> value;
            here.text += word + " = " + value + "\n";
        }
        if (word == "world") {
            std::string lengths, edges, length, edge;
            const char *names[] = {"width", "height", "depth"};
            for (int axis = 0; words >> length >> edge; axis++) {
                lengths += std::string(names[axis]) + " = " + length + "\n";
                edges += (axis ? ", '" : "'") + edge + "'";
            }
            here.text += "[world]\n" + lengths + "edge = [" + edges + "]\n";
        }
        if (word == "set") {
            std::string name;
            words >> name;
            here.params += name + " = " + value_of(words, "'") + "\n";
        }
        if (word == "open" || word == "close" || word == "change") {
            uint64_t tick;
            std::string name, input;
            words >> tick;
            if (word == "change") {
                words >> name;
                input = "{\"params\": {\"" + name + "\": " + value_of(words, "\"") + "}}";
            } else {
                const char *open = word == "open" ? "true" : "false";
                input = "{\"door\": {\"shape\": " + value_of(words, "\"") + ", \"open\": " + open + "}}";
            }
            std::string &list = here.inputs[tick];
            list += (list.empty() ? "" : ", ") + input;
        }
        if (word == "crowded") here.crowded = true;
        if (word == "at") {
            uint64_t tick, print;
            words >> std::dec >> tick >> std::hex >> print;
            here.golden.emplace_back(tick, print);
        }
    }
    return all;
}

/// Every world that begins evenly spread, to its last tick.
static void the_fingerprints_are_those_of_every_scheduler(const char *path) {
    int run = 0;
    for (const Case &one : cases(path)) {
        if (one.crowded) continue; // begins in a way that no scenario says
        auto sim = flockwork::Sim::of_model(one.model, one.text + "[params]\n" + one.params, 1 + run % 3);
        for (auto [tick, print] : one.golden) {
            for (const auto &[at, list] : one.inputs) {
                if (at < sim.tick() || at >= tick) continue;
                sim.step(at - sim.tick());
                CHECK(fw_sim_send(sim.get(), ("[" + list + "]").c_str(), nullptr) == FW_STATUS_OK);
            }
            sim.step(tick - sim.tick());
            if (sim.fingerprint() != print) {
                std::cerr << one.name << " at " << tick << ": " << std::hex << sim.fingerprint()
                          << " and not " << print << "\n";
                std::exit(1);
            }
        }
        run++;
    }
    CHECK(run > 8);
    std::printf("face.cpp: all holds, and the fingerprints of %d worlds\n", run);
}

int main(int, char **arguments) {
    points_of_ones_own();
    a_stepped_world();
    the_fingerprints_are_those_of_every_scheduler(arguments[1]);
}
