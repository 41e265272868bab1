// SPDX-License-Identifier: Apache-2.0
//
// A video source and a video sink around the kernel. Not for synthesis.
#ifndef SRQ_BENCH_HPP
#define SRQ_BENCH_HPP

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "kernel.hpp"
#include "parameters.hpp"

struct Picture {
    int rows;
    int columns;
    std::vector<int> pixels;
};

// How much of the time the source has no pixel and the sink takes none, in 1/256.
struct Gaps {
    int source;
    int sink;
};

class Bench {
  public:
    // What the host writes into the parameter memory before the next picture.
    std::vector<int> parameters = std::vector<int>(SRQ_PARAMETERS, SRQ_PARAMETERS + SRQ_WORDS);
    bool load = true;
    int faults = 0;
    // Told of every beat that is not as AXI4-Stream video has it.
    std::string complaint;

    // One call of the kernel.
    Picture upscale(const Picture& lr) {
        hls::stream<LrBeat> video_in("video_in");
        hls::stream<HrBeat> video_out("video_out");
        send(lr, video_in, 0);
        call(video_in, video_out, lr);
        return take(lr, video_out, 0);
    }

#ifdef SRQ_SIMULATION
    // Pictures of one size straight after each other, in a clocked simulation (scheduler.hpp).
    // Returns the clocks that it took.
    long upscale_clocked(const std::vector<Picture>& lr, std::vector<Picture>& hr, Gaps gaps,
                         int latency, unsigned seed) {
        hls::stream<LrBeat> video_in("video_in");
        hls::stream<HrBeat> video_out("video_out");
        srq::sim::start_clock(int(lr.size()), latency, seed);
        srq::sim::spawn("the source", [&] {
            for (const Picture& picture : lr) {
                send(picture, video_in, gaps.source);
            }
        }, 1);
        srq::sim::spawn("the sink", [&] {
            for (const Picture& picture : lr) {
                hr.push_back(take(picture, video_out, gaps.sink));
            }
        }, 1);
        call(video_in, video_out, lr.front());
        return srq::sim::clocks();
    }
#endif

  private:
    unsigned chance_ = 1;

    bool pauses(int share) {
        chance_ = chance_ * 1664525u + 1013904223u;
        return int(chance_ >> 24) < share;
    }

    void call(hls::stream<LrBeat>& video_in, hls::stream<HrBeat>& video_out, const Picture& lr) {
#ifdef SRQ_WEIGHTS_AXILITE
        SRQ_TOP(video_in, video_out, lr.rows, lr.columns, &faults, parameters.data(), load);
        load = false;
#else
        SRQ_TOP(video_in, video_out, lr.rows, lr.columns, &faults);
#endif
    }

    void send(const Picture& lr, hls::stream<LrBeat>& video, int gaps) {
        for (int n = 0; n < lr.rows * lr.columns; ++n) {
            tick();
            while (pauses(gaps)) {
                tick();
            }
            LrBeat beat = srq::empty_beat<SRQ_LR_BITS, 1>();
            srq::put_pixel<SRQ_LR_BITS, 1>(beat, 0, lr.pixels[std::size_t(n)]);
            beat.user = n == 0;
            beat.last = n % lr.columns == lr.columns - 1;
            video.write(beat);
        }
    }

    Picture take(const Picture& lr, hls::stream<HrBeat>& video, int gaps) {
        Picture hr;
        hr.rows = lr.rows * SRQ_SCALE;
        hr.columns = lr.columns * SRQ_SCALE;
        const int pixels = SRQ_SCALE * SRQ_SCALE;
        const int beats = (hr.columns + pixels - 1) / pixels;
        for (int y = 0; y < hr.rows; ++y) {
            for (int b = 0; b < beats; ++b) {
                tick();
                while (pauses(gaps)) {
                    tick();
                }
                const HrBeat beat = video.read();
                if (bool(beat.user) != (y == 0 && b == 0) || bool(beat.last) != (b == beats - 1)) {
                    complaint = "tuser or tlast is wrong at line " + std::to_string(y) + ", beat " +
                                std::to_string(b);
                }
                for (int p = 0; p < pixels; ++p) {
                    const int pixel = int(srq::pixel_of<SRQ_HR_BITS, SRQ_SCALE * SRQ_SCALE>(beat, p));
                    if (b * pixels + p < hr.columns) {
                        hr.pixels.push_back(pixel);
                    } else if (pixel != 0) {
                        complaint = "a pixel beyond line " + std::to_string(y) + " is not 0";
                    }
                }
            }
        }
        return hr;
    }

    static void tick() { SRQ_CLOCK(); }
};

#endif
