#include <csetjmp>
#include <csignal>
#include <stdexcept>
#include <string>

namespace {
sigjmp_buf escape;
struct sigaction previous;
void on_fault(int signal, siginfo_t *, void *) { siglongjmp(escape, signal); }
struct Guard {
    int *count;
    ~Guard() { ++*count; }
};
void deep(int n, int *count)
{
    Guard guard{count};
    if (n == 0) throw std::runtime_error("from C++");
    deep(n - 1, count);
}
}

extern "C" int cpp_catch(int n)
{
    int count = 0;
    try {
        deep(n, &count);
    } catch (const std::exception &e) {
        return count * 100 + (int)std::string(e.what()).size();
    }
    return -1;
}

// Calls back in between: the managed frames must not disturb what the library throws.
extern "C" int cpp_catch_around(int (*callback)(int), int n)
{
    try {
        int value = callback(n);
        if (value > 0) throw value;
    } catch (int value) {
        return value + 1;
    }
    return 0;
}

extern "C" void cpp_handle_faults(void)
{
    struct sigaction action = {};
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigaction(SIGSEGV, &action, &previous);
}

extern "C" int cpp_probe(const int *address)
{
    int signal = sigsetjmp(escape, 1);
    return signal ? -signal : *static_cast<const volatile int *>(address);
}

extern "C" void cpp_restore_faults(void) { sigaction(SIGSEGV, &previous, nullptr); }
