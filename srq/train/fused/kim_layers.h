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
#include <vector>

namespace {

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
typedef float Lanes __attribute__((vector_size(4 * kLanes), aligned(4), may_alias));

inline Lanes load(const float* from) { return *reinterpret_cast<const Lanes*>(from); }
inline void store(float* to, Lanes value) { *reinterpret_cast<Lanes*>(to) = value; }
inline void add_to(float* to, Lanes value) { store(to, load(to) + value); }
inline Lanes splat(float value) { return value - Lanes{}; }
inline Lanes relu(Lanes value) { return value > 0.f ? value : Lanes{}; }

// A plane of height x width x channels inside a border of zeros as wide as any kernel's reach.
struct Plane {
    static constexpr int kBorderRows = 1, kBorderColumns = 2;
    int height, width, channels;
    std::vector<float> values;

    Plane(int height, int width, int channels)
        : height(height), width(width), channels(channels),
          values(static_cast<std::size_t>(height + 2 * kBorderRows) * (width + 2 * kBorderColumns) *
                     channels +
                 kLanes) {}
    int row() const { return (width + 2 * kBorderColumns) * channels; }
    float* at(int y, int x) {
        return values.data() + static_cast<std::ptrdiff_t>(y + kBorderRows) * row() +
               (x + kBorderColumns) * channels;
    }
    const float* at(int y, int x) const { return const_cast<Plane*>(this)->at(y, x); }
};

// ---- depthwise: kernel is [tap][channel] ---------------------------------------------------

template <int ROWS, int COLUMNS>
void depthwise(const Plane& in, const float* kernel, Plane& out) {
    const int channels = in.channels, row = in.row();
    for (int group = 0; group < channels; group += kLanes) {
        Lanes taps[ROWS * COLUMNS];
        for (int t = 0; t < ROWS * COLUMNS; t++) taps[t] = load(kernel + t * channels + group);
        for (int y = 0; y < in.height; y++) {
            const float* corner = in.at(y - ROWS / 2, -(COLUMNS / 2)) + group;
            float* to = out.at(y, 0) + group;
            for (int x = 0; x < in.width; x++, corner += channels, to += channels) {
                Lanes sums[2] = {};  // two chains of additions run side by side
                for (int i = 0; i < ROWS; i++)
                    for (int j = 0; j < COLUMNS; j++) {
                        const int t = i * COLUMNS + j;
                        sums[t % 2] += taps[t] * load(corner + i * row + j * channels);
                    }
                store(to, sums[0] + sums[1]);
            }
        }
    }
}

template <int ROWS, int COLUMNS>
void depthwise_kernel_gradient(const Plane& in, const Plane& slope, float* kernel) {
    const int channels = in.channels, row = in.row();
    for (int group = 0; group < channels; group += kLanes) {
        Lanes taps[ROWS * COLUMNS] = {};
        for (int y = 0; y < in.height; y++) {
            const float* corner = in.at(y - ROWS / 2, -(COLUMNS / 2)) + group;
            const float* from = slope.at(y, 0) + group;
            for (int x = 0; x < in.width; x++, corner += channels, from += channels) {
                const Lanes here = load(from);
                for (int i = 0; i < ROWS; i++)
                    for (int j = 0; j < COLUMNS; j++)
                        taps[i * COLUMNS + j] += here * load(corner + i * row + j * channels);
            }
        }
        for (int t = 0; t < ROWS * COLUMNS; t++) add_to(kernel + t * channels + group, taps[t]);
    }
}

// ---- pointwise: kernel is [output group][input channel][kLanes outputs] --------------------

// Calls put(y, x, group, sums) with the sums of each output group at each pixel.
template <int PIXELS, int GROUPS, class Put>
inline void pointwise_pixels(const Plane& in, int y, int x, const float* kernel, int group,
                             Put&& put) {
    const int channels = in.channels;
    const float* from = in.at(y, x);
    Lanes sums[PIXELS][GROUPS] = {};
    for (int c = 0; c < channels; c++) {
        Lanes weights[GROUPS];
        for (int g = 0; g < GROUPS; g++) weights[g] = load(kernel + (g * channels + c) * kLanes);
        for (int p = 0; p < PIXELS; p++) {
            const Lanes value = splat(from[p * channels + c]);
            for (int g = 0; g < GROUPS; g++) sums[p][g] += value * weights[g];
        }
    }
    for (int p = 0; p < PIXELS; p++)
        for (int g = 0; g < GROUPS; g++) put(y, x + p, group + g, sums[p][g]);
}

template <int PIXELS, int GROUPS, class Put>
void pointwise_groups(const Plane& in, const float* kernel, int group, Put&& put) {
    kernel += static_cast<std::ptrdiff_t>(group) * in.channels * kLanes;
    for (int y = 0; y < in.height; y++) {
        int x = 0;
        for (; x + PIXELS <= in.width; x += PIXELS)
            pointwise_pixels<PIXELS, GROUPS>(in, y, x, kernel, group, put);
        for (; x < in.width; x++) pointwise_pixels<1, GROUPS>(in, y, x, kernel, group, put);
    }
}

template <class Put>
void pointwise(const Plane& in, const std::vector<float>& kernel, Put&& put) {
    const int groups = static_cast<int>(kernel.size()) / (in.channels * kLanes);
    int group = 0;
    for (; group + 2 <= groups; group += 2)
        pointwise_groups<kPixels, 2>(in, kernel.data(), group, put);
    for (; group < groups; group++) pointwise_groups<8, 1>(in, kernel.data(), group, put);
}

void pointwise_kernel_gradient(const Plane& in, const Plane& slope, float* kernel) {
    constexpr int kInputs = 8;  // input channels a pass over the plane takes on
    for (int group = 0; group < slope.channels / kLanes; group++)
        for (int first = 0; first < in.channels; first += kInputs) {
            Lanes sums[kInputs] = {};
            for (int y = 0; y < in.height; y++) {
                const float* from = in.at(y, 0) + first;
                const float* back = slope.at(y, 0) + group * kLanes;
                for (int x = 0; x < in.width; x++, from += in.channels, back += slope.channels) {
                    const Lanes here = load(back);
                    for (int i = 0; i < kInputs; i++) sums[i] += splat(from[i]) * here;
                }
            }
            float* to = kernel + (group * in.channels + first) * kLanes;
            for (int i = 0; i < kInputs; i++) add_to(to + i * kLanes, sums[i]);
        }
}

// ---- the first layer: 3x3 from one channel, kernel is [tap][channel] -----------------------

// Calls put(y, x, group, sums) with the sums of each group of channels at each pixel.
template <class Put>
void head(const Plane& in, const float* kernel, int channels, Put&& put) {
    for (int group = 0; group < channels / kLanes; group++) {
        Lanes taps[9];
        for (int t = 0; t < 9; t++) taps[t] = load(kernel + t * channels + group * kLanes);
        for (int y = 0; y < in.height; y++)
            for (int x = 0; x < in.width; x++) {
                const float* corner = in.at(y - 1, x - 1);
                Lanes sum = {};
                for (int t = 0; t < 9; t++)
                    sum += splat(corner[t / 3 * in.row() + t % 3]) * taps[t];
                put(y, x, group, sum);
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
                for (int t = 0; t < 9; t++)
                    taps[t] += splat(corner[t / 3 * in.row() + t % 3]) * here;
            }
        for (int t = 0; t < 9; t++) add_to(kernel + t * channels + group, taps[t]);
    }
}

// Gradients pass a ReLU only where its output is positive.
void through_relu(const Plane& output, Plane& slope) {
    for (int y = 0; y < output.height; y++) {
        const float* seen = output.at(y, 0);
        float* to = slope.at(y, 0);
        for (int i = 0; i < output.width * output.channels; i += kLanes)
            store(to + i, load(seen + i) > 0.f ? load(to + i) : Lanes{});
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

void add(const Plane& other, Plane& to) {
    for (int y = 0; y < to.height; y++)
        for (int i = 0; i < to.width * to.channels; i += kLanes)
            add_to(to.at(y, 0) + i, load(other.at(y, 0) + i));
}

// ---- weights as the loops above read them, from and to PyTorch's order ---------------------

std::vector<float> taps_first(const float* kernel, int channels, int taps, bool flipped) {
    std::vector<float> packed(static_cast<std::size_t>(taps) * channels);
    for (int c = 0; c < channels; c++)
        for (int t = 0; t < taps; t++)
            packed[(flipped ? taps - 1 - t : t) * channels + c] = kernel[c * taps + t];
    return packed;
}

void taps_last(const std::vector<float>& packed, int channels, float* kernel) {
    const int taps = static_cast<int>(packed.size()) / channels;
    for (int c = 0; c < channels; c++)
        for (int t = 0; t < taps; t++) kernel[c * taps + t] = packed[t * channels + c];
}

int grouped(int channels) { return (channels + kLanes - 1) / kLanes * kLanes; }

// PyTorch's [output][input], padded with zeros to whole groups on both sides; `transposed`
// makes the kernel that carries gradients from the outputs back to the inputs.
std::vector<float> in_groups(const float* kernel, int outputs, int inputs, bool transposed) {
    const int rows = grouped(transposed ? outputs : inputs);
    const int columns = grouped(transposed ? inputs : outputs);
    std::vector<float> packed(static_cast<std::size_t>(rows) * columns);
    for (int o = 0; o < outputs; o++)
        for (int i = 0; i < inputs; i++) {
            const int row = transposed ? o : i, column = transposed ? i : o;
            packed[(column / kLanes * rows + row) * kLanes + column % kLanes] =
                kernel[o * inputs + i];
        }
    return packed;
}

void out_of_groups(const std::vector<float>& packed, int outputs, int inputs, float* kernel) {
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
    std::vector<float> forward[kLayers], backward[kLayers];

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
