#include "session/engine/FileContents.h"

#include "session/store/PartHash.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace entracte {

namespace {
constexpr std::size_t kChunk = 1 << 20;
}

static bool readChunk(int file, std::vector<std::byte>& buffer, std::size_t& got) {
    got = 0;
    while (got < buffer.size()) {
        const ssize_t now = ::read(file, buffer.data() + got, buffer.size() - got);
        if (now < 0 && errno == EINTR)
            continue;
        if (now < 0)
            return false;
        if (now == 0)
            break;
        got += static_cast<std::size_t>(now);
    }
    return true;
}

// Copies to the end; the hash when `hash`.
Status copyContent(int from, int to, PartHash* hash) {
    std::vector<std::byte> buffer(kChunk);
    for (std::size_t got = 0;;) {
        if (!readChunk(from, buffer, got))
            return fail(Error::fromErrno("A file that the session uses could not be read"));
        if (got == 0)
            return {};
        if (hash)
            hash->add(std::span(buffer).first(got));
        for (std::size_t done = 0; done < got;) {
            const ssize_t put = ::write(to, buffer.data() + done, got - done);
            if (put <= 0)
                return fail(Error::fromErrno("A file that the session uses could not be copied"));
            done += static_cast<std::size_t>(put);
        }
    }
}

bool sameContent(int one, int other) {
    std::vector<std::byte> first(kChunk);
    std::vector<std::byte> second(kChunk);
    for (std::size_t a = 0, b = 0;;) {
        if (!readChunk(one, first, a) || !readChunk(other, second, b) || a != b ||
            !std::equal(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(a),
                        second.begin()))
            return false;
        if (a == 0)
            return true;
    }
}

std::string hashOf(int file) {
    PartHash hash;
    std::vector<std::byte> buffer(kChunk);
    for (std::size_t got = 0;;) {
        if (!readChunk(file, buffer, got))
            return {};
        if (got == 0)
            return hash.finish();
        hash.add(std::span(buffer).first(got));
    }
}

Result<UniqueFd> createIn(int folder, const std::string& name) {
    UniqueFd file(
        ::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file)
        return fail(Error::fromErrno("A file of the session could not be made"));
    return file;
}

} // namespace entracte
