// What README.md's extension uses of godot-cpp, with its names and types, so that the text compiles without it.
#pragma once
#include <cstdint>
#include <vector>

namespace godot {

struct Vector2 {
    float x, y;
};

class PackedVector2Array {
    std::vector<Vector2> all;

public:
    int64_t size() const { return int64_t(all.size()); }
    int64_t resize(int64_t size) { return all.resize(size_t(size)), 0; }
    Vector2 *ptrw() { return all.data(); }
};

class Node2D {
public:
    virtual ~Node2D() = default;
    virtual void _physics_process(double) {}
    void queue_redraw() {}
};

} // namespace godot

#define GDCLASS(name, base) public: using Base = base; private:
