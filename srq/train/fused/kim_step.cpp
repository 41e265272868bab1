// Loss and gradients of the `kim` network for one batch, in one pass over each crop.
//
// A general framework walks the network layer by layer through memory, and spends most of a
// step moving planes of 32 channels to and from it. Here a crop goes through all layers,
// forward and backward, while its planes stay in the cache of one core. Planes are stored
// row, column, channel, with channels in groups of 16: one AVX-512 register, two of AVX2, four
// of SSE or NEON; the compiler's vector extension takes care of which.
//
// Names follow srq/models/kim.py. All numbers are float32, sums over pixels run in a fixed
// order: the same crops, weights and thread count give the same bits.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

namespace {

constexpr int kLanes = 16;
typedef float Lanes __attribute__((vector_size(4 * kLanes), aligned(4), may_alias));

inline Lanes load(const float* from) { return *reinterpret_cast<const Lanes*>(from); }
inline void store(float* to, Lanes value) { *reinterpret_cast<Lanes*>(to) = value; }
inline void add_to(float* to, Lanes value) { store(to, load(to) + value); }
inline Lanes all(float value) { return value - Lanes{}; }
inline Lanes relu(Lanes value) { return value > 0.f ? value : Lanes{}; }

// A plane of height x width x channels inside a border of zeros as wide as any kernel's reach.
struct Plane {
    static constexpr int kBorderRows = 1, kBorderColumns = 2;
    int height, width, channels;
    std::vector<float> values;

    Plane(int height, int width, int channels)
        : height(height), width(width), channels(channels),
          values(static_cast<std::size_t>(height + 2 * kBorderRows) *
                     (width + 2 * kBorderColumns) * channels + kLanes) {}
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

// ---- pointwise: kernel is [output group][input channel][16 outputs] ------------------------

// Calls put(y, x, group, sums) with the 16 sums of each output group at each pixel.
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
            const Lanes value = all(from[p * channels + c]);
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
    for (; group + 2 <= groups; group += 2) pointwise_groups<4, 2>(in, kernel.data(), group, put);
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
                    for (int i = 0; i < kInputs; i++) sums[i] += all(from[i]) * here;
                }
            }
            float* to = kernel + (group * in.channels + first) * kLanes;
            for (int i = 0; i < kInputs; i++) add_to(to + i * kLanes, sums[i]);
        }
}

// ---- the first layer: 3x3 from one channel, kernel is [tap][channel] -----------------------

