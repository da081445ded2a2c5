#include "dbus/service/Authority.h"

#include "PolkitProxy.h" // generated

#include <spdlog/spdlog.h>

#include <algorithm>

namespace entracte::service {

namespace {

// One program must not fill the helper (or polkit) with questions.
constexpr std::ptrdiff_t kMaxPendingForOne = 16;
constexpr std::uint32_t kAllowUserInteraction = 1; // polkit, CheckAuthorizationFlags

Error refusal(const std::string& action, bool couldAsk) {
    const bool others = action == kActionManageOthers;
    return {ErrorCode::NotAuthorized,
            others
                ? "This belongs to somebody else, and you may not manage other people's sessions."
                : "You may not save and restore sessions on this machine.",
            action,
            couldAsk
                ? "It would need an authentication that this program did not allow to be asked for."
                : "Ask an administrator of this machine."};
}

} // namespace

// One CheckAuthorization under way, with a proxy of its own: so the reply finds its question.
class Authority::Question
    : public sdbus::ProxyInterfaces<org::freedesktop::PolicyKit1::Authority_proxy> {
public:
    Question(Authority& authority, sdbus::IConnection& connection, Caller caller,
             std::string action, bool silent, Answer answer)
        : ProxyInterfaces(connection, compat::ServiceName("org.freedesktop.PolicyKit1"),
                          sdbus::ObjectPath("/org/freedesktop/PolicyKit1/Authority")),
          m_authority(authority), m_caller(std::move(caller)), m_action(std::move(action)),
          m_silent(silent), m_answer(std::move(answer)) {
        registerProxy();
    }
    ~Question() { unregisterProxy(); }

    void send() {
        // The bus name, not a process id: the name cannot be taken over by another process.
        const sdbus::Struct<std::string, std::map<std::string, sdbus::Variant>> subject{
            "system-bus-name", {{"name", sdbus::Variant(m_caller.name)}}};
        CheckAuthorization(subject, m_action, {}, mayAsk() ? kAllowUserInteraction : 0, "");
    }

    const Caller& caller() const { return m_caller; }
    bool silent() const { return m_silent; }
    const Answer& answer() const { return m_answer; }

private:
    bool mayAsk() const { return m_caller.mayAsk && !m_silent; }
    void onCheckAuthorizationReply(
        const sdbus::Struct<bool, bool, std::map<std::string, std::string>>& result,
        compat::AsyncError error) override {
        if (error) {
            m_authority.finish(
                this, fail(ErrorCode::NotAuthorized, "The authorisation service gave no answer.",
                           error->getName() + ": " + error->getMessage(),
                           "Is polkit installed and running? \"entracte doctor\" tells."));
        } else if (result.get<0>()) {
            m_authority.finish(this, {});
        } else {
            m_authority.finish(this, fail(refusal(m_action, result.get<1>() && !mayAsk())));
        }
    }

    Authority& m_authority;
    Caller m_caller;
    std::string m_action;
    bool m_silent;
    Answer m_answer;
};

Authority::Authority(BusLoop& loop) : m_loop(loop) {}
Authority::~Authority() = default;

void Authority::ask(const Caller& caller, uid_t owner, Answer answer) {
    put(caller, owner, false, std::move(answer));
}

void Authority::askSilently(const Caller& caller, uid_t owner, Answer answer) {
    put(caller, owner, true, std::move(answer));
}

void Authority::put(const Caller& caller, uid_t owner, bool silent, Answer answer) {
    if (caller.uid == 0) { // as polkit itself decides, and also when polkit is not there
        answer({});
        return;
    }
    const auto ofCaller = std::count_if(m_pending.begin(), m_pending.end(), [&](const auto& item) {
        return item.second->caller().name == caller.name;
    });
    if (ofCaller >= kMaxPendingForOne) {
        answer(fail(ErrorCode::Busy, "Too many questions of yours are waiting for an answer.", {},
                    "Answer the authentication dialog, or wait."));
        return;
    }
    try {
        auto question = std::make_unique<Question>(
            *this, m_loop.connection(), caller,
            caller.uid == owner ? kActionUse : kActionManageOthers, silent, answer);
        auto& sent = *question;
        m_pending.emplace(&sent, std::move(question));
        sent.send();
    } catch (const sdbus::Error& error) {
        answer(fail(ErrorCode::NotAuthorized, "The authorisation service cannot be asked.",
                    error.what(), "Is polkit installed and running? \"entracte doctor\" tells."));
    }
}

void Authority::finish(Question* question, Status verdict) {
    if (!verdict) // a question about reading is asked for everybody who lists; its no is no news
        spdlog::log(question->silent() ? spdlog::level::debug : spdlog::level::info,
                    "{} (uid {}): {}", question->caller().name, question->caller().uid,
                    verdict.error().forLog());
    const auto answer = question->answer();
    // The question is the one whose callback runs: it may go only after that returned.
    m_loop.post([this, question] { m_pending.erase(question); });
    answer(std::move(verdict));
}

} // namespace entracte::service
