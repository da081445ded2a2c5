#include "session/transfer/WriteAll.h"

#include <unistd.h>

#include <cerrno>
#include <string>

namespace entracte {

namespace {

template <typename Write>
Status writeBy(const Write& write, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t wrote = write(bytes);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return fail(ErrorCode::NoSpace, "There is no room for what the file holds.",
                        "errno " + std::to_string(errno), "Nothing was changed. Free some space.");
        bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    }
    return {};
}

} // namespace

Status writeAll(int file, std::span<const std::byte> bytes) {
    return writeBy([file](auto left) { return ::write(file, left.data(), left.size()); }, bytes);
}

Status writeAllAt(int file, std::span<const std::byte> bytes, std::uint64_t offset) {
    const std::byte* const begin = bytes.data();
    return writeBy(
        [&](auto left) {
            return ::pwrite(file, left.data(), left.size(),
                            static_cast<off_t>(offset + (left.data() - begin)));
        },
        bytes);
}

} // namespace entracte
