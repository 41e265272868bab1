/* Adds `taps` weighted taps to each of `count` sums, which begin with their bias if there is one.
 * The weights of a sum lie side by side, those of the next `size` further. */
static void add_@cells(int32_t (*sums)[BLOCK], const @ctype *const *tap, const int32_t *bias,
                    const int16_t *w, int32_t size, int32_t count, int32_t taps, int32_t n)
{
    (void)size;
    @choices
}
