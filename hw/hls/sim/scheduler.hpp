// SPDX-License-Identifier: Apache-2.0
//
// A clock for the C simulation. Not for synthesis.
//
// Without `start_clock`, processes run one after the other as they are called, and streams hold
// as much as they must: what any C simulation of a dataflow region does.
//
// With it, each process of the region runs by itself, one iteration of a pipelined loop a
// clock, over FIFOs of their declared depths. What an iteration writes appears after as many
// further iterations as the process's pipeline has stages; a process that must wait holds its
// whole pipeline, as a stalled pipeline does. So depths that suffice here suffice in hardware
// whose pipelines are no longer than those assumed, and clocks are counted as it would.
//
// Found out and reported, with an exit code of 3: a deadlock, and which process waits for which
// stream; a stream with two writers or two readers; two reads or two writes of a stream in one
// iteration, which no loop of II = 1 could do; words left in a stream at the end; a memory word
// that is read sooner after its writing than its DEPENDENCE pragma claims.
#ifndef SRQ_SIM_SCHEDULER_HPP
#define SRQ_SIM_SCHEDULER_HPP

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <ucontext.h>

namespace srq {
namespace sim {

// What the scheduler must know of a stream, whatever its words are.
class Channel {
  public:
    virtual ~Channel() {}
    // Move a word out of the writer's pipeline into the FIFO, if one is due at the writer's
    // `age`: false where the FIFO is full.
    virtual bool deliver(long age) = 0;
    virtual bool in_flight() const = 0;
    const char* name = "";
};

struct Process {
    std::string name;
    std::function<void()> body;
    int calls = 1;
    int latency = 0;              // of its pipeline, in clocks
    long age = 0;                 // iterations so far
    bool done = false;
    bool waits = false;           // made no progress this clock
    const Channel* waits_for = nullptr;
    const char* waits_why = "";
    std::vector<Channel*> writes; // the streams it writes
    ucontext_t context;
    std::unique_ptr<char[]> stack;
};

struct Clock {
    bool runs = false;
    long now = 0;
    int calls = 1;     // of every process of the kernel: the pictures that follow each other
    int latency = 0;   // of pipelines: every one's, or with a seed the most of them
    unsigned seed = 0; // 0: all alike
    std::vector<std::unique_ptr<Process> > processes;
    Process* current = nullptr;
    ucontext_t scheduler;
};

inline Clock& the_clock() {
    static Clock clock;
    return clock;
}

[[noreturn]] inline void fail(const std::string& sentence) {
    std::fflush(stdout);
    std::fprintf(stderr, "simulation: %s\n", sentence.c_str());
    std::_Exit(3); // not exit: this may be a process's own stack
}

// A memory of which it is claimed that a word is never read within `distance` iterations of
// its writing.
class Memory {
  public:
    Memory(const char* name, std::size_t words, long distance)
        : name_(name), distance_(distance), written_(words, -distance) {}
    void reads(std::size_t word, long iteration) const {
        if (iteration - written_[word] < distance_) {
            fail("a word of " + std::string(name_) + " is read " +
                 std::to_string(iteration - written_[word]) +
                 " iterations after it was written, and not " + std::to_string(distance_));
        }
    }
    void writes(std::size_t word, long iteration) { written_[word] = iteration; }

  private:
    const char* name_;
    long distance_;
    std::vector<long> written_;
};

// From now on processes are clocked, until `run` has returned. Each runs `calls` times over;
// its pipeline has `latency` stages, or with a seed a number of its own up to that.
inline void start_clock(int calls, int latency, unsigned seed) {
    Clock& clock = the_clock();
    clock.runs = true;
    clock.now = 0;
    clock.calls = calls;
    clock.latency = latency;
    clock.seed = seed;
}

inline long clocks() { return the_clock().now; }

// Give way to the others; `waits` says that nothing was done.
inline void give_way(bool waits) {
    Clock& clock = the_clock();
    Process* self = clock.current;
    self->waits = waits;
    swapcontext(&self->context, &clock.scheduler);
}

inline void wait_for(const Channel* channel, const char* why) {
    Process* self = the_clock().current;
    self->waits_for = channel;
    self->waits_why = why;
    give_way(true);
}

// One iteration of the current process's pipeline: what is due leaves it, unless a FIFO is full.
inline void clock() {
    Process* self = the_clock().current;
    if (self == nullptr) {
        return;
    }
    ++self->age;
    for (Channel* channel : self->writes) {
        while (!channel->deliver(self->age)) {
            wait_for(channel, "full");
        }
    }
    give_way(false);
}

inline void enter() {
    Process* self = the_clock().current;
    const auto flying = [self] {
        for (const Channel* channel : self->writes) {
            if (channel->in_flight()) {
                return true;
            }
        }
        return false;
    };
    for (int call = 0; call < self->calls; ++call) {
        self->body();
        while (flying()) {
            clock();
        }
    }
    self->done = true;
    give_way(false);
}

inline void spawn(const char* name, const std::function<void()>& body, int calls) {
    Clock& clock = the_clock();
    if (!clock.runs) {
        body();
        return;
    }
    std::unique_ptr<Process> process(new Process);
    process->name = name;
    process->body = body;
    process->calls = calls;
    process->latency = clock.latency;
    if (clock.seed != 0 && clock.latency > 0) {
        clock.seed = clock.seed * 1664525u + 1013904223u;
        process->latency = int((clock.seed >> 16) % unsigned(clock.latency + 1));
    }
    const std::size_t bytes = std::size_t(1) << 20;
    process->stack.reset(new char[bytes]);
    getcontext(&process->context);
    process->context.uc_stack.ss_sp = process->stack.get();
    process->context.uc_stack.ss_size = bytes;
    process->context.uc_link = &clock.scheduler;
    makecontext(&process->context, enter, 0);
    clock.processes.push_back(std::move(process));
}

inline void spawn(const char* name, const std::function<void()>& body) {
    spawn(name, body, the_clock().calls);
}

// Clock all processes until all are done.
inline void run() {
    Clock& clock = the_clock();
    if (!clock.runs) {
        return;
    }
    int idle = 0;
    for (bool all_done = false; !all_done; ++clock.now) {
        all_done = true;
        bool progress = false;
        for (auto& process : clock.processes) {
            if (process->done) {
                continue;
            }
            clock.current = process.get();
            swapcontext(&clock.scheduler, &process->context);
            clock.current = nullptr;
            all_done = all_done && process->done;
            progress = progress || !process->waits;
        }
        // A word written in this clock is there in the next: idle twice is idle for good.
        idle = progress ? 0 : idle + 1;
        if (idle == 3 && !all_done) {
            std::string report = "deadlock at clock " + std::to_string(clock.now) + ":";
            for (const auto& process : clock.processes) {
                if (!process->done) {
                    report += "\n  " + process->name + " waits: " + process->waits_for->name +
                              " is " + process->waits_why;
                }
            }
            fail(report);
        }
    }
    clock.processes.clear();
    clock.runs = false;
}

} // namespace sim
} // namespace srq

#endif
