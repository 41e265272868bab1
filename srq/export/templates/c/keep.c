/* An accumulator is kept as it is, or shifted left to the fraction of all its channels. */
static void put_s32(int32_t *restrict values, const int32_t *restrict sums, int32_t n,
                    int32_t shift)
{
    const int32_t low = (int32_t)1 << -shift / 2, high = (int32_t)1 << (-shift - -shift / 2);
    for (int32_t i = 0; i < n; i++)
        values[i] = sums[i] * low * high;
}
