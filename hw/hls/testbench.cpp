// SPDX-License-Identifier: Apache-2.0
//
// The kernel against the reference's pictures (vectors.hpp). Exit code 0: all equal.
//
//   testbench                          each picture by itself, as the vendor's csim runs it
//   testbench IN.pgm OUT.pgm           a picture of yours
//   testbench --clocked [STAGES [SEED]]  (our simulation only) every picture several times in a
//                                      row, clocked, with and without gaps, pipelines of STAGES
//                                      stages, or with SEED a number of their own up to that
//   ... --parameters FILE              (weights over AXI-Lite only) other parameters, a number
//                                      a line: what another export of this structure holds
#include <cstring>
#include <fstream>
#include <iterator>

#include "bench.hpp"
#include "vectors.hpp"

namespace {

Picture picture_of(int rows, int columns, const unsigned short* pixels) {
    Picture picture;
    picture.rows = rows;
    picture.columns = columns;
    picture.pixels.assign(pixels, pixels + rows * columns);
    return picture;
}

// The number of wrong pixels; the first is printed.
int compare(const char* name, const Picture& wanted, const Picture& came) {
    int wrong = 0;
    for (std::size_t n = 0; n < wanted.pixels.size(); ++n) {
        if (came.pixels[n] != wanted.pixels[n] && wrong++ == 0) {
            std::printf("%s: row %d, column %d: %d, not %d\n", name, int(n) / wanted.columns,
                        int(n) % wanted.columns, came.pixels[n], wanted.pixels[n]);
        }
    }
    return wrong;
}

int complaints(const char* name, const Bench& bench) {
    if (!bench.complaint.empty()) {
        std::printf("%s: %s\n", name, bench.complaint.c_str());
        return 1;
    }
    if (bench.faults != 0) {
        std::printf("%s: %d faults of the incoming video\n", name, bench.faults);
        return 1;
    }
    return 0;
}

int run_vectors(Bench& bench) {
    int wrong = 0;
    for (const Vector& vector : SRQ_VECTORS) {
        const Picture lr = picture_of(vector.rows, vector.columns, vector.lr);
        const Picture hr =
            picture_of(vector.rows * SRQ_SCALE, vector.columns * SRQ_SCALE, vector.hr);
        const int here = compare(vector.name, hr, bench.upscale(lr)) + complaints(vector.name, bench);
        std::printf("%-12s %3d x %-3d %s\n", vector.name, vector.columns, vector.rows,
                    here == 0 ? "equal" : "DIFFERS");
        wrong += here;
    }
    return wrong;
}

#ifdef SRQ_SIMULATION

int run_clocked(Bench& bench, int latency, unsigned seed) {
    const Gaps all_gaps[] = {{0, 0}, {100, 0}, {0, 150}, {120, 120}};
    const std::size_t pictures = 3;
    int wrong = 0;
    for (const Vector& vector : SRQ_VECTORS) {
        const Picture lr = picture_of(vector.rows, vector.columns, vector.lr);
        const Picture hr =
            picture_of(vector.rows * SRQ_SCALE, vector.columns * SRQ_SCALE, vector.hr);
        for (const Gaps& gaps : all_gaps) {
            std::vector<Picture> came;
            bench.load = true;
            const long clocks = bench.upscale_clocked(std::vector<Picture>(pictures, lr), came,
                                                      gaps, latency, seed);
            int here = complaints(vector.name, bench);
            for (const Picture& picture : came) {
                here += compare(vector.name, hr, picture);
            }
            std::printf("%-12s %3d x %-3d  x %d, gaps %3d %3d: %8ld clocks, %s\n", vector.name,
                        vector.columns, vector.rows, int(pictures), gaps.source, gaps.sink, clocks,
                        here == 0 ? "equal" : "DIFFERS");
            wrong += here;
        }
    }
    for (const auto& mark : srq::sim::marks()) {
        std::printf("fifo %-40s depth %6d, most %6d\n", mark.first.c_str(),
                    int(mark.second.depth), int(mark.second.most));
    }
    return wrong;
}

#endif

void give_up(const std::string& sentence) {
    std::fprintf(stderr, "%s\n", sentence.c_str());
    std::exit(2);
}

Picture read_pgm(const char* path) {
    std::ifstream file(path, std::ios::binary);
    std::string magic;
    int most = 0;
    Picture picture = {0, 0, {}};
    file >> magic >> picture.columns >> picture.rows >> most;
    file.get();
    if (!file || magic != "P5") {
        give_up(std::string(path) + " is not a binary PGM without comments.");
    }
    if (most != (1 << SRQ_LR_BITS) - 1 || picture.columns > SRQ_MAX_WIDTH || picture.rows > 65535) {
        give_up(std::string(path) + " must have the maximum value " +
                std::to_string((1 << SRQ_LR_BITS) - 1) + ", at most " +
                std::to_string(SRQ_MAX_WIDTH) + " columns and 65535 rows.");
    }
    const std::vector<unsigned char> bytes((std::istreambuf_iterator<char>(file)),
                                           std::istreambuf_iterator<char>());
    const std::size_t each = most > 255 ? 2 : 1;
    const std::size_t count = std::size_t(picture.rows) * std::size_t(picture.columns);
    if (bytes.size() < count * each) {
        give_up(std::string(path) + " ends early.");
    }
    for (std::size_t n = 0; n < count; ++n) {
        picture.pixels.push_back(each == 2 ? bytes[2 * n] << 8 | bytes[2 * n + 1] : bytes[n]);
    }
    return picture;
}

void write_pgm(const char* path, const Picture& picture) {
    std::ofstream file(path, std::ios::binary);
    const int most = (1 << SRQ_HR_BITS) - 1;
    file << "P5\n" << picture.columns << " " << picture.rows << "\n" << most << "\n";
    for (const int pixel : picture.pixels) {
        if (most > 255) {
            file.put(char(pixel >> 8));
        }
        file.put(char(pixel & 255));
    }
    if (!file.flush()) {
        give_up(std::string(path) + " cannot be written.");
    }
}

void read_parameters(Bench& bench, const char* path) {
    std::ifstream file(path);
    const std::vector<int> words((std::istream_iterator<int>(file)), std::istream_iterator<int>());
    if (words.size() != bench.parameters.size()) {
        give_up(std::string(path) + " has " + std::to_string(words.size()) + " words, not " +
                std::to_string(bench.parameters.size()) + ": it is of another structure.");
    }
    bench.parameters = words;
}

} // namespace

