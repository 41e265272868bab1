// The layers of the `kim` network, forward and backward, on planes that stay in one core's cache.
//
// Planes are stored row, column, channel. Channels go in groups as wide as one register of the
// processor: the compiler's vectors of more than that live on the stack, several times slower.
//
// Names follow srq/models/kim.py. All numbers are float32, sums over pixels run in a fixed
// order: the same planes and weights give the same bits.

#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace {

// Before a loop of few turns over an array: the array is then kept in registers.
#define UNROLLED _Pragma("GCC unroll 16")

#if defined(__AVX512F__)
constexpr int kLanes = 16;
constexpr int kPixels = 4;  // at once, times two groups of channels, in the pointwise layers
#elif defined(__AVX__)
constexpr int kLanes = 8;
constexpr int kPixels = 6;
#else
constexpr int kLanes = 4;
constexpr int kPixels = 6;
#endif
typedef float Lanes __attribute__((vector_size(4 * kLanes)));
// As they lie in memory. (Variables of this type would be kept there.)
typedef float Stored __attribute__((vector_size(4 * kLanes), aligned(4), may_alias));

inline Lanes load(const float* from) { return *reinterpret_cast<const Stored*>(from); }
inline void store(float* to, Lanes value) { *reinterpret_cast<Stored*>(to) = value; }
// In a register: where a number serves often, the compiler may else read it anew each time.
inline Lanes held(Lanes value) {
#if defined(__x86_64__)
    asm("" : "+v"(value));
#endif
    return value;
}
inline void add_to(float* to, Lanes value) { store(to, load(to) + value); }
inline Lanes splat(float value) { return value - Lanes{}; }
inline Lanes relu(Lanes value) { return value > 0.f ? value : Lanes{}; }
// Gradients pass a ReLU only where its output is positive.
inline Lanes through_relu(Lanes output, Lanes slope) { return output > 0.f ? slope : Lanes{}; }

// From the start of a cache line on: a vector that lies across two lines is read twice.
template <class T>
struct CacheLines {
    using value_type = T;
    static constexpr std::align_val_t kLine{64};
    T* allocate(std::size_t count) {
        return static_cast<T*>(::operator new(count * sizeof(T), kLine));
    }
    void deallocate(T* values, std::size_t) { ::operator delete(values, kLine); }
    bool operator==(CacheLines) const { return true; }
    bool operator!=(CacheLines) const { return false; }
};
using Floats = std::vector<float, CacheLines<float>>;

// A plane of height x width x channels inside a border of zeros as wide as any kernel's reach.
struct Plane {
    static constexpr int kBorderRows = 1, kBorderColumns = 2;
    int height, width, channels;
    Floats values;

    Plane(int height, int width, int channels)
        : height(height), width(width), channels(channels),
          values(static_cast<std::size_t>(height + 2 * kBorderRows) * (width + 2 * kBorderColumns) *
                     channels +
                 kLanes) {}
    int row() const { return (width + 2 * kBorderColumns) * channels; }
    // Where a pixel stands among the values: the same in planes of the same shape.
    std::ptrdiff_t place(int y, int x) const {
        return static_cast<std::ptrdiff_t>(y + kBorderRows) * row() +
               (x + kBorderColumns) * channels;
    }
    float* begin() { return values.data(); }
    const float* begin() const { return values.data(); }
    float* at(int y, int x) { return values.data() + place(y, x); }
    const float* at(int y, int x) const { return values.data() + place(y, x); }
};

// What puts sums into a plane as they are.
inline auto into(Plane& plane) {
    return [to = plane.begin()](std::ptrdiff_t place, Lanes sums) { store(to + place, sums); };
}

// ---- depthwise: kernel is [tap][channel] ---------------------------------------------------

// A row at a time, all its channels: three rows of input stay in the nearest cache. Calls
// put(place, sums) for each pixel and group of channels.
template <int ROWS, int COLUMNS, class Put>
void depthwise(const Plane& in, const float* kernel, Put put) {
    const int channels = in.channels, row = in.row();
    for (int y = 0; y < in.height; y++)
        for (int group = 0; group < channels; group += kLanes) {
            Lanes taps[ROWS * COLUMNS];
            UNROLLED
            for (int t = 0; t < ROWS * COLUMNS; t++) taps[t] = load(kernel + t * channels + group);
            const float* corner = in.at(y - ROWS / 2, -(COLUMNS / 2)) + group;
            std::ptrdiff_t place = in.place(y, 0) + group;
            for (int x = 0; x < in.width; x++, corner += channels, place += channels) {
                Lanes sums[2] = {};  // two chains of additions run side by side
                UNROLLED
                for (int t = 0; t < ROWS * COLUMNS; t++)
                    sums[t % 2] +=
                        taps[t] * load(corner + t / COLUMNS * row + t % COLUMNS * channels);
                put(place, sums[0] + sums[1]);
            }
        }
}

