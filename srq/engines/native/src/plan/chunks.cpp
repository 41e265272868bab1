#include "plan/chunks.hpp"

#include <algorithm>
#include <cstddef>

namespace srq {
namespace {

// What a lane of int16 holds: a sum of products, of which the negative ones make at least `lo`
// and the positive ones at most `hi`. Neither part of them leaves these bounds.
struct Bounds {
  int32_t lo = 0;
  int32_t hi = 0;

  void add(const Bounds& other) {
    lo += other.lo;
    hi += other.hi;
  }

  bool fit() const { return lo >= INT16_MIN && hi <= INT16_MAX; }
};

// The products of a tuple of inputs: four weights for each output channel, and the bounds of the
// two lanes that each makes.
struct Term {
  int tuple;
  std::vector<int32_t> weights;
  std::vector<Bounds> lanes;

  int32_t greatest() const {
    int32_t found = 0;
    for (const Bounds& lane : lanes) found = std::max({found, -lane.lo, lane.hi});
    return found;
  }
};

bool all_fit(const std::vector<Bounds>& lanes) {
  return std::all_of(lanes.begin(), lanes.end(), [](const Bounds& lane) { return lane.fit(); });
}

void bound(Term& term, const std::vector<ByteRange>& inputs) {
  term.lanes.assign(term.weights.size() / 2, Bounds{});
  for (size_t i = 0; i < term.weights.size(); ++i) {
    const size_t input = size_t(term.tuple) * 4 + i % 4;
    if (input >= inputs.size()) continue;
    const int32_t least = term.weights[i] * inputs[input].lo;
    const int32_t most = term.weights[i] * inputs[input].hi;
    term.lanes[i / 2].add({std::min({least, most, 0}), std::max({least, most, 0})});
  }
}

std::vector<Term> terms_of(const std::vector<const int32_t*>& weights,
                           const std::vector<ByteRange>& inputs) {
  std::vector<Term> terms;
  for (size_t first = 0; first < inputs.size(); first += 4) {
    Term term{int(first / 4), {}, {}};
    for (const int32_t* channel : weights) {
      for (size_t i = first; i < first + 4; ++i) {
        term.weights.push_back(i < inputs.size() ? channel[i] : 0);
      }
    }
    bound(term, inputs);
    if (all_fit(term.lanes)) {
      terms.push_back(term);
      continue;
    }
    Term half = term;
    for (int32_t& weight : half.weights) weight >>= 1;
    for (size_t i = 0; i < term.weights.size(); ++i) term.weights[i] -= half.weights[i];
    for (Term* part : {&half, &term}) {
      bound(*part, inputs);
      terms.push_back(*part);
    }
  }
  return terms;
}

// Whether both terms fit one chunk.
bool fit(const Term& a, const Term& b) {
  std::vector<Bounds> lanes = a.lanes;
  for (size_t i = 0; i < lanes.size(); ++i) lanes[i].add(b.lanes[i]);
  return all_fit(lanes);
}

void append_weights(const Term& term, std::vector<int32_t>& words) {
  for (size_t i = 0; i < term.weights.size(); i += 4) {
    uint32_t word = 0;
    for (size_t k = 0; k < 4; ++k) word |= (uint32_t(term.weights[i + k]) & 0xFF) << (8 * k);
    words.push_back(int32_t(word));
  }
}

}  // namespace

Chunks chunks_of(const std::vector<const int32_t*>& weights, const std::vector<ByteRange>& inputs,
                 int tuple_size) {
  std::vector<Term> terms = terms_of(weights, inputs);
  const Term none{0, std::vector<int32_t>(4 * weights.size()), {}};
  // From the greatest on, each with the greatest that still fits.
  std::stable_sort(terms.begin(), terms.end(),
                   [](const Term& a, const Term& b) { return a.greatest() > b.greatest(); });
  Chunks made;
  made.words.push_back(0);
  while (!terms.empty()) {
    const Term first = terms.front();
    terms.erase(terms.begin());
    const auto found = std::find_if(terms.begin(), terms.end(),
                                    [&](const Term& other) { return fit(first, other); });
    const Term second = found == terms.end() ? none : *found;
    if (found != terms.end()) terms.erase(found);
    made.words.push_back(first.tuple * tuple_size);
    made.words.push_back(second.tuple * tuple_size);
    append_weights(first, made.words);
    append_weights(second, made.words);
    ++made.count;
  }
  made.words[0] = made.count;
  return made;
}

}  // namespace srq
