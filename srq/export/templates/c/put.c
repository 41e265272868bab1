/* Requantize: values = sums / 2^shift, halves up, brought into lo..hi; a left shift if < 0. */
static void put_@cells(@ctype *restrict values, const int32_t *restrict sums, int32_t n,
                    int32_t shift, int32_t lo, int32_t hi)
{
    if (shift > 0) {
        const int32_t half = (int32_t)1 << (shift - 1);
        for (int32_t i = 0; i < n; i++) {
            const int32_t rounded = (sums[i] + half) >> shift;
            const int32_t from_lo = rounded < lo ? lo : rounded;
            values[i] = (@ctype)(from_lo > hi ? hi : from_lo);
        }
    } else {
        const int32_t low = (int32_t)1 << -shift / 2, high = (int32_t)1 << (-shift - -shift / 2);
        for (int32_t i = 0; i < n; i++) {
            const int32_t shifted = sums[i] * low * high;
            const int32_t from_lo = shifted < lo ? lo : shifted;
            values[i] = (@ctype)(from_lo > hi ? hi : from_lo);
        }
    }
}
