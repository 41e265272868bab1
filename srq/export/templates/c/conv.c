/* The exact sums of output channels out to out + count - 1, all of one group, over n columns.
 * rows: the kernel's rows of channel 0, NULL for what is above or below the picture; channels
 * lie pitch apart. */
static void sum_@cells(int32_t (*sums)[BLOCK], const layer *l, const @ctype *const *rows,
                    int32_t pitch, int32_t out, int32_t count, int32_t n)
{
    static const int32_t no_bias[4] = {0, 0, 0, 0};
    static const @ctype zeros[BLOCK + MOST_COLUMNS] = {0};
    const int32_t size = l->ins * l->rows * l->columns;
    const int32_t at_once = count == 4 ? l->taps4 : l->taps1;
    const int32_t *bias = l->bias == NULL ? no_bias : l->bias + out;
    const int16_t *w = l->weight + out * size;
    const @ctype *tap[MOST_TAPS];
    int32_t held = 0;
    for (int32_t c = 0; c < l->ins; c++) {
        for (int32_t r = 0; r < l->rows; r++) {
            const int32_t channel = out / l->outs * l->ins + c;
            const @ctype *const line = rows[r] == NULL ? zeros : rows[r] + channel * pitch;
            for (int32_t x = 0; x < l->columns; x++) {
                tap[held++] = line + x;
                if (held == at_once) {
                    add_@cells(sums, tap, bias, w, size, count, held, n);
                    bias = NULL;
                    w += held;
                    held = 0;
                }
            }
        }
    }
    if (held > 0)
        add_@cells(sums, tap, bias, w, size, count, held, n);
}