template <int ROWS, int COLUMNS>
void depthwise_kernel_gradient(const Plane& in, const Plane& slope, float* kernel) {
    const int channels = in.channels, row = in.row();
    Floats whole(ROWS * COLUMNS * channels);
    for (int y = 0; y < in.height; y++)
        for (int group = 0; group < channels; group += kLanes) {
            float* sums = whole.data() + group;
            Lanes taps[ROWS * COLUMNS];
            UNROLLED
            for (int t = 0; t < ROWS * COLUMNS; t++) taps[t] = load(sums + t * channels);
            const float* corner = in.at(y - ROWS / 2, -(COLUMNS / 2)) + group;
            const float* from = slope.at(y, 0) + group;
            for (int x = 0; x < in.width; x++, corner += channels, from += channels) {
                const Lanes here = load(from);
                UNROLLED
                for (int t = 0; t < ROWS * COLUMNS; t++)
                    taps[t] += here * load(corner + t / COLUMNS * row + t % COLUMNS * channels);
            }
            UNROLLED
            for (int t = 0; t < ROWS * COLUMNS; t++) store(sums + t * channels, taps[t]);
        }
    for (std::size_t i = 0; i < whole.size(); i += kLanes)
        add_to(kernel + i, load(whole.data() + i));
}

// ---- pointwise: kernel is [output group][input channel][kLanes outputs] --------------------

// Of PIXELS neighbours, of which the first output group goes to `place` and the others beside it.
template <int PIXELS, int GROUPS, class Put>
inline void pointwise_pixels(const float* from, int channels, const float* kernel,
                             std::ptrdiff_t place, int outputs, Put put) {
    Lanes sums[PIXELS][GROUPS] = {};
    for (int c = 0; c < channels; c++) {
        Lanes weights[GROUPS];
        UNROLLED
        for (int g = 0; g < GROUPS; g++) weights[g] = load(kernel + (g * channels + c) * kLanes);
        UNROLLED
        for (int p = 0; p < PIXELS; p++) {
            const Lanes value = splat(from[p * channels + c]);
            UNROLLED
            for (int g = 0; g < GROUPS; g++) sums[p][g] += value * weights[g];
        }
    }
    UNROLLED
    for (int p = 0; p < PIXELS; p++) {
        UNROLLED
        for (int g = 0; g < GROUPS; g++) put(place + p * outputs + g * kLanes, sums[p][g]);
    }
}

// The last `count` pixels of a row, PIXELS at a time and the rest by halves of that.
template <int PIXELS, int GROUPS, class Put>
inline void pointwise_row(const float* from, int count, int channels, const float* kernel,
                          std::ptrdiff_t place, int outputs, Put put) {
    for (; count >= PIXELS; count -= PIXELS) {
        pointwise_pixels<PIXELS, GROUPS>(from, channels, kernel, place, outputs, put);
        from += PIXELS * channels;
        place += PIXELS * outputs;
    }
    if constexpr (PIXELS > 1)
        pointwise_row<PIXELS / 2, GROUPS>(from, count, channels, kernel, place, outputs, put);
}

// Calls put(place, sums) for each pixel and output group, by their places in planes like `out`.
template <class Put>
void pointwise(const Plane& in, const Floats& kernel, const Plane& out, Put put) {
    const int size = in.channels * kLanes, groups = static_cast<int>(kernel.size()) / size;
    for (int y = 0; y < in.height; y++) {
        const float *from = in.at(y, 0), *weights = kernel.data();
        std::ptrdiff_t place = out.place(y, 0);
        int group = 0;
        for (; group + 2 <= groups; group += 2, weights += 2 * size, place += 2 * kLanes)
            pointwise_row<kPixels, 2>(from, in.width, in.channels, weights, place, out.channels,
                                      put);
        if (group < groups)
            pointwise_row<8, 1>(from, in.width, in.channels, weights, place, out.channels, put);
    }
}

