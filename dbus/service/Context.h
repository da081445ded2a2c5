#pragma once

// What every object of the service works with, and the two steps that all their methods share: ask
// polkit, then answer. Bus thread only.

#include "dbus/service/Gate.h"
#include "dbus/service/Workers.h"
#include "session/engine/Engine.h"

#include <atomic>
#include <map>
#include <memory>
#include <utility>

namespace entracte::service {

class Jobs;

// How many calls of each person wait for their answers: each takes a thread, of a helper that works
// for everybody.
class Unanswered {
public:
    // As many as the bus itself lets one connection have (dbus-daemon(1), max_replies).
    static constexpr int kMost = 128;
    // Kept until the answer is given; none for who has too many. Root is not counted.
    using Place = std::shared_ptr<std::atomic<int>>;
    Place begin(uid_t uid) {
        auto& count = m_counts[uid];
        if (!count)
            count = std::make_shared<std::atomic<int>>(0);
        if (uid != 0 && *count >= kMost)
            return nullptr;
        ++*count;
        return {count.get(), [count](std::atomic<int>*) { --*count; }};
    }

private:
    std::map<uid_t, Place> m_counts; // never more than there are people
};

struct Context {
    BusLoop& loop;
    Gate& gate;
    Authority& authority;
    ObjectTree& tree;
    Workers& workers;
    Jobs& jobs;
    Engine* engine; // set before the bus name is claimed
    Unanswered unanswered{};
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
// otherwise answers with the refusal; who has too many calls under way is refused at once. `then`
// must not capture the object whose method it is: it may be gone by then.
template <typename... T, typename Then>
void whenAllowed(Context& context, uid_t owner, sdbus::Result<T...>&& result, Then then) {
    auto place = context.unanswered.begin(context.gate.current().uid);
    if (!place)
        return result.returnError(
            toBus({ErrorCode::Busy,
                   "Too many calls of yours wait for their answers.",
                   {},
                   "Nothing was changed. Try again when some have been answered."}));
    const Pending<T...> pending(
        new sdbus::Result<T...>(std::move(result)),
        [place = std::move(place)](sdbus::Result<T...>* answered) { delete answered; });
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
