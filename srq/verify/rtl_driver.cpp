/* Runs the exported RTL for srq.verify.rtl: picture after picture, as it is asked.
 *
 * On stdin: a line "ROWS COLUMNS TRACED GAPS WAITS SEED", then the code values as int32. GAPS and WAITS
 * of 256 clocks the source has nothing and the sink takes nothing, drawn by SEED.
 * On stdout: a line "FAULTS FIRST LAST": which faults rose, and the clocks from the first beat taken to
 * the first and to the last beat given; with TRACED, for every stream a line "NUMBER COUNT" and its words
 * of 32 bits; then "picture COUNT" and its code values as int32.
 */
#include <cstdint>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "Vcore.h"
#include "verilated.h"

#ifndef SRQ_RASTER
#define SRQ_RASTER 0
#endif

namespace {

std::map<int, std::vector<std::uint32_t>> streams;
bool traced = false;

// A port's bits, whatever Verilator made of it: an integer of up to 64 bits, or words.
template <typename T>
std::uint32_t bits_of(const T& port, int first, int count) {
    return std::uint32_t(std::uint64_t(port) >> first) & ((1u << count) - 1);
}

template <std::size_t N>
std::uint32_t bits_of(const VlWide<N>& port, int first, int count) {
    std::uint64_t word = port[first / 32];
    if (std::size_t(first / 32) + 1 < N) {
        word |= std::uint64_t(port[first / 32 + 1]) << 32;
    }
    return std::uint32_t(word >> (first % 32)) & ((1u << count) - 1);
}

template <typename T>
void put_bits(T& port, std::uint64_t bits) {
    port = T(bits);
}

template <std::size_t N>
void put_bits(VlWide<N>& port, std::uint64_t bits) {
    for (std::size_t n = 0; n < N; ++n) {
        port[n] = n < 2 ? std::uint32_t(bits >> (32 * n)) : 0;
    }
}

class Dice {
  public:
    explicit Dice(std::uint64_t seed) : state_(seed * 2 + 1) {}
    bool falls(int of256) {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return int(state_ >> 20 & 255) < of256;
    }

  private:
    std::uint64_t state_;
};

struct Picture {
    int rows = 0, columns = 0;
    std::vector<std::int32_t> pixels;
};

class Core {
  public:
    Core() {
        model_->aresetn = 0;
        model_->m_axis_tready = 0;
        model_->s_axis_tvalid = 0;
        clock();
        clock();
        model_->aresetn = 1;
    }

    // Feeds `lr` and gives what comes out; false where nothing moves for long.
    bool run(const Picture& lr, int gaps, int waits, std::uint64_t seed) {
        const int beats = (lr.columns + SRQ_PIXELS - 1) / SRQ_PIXELS;
        const int wide = SRQ_SCALE * lr.columns;
        const int high = SRQ_SCALE * lr.rows;
        const bool raster = SRQ_RASTER != 0 && SRQ_SCALE > 1;
        const int out_beats = raster ? (beats + SRQ_SCALE - 1) / SRQ_SCALE : beats;
        const int out_rows = raster ? high : lr.rows;
        out = Picture{high, wide, std::vector<std::int32_t>(std::size_t(wide) * high)};
        faults = 0;
        Dice source(seed), sink(seed + 99);
        long in = 0, given = 0, idle = 0, begun = -1;
        const long all_in = long(beats) * lr.rows, all_out = long(out_beats) * out_rows;
        model_->columns = lr.columns;
        model_->rows = lr.rows;
        bool offered = false;
        for (long now = 0; given < all_out; ++now) {
            // A beat that is offered stays until it is taken, as the protocol has it.
            offered = in < all_in && (offered || !source.falls(gaps));
            model_->s_axis_tvalid = offered;
            if (offered) {
                offer(lr, int(in / beats), int(in % beats), beats);
            }
            model_->m_axis_tready = !sink.falls(waits);
            model_->eval();
            const bool takes = offered && model_->s_axis_tready;
            const bool gives = model_->m_axis_tvalid && model_->m_axis_tready;
            if (takes && begun < 0) {
                begun = now;
            }
            if (gives) {
                first = given == 0 ? now - begun : first;
                last = now - begun;
                if (!take(int(given / out_beats), int(given % out_beats), out_beats, raster)) {
                    return false;
                }
            }
            clock();
            in += takes;
            given += gives;
            offered = offered && !takes;
            idle = takes || gives ? 0 : idle + 1;
            if (idle > 100000) {
                complaint = "nothing moves after " + std::to_string(in) + " beats in and " +
                            std::to_string(given) + " out";
                return false;
            }
        }
        model_->s_axis_tvalid = 0;
        for (int n = 0; n < 20; ++n) {
            model_->m_axis_tready = 1;
            model_->eval();
            if (model_->m_axis_tvalid) {
                complaint = "a beat too many comes out";
                return false;
            }
            clock();
        }
        return true;
    }

