/* A profile with everything in it that makes a format break: hostile names, recursion,
 * several processes and threads, tasks, native frames, negative growth, stacks without
 * frames, and gaps in the time line. */
#include "profiles.h"

#include <string.h>

static const char long_name[] =
    "a_name_that_goes_on_a_name_that_goes_on_a_name_that_goes_on_"
    "a_name_that_goes_on_a_name_that_goes_on_a_name_that_goes_on";

/* Names that somebody could give, or that corrupt memory has. */
static const char *const hostile[] = {
    "quote\"s 'and' back\\slash",
    "new\nline\rand\ttab",
    "escape\033[2Jbell\007delete\177",
    "\xc2\x9b"
    "31m c1 control",
    "\xe2\x80\xae"
    "right to left\xe2\x81\xa6 isolate",
    "<script>alert('&amp;')</script>",
    "semi;colon; 12",
    "%s%n%1000000d",
    "\xd0\xba\xd0\xb8\xd1\x80\xd0\xb8\xd0\xbb\xd0\xbb\xd0\xb8\xd1\x86\xd0\xb0",
    "\xe6\x97\xa5\xe6\x9c\xac",
    "\xf0\x9f\x90\x8d",
    "line\xe2\x80\xa8separator",
    "", /* nothing at all */
    "lone \\udc80 surrogate",
    "a\033b", /* these two look the same... */
    "a\\x1b"
    "b", /* ...once they are escaped */
    long_name,
};

enum { HOSTILE = sizeof(hostile) / sizeof(hostile[0]) };

static void
add_hostile(struct profile_builder *b, uint32_t thread, uint32_t root)
{
    for (uint32_t i = 0; i < HOSTILE; i++) {
        uint32_t named = add_function(b, hostile[i], "/srv/app.py", 10 + (int32_t)i,
                                      HN_PROFILE_PYTHON);
        uint32_t filed = add_function(b, "f", hostile[i], 1, HN_PROFILE_PYTHON);

        add_samples(b, thread, HN_PROFILE_ON_CPU, i + 1,
                    STACK({ root, 5 }, { named, 40 }));
        add_samples(b, thread, HN_PROFILE_ON_CPU | HN_PROFILE_HAS_GIL, 2,
                    STACK({ root, 5 }, { named, 41 }, { filed, 2 }));
    }
}

static void
add_recursion(struct profile_builder *b, uint32_t thread, uint32_t root)
{
    uint32_t even = add_function(b, "even", "/srv/app.py", 100, HN_PROFILE_PYTHON);
    uint32_t odd = add_function(b, "odd", "/srv/app.py", 110, HN_PROFILE_PYTHON);
    struct place deep[200] = { { root, 6 } };

    add_samples(
        b, thread, HN_PROFILE_HAS_GIL, 7,
        STACK({ root, 6 }, { even, 101 }, { odd, 111 }, { even, 101 }, { odd, 112 }));
    add_samples(b, thread, HN_PROFILE_HAS_GIL, 4, STACK({ root, 6 }, { even, 101 }));
    for (size_t i = 1; i < 200; i++)
        deep[i] = (struct place){ even, 101 };
    add_samples(b, thread, HN_PROFILE_HAS_GIL, 3, deep, 200);
}

static void
add_tasks(struct profile_builder *b, uint32_t thread, uint32_t root)
{
    uint32_t loop = add_function(b, "BaseEventLoop.run_forever", "/lib/base_events.py",
                                 600, HN_PROFILE_PYTHON);
    uint32_t task = add_function(b, "Task-1", "", 0, HN_PROFILE_TASK);
    uint32_t other = add_function(b, "fetch <1>", "", 0, HN_PROFILE_TASK);
    uint32_t work = add_function(b, "work", "/srv/tasks.py", 3, HN_PROFILE_PYTHON);

    add_samples(b, thread, 0, 11,
                STACK({ root, 7 }, { loop, 608 }, { task, -1 }, { work, 4 },
                      { other, -1 }, { work, 5 }));
    add_samples(b, thread, 0, 6,
                STACK({ root, 7 }, { loop, 608 }, { other, -1 }, { work, 5 }));
    add_samples(b, thread, HN_PROFILE_IDLE, 9, STACK({ root, 7 }, { loop, 609 }));
}

