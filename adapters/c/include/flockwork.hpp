// Flockwork for C++17: flockwork.h with handles that free themselves and errors that are thrown.
//
// It adds nothing else: what a function does stands at the one of flockwork.h that it calls.

#ifndef FLOCKWORK_HPP
#define FLOCKWORK_HPP

#include <cstring>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "flockwork.h"

namespace flockwork {

/// What was wrong, where, and what is allowed.
class Error : public std::runtime_error {
public:
    explicit Error(fw_status status) : std::runtime_error(fw_last_error()), status(status) {}
    const fw_status status;
};

inline void check(fw_status status) {
    if (status != FW_STATUS_OK) throw Error(status);
}

/// Points in a vector of structs: `points(ships, &Ship::x, &Ship::y)`.
template <class T>
fw_points points(const std::vector<T> &all, float T::*x, float T::*y, float T::*z = nullptr) {
    if (all.empty()) return fw_points{nullptr, nullptr, nullptr, sizeof(T), 0};
    const T &first = all.front();
    return fw_points{&(first.*x), &(first.*y), z ? &(first.*z) : nullptr, sizeof(T), all.size()};
}

/// The same to write.
template <class T>
fw_columns columns(std::vector<T> &all, float T::*x, float T::*y, float T::*z = nullptr) {
    if (all.empty()) return fw_columns{nullptr, nullptr, nullptr, sizeof(T), 0};
    T &first = all.front();
    return fw_columns{&(first.*x), &(first.*y), z ? &(first.*z) : nullptr, sizeof(T), all.size()};
}

/// A stepped world.
class Sim {
public:
    static Sim from_text(const std::string &scenario, unsigned workers = 0) {
        fw_sim *made;
        check(fw_sim_new(scenario.c_str(), nullptr, workers, &made));
        return Sim(made);
    }
    static Sim open(const std::string &path, unsigned workers = 0) {
        fw_sim *made;
        check(fw_sim_open(path.c_str(), workers, &made));
        return Sim(made);
    }
    static Sim of_model(const std::string &model, const std::string &rest, unsigned workers = 0) {
        fw_sim *made;
        check(fw_sim_of_model(model.c_str(), rest.c_str(), workers, &made));
        return Sim(made);
    }
    static Sim restore(const std::vector<uint8_t> &snapshot, unsigned workers = 0) {
        fw_sim *made;
        check(fw_sim_restore(snapshot.data(), snapshot.size(), workers, &made));
        return Sim(made);
    }

    void step(uint64_t ticks = 1) { check(fw_sim_step(get(), ticks)); }
    uint64_t tick() const { return number(fw_sim_tick); }
    uint64_t population() const { return number(fw_sim_population); }
    uint64_t fingerprint() const { return number(fw_sim_fingerprint); }

    /// A column of all entities, as numbers of its own type.
    template <class T> std::vector<T> column(const std::string &name, uint32_t order = FW_ORDER_ID) const {
        fw_field field;
        check(fw_sim_field(get(), name.c_str(), &field));
        if (field.size % sizeof(T) != 0 || scalar<T>() != field.scalar)
            throw std::invalid_argument("column `" + name + "` is of another type");
        std::vector<T> values(population() * (field.size / sizeof(T)));
        check(fw_sim_copy(get(), name.c_str(), order, 0, values.data(), values.size() * sizeof(T)));
        return values;
    }

    void set(const std::string &params) { check(fw_sim_set(get(), params.c_str())); }
    void set(const std::string &name, double value) {
        check(fw_sim_set_number(get(), name.c_str(), value));
    }
    double param(const std::string &name) const {
        double value;
        check(fw_sim_number(get(), name.c_str(), &value));
        return value;
    }
    double stat(const std::string &name) const {
        double value;
        check(fw_sim_stat(get(), name.c_str(), &value));
        return value;
    }
    std::string describe() const { return bytes<std::string, char>(fw_sim_describe); }
    std::vector<uint8_t> snapshot() const {
        return bytes<std::vector<uint8_t>, uint8_t>(fw_sim_snapshot);
    }
    fw_sim *get() const { return handle.get(); }

private:
    struct Free { void operator()(fw_sim *sim) const { fw_sim_free(sim); } };
    explicit Sim(fw_sim *made) : handle(made) {}