    Picture out;
    long first = 0, last = 0;
    int faults = 0;
    std::string complaint;

  private:
    void clock() {
        model_->aclk = 0;
        model_->eval();
        model_->aclk = 1;
        model_->eval();
        faults |= model_->short_line | model_->long_line << 1 | model_->short_frame << 2 |
                  model_->long_frame << 3 | model_->wrong_size << 4;
        model_->aclk = 0;
        model_->eval();
    }

    void offer(const Picture& lr, int row, int beat, int beats) {
        std::uint64_t bits = 0;
        for (int lane = 0; lane < SRQ_PIXELS; ++lane) {
            const int column = beat * SRQ_PIXELS + lane;
            // Beyond the line's end there is something that must not matter.
            const std::uint64_t pixel =
                column < lr.columns
                    ? std::uint64_t(lr.pixels[std::size_t(row) * lr.columns + column])
                    : (1u << SRQ_LR_BITS) - 1;
            bits |= pixel << (lane * SRQ_LR_BITS);
        }
        put_bits(model_->s_axis_tdata, bits);
        model_->s_axis_tuser = row == 0 && beat == 0;
        model_->s_axis_tlast = beat == beats - 1;
    }

    // Puts a beat where it belongs; false where its flags or what is beyond the line are wrong.
    bool take(int row, int beat, int beats, bool raster) {
        const int side = raster ? 1 : SRQ_SCALE;  // of what one element of the beat is
        const int lanes = SRQ_PIXELS * SRQ_SCALE * SRQ_SCALE / (side * side);
        if (bool(model_->m_axis_tuser) != (row == 0 && beat == 0) ||
            bool(model_->m_axis_tlast) != (beat == beats - 1)) {
            complaint = "tuser or tlast is wrong at line " + std::to_string(row) + ", beat " +
                        std::to_string(beat);
            return false;
        }
        for (int lane = 0; lane < lanes; ++lane) {
            for (int n = 0; n < side * side; ++n) {
                const int x = (beat * lanes + lane) * side + n % side;
                const std::size_t y = std::size_t(row) * side + n / side;
                const auto pixel = bits_of(model_->m_axis_tdata,
                                           (lane * side * side + n) * SRQ_HR_BITS, SRQ_HR_BITS);
                if (x < out.columns) {
                    out.pixels[y * out.columns + x] = std::int32_t(pixel);
                } else if (pixel != 0) {
                    complaint = "there is no 0 beyond the end of line " + std::to_string(y);
                    return false;
                }
            }
        }
        return true;
    }

    std::unique_ptr<Vcore> model_{new Vcore};
};

template <typename T>
void put(const std::string& name, const std::vector<T>& words) {
    std::cout << name << " " << words.size() << "\n";
    std::cout.write(reinterpret_cast<const char*>(words.data()),
                    std::streamsize(words.size() * sizeof(T)));
}

}  // namespace

extern "C" void srq_tap_word(int stream, int, int word) {
    if (traced) {
        streams[stream].push_back(std::uint32_t(word));
    }
}

int main() {
    Core core;
    Picture lr;
    int gaps = 0, waits = 0;
    std::uint64_t seed = 0;
    while (std::cin >> lr.rows >> lr.columns >> traced >> gaps >> waits >> seed) {
        std::cin.get();
        lr.pixels.resize(std::size_t(lr.rows) * std::size_t(lr.columns));
        std::cin.read(reinterpret_cast<char*>(lr.pixels.data()),
                      std::streamsize(lr.pixels.size() * sizeof(std::int32_t)));
        streams.clear();
        if (!core.run(lr, gaps, waits, seed)) {
            std::cerr << core.complaint << "\n";
            return 1;
        }
        std::cout << core.faults << " " << core.first << " " << core.last << "\n";
        for (const auto& stream : streams) {
            put(std::to_string(stream.first), stream.second);
        }
        put("picture", core.out.pixels);
        std::cout.flush();
    }
}
