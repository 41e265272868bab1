// Loss and gradients of the `kim` network for one batch, in one pass over each crop.
//
// A general framework walks the network layer by layer through memory, and spends most of a
// step moving planes of 32 channels to and from it. Here a crop goes through all layers,
// forward and backward, while its planes stay in the cache of one core.
//
// The network computes in floats, or rounded to formats as its quantized twin does; and its
// target is the true picture, or in part what a teacher makes of the crop. The same crops,
// weights and thread count give the same bits.

#include <thread>
#include <utility>

#include "kim_layers.h"

namespace {

// ---- one crop after another, forward -------------------------------------------------------

class Network {
   public:
    Plane luma, first, d1, p1, d2, p2, d3, p3, d4, out;
    Passes passes[kLayers];  // where gradients pass the rounding of each layer's results

    // `grids`, unless null, are the formats of all layers' results, the last the picture's.
    Network(const Shape& shape, const Kernels& kernels, const Grid* grids, int height, int width)
        : luma(height, width, 1), first(height, width, shape.wide()), d1(first),
          p1(height, width, shape.narrow()), d2(p1), p2(first), d3(first), p3(p1), d4(p1),
          out(height, width, grouped(shape.outputs())), kernels_(kernels), grids_(grids) {}

    bool rounded() const { return grids_ != nullptr; }
    const Grid& picture() const { return grids_[kPoint4]; }
    void forward(const std::uint8_t* lr) { rounded() ? run<true>(lr) : run<false>(lr); }

   private:
    const Kernels& kernels_;
    const Grid* grids_;

    template <bool ROUNDED>
    void round(Layer layer, Plane& plane) {
        if (ROUNDED) round_to(grids_[layer], plane, passes[layer]);
    }

    // A ReLU is part of the rounding, where there is one.
    template <bool ROUNDED>
    static Lanes activated(Lanes sums) {
        return ROUNDED ? sums : relu(sums);
    }

    template <bool ROUNDED>
    void point(Layer layer, const Plane& in, Plane& to) {
        pointwise(in, kernels_.forward[layer], to, [to = to.begin()](auto place, Lanes sums) {
            store(to + place, activated<ROUNDED>(sums));
        });
        round<ROUNDED>(layer, to);
    }

    template <bool ROUNDED, int ROWS, int COLUMNS>
    void depth(Layer layer, const Plane& in, Plane& to) {
        depthwise<ROWS, COLUMNS>(in, kernels_.forward[layer].data(), into(to));
        round<ROUNDED>(layer, to);
    }

    template <bool ROUNDED>
    void run(const std::uint8_t* lr) {
        const float unit = ROUNDED ? kCode : kUnit;
        for (int y = 0; y < luma.height; y++)
            for (int x = 0; x < luma.width; x++) *luma.at(y, x) = lr[y * luma.width + x] * unit;
        const float* kernel = kernels_.forward[kHead].data();
        head(luma, kernel, first, [to = first.begin()](auto place, Lanes sums) {
            store(to + place, activated<ROUNDED>(sums));
        });
        round<ROUNDED>(kHead, first);
        depth<ROUNDED, 1, 5>(kDepth1, first, d1);
        point<ROUNDED>(kPoint1, d1, p1);
        depth<ROUNDED, 1, 5>(kDepth2, p1, d2);
        const float* skip = first.begin();
        pointwise(d2, kernels_.forward[kPoint2], p2, [=, to = p2.begin()](auto place, Lanes sums) {
            store(to + place, activated<ROUNDED>(sums + load(skip + place)));
        });
        round<ROUNDED>(kPoint2, p2);
        depth<ROUNDED, 3, 3>(kDepth3, p2, d3);
        point<ROUNDED>(kPoint3, d3, p3);
        depth<ROUNDED, 3, 3>(kDepth4, p3, d4);
        pointwise(d4, kernels_.forward[kPoint4], out, into(out));
    }
};

// ---- and backward --------------------------------------------------------------------------

enum Kind { kL1, kL2, kCharbonnier };

struct Loss {
    Kind kind;
    float width_of_l2;

