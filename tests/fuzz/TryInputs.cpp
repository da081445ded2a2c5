// try_NAME RUNS [CORPUS]: a fuzzing target without a fuzzer, so that `make test` runs it with any
// compiler: first what the corpus holds, then RUNS inputs that are the same every time: random
// ones, and alterations of the corpus. What makes it crash is left in try_NAME.crash.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

Input tried;           // the input of the moment
std::string crashFile; // where it goes when it is the last

void keepInput(int signal) {
    const int fd = ::open(crashFile.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    const bool kept = fd >= 0 && ::write(fd, tried.data(), tried.size()) >= 0;
    const std::string_view said = kept ? "the input is kept: " : "the input could not be kept: ";
    static_cast<void>(::write(STDERR_FILENO, said.data(), said.size()) +
                      ::write(STDERR_FILENO, crashFile.data(), crashFile.size()) +
                      ::write(STDERR_FILENO, "\n", 1));
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

class Inputs {
public:
    explicit Inputs(std::vector<Input> corpus) : m_corpus(std::move(corpus)) {}

    Input next() {
        if (m_corpus.empty() || below(2) == 0)
            return random(1 + below(below(4) == 0 ? 4096 : 256));
        Input input = m_corpus[below(m_corpus.size())];
        for (std::size_t changes = 1 + below(8); changes > 0; --changes)
            change(input);
        return input;
    }

private:
    // Written out, because the standard's distributions differ between libraries.
    std::size_t below(std::size_t end) { return m_random() % end; }

    Input random(std::size_t size) {
        Input input(size);
        for (auto& one : input)
            one = static_cast<std::uint8_t>(m_random());
        return input;
    }

    void change(Input& input) {
        const auto at = [&](std::size_t place) {
            return input.begin() + static_cast<std::ptrdiff_t>(place);
        };
        const std::size_t place = below(input.size() + 1);
        const std::size_t end = place + below(input.size() - place + 1);
        switch (below(5)) {
        case 0:
            if (place < input.size())
                input[place] ^= static_cast<std::uint8_t>(1u << below(8));
            break;
        case 1:
            if (place < input.size())
                input[place] = static_cast<std::uint8_t>(m_random());
            break;
        case 2:
            input.erase(at(place), at(end));
            break;
        case 3: {
            const Input more = random(1 + below(32));
            input.insert(at(place), more.begin(), more.end());
            break;
        }
        default: {
            const Input& other = m_corpus[below(m_corpus.size())];
            input.erase(at(place), input.end());
            input.insert(input.end(),
                         other.begin() + static_cast<std::ptrdiff_t>(below(other.size() + 1)),
                         other.end());
        }
        }
    }

    std::mt19937 m_random{20'250'101};
    std::vector<Input> m_corpus;
};

std::vector<Input> readCorpus(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        paths.push_back(entry.path());
    std::ranges::sort(paths);
    std::vector<Input> corpus;
    for (const auto& path : paths) {
        std::ifstream file(path, std::ios::binary);
        const std::string text((std::istreambuf_iterator<char>(file)), {});
        corpus.emplace_back(text.begin(), text.end());
    }
    return corpus;
}

void tryInput(Input input) {
    tried = std::move(input);
    LLVMFuzzerTestOneInput(tried.data(), tried.size());
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2 || argc > 3)
        return std::fprintf(stderr, "Usage: %s RUNS [CORPUS]\n", argv[0]), 2;
    crashFile = std::string(argv[0]) + ".crash";
    for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL})
        std::signal(signal, keepInput);
    const unsigned long runs = std::strtoul(argv[1], nullptr, 10);
    const auto corpus = argc > 2 ? readCorpus(argv[2]) : std::vector<Input>();
    if (argc > 2 && corpus.empty())
        return std::fprintf(stderr, "no corpus at %s\n", argv[2]), 1;
    for (const Input& input : corpus)
        tryInput(input);
    Inputs inputs(corpus);
    for (unsigned long i = 0; i < runs; ++i)
        tryInput(inputs.next());
    std::printf("%zu inputs of the corpus and %lu others\n", corpus.size(), runs);
}
