/* Runs the exported HLS kernel for srq.verify.hls: picture after picture, as it is asked.
 *
 * On stdin: a line "ROWS COLUMNS TRACED", then the code values as int32.
 * On stdout: with TRACED, for every stream a line "NAME COUNT" and its lanes as int32; then
 * "picture COUNT" and its code values as int32.
 */
#include <cstdint>
#include <iostream>

#include "bench.hpp"

static void put(const std::string& name, const std::vector<std::int32_t>& integers) {
    std::cout << name << " " << integers.size() << "\n";
    std::cout.write(reinterpret_cast<const char*>(integers.data()),
                    std::streamsize(integers.size() * sizeof(std::int32_t)));
}

int main() {
    Bench bench;
    Picture lr;
    int traced = 0;
    while (std::cin >> lr.rows >> lr.columns >> traced) {
        std::cin.get();
        if (lr.columns > SRQ_MAX_WIDTH) {
            std::cerr << lr.columns << " columns, and the kernel was built for " << SRQ_MAX_WIDTH
                      << "\n";
            return 1;
        }
        std::vector<std::int32_t> pixels(std::size_t(lr.rows) * std::size_t(lr.columns));
        std::cin.read(reinterpret_cast<char*>(pixels.data()),
                      std::streamsize(pixels.size() * sizeof(std::int32_t)));
        lr.pixels.assign(pixels.begin(), pixels.end());
        srq::sim::Tensors tensors;
        srq::sim::tensors() = traced != 0 ? &tensors : nullptr;
        const Picture hr = bench.upscale(lr);
        if (bench.faults != 0 || !bench.complaint.empty()) {
            std::cerr << bench.faults << " faults of the incoming video; " << bench.complaint << "\n";
            return 1;
        }
        for (const auto& tensor : tensors) {
            put(tensor.first, tensor.second);
        }
        put("picture", std::vector<std::int32_t>(hr.pixels.begin(), hr.pixels.end()));
        std::cout.flush();
    }
}
