/* Prints a page of a profile that a busy web service could have given, to look at, and
 * for the test that walks through pages in a browser:
 *
 *   print_page PAGE > page.html      (the table of pages is below)
 */
#include <stdio.h>
#include <string.h>

#include "profiles.h"
#include "report/profile_page.h"

static const char *const service[] = { "python3.12",  "-m",
                                       "shop.server", "--workers=8",
                                       "--config",    "/etc/shop/production.toml",
                                       NULL };
static const char *const worker[] = { "python3.12", "-m", "shop.worker",
                                      "--queue=images", NULL };

#define PY(name, file, line)                \
    {                                       \
        name, file, line, HN_PROFILE_PYTHON \
    }
#define LIB "/usr/lib/python3.12/"
#define SITE "/srv/shop/venv/lib/python3.12/site-packages/"
#define OWN "/srv/shop/"

/* Layers of such a service; a stack takes some of each, from outside in. */
struct layer {
    struct hn_profile_function functions[14];
    int least, most; /* frames of it in one stack */
};

static const struct layer layers[] = {
    { { PY("Thread._bootstrap", LIB "threading.py", 1012) }, 1, 1 },
    { { PY("Thread._bootstrap_inner", LIB "threading.py", 1050) }, 1, 1 },
    { { PY("Thread.run", LIB "threading.py", 990) }, 1, 1 },
    { { PY("_worker", LIB "concurrent/futures/thread.py", 69),
        PY("Worker.serve_forever", OWN "shop/server.py", 118) },
      1,
      1 },
    { { PY("Application.__call__", SITE "starlette/applications.py", 117),
        PY("ServerErrorMiddleware.__call__", SITE "starlette/middleware/errors.py",
           149),
        PY("ExceptionMiddleware.__call__", SITE "starlette/middleware/exceptions.py",
           48),
        PY("Router.app", SITE "starlette/routing.py", 715) },
      2,
      5 },
    { { PY("checkout", OWN "shop/views/checkout.py", 41),
        PY("list_products", OWN "shop/views/catalogue.py", 22),
        PY("product_detail", OWN "shop/views/catalogue.py", 87),
        PY("search", OWN "shop/views/search.py", 15),
        PY("recommend", OWN "shop/views/recommend.py", 30),
        PY("invoice_pdf", OWN "shop/views/invoices.py", 64) },
      1,
      1 },
    { { PY("Basket.total", OWN "shop/models/basket.py", 133),
        PY("PriceRules.apply", OWN "shop/models/prices.py", 58),
        PY("PriceRules.apply.<locals>.<lambda>", OWN "shop/models/prices.py", 71),
        PY("Product.from_row", OWN "shop/models/product.py", 29),
        PY("<listcomp>", OWN "shop/models/product.py", 44),
        PY("cached.<locals>.wrapper", OWN "shop/cache.py", 19) },
      1,
      4 },
    { { PY("Session.execute", SITE "sqlalchemy/orm/session.py", 2351),
        PY("Connection._execute_context", SITE "sqlalchemy/engine/base.py", 1846),
        PY("DefaultDialect.do_execute", SITE "sqlalchemy/engine/default.py", 941),
        PY("Result.fetchall", SITE "sqlalchemy/engine/result.py", 1330),
        PY("loads", LIB "json/__init__.py", 299),
        PY("JSONDecoder.raw_decode", LIB "json/decoder.py", 343),
        PY("Template.render", SITE "jinja2/environment.py", 1276),
        PY("Pattern.sub", LIB "re/__init__.py", 183),
        PY("Decimal.quantize", LIB "_pydecimal.py", 2526),
        PY("dataframe_groupby", SITE "pandas/core/groupby/generic.py", 1510),
        PY("Image.resize", SITE "PIL/Image.py", 2176),
        PY("deepcopy", LIB "copy.py", 118) },
      1,
      6 },
    { { { "PQexec", "/usr/lib/x86_64-linux-gnu/libpq.so.5.15", -1, HN_PROFILE_NATIVE },
        { "poll", "/usr/lib/x86_64-linux-gnu/libc.so.6", -1, HN_PROFILE_NATIVE },
        { "cblas_dgemm", SITE "numpy.libs/libopenblas64_.so.0", -1, HN_PROFILE_NATIVE },
        { "ImagingResample", SITE "PIL/_imaging.so", -1, HN_PROFILE_NATIVE },
        { "sre_ucs1_match", "/usr/bin/python3.12", -1, HN_PROFILE_NATIVE } },
      0,
      2 },
};
enum { MIDDLEWARE = 4, LAYERS = sizeof(layers) / sizeof(layers[0]) };