    // Adds the penalty of an error to `sum`, times `weight`, and gives its slope, times that.
    float operator()(float error, float weight, double& sum) const {
        if (kind == kL1) {
            sum += weight * std::fabs(error);
            return weight * static_cast<float>((error > 0) - (error < 0));
        }
        if (kind == kL2) {
            sum += weight * error * error;
            return weight * 2 * error;
        }
        const float root = std::sqrt(error * error + width_of_l2 * width_of_l2);
        sum += weight * root;
        return weight * error / root;
    }
};

class Worker {
   public:
    Floats gradients[kLayers];
    double loss = 0;

    Worker(const Shape& shape, const Kernels& kernels, Network student)
        : scale_(shape.scale), kernels_(kernels), net_(std::move(student)), wide_(net_.first),
          narrow_(net_.p1), wide_kept_(net_.first), narrow_kept_(net_.p1) {
        for (int l = 0; l < kLayers; l++) gradients[l].assign(kernels.forward[l].size(), 0.f);
    }

    // lr is height x width, hr scale times that; `share` is one over all HR pixels of the batch.
    // What `teacher`, unless null, makes of lr is `teacher_weight` of the target, hr the rest.
    void take(const std::uint8_t* lr, const std::uint8_t* hr, const Loss& penalty, float share,
              Network* teacher, float teacher_weight) {
        net_.forward(lr);
        if (teacher) teacher->forward(lr);
        compare(hr, penalty, share, teacher, teacher_weight);
        net_.rounded() ? backward<true>() : backward<false>();
    }

   private:
    int scale_;
    const Kernels& kernels_;
    Network net_;
    Plane wide_, narrow_, wide_kept_, narrow_kept_;  // gradients on their way back

    // Turns the network's outputs into the loss's slopes there.
    void compare(const std::uint8_t* hr, const Loss& penalty, float share, Network* teacher,
                 float teacher_weight) {
        const int s = scale_, width = net_.out.width;
        double sum = 0;
        for (int y = 0; y < net_.out.height; y++)
            for (int x = 0; x < width; x++) {
                const float nearest = *net_.luma.at(y, x);
                float* out = net_.out.at(y, x);
                for (int k = 0; k < s * s; k++) {
                    const std::size_t at =
                        static_cast<std::size_t>(y * s + k / s) * width * s + x * s + k % s;
                    float made = nearest + out[k], gain = share;
                    float error = made - hr[at] * kUnit;
                    if (net_.rounded()) {
                        const Grid& grid = net_.picture();
                        const float whole = grid.whole(made);
                        const float codes = grid.saturated(whole) / kCode;
                        error = (codes - hr[at]) * kUnit;  // exactly zero where they are equal
                        made = codes * kUnit;
                        gain = grid.holds(whole) ? share * (kUnit / kCode) : 0.f;
                    }
                    float slope = penalty(error, 1 - teacher_weight, sum);
                    if (teacher)
                        slope +=
                            penalty(made - (*teacher->luma.at(y, x) + teacher->out.at(y, x)[k]),
                                    teacher_weight, sum);
                    out[k] = slope * gain;
                }
            }
        loss += sum * share;
    }

    // Gradients of a pointwise layer's kernel and, into `back`, of its inputs, which `before` made.
    template <bool ROUNDED>
    void point_back(Layer layer, const Plane& in, const Plane& slope, Layer before, Plane& back) {
        pointwise_kernel_gradient(in, slope, gradients[layer].data());
        pointwise(slope, kernels_.backward[layer], back, into(back));
        if (ROUNDED) through_rounding(net_.passes[before], back);
    }

    // The same of a depthwise layer; its inputs come out of a ReLU. `others`, unless null, are
    // gradients of the same inputs by another way.
    template <bool ROUNDED, int ROWS, int COLUMNS, bool OTHERS = false>
    void depth_back(Layer layer, const Plane& in, const Plane& slope, Layer before, Plane& back,
                    const Plane* others = nullptr) {
        depthwise_kernel_gradient<ROWS, COLUMNS>(in, slope, gradients[layer].data());
        const float* output = in.begin();
        const float* other = OTHERS ? others->begin() : nullptr;
        depthwise<ROWS, COLUMNS>(
            slope, kernels_.backward[layer].data(), [=, to = back.begin()](auto place, Lanes sums) {
                if (OTHERS) sums += load(other + place);
                store(to + place, ROUNDED ? sums : through_relu(load(output + place), sums));
            });
        if (ROUNDED) through_rounding(net_.passes[before], back);
    }

