static void segment_@number(@state *s@io)
{
    const int32_t width = @width, most = @most, first = @first;
    for (int32_t row = first; row < first + @rows; row++) {
        for (int32_t x = 0, n; x < width; x += n) {
            n = width - x < most ? width - x : most;
@calls
        }
    }
}
