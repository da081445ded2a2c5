#pragma once

// What every object of the service works with, and the two steps that all their methods share: ask
// polkit, then answer. Bus thread only.

#include "dbus/service/Gate.h"
#include "dbus/service/Workers.h"
#include "session/engine/Engine.h"

#include <memory>
#include <utility>

namespace entracte::service {

class Jobs;

struct Context {
    BusLoop& loop;
    Gate& gate;
    Authority& authority;
    ObjectTree& tree;
    Workers& workers;
    Jobs& jobs;
    Engine* engine; // set before the bus name is claimed
};

// sdbus-c++'s way to answer later. Shared, since std::function must be copyable.
template <typename... T>
using Pending = std::shared_ptr<sdbus::Result<T...>>;

inline sdbus::Error toBus(const Error& error) {
    return compat::makeError(std::string(kDBusErrorPrefix) +
                                 std::string(errorInfo(error.code()).name),
                             error.forPerson());
}

// Calls `then(pending)` once polkit allowed the current caller to touch what is `owner`'s,
// otherwise answers with the refusal. `then` must not capture the object whose method it is: it may
// be gone by then.
template <typename... T, typename Then>
void whenAllowed(Context& context, uid_t owner, sdbus::Result<T...>&& result, Then then) {
    auto pending = std::make_shared<sdbus::Result<T...>>(std::move(result));
    context.authority.ask(context.gate.current(), owner,
                          [pending, then = std::move(then)](Status allowed) {
                              if (!allowed)
                                  pending->returnError(toBus(allowed.error()));
                              else
                                  then(pending);
                          });
}

// Answers with the value or the error. For Status and for Result<V>.
inline void answer(const Pending<>& pending, const Status& status) {
    if (status)
        pending->returnResults();
    else
        pending->returnError(toBus(status.error()));
}
template <typename T, typename V>
void answer(const Pending<T>& pending, const Result<V>& value) {
    if (value)
        pending->returnResults(T(*value));
    else
        pending->returnError(toBus(value.error()));
}

// ListWindows's answer.
using Windows = std::vector<sdbus::Struct<std::string, std::string, std::int32_t, std::int32_t,
                                          std::uint32_t, std::uint32_t>>;
inline entracte::Result<Windows> windowsOf(const entracte::Result<Survey>& survey) {
    if (!survey)
        return fail(survey.error());
    Windows windows;
    for (const auto& one : survey->windows)
        windows.emplace_back(one.title, one.className, one.x, one.y, one.width, one.height);
    return windows;
}

} // namespace entracte::service