    template <bool R>
    void backward() {
        Plane& d3 = net_.d3;
        point_back<R>(kPoint4, net_.d4, net_.out, kDepth4, narrow_);
        depth_back<R, 3, 3>(kDepth4, net_.p3, narrow_, kPoint3, narrow_kept_);
        point_back<R>(kPoint3, d3, narrow_kept_, kDepth3, wide_);
        depth_back<R, 3, 3>(kDepth3, net_.p2, wide_, kPoint2, wide_kept_);
        // On to both terms of the sum: pointwise2 and first.
        point_back<R>(kPoint2, net_.d2, wide_kept_, kDepth2, narrow_);
        depth_back<R, 1, 5>(kDepth2, net_.p1, narrow_, kPoint1, narrow_kept_);
        point_back<R>(kPoint1, net_.d1, narrow_kept_, kDepth1, wide_);
        // Into d3, which has served; its border is zero.
        depth_back<R, 1, 5, true>(kDepth1, net_.first, wide_, kHead, d3, &wide_kept_);
        head_kernel_gradient(net_.luma, d3, gradients[kHead].data());
    }
};

}  // namespace

// A network: wide and narrow are multiples of 16; weights are nine kernels in the network's
// order, each as PyTorch lays it out (contiguous).
struct srq_kim {
    int wide, narrow;
    const float* const* weights;
};

// Writes the gradient of each of the nine kernels and returns the mean loss over all HR pixels.
//
// lr: crops x height x width; hr: crops x scale*height x scale*width, scale 2, 3 or 4.
// gradients: laid out as the weights. grids: null, or step, low and high of the formats of each
// layer's results in turn, those of the last after shuffle and sum; luma is then n / 256 inside.
// teacher: null, or a network whose outputs are `teacher_weight` of the target. loss: 0 L1, 1 L2,
// 2 Charbonnier with `width_of_l2`. `threads` share the crops; their sums are added in order.
extern "C" double srq_kim_step(const std::uint8_t* lr, const std::uint8_t* hr, int crops,
                               int height, int width, int scale, const srq_kim* network,
                               float* const* gradients, const float* grids, const srq_kim* teacher,
                               float teacher_weight, int loss, float width_of_l2, int threads) {
    const Shape shape{{network->wide, network->narrow}, scale};
    const Kernels kernels(shape, network->weights);
    const Shape teacher_shape = teacher ? Shape{{teacher->wide, teacher->narrow}, scale} : shape;
    const Kernels teacher_kernels(teacher_shape, (teacher ? teacher : network)->weights);
    const auto* formats = reinterpret_cast<const Grid*>(grids);
    const Loss penalty{static_cast<Kind>(loss), width_of_l2};
    const std::size_t area = static_cast<std::size_t>(height) * width;
    const float share = 1.f / (static_cast<float>(crops) * area * shape.outputs());
    const int count = threads < crops ? threads : crops;

    std::vector<Worker> workers;
    std::vector<Network> teachers;
    workers.reserve(count);
    for (int t = 0; t < count; t++) {
        workers.emplace_back(shape, kernels, Network(shape, kernels, formats, height, width));
        if (teacher) teachers.emplace_back(teacher_shape, teacher_kernels, nullptr, height, width);
    }
    const auto work = [&](int t) {
        for (int c = crops * t / count; c < crops * (t + 1) / count; c++)
            workers[t].take(lr + c * area, hr + c * area * shape.outputs(), penalty, share,
                            teacher ? &teachers[t] : nullptr, teacher ? teacher_weight : 0.f);
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
            out_of_groups(workers[0].gradients[l], shape.results(l), shape.inputs(l), gradients[l]);
        else
            taps_last(workers[0].gradients[l], shape.depth(l), gradients[l]);
    return sum;
}