static void
add_others(struct profile_builder *b, uint32_t thread, uint32_t root)
{
    uint32_t native = add_function(b, "read", "/lib/libc.so.6", 0, HN_PROFILE_NATIVE);
    uint32_t nameless = add_function(b, "0x7f00", "", 0, HN_PROFILE_NATIVE);
    uint32_t gone = add_function(b, "<code that is gone>", "", 0, HN_PROFILE_UNKNOWN);
    uint32_t twin = add_function(b, "even", "/srv/app.py", 100, HN_PROFILE_PYTHON);

    add_samples(b, thread, HN_PROFILE_IDLE, 5, STACK({ root, 8 }, { native, -1 }));
    add_samples(b, thread, HN_PROFILE_WAITS_FOR_GIL, 2,
                STACK({ root, 8 }, { nameless, -1 }));
    add_samples(b, thread, HN_PROFILE_COLLECTING, 1, STACK({ root, -1 }, { gone, -1 }));
    add_samples(b, thread, 0, 3, STACK({ root, 8 }, { twin, 101 }));
    add_samples(b, thread, 0, 13, NULL, 0);
}

static void
add_memory(struct profile_builder *b, uint32_t thread, uint32_t root)
{
    uint32_t grow = add_function(b, "grow", "/srv/app.py", 200, HN_PROFILE_PYTHON);

    add_samples(b, thread, 0, 8, STACK({ root, 9 }, { grow, 201 }));
    add_samples(b, thread, 0, 8, STACK({ root, 9 }, { grow, 202 }));
    add_growth(b, thread, 10 << 20, 4, STACK({ root, 9 }, { grow, 201 }));
    add_growth(b, thread, -(3 << 20), 2, STACK({ root, 9 }, { grow, 202 }));
    add_growth(b, thread, 4096, 1, NULL, 0);
    for (uint64_t i = 0; i < 10; i++)
        add_resident(b, i * 100000000, 0, (100 + i) << 20);
}

void
build_rich(struct profile_builder *b)
{
    uint32_t process, child, main_thread, worker, other, root;

    profile_builder_init(b);
    process = add_process(b, 4242, "/usr/bin/py\"thon\033[1m3");
    child = add_process(b, 4300, "/usr/bin/python3");
    main_thread = add_thread(b, process, 4242, "MainThread");
    worker = add_thread(b, process, 4250, "<worker>&\"1\"\n\xe2\x80\xae;");
    other = add_thread(b, child, 4300, "");
    add_thread(b, child, 4301, "never sampled");
    root = add_function(b, "<module>", "/srv/app.py", 1, HN_PROFILE_PYTHON);
    add_hostile(b, main_thread, root);
    b->now_ns += 500000000; /* nothing was seen for half a second */
    add_recursion(b, worker, root);
    add_tasks(b, other, root);
    add_others(b, main_thread, root);
    add_memory(b, main_thread, root);
    add_note(b, "A note with \"quotes\", <tags> and \033[31mcolour.");
    b->profile.missed = 7;
    b->profile.discarded = 3;
    b->profile.stopped_ns = 12345678;
    b->profile.ended = "breakpoint \"1\"";
    b->profile.taken -= 20; /* in some samples two threads were counted */
    b->profile.on_time = b->profile.taken - 2;
}

void
build_second(struct profile_builder *b)
{
    uint32_t thread, root, even, fresh;

    profile_builder_init(b);
    add_process(b, 5000, "/usr/bin/python3");
    thread = add_thread(b, 0, 5000, "MainThread");
    root = add_function(b, "<module>", "/srv/app.py", 1, HN_PROFILE_PYTHON);
    /* moved by three lines since the first run */
    even = add_function(b, "even", "/srv/app.py", 103, HN_PROFILE_PYTHON);
    fresh = add_function(b, "fresh", "/srv/app.py", 300, HN_PROFILE_PYTHON);
    add_samples(b, thread, 0, 60, STACK({ root, 6 }, { even, 104 }));
    add_samples(b, thread, 0, 40, STACK({ root, 7 }, { fresh, 301 }));
}

void
build_huge(struct profile_builder *b)
{
    uint32_t thread, root;

    profile_builder_init(b);
    add_process(b, 5000, "/usr/bin/python3");
    thread = add_thread(b, 0, 5000, "MainThread");
    root = add_function(b, "<module>", "/srv/app.py", 1, HN_PROFILE_PYTHON);
    add_samples(b, thread, 0, 1, STACK({ root, 6 }));
    b->profile.counts[0].samples = 5000000000; /* more than 32 bits hold */
    b->profile.stacks = b->profile.taken = b->profile.on_time = 5000000000;
    b->profile.duration_ns = 50000000000000000;
    b->profile.span_count = 0;
    b->profile.timeline_cut = true;
}
