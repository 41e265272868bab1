/* Zeros beside columns x to x + n - 1 of every channel's line, where the picture ends there. */
static void edge_@cells(@ctype *to, int32_t channels, int32_t pitch, int32_t x, int32_t n,
                     int32_t width, int32_t left, int32_t right)
{
    for (int32_t c = 0; c < channels; c++, to += pitch) {
        for (int32_t i = 0; x == 0 && i < left; i++)
            to[i - left] = 0;
        for (int32_t i = 0; x + n == width && i < right; i++)
            to[n + i] = 0;
    }
}
