// SPDX-License-Identifier: Apache-2.0
//
// hls::stream for our C simulation: what the kernel uses of it, and checks that a vendor's does
// not make (see scheduler.hpp). Under a vendor's tool its own header of this name is used.
//
// With -DSRQ_SYN it is only declared: what remains of the kernel is then what a synthesis tool
// sees of it.
#ifndef SRQ_SIM_HLS_STREAM_H
#define SRQ_SIM_HLS_STREAM_H

#ifdef SRQ_SYN

namespace hls {

template <class T> class stream {
  public:
    stream();
    explicit stream(const char* name);
    T read();
    void write(const T& word);
    bool empty() const;
    bool full() const;

  private:
    stream(const stream&);
    stream& operator=(const stream&);
};

} // namespace hls

#else

#include <algorithm>
#include <cstddef>
#include <deque>
#include <map>
#include <string>

#include "scheduler.hpp"

namespace srq {
namespace sim {

// Every stream's most words at once since the start, by name, beside its depth.
struct Mark {
    std::size_t most;
    std::size_t depth;
};
inline std::map<std::string, Mark>& marks() {
    static std::map<std::string, Mark> all;
    return all;
}

// Where words written to named streams are copied to, when a tensor is to be seen.
typedef std::map<std::string, std::vector<std::int32_t> > Tensors;
inline Tensors*& tensors() {
    static Tensors* wanted = nullptr;
    return wanted;
}
template <class T> auto record(const std::string& name, const T& word, int)
    -> decltype(word.lane[0], void()) {
    if (tensors() != nullptr) {
        std::vector<std::int32_t>& tensor = (*tensors())[name];
        for (const auto& lane : word.lane) {
            tensor.push_back(std::int32_t(lane));
        }
    }
}
template <class T> void record(const std::string&, const T&, long) {}

} // namespace sim
} // namespace srq

namespace hls {

template <class T> class stream : public srq::sim::Channel {
  public:
    explicit stream(const char* given = "unnamed") : label_(given) { name = label_.c_str(); }
    stream(const stream&) = delete;
    stream& operator=(const stream&) = delete;

    ~stream() override {
        srq::sim::Mark& mark = srq::sim::marks()[label_];
        mark.most = std::max(mark.most, most_);
        mark.depth = depth_;
        if (!fifo_.empty() || !pipeline_.empty()) {
            srq::sim::fail("words are left in " + label_);
        }
    }

    void set_depth(std::size_t words) { depth_ = words; }
    std::size_t size() const { return fifo_.size(); }
    bool empty() const { return fifo_.empty() || fifo_.front().time > now(); }

    T read() {
        srq::sim::Process* self = srq::sim::the_clock().current;
        if (self == nullptr) {
            if (fifo_.empty()) {
                srq::sim::fail("a read of " + label_ + ", which is empty");
            }
        } else {
            own(reader_, self, "read");
            once(read_age_, self, "read");
            while (empty()) {
                srq::sim::wait_for(this, "empty");
            }
            if (read_now_ != now()) {
                read_now_ = now();
                read_count_ = 0;
            }
            ++read_count_;
        }
        T word = fifo_.front().word;
        fifo_.pop_front();
        return word;
    }

    void write(const T& word) {
        srq::sim::record(label_, word, 0);
        srq::sim::Process* self = srq::sim::the_clock().current;
        if (self == nullptr) {
            fifo_.push_back(Entry{word, 0});
            most_ = std::max(most_, fifo_.size());
            return;
        }
        if (writer_ == nullptr) {
            self->writes.push_back(this);
        }
        own(writer_, self, "written");
        once(write_age_, self, "written");
        pipeline_.push_back(Entry{word, self->age + std::max(self->latency, 1)});
    }

    bool deliver(long age) override {
        if (pipeline_.empty() || pipeline_.front().time > age) {
            return true;
        }
        // What was read in this clock still takes its place.
        const std::size_t held = fifo_.size() + (read_now_ == now() ? read_count_ : 0);
        if (held >= depth_) {
            return false;
        }
        fifo_.push_back(Entry{pipeline_.front().word, now() + 1});
        pipeline_.pop_front();
        most_ = std::max(most_, held + 1);
        return true;
    }
    bool in_flight() const override { return !pipeline_.empty(); }

  private:
    struct Entry {
        T word;
        long time; // in the FIFO: the clock from which it is seen; before: the age it is due at
    };

    static long now() { return srq::sim::clocks(); }

    void own(srq::sim::Process*& owner, srq::sim::Process* self, const char* what) const {
        if (owner == nullptr) {
            owner = self;
        }
        if (owner != self) {
            srq::sim::fail(label_ + " is " + what + " by two processes: " + owner->name + " and " +
                           self->name);
        }
    }
    void once(long& age, const srq::sim::Process* self, const char* what) const {
        if (age == self->age) {
            srq::sim::fail(label_ + " is " + what + " twice in one iteration of " + self->name);
        }
        age = self->age;
    }

    std::string label_;
    std::size_t depth_ = 2; // what a stream becomes where nothing else is said
    std::size_t most_ = 0;
    std::deque<Entry> fifo_;
    std::deque<Entry> pipeline_;
    srq::sim::Process* reader_ = nullptr;
    srq::sim::Process* writer_ = nullptr;
    long read_age_ = -1;
    long write_age_ = -1;
    long read_now_ = -1;
    std::size_t read_count_ = 0;
};

} // namespace hls

#endif

#endif
