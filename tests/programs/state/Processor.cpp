// Registers, threads, and what the kernel keeps for each thread.

#include "tests/programs/state/Scene.h"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/rseq.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <vector>

namespace victim {
namespace {

#ifdef __x86_64__

using Numbers = std::vector<double>;

Numbers someNumbers(std::size_t count) {
    Numbers numbers(count);
    for (std::size_t i = 0; i < count; ++i)
        numbers[i] = 1.0 / static_cast<double>(i + 3);
    return numbers;
}

// Runs `spin` in a thread: it holds `count` numbers in registers until the flag is set.
template <typename Spin>
void holdInRegisters(Scene& scene, std::size_t count, Spin spin) {
    const auto in = someNumbers(count);
    Numbers out(count);
    volatile int flag = 0;
    std::atomic<bool> began = false;
    std::thread holder([&] {
        began = true;
        spin(in.data(), out.data(), &flag);
    });
    while (!began)
        std::this_thread::yield();
    ::usleep(2000);
    scene.wait();
    flag = 1;
    holder.join();
    scene.check(in == out, "the registers have other contents");
}

// Sleeps (nanosleep, call 35) until the flag is set; a system call leaves these registers alone.
#define SPIN                                                                                       \
    "1: movl $35, %%eax\n\tmovq %[nap], %%rdi\n\txorl %%esi, %%esi\n\tsyscall\n\t"                 \
    "movl (%[flag]), %%eax\n\ttestl %%eax, %%eax\n\tjz 1b\n\t"
constexpr timespec kNap{0, 5000000};

void sse(Scene& scene) {
    holdInRegisters(scene, 8, [](const double* in, double* out, volatile int* flag) {
        asm volatile("movups (%[in]), %%xmm0\n\tmovups 16(%[in]), %%xmm7\n\t"
                     "movups 32(%[in]), %%xmm8\n\tmovups 48(%[in]), %%xmm15\n\t" SPIN
                     "movups %%xmm0, (%[out])\n\tmovups %%xmm7, 16(%[out])\n\t"
                     "movups %%xmm8, 32(%[out])\n\tmovups %%xmm15, 48(%[out])"
                     :
                     : [in] "r"(in), [out] "r"(out), [flag] "r"(flag), [nap] "r"(&kNap)
                     : "rax", "rdi", "rsi", "rcx", "r11", "memory", "cc", "xmm0", "xmm7", "xmm8",
                       "xmm15");
    });
}

void avx(Scene& scene) {
    if (!__builtin_cpu_supports("avx"))
        scene.absent("this processor has no AVX");
    holdInRegisters(scene, 8, [](const double* in, double* out, volatile int* flag) {
        asm volatile("vmovupd (%[in]), %%ymm1\n\tvmovupd 32(%[in]), %%ymm14\n\t" SPIN
                     "vmovupd %%ymm1, (%[out])\n\tvmovupd %%ymm14, 32(%[out])\n\tvzeroupper"
                     :
                     : [in] "r"(in), [out] "r"(out), [flag] "r"(flag), [nap] "r"(&kNap)
                     : "rax", "rdi", "rsi", "rcx", "r11", "memory", "cc", "xmm1", "xmm14");
    });
}

__attribute__((target("avx512f"))) void spinAvx512(const double* in, double* out,
                                                   volatile int* flag) {
    asm volatile("vmovupd (%[in]), %%zmm2\n\tvmovupd 64(%[in]), %%zmm30\n\t"
                 "movl $0x5a, %%eax\n\tkmovw %%eax, %%k3\n\t" SPIN
                 "kmovw %%k3, %%eax\n\tcmpl $0x5a, %%eax\n\tjne 2f\n\t"
                 "vmovupd %%zmm2, (%[out])\n\tvmovupd %%zmm30, 64(%[out])\n\t2: vzeroupper"
                 :
                 : [in] "r"(in), [out] "r"(out), [flag] "r"(flag), [nap] "r"(&kNap)
                 : "rax", "rdi", "rsi", "rcx", "r11", "memory", "cc", "xmm2", "xmm30", "k3");
}

void avx512(Scene& scene) {
    if (!__builtin_cpu_supports("avx512f"))
        scene.absent("this processor has no AVX-512");
    holdInRegisters(scene, 16, spinAvx512);
}

void x87(Scene& scene) {
    holdInRegisters(scene, 2, [](const double* in, double* out, volatile int* flag) {
        asm volatile("fldl (%[in])\n\tfldl 8(%[in])\n\t" SPIN "fstpl 8(%[out])\n\tfstpl (%[out])"
                     :
                     : [in] "r"(in), [out] "r"(out), [flag] "r"(flag), [nap] "r"(&kNap)
                     : "rax", "rdi", "rsi", "rcx", "r11", "memory", "cc");
    });
}

#else

void sse(Scene& scene) {
    scene.absent("this is another kind of processor");
}
constexpr auto avx = sse;
constexpr auto avx512 = sse;
constexpr auto x87 = sse;

#endif

thread_local int t_number = 0;

void threads(Scene& scene) {
    constexpr int count = 8;
    std::atomic<int> ready = 0;
    std::atomic<int> good = 0;
    std::atomic<bool> go = false;
    std::vector<std::thread> all;
    for (int i = 0; i < count; ++i)
        all.emplace_back([&, i] {
            t_number = 1000 + i;
            const auto name = "thread " + std::to_string(i);
            ::pthread_setname_np(::pthread_self(), name.c_str());
            const auto id = ::gettid();
            ++ready;
            while (!go)
                ::usleep(1000);
            char now[32] = {};
            ::pthread_getname_np(::pthread_self(), now, sizeof now);
            if (t_number == 1000 + i && id == ::gettid() && name == now)
                ++good;
        });
    while (ready < count)
        ::usleep(1000);
    scene.wait();
    go = true;
    for (auto& thread : all)
        thread.join();
    scene.check(good == count, "threads differ in their numbers, names or own variables");
}

void robustFutex(Scene& scene) {
    auto* mutex = static_cast<pthread_mutex_t*>(
        ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    pthread_mutexattr_t attributes;
    ::pthread_mutexattr_init(&attributes);
    ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    ::pthread_mutex_init(mutex, &attributes);
    int locked[2];
    scene.must(::pipe(locked), "pipe");
    const pid_t child = scene.must(::fork(), "fork");
    if (child == 0) {
        ::pthread_mutex_lock(mutex);
        if (::write(locked[1], "l", 1) == 1)
            ::pause();
        ::_exit(0);
    }
    char said = 0;
    scene.must(::read(locked[0], &said, 1), "read");
    scene.wait();
    scene.check(::pthread_mutex_trylock(mutex) == EBUSY, "the child does not hold the lock");
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    scene.check(::pthread_mutex_lock(mutex) == EOWNERDEAD,
                "the kernel does not tell of the death of the lock's holder");
}

void waitingFutex(Scene& scene) {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    ::pthread_mutex_lock(&mutex);
    std::atomic<bool> got = false;
    std::thread waiter([&] {
        ::pthread_mutex_lock(&mutex);
        got = true;
        ::pthread_mutex_unlock(&mutex);
    });
    ::usleep(5000);
    scene.wait();
    scene.check(!got, "the lock was given away");
    ::pthread_mutex_unlock(&mutex);
    waiter.join();
    scene.check(got, "who waited for the lock was not woken");
}

void restartableSequences(Scene& scene) {
    if (__rseq_size == 0)
        scene.absent("this C library does not use restartable sequences");
    const auto* area = reinterpret_cast<const volatile struct rseq*>(
        static_cast<const char*>(__builtin_thread_pointer()) + __rseq_offset);
    scene.wait();
    ::sched_yield();
    scene.check(area->cpu_id == static_cast<unsigned>(::sched_getcpu()),
                "the kernel does not tell the processor's number any more");
}

constexpr Kind kKinds[] = {
    {"cpu.sse", sse},
    {"cpu.avx", avx},
    {"cpu.avx512", avx512},
    {"cpu.x87", x87},
    {"threads.own-variables", threads},
    {"threads.robust-futex", robustFutex},
    {"threads.waiting-futex", waitingFutex},
    {"threads.rseq", restartableSequences},
};

} // namespace

std::span<const Kind> processorKinds() {
    return kKinds;
}

} // namespace victim