static uint32_t
next(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)(*seed >> 8) * below) >> 24);
}

static uint32_t
functions_of(const struct layer *layer)
{
    uint32_t count = 0;

    while (count < 14 && layer->functions[count].name)
        count++;
    return count;
}

/* Most time is spent in few places: the smaller numbers come far more often. */
static uint32_t
skewed(uint32_t *seed, uint32_t below)
{
    uint32_t a = next(seed, below), b = next(seed, below), c = next(seed, below);

    a = b < a ? b : a;
    return c < a ? c : a;
}

/* One of the few that usually follow on @path, of @below. */
static uint32_t
usual(uint32_t *seed, uint32_t path, uint32_t below)
{
    return (path + skewed(seed, 4)) % below;
}

struct numbers {
    uint32_t first[LAYERS];
};

static struct numbers
add_service_functions(struct profile_builder *builder)
{
    struct numbers numbers;

    for (size_t i = 0; i < LAYERS; i++) {
        numbers.first[i] = (uint32_t)builder->profile.function_count;
        for (uint32_t k = 0; k < functions_of(&layers[i]); k++) {
            const struct hn_profile_function *f = &layers[i].functions[k];

            add_function(builder, f->name, f->file, f->first_line, f->kind);
        }
    }
    return numbers;
}

enum { DEEPEST = 1500 };

/* Fills @places; returns the depth. */
static size_t
random_stack(struct place *places, const struct numbers *numbers, uint32_t *seed,
             uint32_t lines)
{
    uint32_t path = 0;
    size_t depth = 0;

    for (size_t i = 0; i < LAYERS; i++) {
        const struct layer *layer = &layers[i];
        uint32_t count = functions_of(layer);
        uint32_t span = (uint32_t)(layer->most - layer->least + 1);
        uint32_t frames = (uint32_t)layer->least + (path + (next(seed, 7) == 0)) % span;

        for (uint32_t k = 0; k < frames; k++) {
            uint32_t pick = i == MIDDLEWARE ? k % count : usual(seed, path, count);
            int32_t line = layer->functions[pick].first_line;

            if (line > 0)
                line += 2 + (int32_t)skewed(seed, lines);
            path = (path * 31 + pick + 7) % 65521;
            places[depth++] = (struct place){ numbers->first[i] + pick, line };
        }
    }
    return depth;
}

/* What such a run gives, whatever the stacks. */
static void
set_figures(struct profile_builder *builder)
{
    struct hn_profile *profile = &builder->profile;

    profile->began = 1764194399;
    profile->interval_ns = 1000000;
    profile->duration_ns = 30004211873;
    profile->taken = 29871;
    profile->missed = 129;
    profile->on_time = 29864;
    profile->discarded = 41;
}

static uint32_t
add_command(struct profile_builder *builder, int64_t pid, const char *const *arguments)
{
    uint32_t process = add_process(builder, pid, "/usr/bin/python3.12");

    builder->profile.processes[process].arguments = arguments;
    return process;
}

static void
add_threads(struct profile_builder *builder)
{
    static const char *const names[] = { "MainThread",
                                         "request-0",
                                         "request-1",
                                         "request-2",
                                         "request-3",
                                         "metrics",
                                         "ThreadPoolExecutor-0_0",
                                         "" };
    uint32_t process = add_command(builder, 48213, service);

    for (uint32_t i = 0; i < 8; i++)
        add_thread(builder, process, 48213 + i, names[i]);
}

static void
add_service(struct profile_builder *builder, uint32_t seed, int stacks, uint32_t lines)
{
    static const uint32_t states[] = { HN_PROFILE_HAS_GIL | HN_PROFILE_ON_CPU,
                                       HN_PROFILE_ON_CPU, HN_PROFILE_WAITS_FOR_GIL,
                                       HN_PROFILE_IDLE };
    struct numbers numbers = add_service_functions(builder);
    struct place places[DEEPEST];

    add_threads(builder);
    for (int i = 0; i < stacks; i++) {
        uint32_t thread = skewed(&seed, 8), state = states[skewed(&seed, 4)];
        uint32_t samples = 1 + skewed(&seed, 60);

        add_samples(builder, thread, state, samples, places,
                    random_stack(places, &numbers, &seed, lines));
    }
    set_figures(builder);
}

