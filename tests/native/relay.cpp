/* C functions for tests/programs/native.py: each calls back what it is given and does
 * something afterwards, so that it stays on the stack. */
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

typedef int
call_back(int number);

extern "C" {

__attribute__((noinline)) int
relay_even(call_back *call, int number)
{
    volatile char room[64];

    memset(const_cast<char *>(room), number, sizeof(room));
    return call(number) + room[3];
}

__attribute__((noinline)) int
relay_odd(call_back *call, int number)
{
    volatile char room[3000];

    memset(const_cast<char *>(room), number, sizeof(room));
    return call(number) + room[5];
}

/* With room of a size that only the stack pointer at that time tells. */
__attribute__((noinline)) int
relay_sized(call_back *call, int number)
{
    char *room = static_cast<char *>(__builtin_alloca(number * 16 + 16));

    memset(room, number, number * 16 + 16);
    return call(number) + room[1];
}

static call_back *handled;

static void
relay_handler(int number)
{
    volatile int result = handled(number);

    (void)result;
}

/* A signal that comes on this thread at once, with a handler in C that calls back. */
__attribute__((noinline)) int
relay_signal(call_back *call, int number, int own_stack)
{
    static char stack[1 << 17];
    struct sigaction action = {};
    stack_t alternate = {};

    handled = call;
    alternate.ss_sp = stack;
    alternate.ss_size = sizeof(stack);
    if (own_stack)
        sigaltstack(&alternate, nullptr);
    action.sa_handler = relay_handler;
    action.sa_flags = own_stack ? SA_ONSTACK : 0;
    sigaction(number, &action, nullptr);
    raise(number);
    return 0;
}

static void *
relay_alone(void *fd)
{
    char byte;

    while (read(static_cast<int>(reinterpret_cast<long>(fd)), &byte, 1) != 0)
        ;
    return nullptr;
}

/* A thread that Python knows nothing of; waits in read(@fd). */
int
relay_thread(int fd)
{
    pthread_t thread;

    return pthread_create(&thread, nullptr, relay_alone,
                          reinterpret_cast<void *>(static_cast<long>(fd)));
}
}

namespace shop {
template <typename T> struct Basket {
    __attribute__((noinline)) int
    price(call_back *call, T number)
    {
        volatile T kept = number;

        return call(number) + kept;
    }
};
} // namespace shop

extern "C" int
relay_cpp(call_back *call, int number)
{
    shop::Basket<int> basket;

    return basket.price(call, number) + 1;
}
