#pragma once

// A person's secret on its way through the helper: read from a pipe into memory that is locked and
// wiped at the end.

#include "session/base/Result.h"

#include <chrono>
#include <memory>
#include <string_view>

namespace entracte {

class SecretText {
public:
    static constexpr std::size_t kMax = 1024; // bytes

    // `pipe`: its reading end. Until its end, which must come in time: whoever holds the other one
    // may be anybody. InvalidArgument for anything else, TimedOut.
    static Result<SecretText>
    readFrom(int pipe, std::chrono::milliseconds patience = std::chrono::seconds(5));
    std::string_view view() const { return {m_bytes.get(), m_size}; }

private:
    SecretText();
    std::unique_ptr<char, void (*)(void*)> m_bytes;
    std::size_t m_size = 0;
};

} // namespace entracte