/* As many distinct stacks as a long run of a large program gives. */
static void
make_large(struct profile_builder *builder)
{
    add_service(builder, 5, 6000, 4);
}

static void
make_service(struct profile_builder *builder)
{
    add_service(builder, 1, 1500, 2);
    add_note(builder, "2 threads had no name that could be read");
}

/* After: searching became slow, listing products quick. */
static void
make_after(struct profile_builder *builder)
{
    struct hn_profile *profile = &builder->profile;

    add_service(builder, 1, 1500, 2);
    for (size_t i = 0; i < profile->count_count; i++) {
        struct hn_profile_count *count = &profile->counts[i];

        for (uint32_t at = count->node; at; at = profile->nodes[at].parent) {
            uint32_t frame = profile->nodes[at].frame;
            const char *name = profile->functions[profile->frames[frame].function].name;

            if (strcmp(name, "list_products") == 0)
                count->samples /= 2;
            if (strcmp(name, "search") == 0)
                count->samples *= 3;
        }
    }
}

static void
make_recursion(struct profile_builder *builder)
{
    struct place places[DEEPEST];
    uint32_t fib, walk;

    add_threads(builder);
    fib = add_function(builder, "fibonacci", OWN "shop/fibonacci.py", 3,
                       HN_PROFILE_PYTHON);
    walk =
        add_function(builder, "Tree.walk", OWN "shop/tree.py", 10, HN_PROFILE_PYTHON);
    for (uint32_t i = 0; i < DEEPEST; i++) {
        places[i] = i % 40 == 39 ? (struct place){ walk, 12 }
                                 : (struct place){ fib, 5 + (int32_t)(i % 2) };
        if (i % 3 == 0)
            add_samples(builder, 0, HN_PROFILE_HAS_GIL, 1 + i % 7, places, i + 1);
    }
    set_figures(builder);
}

/* Small enough to be checked by hand: 100 samples, of them 60 of the main thread and 40
 * of the thread "helper". */
static void
make_tiny(struct profile_builder *builder)
{
    static const char *const arguments[] = { "python3", "tiny.py", NULL };
    enum { RUNS = HN_PROFILE_HAS_GIL | HN_PROFILE_ON_CPU };
    uint32_t process = add_command(builder, 100, arguments);
    uint32_t first = add_thread(builder, process, 100, "MainThread");
    uint32_t helper = add_thread(builder, process, 101, "helper");
    uint32_t main_at = add_function(builder, "main", "/app/tiny.py", 1, 0);
    uint32_t work = add_function(builder, "work", "/app/tiny.py", 10, 0);
    uint32_t parse = add_function(builder, "parse", "/app/parser.py", 5, 0);
    uint32_t log = add_function(builder, "log", LIB "logging/__init__.py", 7, 0);
    uint32_t serve = add_function(builder, "serve", "/app/server.py", 2, 0);
    uint32_t wait = add_function(builder, "wait", LIB "threading.py", 300, 0);

    builder->profile.interval_ns = 1000000;
    add_samples(builder, first, RUNS, 40,
                STACK({ main_at, 2 }, { work, 12 }, { parse, 6 }));
    add_samples(builder, first, RUNS, 10, STACK({ main_at, 2 }, { work, 12 }));
    add_samples(builder, first, HN_PROFILE_ON_CPU, 10,
                STACK({ main_at, 2 }, { log, 8 }));
    add_samples(builder, helper, HN_PROFILE_ON_CPU, 30,
                STACK({ serve, 3 }, { parse, 9 }));
    add_samples(builder, helper, HN_PROFILE_IDLE, 10,
                STACK({ serve, 3 }, { wait, 301 }));
}

