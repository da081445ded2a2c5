#include "session/transfer/WriteAll.h"

#include <unistd.h>

#include <cerrno>
#include <string>

namespace entracte {

Status writeAll(int file, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t wrote = ::write(file, bytes.data(), bytes.size());
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return fail(ErrorCode::NoSpace, "There is no room for what the file holds.",
                        "errno " + std::to_string(errno), "Nothing was changed. Free some space.");
        bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    }
    return {};
}

} // namespace entracte