// The sums over a row, added to `kernel`, of INPUTS input channels from `first` on by GROUPS
// groups of outputs.
template <int INPUTS, int GROUPS>
inline void pointwise_row_gradient(const Plane& in, const Plane& slope, int y, int first, int group,
                                   float* kernel) {
    const float* from = in.at(y, 0) + first;
    const float* back = slope.at(y, 0) + group * kLanes;
    float* to[GROUPS];
    UNROLLED
    for (int g = 0; g < GROUPS; g++) to[g] = kernel + ((group + g) * in.channels + first) * kLanes;
    Lanes sums[INPUTS][GROUPS];
    UNROLLED
    for (int i = 0; i < INPUTS; i++) {
        UNROLLED
        for (int g = 0; g < GROUPS; g++) sums[i][g] = load(to[g] + i * kLanes);
    }
    for (int x = 0; x < in.width; x++, from += in.channels, back += slope.channels) {
        Lanes here[GROUPS];
        UNROLLED
        for (int g = 0; g < GROUPS; g++) here[g] = held(load(back + g * kLanes));
        UNROLLED
        for (int i = 0; i < INPUTS; i++) {
            const Lanes value = splat(from[i]);
            UNROLLED
            for (int g = 0; g < GROUPS; g++) sums[i][g] += value * here[g];
        }
    }
    UNROLLED
    for (int i = 0; i < INPUTS; i++) {
        UNROLLED
        for (int g = 0; g < GROUPS; g++) store(to[g] + i * kLanes, sums[i][g]);
    }
}

void pointwise_kernel_gradient(const Plane& in, const Plane& slope, float* kernel) {
    const int groups = slope.channels / kLanes;
    Floats whole(static_cast<std::size_t>(groups) * in.channels * kLanes);
    for (int y = 0; y < in.height; y++) {
        int group = 0;
        for (; group + 2 <= groups; group += 2)
            for (int first = 0; first < in.channels; first += 4)
                pointwise_row_gradient<4, 2>(in, slope, y, first, group, whole.data());
        if (group < groups)
            for (int first = 0; first < in.channels; first += 8)
                pointwise_row_gradient<8, 1>(in, slope, y, first, group, whole.data());
    }
    for (std::size_t i = 0; i < whole.size(); i += kLanes)
        add_to(kernel + i, load(whole.data() + i));
}

// ---- the first layer: 3x3 from one channel, kernel is [tap][channel] -----------------------

// Calls put(place, sums) for each pixel and group of channels, by their places in planes like
// `out`.
template <class Put>
void head(const Plane& in, const float* kernel, const Plane& out, Put put) {
    const int channels = out.channels, row = in.row();
    for (int y = 0; y < in.height; y++)
        for (int group = 0; group < channels; group += kLanes) {
            Lanes taps[9];
            UNROLLED
            for (int t = 0; t < 9; t++) taps[t] = load(kernel + t * channels + group);
            const float* corner = in.at(y - 1, -1);
            std::ptrdiff_t place = out.place(y, 0) + group;
            for (int x = 0; x < in.width; x++, corner++, place += channels) {
                Lanes sum = {};
                UNROLLED
                for (int t = 0; t < 9; t++) sum += splat(corner[t / 3 * row + t % 3]) * taps[t];
                put(place, sum);
            }
        }
}

void head_kernel_gradient(const Plane& in, const Plane& slope, float* kernel) {
    const int channels = slope.channels;
    for (int group = 0; group < channels; group += kLanes) {
        Lanes taps[9] = {};
        for (int y = 0; y < in.height; y++)
            for (int x = 0; x < in.width; x++) {
                const float* corner = in.at(y - 1, x - 1);
                const Lanes here = load(slope.at(y, x) + group);
                UNROLLED
                for (int t = 0; t < 9; t++)
                    taps[t] += splat(corner[t / 3 * in.row() + t % 3]) * here;
            }
        UNROLLED
        for (int t = 0; t < 9; t++) add_to(kernel + t * channels + group, taps[t]);
    }
}

// ---- rounding to a fixed-point format, as the quantized twin of srq/quant does ---------------

// Multiples of `step`, a power of two, from low to high steps.
struct Grid {
    float step, low, high;

    float whole(float value) const { return std::floor(value * (1 / step) + 0.5f); }
    bool holds(float whole) const { return (whole >= low) & (whole <= high); }
    float saturated(float whole) const {
        // Not fmin and fmax, which are calls for the sake of NaNs.
        whole = whole > low ? whole : low;
        return (whole < high ? whole : high) * step;
    }
};

// For each number of a plane, whether the gradient passes: not where the number saturates.
using Passes = std::vector<std::uint8_t>;

