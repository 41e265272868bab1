/* n columns of a convolution, every output channel at to + channel * to_pitch. */
static void conv_@{cells}_@target(@state *s, const layer *l, const @ctype *const *rows, int32_t pitch,
                         @target_type *to, int32_t to_pitch, int32_t n)
{
    for (int32_t out = 0, count; out < l->groups * l->outs; out += count) {
        count = l->outs - out % l->outs < 4 ? 1 : 4;
        sum_@cells(s->sums, l, rows, pitch, out, count, n);
        for (int32_t k = out; k < out + count; k++)
            put_@target(to + k * to_pitch, s->sums[k - out], n, l->shift[k * l->shift_step]@limits);
    }
}