void head(const Plane& in, const float* kernel, Plane& out) {
    const int channels = out.channels;
    for (int group = 0; group < channels; group += kLanes) {
        Lanes taps[9];
        for (int t = 0; t < 9; t++) taps[t] = load(kernel + t * channels + group);
        for (int y = 0; y < in.height; y++)
            for (int x = 0; x < in.width; x++) {
                const float* corner = in.at(y - 1, x - 1);
                Lanes sum = {};
                for (int t = 0; t < 9; t++) sum += all(corner[t / 3 * in.row() + t % 3]) * taps[t];
                store(out.at(y, x) + group, relu(sum));
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
                for (int t = 0; t < 9; t++) taps[t] += all(corner[t / 3 * in.row() + t % 3]) * here;
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

void add(const Plane& other, Plane& to) {
    for (int y = 0; y < to.height; y++)
        for (int i = 0; i < to.width * to.channels; i += kLanes)
            add_to(to.at(y, 0) + i, load(other.at(y, 0) + i));
}

// ---- weights as the loops above read them, from and to PyTorch's order ---------------------

std::vector<float> taps_first(const float* kernel, int channels, int taps, bool turned) {
    std::vector<float> packed(static_cast<std::size_t>(taps) * channels);
    for (int c = 0; c < channels; c++)
        for (int t = 0; t < taps; t++)
            packed[(turned ? taps - 1 - t : t) * channels + c] = kernel[c * taps + t];
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

enum Layer { kHead, kDepth1, kPoint1, kDepth2, kPoint2, kDepth3, kPoint3, kDepth4, kPoint4,
             kLayers };

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

// ---- one crop after another, forward and backward ------------------------------------------

enum Loss { kL1, kL2, kCharbonnier };

class Worker {
   public:
    std::vector<float> gradients[kLayers];
    double loss = 0;

    Worker(const Shape& shape, const Kernels& kernels, int height, int width)
        : shape_(shape), kernels_(kernels),
          luma_(height, width, 1),
          first_(height, width, shape.wide()), d1_(first_), p1_(height, width, shape.narrow()),
          d2_(p1_), p2_(first_), d3_(first_), p3_(p1_), d4_(p1_), out_(height, width, kLanes),
          wide_(first_), narrow_(p1_), wide_kept_(first_), narrow_kept_(p1_) {
        for (int l = 0; l < kLayers; l++) gradients[l].assign(kernels.forward[l].size(), 0.f);
    }

    // lr is height x width, hr scale times that; `share` is one over all HR pixels of the batch.
    void take(const std::uint8_t* lr, const std::uint8_t* hr, Loss kind, float width_of_l2,
              float share) {
        forward(lr);
        compare(hr, kind, width_of_l2, share);
        backward();
    }

   private:
    static constexpr float kUnit = 1.f / 255;  // a code value, of full scale
    Shape shape_;
    const Kernels& kernels_;
    Plane luma_, first_, d1_, p1_, d2_, p2_, d3_, p3_, d4_, out_;
    Plane wide_, narrow_, wide_kept_, narrow_kept_;  // gradients on their way back

    void point(Layer layer, const Plane& in, Plane& out) {
        pointwise(in, kernels_.forward[layer], [&](int y, int x, int group, Lanes sums) {
            store(out.at(y, x) + group * kLanes, relu(sums));
        });
    }

    void forward(const std::uint8_t* lr) {
        const auto& k = kernels_.forward;
        for (int y = 0; y < luma_.height; y++)
            for (int x = 0; x < luma_.width; x++)
                *luma_.at(y, x) = lr[y * luma_.width + x] * kUnit;
        head(luma_, k[kHead].data(), first_);
        depthwise<1, 5>(first_, k[kDepth1].data(), d1_);
        point(kPoint1, d1_, p1_);
        depthwise<1, 5>(p1_, k[kDepth2].data(), d2_);
        pointwise(d2_, k[kPoint2], [&](int y, int x, int group, Lanes sums) {
            const Lanes skip = load(first_.at(y, x) + group * kLanes);
            store(p2_.at(y, x) + group * kLanes, relu(sums + skip));
        });
        depthwise<3, 3>(p2_, k[kDepth3].data(), d3_);
        point(kPoint3, d3_, p3_);
        depthwise<3, 3>(p3_, k[kDepth4].data(), d4_);
        pointwise(d4_, k[kPoint4],
                  [&](int y, int x, int, Lanes sums) { store(out_.at(y, x), sums); });
    }

    // Turns out_ from the network's outputs into the loss's slopes there.
    void compare(const std::uint8_t* hr, Loss kind, float width_of_l2, float share) {
        const int s = shape_.scale;
        double sum = 0;
        for (int y = 0; y < out_.height; y++)
            for (int x = 0; x < out_.width; x++) {
                const float nearest = *luma_.at(y, x);
                float* out = out_.at(y, x);
                for (int i = 0; i < s; i++)
                    for (int j = 0; j < s; j++) {
                        const std::size_t at =
                            static_cast<std::size_t>(y * s + i) * out_.width * s + x * s + j;
                        const float error = nearest + out[i * s + j] - hr[at] * kUnit;
                        float slope;
                        if (kind == kL1) {
                            sum += std::fabs(error);
                            slope = static_cast<float>((error > 0) - (error < 0));
                        } else if (kind == kL2) {
                            sum += error * error;
                            slope = 2 * error;
                        } else {
                            const float bent =
                                std::sqrt(error * error + width_of_l2 * width_of_l2);
                            sum += bent;
                            slope = error / bent;
                        }
                        out[i * s + j] = slope * share;
                    }
            }
        loss += sum * share;
    }

    // Gradients of a pointwise layer's kernel and, into `back`, of its inputs.
    void point_back(Layer layer, const Plane& in, const Plane& slope, Plane& back) {
        pointwise_kernel_gradient(in, slope, gradients[layer].data());
        pointwise(slope, kernels_.backward[layer], [&](int y, int x, int group, Lanes sums) {
            store(back.at(y, x) + group * kLanes, sums);
        });
    }

    // The same of a depthwise layer, whose inputs came out of a ReLU.
    template <int ROWS, int COLUMNS>
    void depth_back(Layer layer, const Plane& in, const Plane& slope, Plane& back) {
        depthwise_kernel_gradient<ROWS, COLUMNS>(in, slope, gradients[layer].data());
        depthwise<ROWS, COLUMNS>(slope, kernels_.backward[layer].data(), back);
    }

    void backward() {
        point_back(kPoint4, d4_, out_, narrow_);
        depth_back<3, 3>(kDepth4, p3_, narrow_, narrow_kept_);
        through_relu(p3_, narrow_kept_);
        point_back(kPoint3, d3_, narrow_kept_, wide_);
        depth_back<3, 3>(kDepth3, p2_, wide_, wide_kept_);
        through_relu(p2_, wide_kept_);  // and on to both terms of the sum: pointwise2 and first
        point_back(kPoint2, d2_, wide_kept_, narrow_);
        depth_back<1, 5>(kDepth2, p1_, narrow_, narrow_kept_);
        through_relu(p1_, narrow_kept_);
        point_back(kPoint1, d1_, narrow_kept_, wide_);
        depth_back<1, 5>(kDepth1, first_, wide_, d3_);  // d3_ has served; its border is zero
        add(wide_kept_, d3_);
        through_relu(first_, d3_);
        head_kernel_gradient(luma_, d3_, gradients[kHead].data());
    }
};

}  // namespace

// Writes the gradient of each of the nine kernels and returns the mean loss over all HR pixels.
//
// lr: crops x height x width; hr: crops x scale*height x scale*width; weights and gradients:
// nine kernels in the network's order, each as PyTorch lays it out (contiguous). wide and
// narrow are multiples of 16, scale is 2, 3 or 4. loss: 0 L1, 1 L2, 2 Charbonnier with
// `width_of_l2`. `threads` share the crops among them; their sums are added in order.
extern "C" double srq_kim_step(const std::uint8_t* lr, const std::uint8_t* hr, int crops,
                               int height, int width, int wide, int narrow, int scale,
                               const float* const* weights, float* const* gradients, int loss,
                               float width_of_l2, int threads) {
    const Shape shape{{wide, narrow}, scale};
    const Kernels kernels(shape, weights);
    const std::size_t area = static_cast<std::size_t>(height) * width;
    const float share = 1.f / (static_cast<float>(crops) * area * shape.outputs());
    const int count = threads < crops ? threads : crops;

    std::vector<Worker> workers;
    workers.reserve(count);
    for (int t = 0; t < count; t++) workers.emplace_back(shape, kernels, height, width);
    const auto work = [&](int t) {
        for (int c = crops * t / count; c < crops * (t + 1) / count; c++)
            workers[t].take(lr + c * area, hr + c * area * shape.outputs(),
                            static_cast<Loss>(loss), width_of_l2, share);
    };
    std::vector<std::thread> others;
    for (int t = 1; t < count; t++) others.emplace_back(work, t);
    work(0);
    for (auto& other : others) other.join();

    double sum = 0;
    for (int t = 0; t < count; t++) {
        sum += workers[t].loss;
        if (t > 0)
            for (int l = 0; l < kLayers; l++)
                for (std::size_t i = 0; i < workers[0].gradients[l].size(); i++)
                    workers[0].gradients[l][i] += workers[t].gradients[l][i];
    }
    for (int l = 0; l < kLayers; l++)
        if (shape.point(l))
            out_of_groups(workers[0].gradients[l], shape.results(l), shape.inputs(l),
                          gradients[l]);
        else
            taps_last(workers[0].gradients[l], shape.depth(l), gradients[l]);
    return sum;
}