void round_to(const Grid& grid, Plane& plane, Passes& passes) {
    const int count = plane.width * plane.channels;
    passes.resize(static_cast<std::size_t>(plane.height) * count);
    for (int y = 0; y < plane.height; y++) {
        float* numbers = plane.at(y, 0);
        std::uint8_t* pass = passes.data() + static_cast<std::ptrdiff_t>(y) * count;
        for (int i = 0; i < count; i++) {
            const float whole = grid.whole(numbers[i]);
            pass[i] = grid.holds(whole);
            numbers[i] = grid.saturated(whole);
        }
    }
}

void through_rounding(const Passes& passes, Plane& slope) {
    const int count = slope.width * slope.channels;
    for (int y = 0; y < slope.height; y++) {
        const std::uint8_t* pass = passes.data() + static_cast<std::ptrdiff_t>(y) * count;
        float* to = slope.at(y, 0);
        for (int i = 0; i < count; i++) to[i] = pass[i] ? to[i] : 0.f;
    }
}

// ---- weights as the loops above read them, from and to PyTorch's order ---------------------

Floats taps_first(const float* kernel, int channels, int taps, bool flipped) {
    Floats packed(static_cast<std::size_t>(taps) * channels);
    for (int c = 0; c < channels; c++)
        for (int t = 0; t < taps; t++)
            packed[(flipped ? taps - 1 - t : t) * channels + c] = kernel[c * taps + t];
    return packed;
}

void taps_last(const Floats& packed, int channels, float* kernel) {
    const int taps = static_cast<int>(packed.size()) / channels;
    for (int c = 0; c < channels; c++)
        for (int t = 0; t < taps; t++) kernel[c * taps + t] = packed[t * channels + c];
}

int grouped(int channels) { return (channels + kLanes - 1) / kLanes * kLanes; }

// PyTorch's [output][input], padded with zeros to whole groups on both sides; `transposed`
// makes the kernel that carries gradients from the outputs back to the inputs.
Floats in_groups(const float* kernel, int outputs, int inputs, bool transposed) {
    const int rows = grouped(transposed ? outputs : inputs);
    const int columns = grouped(transposed ? inputs : outputs);
    Floats packed(static_cast<std::size_t>(rows) * columns);
    for (int o = 0; o < outputs; o++)
        for (int i = 0; i < inputs; i++) {
            const int row = transposed ? o : i, column = transposed ? i : o;
            packed[(column / kLanes * rows + row) * kLanes + column % kLanes] =
                kernel[o * inputs + i];
        }
    return packed;
}

void out_of_groups(const Floats& packed, int outputs, int inputs, float* kernel) {
    for (int o = 0; o < outputs; o++)
        for (int i = 0; i < inputs; i++)
            kernel[o * inputs + i] = packed[(o / kLanes * inputs + i) * kLanes + o % kLanes];
}

constexpr float kUnit = 1.f / 255;  // a code value as training measures it, of full scale
constexpr float kCode = 1.f / 256;  // and as integers do

enum Layer {
    kHead,
    kDepth1,
    kPoint1,
    kDepth2,
    kPoint2,
    kDepth3,
    kPoint3,
    kDepth4,
    kPoint4,
    kLayers
};

struct Shape {
    int channels[2];  // wide and narrow, whole groups of 16
    int scale;
    int wide() const { return channels[0]; }
    int narrow() const { return channels[1]; }
    int outputs() const { return scale * scale; }
    int taps(int layer) const { return layer == kDepth1 || layer == kDepth2 ? 5 : 9; }
    bool point(int layer) const { return layer >= kPoint1 && layer % 2 == 0; }
    int inputs(int layer) const { return channels[layer == kPoint2 || layer == kPoint4]; }
    int results(int layer) const {
        return layer == kPoint4 ? outputs() : channels[layer != kPoint2];
    }
    int depth(int layer) const { return channels[layer == kDepth2 || layer == kDepth4]; }
};

struct Kernels {
    Floats forward[kLayers], backward[kLayers];

    Kernels(const Shape& shape, const float* const* weights) {
        for (int l = 0; l < kLayers; l++)
            if (shape.point(l)) {
                forward[l] = in_groups(weights[l], shape.results(l), shape.inputs(l), false);
                backward[l] = in_groups(weights[l], shape.results(l), shape.inputs(l), true);
            } else {
                forward[l] = taps_first(weights[l], shape.depth(l), shape.taps(l), false);
                backward[l] = taps_first(weights[l], shape.depth(l), shape.taps(l), true);
            }
    }
};

}  // namespace
