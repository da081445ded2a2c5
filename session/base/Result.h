#pragma once

// Result<T>: a value or an Error. Exceptions of libraries are caught where the library is called
// and become one of these.

#include "session/base/Error.h"

#include <tl/expected.hpp>

namespace entracte {

template <typename T>
using Result = tl::expected<T, Error>;

using Status = Result<void>;

inline tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

inline tl::unexpected<Error> fail(ErrorCode code, std::string sentence, std::string detail = {},
                                  std::string hint = {}) {
    return fail(Error(code, std::move(sentence), std::move(detail), std::move(hint)));
}

} // namespace entracte

// Returns the error of a Result from the enclosing function, goes on otherwise.
#define ENTRACTE_TRY(expression)                                                                   \
    do {                                                                                           \
        if (auto entracteResult = (expression); !entracteResult)                                   \
            return ::entracte::fail(std::move(entracteResult).error());                            \
    } while (false)

// Declares `variable` with the value of a Result, or returns its error.
#define ENTRACTE_ASSIGN(variable, expression)                                                      \
    auto variable##Result = (expression);                                                          \
    if (!variable##Result)                                                                         \
        return ::entracte::fail(std::move(variable##Result).error());                              \
    auto& variable = *variable##Result
