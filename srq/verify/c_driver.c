/* Runs what `srq export c` wrote on the pictures that come by standard input, for srq/verify/c.py.
 *
 * The compiler is told NAME and PREFIX: -DNAME=srq_kim_x2 -DPREFIX=SRQ_KIM_X2, and to include the
 * header. Without an argument each picture has a state of its own. With the argument `stream` all
 * go through one, which `init` is called for only where the width changes; their lines come and go
 * through memory that is used again at once, GAP pixels apart. With `errors` no picture comes: the
 * program tries what must be refused, and ends with code 3 and a sentence where it is not.
 *
 * A picture comes as a line of text, "HEIGHT WIDTH TRACE", and its pixels. What goes out
 * are records of seven int32 - op, row, x, n, channels, type, microseconds - each with its
 * integers: one for each block that the trace tells of, if TRACE is 1, then one of op -1 with the
 * picture: n pixels (a row is scale * WIDTH of them), or, where a call failed, its error in n.
 * All numbers are in the machine's own byte order.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define JOINED(a, b) a##b
#define JOIN(a, b) JOINED(a, b)
#define FUNCTION(what) JOIN(NAME, _##what)
#define MACRO(what) JOIN(PREFIX, _##what)

typedef FUNCTION(in) in_pixel;
typedef FUNCTION(out) out_pixel;

static FUNCTION(state) state;
static int tracing;

static void must(int fine, const char *what)
{
    if (!fine) {
        fprintf(stderr, "c_driver: %s\n", what);
        exit(3);
    }
}

static void record(int32_t op, int32_t row, int32_t x, int32_t n, int32_t channels, int32_t type,
                   int32_t microseconds)
{
    const int32_t fields[7] = {op, row, x, n, channels, type, microseconds};
    must(fwrite(fields, sizeof fields, 1, stdout) == 1, "cannot write");
}

#ifdef TRACED
void trace(int32_t op, int32_t row, int32_t x, int32_t n, int32_t channels, int32_t pitch,
           int32_t type, const void *values)
{
    const size_t size = type == 2 ? 4 : 2;
    if (!tracing)
        return;
    record(op, row, x, n, channels, type, 0);
    for (int32_t c = 0; c < channels; c++)
        fwrite((const char *)values + (size_t)(c * pitch) * size, size, (size_t)n, stdout);
}
#endif

enum { GAP = 3, MARK = 0x5A };

/* Whether the lines that came have nothing written between and beyond them. */
static void must_be_marked(const out_pixel *lines, long count, long width)
{
    for (long y = 0; y < MACRO(SCALE); y++)
        for (long x = y < count ? width : 0; x < width + GAP; x++)
            must(lines[y * (width + GAP) + x] == MARK, "pixels were written beside the lines");
}

/* As upscale() below, in the stream that `state` is; its last width is `last`. */
static long stream(const in_pixel *in, out_pixel *out, long height, long width, long last)
{
    const long wide = MACRO(SCALE) * width, pitch = wide + GAP;
    in_pixel *line = malloc((size_t)width * sizeof *line);
    out_pixel *made = malloc((size_t)(MACRO(SCALE) * pitch) * sizeof *made);
    long lines = 0, n = 0;
    must(line != NULL && made != NULL, "out of memory");
    if (width != last) {
        /* A picture that is given up leaves nothing behind. */
        n = FUNCTION(init)(&state, (int32_t)width);
        if (n == 0)
            n = FUNCTION(push_line)(&state, in, made, (size_t)pitch);
        if (n >= 0)
            n = FUNCTION(init)(&state, (int32_t)width);
        if (n < 0)
            return n;
    }
    for (long y = 0; y <= height || n > 0; y++) {
        for (long i = 0; i < MACRO(SCALE) * pitch; i++)
            made[i] = MARK;
        if (y < height) {
            memcpy(line, in + y * width, (size_t)width * sizeof *line);
            n = FUNCTION(push_line)(&state, line, made, (size_t)pitch);
            memset(line, 0xA5, (size_t)width * sizeof *line);
        } else {
            n = FUNCTION(flush)(&state, made, (size_t)pitch);
        }
        if (n < 0)
            return n;
        must_be_marked(made, n, wide);
        must(lines + n <= MACRO(SCALE) * height, "more lines came than the picture has");
        for (long k = 0; k < n; k++)
            memcpy(out + (lines + k) * wide, made + k * pitch, (size_t)wide * sizeof *out);
        lines += n;
    }
    free(line);
    free(made);
    return lines;
}

