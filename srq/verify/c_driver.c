/* Runs what `srq export c` wrote on the pictures that come by standard input, for srq/verify/c.py.
 *
 * The compiler is told NAME and PREFIX: -DNAME=srq_kim_x2 -DPREFIX=SRQ_KIM_X2, and to include the
 * header. A picture comes as a line of text, "HEIGHT WIDTH TRACE", and its pixels. What goes out
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

int main(void)
{
    long height, width;
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
        memset(&state, 0xA5, sizeof state); /* nothing may rest on what was there before */
        begun = clock();
        lines = upscale(in, out, height, width);
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