/* Names that would like to be more than names. Each sets window.hostile if it runs. */
static void
make_hostile(struct profile_builder *builder)
{
    static const char *const names[] = {
        "</script><script>window.hostile=1</script>",
        "</script><img src=x onerror=\"window.hostile=1\">",
        "<!--<script>",
        "\" onmouseover=\"window.hostile=1\" x=\"",
        "'-(window.hostile=1)-'",
        "\\\"};window.hostile=1;//",
        "a\u2028b\u2029c\xc2\x85 d",
        "right\u202eto\u202dleft\u2066x\u2069\u200f",
        "\x01\x1b[31mred\x7f\n\r\ttab",
        "caf\xe9 \xff\xfe \xed\xa0\x80 cut \xe6\x96",
        "__proto__",
        "constructor",
        "\U0001f40d \u6587\u5b57",
        "&lt;b&gt;&amp;",
        "javascript:window.hostile=1",
        "",
    };
    static const char *arguments[sizeof(names) / sizeof(names[0]) + 1];
    enum { COUNT = sizeof(names) / sizeof(names[0]) };
    struct place places[COUNT];
    uint32_t process;

    for (size_t i = 0; i < COUNT; i++)
        arguments[i] = names[i];
    process = add_command(builder, 666, arguments);
    builder->profile.processes[process].version = names[0];
    builder->profile.processes[process].executable = names[1];
    builder->profile.ended = names[1];
    add_note(builder, "<b onclick=window.hostile=1>note</b>");
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t thread = add_thread(builder, process, 700 + i, names[i]);
        uint32_t first = i - i % 4;

        places[i] = (struct place){
            add_function(builder, names[i], names[(i + 1) % COUNT], 1, i % 4), -1
        };
        add_samples(builder, thread, i % 32, 10, &places[first], i - first + 1);
        add_growth(builder, thread, 1 << 20, 1, &places[first], i - first + 1);
        add_resident(builder, i * 1000000, process, 1 << (i + 10));
    }
}

static void
make_memory(struct profile_builder *builder)
{
    struct numbers numbers = add_service_functions(builder);
    struct place places[DEEPEST];
    uint32_t seed = 3, size = 180 << 20, size2 = 60 << 20, second;

    add_threads(builder);
    second = add_command(builder, 48377, worker);
    set_figures(builder);
    builder->profile.stacks = 23171;
    for (uint32_t i = 0; i < 1500; i++) {
        uint64_t at = i * (builder->profile.duration_ns / 1500);

        size += next(&seed, 700 << 10);
        if (i % 350 == 349)
            size -= 120 << 20;
        size2 += i > 400 && i < 700 ? next(&seed, 900 << 10) : next(&seed, 40 << 10);
        add_resident(builder, at, 0, size);
        add_resident(builder, at, second, size2);
    }
    for (int i = 0; i < 160; i++)
        add_growth(builder, 0, ((int64_t)skewed(&seed, 9000) - 600) << 10,
                   1 + skewed(&seed, 20), places,
                   random_stack(places, &numbers, &seed, 2));
}

struct page {
    const char *name;
    void (*make)(struct profile_builder *builder);
    hn_profile_write_fn *write; /* NULL: compared with the service's */
};

static void
make_empty(struct profile_builder *builder)
{
    (void)builder;
}

static const struct page pages[] = {
    { "flamegraph", make_service, hn_profile_write_flamegraph },
    { "tiny", make_tiny, hn_profile_write_flamegraph },
    { "large", make_large, hn_profile_write_flamegraph },
    { "recursion", make_recursion, hn_profile_write_flamegraph },
    { "hostile", make_hostile, hn_profile_write_flamegraph },
    { "empty", make_empty, hn_profile_write_flamegraph },
    { "diff", make_after, NULL },
    { "memory", make_memory, hn_profile_write_memory_page },
    { "hostile_memory", make_hostile, hn_profile_write_memory_page },
    { "empty_memory", make_empty, hn_profile_write_memory_page },
};

enum { ROOM = 1 << 18 };

static void
write_page(const struct page *page, struct hn_text *text)
{
    const struct hn_profile_options options = { 0 };
    struct profile_builder builder, base;

    profile_builder_init_large(&builder, ROOM);
    page->make(&builder);
    if (page->write) {
        page->write(&builder.profile, &options, text);
    } else {
        profile_builder_init_large(&base, ROOM);
        make_service(&base);
        hn_profile_write_flamegraph_diff(&base.profile, &builder.profile, &options,
                                         text);
        profile_builder_deinit(&base);
    }
    fprintf(stderr, "%zu nodes, %zu bytes\n", builder.profile.node_count, text->size);
    profile_builder_deinit(&builder);
}

int
main(int argc, char **argv)
{
    struct hn_text text;

    hn_text_init(&text);
    for (size_t i = 0; argc == 2 && i < sizeof(pages) / sizeof(pages[0]); i++)
        if (strcmp(argv[1], pages[i].name) == 0)
            write_page(&pages[i], &text);
    if (text.failed || text.size == 0) {
        fputs("usage: print_page PAGE\n", stderr);
        return 1;
    }
    fwrite(text.bytes, 1, text.size, stdout);
    hn_text_deinit(&text);
    return 0;
}
