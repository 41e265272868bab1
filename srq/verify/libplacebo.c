/* Runs a user shader's LUMA passes in libplacebo, on Vulkan and without a window.
 *
 *     libplacebo SHADER ENLARGEMENT FORMAT
 *
 * It says "ready\n", or ends with code 3 where there is no Vulkan device.
 * From stdin come pictures, each "COLUMNS ROWS HIGH\n" and its luma, little-endian 16-bit code
 * values of which HIGH is white. To stdout goes for each what took the luma's place,
 * "COLUMNS ROWS BYTES\n" and its pixels, as they lie in a texture of libplacebo's FORMAT.
 */
#include <stdio.h>
#include <stdlib.h>

#include <libplacebo/dispatch.h>
#include <libplacebo/shaders/custom.h>
#include <libplacebo/vulkan.h>

enum { MOST = 1024, NO_DEVICE = 3 };

struct pool {
    pl_gpu gpu;
    pl_fmt format;
    pl_tex made[MOST];
    int count;
};

static void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static pl_tex get_tex(void *priv, int width, int height)
{
    struct pool *pool = priv;
    if (pool->count == MOST)
        return NULL;
    pl_tex tex = pl_tex_create(pool->gpu, pl_tex_params(.w = width, .h = height,
                                                        .format = pool->format, .sampleable = true,
                                                        .renderable = true, .host_readable = true));
    return pool->made[pool->count++] = tex;
}

static char *contents(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *text = malloc(1 << 26);
    if (!file || !text)
        fail("The shader cannot be read.");
    *size = fread(text, 1, 1 << 26, file);
    fclose(file);
    return text;
}

static void play(const struct pl_hook *hook, pl_dispatch dispatch, struct pool *pool, int columns,
                 int rows, int high, const unsigned short *luma, float enlargement)
{
    pl_gpu gpu = pool->gpu;
    pl_fmt format = pl_find_named_fmt(gpu, "r16");
    pl_tex tex = pl_tex_create(gpu, pl_tex_params(.w = columns, .h = rows, .format = format,
                                                  .sampleable = true, .initial_data = luma));
    int depth = 0;
    while (high >> depth)
        depth++;
    struct pl_color_space color = pl_color_space_bt709;
    struct pl_color_repr repr = {
        .sys = PL_COLOR_SYSTEM_BT_709,
        .levels = PL_COLOR_LEVELS_FULL,
        .bits = {.sample_depth = 16, .color_depth = depth},
    };
    struct pl_hook_params params = {
        .gpu = gpu,
        .dispatch = dispatch,
        .get_tex = get_tex,
        .priv = pool,
        .stage = PL_HOOK_LUMA_INPUT,
        .tex = tex,
        .rect = {0, 0, columns, rows},
        .repr = repr,
        .color = color,
        .components = 1,
        .orig_repr = &repr,
        .orig_color = &color,
        .src_rect = {0, 0, columns, rows},
        .dst_rect = {0, 0, columns * enlargement, rows * enlargement},
    };
    if (hook->reset)
        hook->reset(hook->priv);
    struct pl_hook_res result = hook->hook(hook->priv, &params);
    if (result.failed || result.output != PL_HOOK_SIG_TEX)
        fail("The shader did not run.");
    int width = result.tex->params.w, height = result.tex->params.h;
    size_t size = (size_t) width * height * pool->format->texel_size;
    char *pixels = malloc(size);
    if (!pixels ||
        !pl_tex_download(gpu, pl_tex_transfer_params(.tex = result.tex, .ptr = pixels)))
        fail("The result cannot be read.");
    printf("%d %d %zu\n", width, height, size);
    fwrite(pixels, 1, size, stdout);
    fflush(stdout);
    free(pixels);
    while (pool->count)
        pl_tex_destroy(gpu, &pool->made[--pool->count]);
    pl_tex_destroy(gpu, &tex);
    pl_dispatch_reset_frame(dispatch);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        fail("usage: libplacebo SHADER ENLARGEMENT FORMAT");
    pl_log log = pl_log_create(PL_API_VER, pl_log_params(.log_cb = pl_log_simple,
                                                         .log_level = PL_LOG_ERR));
    pl_vulkan vulkan = pl_vulkan_create(log, pl_vulkan_params(.allow_software = true));
    if (!vulkan)
        return NO_DEVICE;
    struct pool pool = {.gpu = vulkan->gpu};
    pool.format = pl_find_named_fmt(pool.gpu, argv[3]);
    if (!pool.format)
        fail("The device has no such texture format.");
    size_t size;
    char *text = contents(argv[1], &size);
    const struct pl_hook *hook = pl_mpv_user_shader_parse(pool.gpu, text, size);
    if (!hook)
        fail("The shader cannot be parsed.");
    pl_dispatch dispatch = pl_dispatch_create(log, pool.gpu);

    puts("ready");
    fflush(stdout);
    int columns, rows, high;
    while (scanf("%d %d %d", &columns, &rows, &high) == 3 && getchar() == '\n') {
        size_t count = (size_t) columns * rows;
        unsigned short *luma = malloc(count * sizeof *luma);
        if (!luma || fread(luma, sizeof *luma, count, stdin) != count)
            fail("A picture broke off.");
        play(hook, dispatch, &pool, columns, rows, high, luma, atof(argv[2]));
        free(luma);
    }

    pl_mpv_user_shader_destroy(&hook);
    pl_dispatch_destroy(&dispatch);
    pl_vulkan_destroy(&vulkan);
    pl_log_destroy(&log);
    free(text);
    return 0;
}
