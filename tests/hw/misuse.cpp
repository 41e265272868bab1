// What the simulation must refuse, each by its name on the command line.
#include <functional>
#include <map>

#include "hls_stream.h"

namespace {

using srq::sim::clock;
using srq::sim::spawn;
typedef hls::stream<int> Stream;

void clocked(const std::function<void(Stream&, Stream&)>& region, std::size_t depth) {
    Stream first("first");
    Stream second("second");
    first.set_depth(depth);
    second.set_depth(depth);
    srq::sim::start_clock(1, 1, 0);
    region(first, second);
    srq::sim::run();
}

void write(Stream& stream, int words) {
    for (int n = 0; n < words; ++n) {
        clock();
        stream.write(n);
    }
}

void read(Stream& stream, int words) {
    for (int n = 0; n < words; ++n) {
        clock();
        if (stream.read() != n) {
            srq::sim::fail("the order is lost");
        }
    }
}

const std::map<std::string, std::function<void()> > CASES = {
    {"nothing",
     [] {
         clocked(
             [](Stream& first, Stream&) {
                 spawn("writer", [&] { write(first, 9); }, 1);
                 spawn("reader", [&] { read(first, 9); }, 1);
             },
             2);
     }},
    {"two writers",
     [] {
         clocked(
             [](Stream& first, Stream&) {
                 spawn("one", [&] { write(first, 1); }, 1);
                 spawn("two", [&] { write(first, 1); }, 1);
             },
             2);
     }},
    {"two readers",
     [] {
         clocked(
             [](Stream& first, Stream&) {
                 spawn("writer", [&] { write(first, 2); }, 1);
                 spawn("one", [&] { read(first, 1); }, 1);
                 spawn("two", [&] { read(first, 1); }, 1);
             },
             2);
     }},
    {"twice in an iteration",
     [] {
         clocked(
             [](Stream& first, Stream&) {
                 spawn("writer", [&] { write(first, 2); }, 1);
                 spawn("reader",
                       [&] {
                           clock();
                           first.read();
                           first.read();
                       },
                       1);
             },
             2);
     }},
    {"words left",
     [] {
         clocked(
             [](Stream& first, Stream&) {
                 spawn("writer", [&] { write(first, 2); }, 1);
                 spawn("reader", [&] { read(first, 1); }, 1);
             },
             2);
     }},
    {"deadlock",
     [] {
         clocked(
             [](Stream& first, Stream& second) {
                 spawn("writer",
                       [&] {
                           write(first, 4);
                           write(second, 1);
                       },
                       1);
                 spawn("reader",
                       [&] {
                           read(second, 1);
                           read(first, 4);
                       },
                       1);
             },
             2);
     }},
    {"deep enough",
     [] {
         clocked(
             [](Stream& first, Stream& second) {
                 spawn("writer",
                       [&] {
                           write(first, 4);
                           write(second, 1);
                       },
                       1);
                 spawn("reader",
                       [&] {
                           read(second, 1);
                           read(first, 4);
                       },
                       1);
             },
             4);
     }},
    {"empty",
     [] {
         Stream stream("first");
         stream.read();
     }},
    {"too soon",
     [] {
         srq::sim::Memory memory("memory", 4, 3);
         memory.writes(1, 10);
         memory.reads(1, 13);
         memory.reads(1, 12);
     }},
};

} // namespace

int main(int, char** arguments) {
    CASES.at(arguments[1])();
    return 0;
}
