/* n columns of a convolution, every output channel at to + channel * to_pitch. */
static void conv_@{cells}_@target(@state *s, const layer *l, const @ctype *const *rows,
                         int32_t pitch, @target_type *to, int32_t to_pitch, int32_t n)
{
    for (int32_t out = 0, count; out < l->groups * l->outs; out += count) {
        count = l->outs - out % l->outs < 4 ? 1 : 4;
        sum_@cells(s->sums, l, rows, pitch, out, count, n);
        for (int32_t k = 0; k < count; k++) {
            const int32_t shift = l->shift[(out + k) * l->shift_step];
            put_@target(to + (out + k) * to_pitch, s->sums[k], n, shift@limits);
        }
    }
}
