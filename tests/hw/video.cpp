// Video that is not quite as the registers say, into a kernel that must bear it.
#include <cstdio>

#include "bench.hpp"

namespace {

const int ROWS = 3;
const int COLUMNS = 4;

// One beat: pixel n of a picture, with tuser and tlast where they are wanted.
void send(hls::stream<LrBeat>& video, int n, bool user, bool last) {
    LrBeat beat = srq::empty_beat<SRQ_LR_BITS, 1>();
    srq::put_pixel<SRQ_LR_BITS, 1>(beat, 0, 20 * n);
    beat.user = user;
    beat.last = last;
    video.write(beat);
}

// The faults of a picture whose lines end after `columns` pixels, before which `strays` beats of
// another one come. Its pixels are printed.
int faults(int strays, int columns) {
    hls::stream<LrBeat> in("in");
    hls::stream<HrBeat> out("out");
    for (int n = 0; n < strays; ++n) {
        send(in, 99 + n, false, n % 2 == 1);
    }
    for (int n = 0; n < ROWS * COLUMNS; ++n) {
        send(in, n, n == 0, n % columns == columns - 1);
    }
    int found = -1;
    SRQ_TOP(in, out, ROWS, COLUMNS, &found);
    while (!out.empty()) {
        const HrBeat beat = out.read();
        for (int p = 0; p < SRQ_SCALE * SRQ_SCALE; ++p) {
            std::printf("%d ", srq::pixel_of<SRQ_HR_BITS, SRQ_SCALE * SRQ_SCALE>(beat, p));
        }
    }
    std::printf("\n");
    return found;
}

} // namespace

int main() {
    const int proper = faults(0, COLUMNS);
    const int late = faults(5, COLUMNS);
    const int narrow = faults(0, COLUMNS - 1);
    std::printf("%d %d %d\n", proper, late, narrow);
    return 0;
}
