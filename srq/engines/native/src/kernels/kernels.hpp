// The tile kernels: what they take, and the table of them that kernels_of.hpp makes for each
// instruction set. They take pointers and numbers only: a file that is compiled for one
// instruction set must not bring in inline functions of the library, which the linker could then
// choose for all files.
//
// A *tile* is what one call computes: `tile` neighbouring pixels of a line. A dense layer reads
// *tuples* of the inputs of one pixel side by side: pairs of int16 or, where all inputs and
// weights are of 8 bits, quads of uint8 (see docs/design/native-engine.md).
#pragma once

#include <cstddef>
#include <cstdint>

namespace srq {

// One line of a value: where channel 0 begins, and how far apart channels are, in elements.
template <class T>
struct Line {
  const T* data;
  ptrdiff_t stride;

  const T* channel(int c) const { return data + c * stride; }
};

// From an exact sum to a format, per output channel: ((sum + init) >> right) << left, saturated.
// init holds the bias and the half of the rounding; right or left is 0.
struct Rounding {
  const int32_t* init;
  const int32_t* right;
  const int32_t* left;  // null where no channel shifts left
  int32_t lo;
  int32_t hi;
};

// Where a layer's result goes: int16 lines or, if `wide`, int32 lines that are not saturated.
struct Target {
  void* data;
  ptrdiff_t stride;
  bool wide;
};

// Lines that become tuples of inputs; null stands for zeros. Those of quads have `offset` added
// before they become bytes.
struct Taps {
  const int16_t* const* lines;
  int tuples;
  bool quads;
  int offset;
};

// How an instruction set multiplies quads of bytes.
enum class Quads : uint8_t {
  none,
  exact,   // four products and a sum of int32 in one instruction
  chunks,  // two products in int16, which saturates: sums are made of chunks that do not
};

// A dense layer: sums over tuples of inputs. `residual` (or null) is added to each sum, shifted
// left; its channels are residual_stride apart.
//
// With Quads::chunks, `weights` of quads are per block of dense_outs output channels: how many
// chunks there are, and per chunk two terms: where the inputs of each are, in int16 from `inputs`,
// then the weights of the first for each output channel, then those of the second. In no output
// channel do the products of two bytes leave int16, nor do those of both terms together.
struct Dense {
  const int16_t* inputs;
  const int32_t* weights;  // a tuple each, by blocks of dense_outs output channels
  const int32_t* blocks;   // with chunks: where the weights of each block begin
  const int32_t* left;     // per output channel: left shifts of sums of quads, with chunks at most
                           // 14; or null
  int tuples;
  bool quads;
  int outs;
  Rounding rounding;
  const int16_t* residual;
  ptrdiff_t residual_stride;
  int residual_shift;
  Target target;
};

// Two lines of a value, as Winograd's transform takes them: second - first, or their sum.
struct LinePair {
  Line<int16_t> first;
  Line<int16_t> second;
  bool add;
};

// What a Winograd layer reads: `center` is subtracted from each number of `channels` channels.
struct WinogradTaps {
  const LinePair* rows;
  int count;
  int channels;
  int center;
};

// A 3x3 layer by Winograd's minimal filtering F(2x2, 3x3): of two lines and two columns four
// numbers come from 16 products of transformed inputs and weights (kernels/winograd.hpp). Its sums
// are four times those of the layer, and so are `rounding`, the residual's shift and what is kept.
//
// The first of two lines reads the rows 0, 1 and 2 of the transformed inputs and keeps what the
// second line needs of them; the second reads row 3.
struct Winograd {
  const int16_t* inputs;   // (rows of this line, 4, pairs), a pair of channels each
  const int32_t* weights;  // (4, 4, outs, pairs), by blocks of dense_outs as of Dense
  int pairs;
  int outs;
  bool first;
  int32_t* kept;  // (tiles, outs, tile)
  Rounding rounding;
  const int16_t* residual;  // or null
  ptrdiff_t residual_stride;
  int residual_shift;
  Target target;  // of int16
};

// What is proved of a depthwise output's rounded sum before it is saturated.
enum class Fit : uint8_t {
  none,
  int16,   // it fits int16, and its right shift is at most 16
  format,  // it fits the format as well
};

// A depthwise layer: output channel o is a rows x columns kernel over channel o / multiplier.
// Even and odd output pixels read the same pairs of neighbours with weights of their own;
// weights are (outs, rows, pairs, 2), two taps in each. The first pair begins 2 * first_pair
// pixels from the output pixel.
struct Depthwise {
  const Line<int16_t>* lines;  // one per row of the kernel
  const int32_t* weights;
  int rows;
  int columns;
  int first_pair;
  int pairs;
  int outs;
  int multiplier;
  Rounding rounding;
  int16_t* inputs;  // tuples for a dense layer, or null: then lines at `target`
  bool quads;       // whether those are quads
  const Fit* fits;  // per output
  Target target;
};

struct Kernels {
  int tile;        // pixels
  int tuple_size;  // how far apart tuples of inputs are, in int16
  int dot_cost;    // vector instructions of a dot product of pairs
  int dense_outs;  // output channels whose weights stand together, tuple by tuple
  Quads quads;

  // The tuples of inputs that a layer reads at the pixels from x on: two int16 for each pixel.
  void (*im2col)(const Taps& taps, ptrdiff_t x, int16_t* inputs);

  // A layer at the pixels from x on.
  void (*dense)(const Dense& layer, ptrdiff_t x);
  void (*depthwise)(const Depthwise& layer, ptrdiff_t x);

  // A Winograd layer's transformed inputs, and its numbers, at the pixels from x on.
  void (*winograd_inputs)(const WinogradTaps& taps, ptrdiff_t x, int16_t* inputs);
  void (*winograd)(const Winograd& layer, ptrdiff_t x);

  // `factor` lines, `stride` apart, interleaved into one of `count` * factor pixels, of uint8 or
  // uint16: a line of a pixel shuffle.
  void (*interleave)(const int16_t* lines, ptrdiff_t stride, int factor, ptrdiff_t count,
                     void* pixels, bool is_uint8);

  // Over `count` integers of a line, for ops that no tile kernel takes.
  void (*multiply_add16)(int32_t* sums, const int16_t* source, int32_t weight, ptrdiff_t count);
  void (*multiply_add32)(int32_t* sums, const int32_t* source, int32_t weight, ptrdiff_t count);
  void (*requantize)(int32_t* sums, int shift, int32_t lo, int32_t hi, ptrdiff_t count);

  // Does int16 multiply-adds as fast as the instruction set can; returns how many.
  int64_t (*peak_multiply_adds)(int64_t rounds);
};

}  // namespace srq