int main(int count, char** arguments) {
    Bench bench;
    std::vector<const char*> plain;
    bool clocked = false;
    for (int n = 1; n < count; ++n) {
        if (std::strcmp(arguments[n], "--clocked") == 0) {
            clocked = true;
        } else if (std::strcmp(arguments[n], "--parameters") == 0 && n + 1 < count) {
            read_parameters(bench, arguments[++n]);
        } else {
            plain.push_back(arguments[n]);
        }
    }
    int wrong = 0;
    if (clocked) {
#ifdef SRQ_SIMULATION
        const int latency = plain.empty() ? SRQ_STAGES : std::atoi(plain[0]);
        wrong = run_clocked(bench, latency, plain.size() > 1 ? unsigned(std::atoi(plain[1])) : 0);
#else
        give_up("Only our own simulation has a clock: make test.");
#endif
    } else if (plain.size() == 2) {
        write_pgm(plain[1], bench.upscale(read_pgm(plain[0])));
        return 0;
    } else if (plain.empty()) {
        wrong = run_vectors(bench);
    } else {
        give_up("usage: testbench [IN.pgm OUT.pgm | --clocked [STAGES [SEED]]] [--parameters FILE]");
    }
    std::printf("%s\n", wrong == 0 ? "all equal" : "NOT EQUAL");
    return wrong == 0 ? 0 : 1;
}