    template <class F> uint64_t number(F function) const {
        uint64_t value;
        check(function(get(), &value));
        return value;
    }
    template <class Bytes, class Byte, class F> Bytes bytes(F function) const {
        size_t length = 0;
        fw_status status = function(get(), nullptr, 0, &length);
        Bytes all;
        if (status == FW_STATUS_OK) return all;
        if (status != FW_STATUS_TOO_SHORT) throw Error(status);
        all.resize(length);
        check(function(get(), reinterpret_cast<Byte *>(&all[0]), length, &length));
        return all;
    }
    template <class T> static constexpr uint32_t scalar() {
        if (std::is_same<T, float>::value) return FW_SCALAR_F32;
        if (std::is_same<T, uint32_t>::value) return FW_SCALAR_U32;
        if (std::is_same<T, uint16_t>::value) return FW_SCALAR_U16;
        if (std::is_same<T, uint8_t>::value) return FW_SCALAR_U8;
        if (std::is_same<T, int32_t>::value) return FW_SCALAR_I32;
        if (std::is_same<T, uint64_t>::value) return FW_SCALAR_U64;
        return FW_SCALAR_BOOL;
    }

    std::unique_ptr<fw_sim, Free> handle;
};

/// Points, and who is near whom.
class Index {
public:
    Index(const fw_world &world, float radius) {
        fw_index *made;
        check(fw_index_new(&world, radius, &made));
        handle.reset(made);
    }
    static Index unbounded(uint32_t axes, float radius) {
        fw_index *made;
        check(fw_index_unbounded(axes, radius, &made));
        return Index(made);
    }

    void rebuild(const fw_points &points, const uint32_t *ids = nullptr) {
        check(fw_index_rebuild(get(), &points, ids));
    }
    size_t size() const {
        size_t count;
        check(fw_index_len(get(), &count));
        return count;
    }
    std::vector<fw_hit> within(const float *at, float radius, size_t most) const {
        return list<fw_hit>(most, [&](fw_hit *hits, size_t *count) {
            return fw_index_within(get(), at, radius, hits, most, count);
        });
    }
    std::vector<fw_hit> nearest(const float *at, size_t k) const {
        return list<fw_hit>(k, [&](fw_hit *hits, size_t *count) {
            return fw_index_nearest(get(), at, k, hits, count);
        });
    }
    uint32_t count(const float *at, float radius) const {
        uint32_t count;
        check(fw_index_count(get(), at, radius, &count));
        return count;
    }
    std::vector<fw_entity> box(const float *low, const float *high, size_t most) const {
        return list<fw_entity>(most, [&](fw_entity *found, size_t *count) {
            return fw_index_box(get(), low, high, found, most, count);
        });
    }
    std::vector<fw_segment_hit> segment(const float *from, const float *to, float radius, size_t most) const {
        return list<fw_segment_hit>(most, [&](fw_segment_hit *hits, size_t *count) {
            return fw_index_segment(get(), from, to, radius, hits, most, count);
        });
    }

    /// Calls `each(a, b, d2)` with every pair until it answers false. What it throws ends this too.
    template <class F> void each_pair(float radius, F &&each) const {
        struct State { F &each; std::exception_ptr thrown; } state{each, nullptr};
        auto call = [](void *user, uint32_t a, uint32_t b, float d2) -> bool {
            State &state = *static_cast<State *>(user);
            try {
                return state.each(a, b, d2);
            } catch (...) {
                state.thrown = std::current_exception();
                return false;
            }
        };
        fw_status status = fw_index_each_pair(get(), radius, call, &state);
        if (state.thrown) std::rethrow_exception(state.thrown);
        check(status);
    }
    fw_index *get() const { return handle.get(); }

private:
    struct Free { void operator()(fw_index *index) const { fw_index_free(index); } };
    explicit Index(fw_index *made) : handle(made) {}

    template <class T, class F> static std::vector<T> list(size_t most, F &&ask) {
        std::vector<T> found(most);
        size_t count = 0;
        check(ask(found.data(), &count));
        found.resize(count);
        return found;
    }

    std::unique_ptr<fw_index, Free> handle;
};

} // namespace flockwork

#endif // FLOCKWORK_HPP