/* Every error that the header promises, and that nothing is amiss after one. */
static void try_errors(void)
{
    enum { WIDEST = MACRO(MAX_WIDTH) };
    static in_pixel line[WIDEST];
    static out_pixel out[MACRO(SCALE) * MACRO(SCALE) * WIDEST];
    const size_t pitch = (size_t)(MACRO(SCALE) * WIDEST);
    long lines = 0, n;
    must(FUNCTION(init)(&state, 0) == MACRO(BAD_WIDTH), "init takes the width 0");
    must(FUNCTION(init)(&state, -1) == MACRO(BAD_WIDTH), "init takes the width -1");
    must(FUNCTION(init)(&state, WIDEST + 1) == MACRO(BAD_WIDTH), "init takes MAX_WIDTH + 1");
    must(FUNCTION(init)(&state, WIDEST) == 0, "init does not take MAX_WIDTH");
    for (int picture = 0; picture < 2; picture++, lines = 0) {
        for (int y = 0; y <= MACRO(DELAY); y++) {
            n = FUNCTION(push_line)(&state, line, out, pitch);
            must(n >= 0, "push_line gives an error amid a picture");
            lines += n;
        }
        while ((n = FUNCTION(flush)(&state, out, pitch)) > 0) {
            lines += n;
            must(FUNCTION(push_line)(&state, line, out, pitch) == MACRO(BAD_ORDER),
                 "push_line amid a flush does not give BAD_ORDER");
        }
        must(n == 0 && lines == MACRO(SCALE) * (MACRO(DELAY) + 1), "lines are missing in a flush");
        must(FUNCTION(flush)(&state, out, pitch) == 0, "a flush after the picture is not 0");
    }
    state.lines = state.tick = MACRO(MAX_HEIGHT) - 1;
    must(FUNCTION(push_line)(&state, line, out, pitch) >= 0, "the last line is not taken");
    must(FUNCTION(push_line)(&state, line, out, pitch) == MACRO(BAD_HEIGHT),
         "push_line beyond MAX_HEIGHT does not give BAD_HEIGHT");
}

/* The picture's output lines, as many as there are; below 0, an error. */
static long upscale(const in_pixel *in, out_pixel *out, long height, long width)
{
    const size_t pitch = (size_t)(MACRO(SCALE) * width);
    long lines = FUNCTION(init)(&state, (int32_t)width);
    if (lines < 0)
        return lines;
    for (long y = 0; y < height; y++) {
        const long n = FUNCTION(push_line)(&state, in + y * width, out + (size_t)lines * pitch, pitch);
        if (n < 0)
            return n;
        lines += n;
    }
    for (long n = 1; n > 0; lines += n) {
        must(lines <= MACRO(SCALE) * height, "more lines came than the picture has");
        n = FUNCTION(flush)(&state, out + (size_t)lines * pitch, pitch);
    }
    return lines;
}

int main(int count, char **arguments)
{
    const int streams = count > 1 && strcmp(arguments[1], "stream") == 0;
    long height, width, last = 0;
    memset(&state, 0xA5, sizeof state); /* nothing may rest on what was there before */
    if (count > 1 && !streams) {
        try_errors();
        return 0;
    }
    while (scanf("%ld %ld %d", &height, &width, &tracing) == 3 && getchar() == '\n') {
        const size_t pixels = (size_t)(height * width);
        /* Room for a line that should not come: a defect is to be told, not to crash. */
        const size_t room = (size_t)(MACRO(SCALE) * (height + 2)) * (size_t)(MACRO(SCALE) * width);
        in_pixel *in = malloc(pixels * sizeof *in);
        out_pixel *out = malloc(room * sizeof *out);
        clock_t begun;
        long lines;
        must(in != NULL && out != NULL, "out of memory");
        must(fread(in, sizeof *in, pixels, stdin) == pixels, "the picture is cut short");
        if (!streams)
            memset(&state, 0xA5, sizeof state);
        begun = clock();
        lines = streams ? stream(in, out, height, width, last) : upscale(in, out, height, width);
        last = width;
        record(-1, 0, 0, (int32_t)(lines < 0 ? lines : lines * MACRO(SCALE) * width), 1,
               (int32_t)sizeof *out, (int32_t)((double)(clock() - begun) * 1e6 / CLOCKS_PER_SEC));
        if (lines > 0)
            fwrite(out, sizeof *out, (size_t)(lines * MACRO(SCALE) * width), stdout);
        must(fflush(stdout) == 0, "cannot write");
        free(in);
        free(out);
    }
    return 0;
}
