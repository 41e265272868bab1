/* sums = values << left, or sums += values << left; no such shift overflows. */
static void @{verb}_@cells(int32_t *restrict sums, const @ctype *restrict values, int32_t n,
                     int32_t left)
{
    /* In two factors, as 2^31 is no int32_t; what is negative must not be shifted left in C. */
    const int32_t low = (int32_t)1 << left / 2, high = (int32_t)1 << (left - left / 2);
    for (int32_t i = 0; i < n; i++)
        sums[i] @becomes values[i] * low * high;
}
