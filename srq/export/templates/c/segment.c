static void segment_@number(@state *s@io)
{
    const int32_t width = @scale * s->width;
    const int32_t most = BLOCK / @scale * @scale;
    for (int32_t row = @scale * s->tick; row < @scale * s->tick + @scale; row++) {
        for (int32_t x = 0, n; x < width; x += n) {
            n = width - x < most ? width - x : most;
@calls
        }
    }
}
