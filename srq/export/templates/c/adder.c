static void @name(
    @sums,
    @taps,
    @{bias}const int16_t *restrict w, @{size}int32_t n)
{
    const int32_t
        @weights;
    for (int32_t i = 0; i < n; i++) {
@adds
    }
}
