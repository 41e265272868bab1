// SPDX-License-Identifier: Apache-2.0
//
// Where the kernel's source says something to our C simulation. To a synthesis tool these are
// a plain call, a STREAM pragma, and nothing.
#ifndef SRQ_PROCESS_HPP
#define SRQ_PROCESS_HPP

#ifdef SRQ_SIMULATION

#include "scheduler.hpp"

// A process of the dataflow region, and the region's end.
#define SRQ_PROCESS(...) srq::sim::spawn(#__VA_ARGS__, [&] { __VA_ARGS__; })
#define SRQ_RUN() srq::sim::run()
// The FIFO that a stream becomes.
#define SRQ_FIFO(stream, words) (stream).set_depth(words)
// The start of an iteration of a pipelined loop: one clock later than the last one.
#define SRQ_CLOCK() srq::sim::clock()
// A memory of which a DEPENDENCE pragma claims a distance, and its words as iteration n reads
// and writes them: the claim is checked.
#define SRQ_MEMORY(name, words, distance)                                                          \
    srq::sim::Memory name##_claim(#name, std::size_t(words), distance)
#define SRQ_READS(name, word, n) name##_claim.reads(std::size_t(word), n)
#define SRQ_WRITES(name, word, n) name##_claim.writes(std::size_t(word), n)

#else

#define SRQ_PROCESS(...) __VA_ARGS__
#define SRQ_RUN()
#define SRQ_PRAGMA(text) _Pragma(#text)
// NOLINTNEXTLINE(bugprone-macro-parentheses): the text of a pragma takes none
#define SRQ_FIFO(stream, words) SRQ_PRAGMA(HLS STREAM variable = stream depth = words)
#define SRQ_CLOCK()
#define SRQ_MEMORY(name, words, distance)
#define SRQ_READS(name, word, n)
#define SRQ_WRITES(name, word, n)

#endif

#endif
