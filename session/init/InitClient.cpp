#include "session/init/InitClient.h"

#include "session/base/FdPassing.h"
#include "session/container/Container.h"
#include "session/init/SpawnRequest.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <span>

namespace entracte {
namespace {

using namespace std::chrono_literals;

// Above what PID 1 may take: its bus and display have 15 s to start before it answers at all.
constexpr auto kAnswerLimit = 30s;

} // namespace

Result<InitClient> InitClient::connect(pid_t sessionInit) {
    ENTRACTE_ASSIGN(socket, connectInSession(sessionInit, init::kContainerPath, SOCK_SEQPACKET));
    return InitClient(std::move(socket));
}

Result<init::Answer> InitClient::ask(init::Operation operation, std::uint64_t argument,
                                     const std::string& payload, std::chrono::milliseconds limit) {
    const init::Request request{init::kMagic, operation, argument};
    std::string bytes(reinterpret_cast<const char*>(&request), sizeof request);
    bytes += payload;
    if (bytes.size() > init::kMaxRequest)
        return fail(ErrorCode::InvalidArgument, "The command and its environment are too long.");
    ENTRACTE_TRY(sendMessage(m_socket.get(), std::as_bytes(std::span(bytes))));
    init::Answer answer{};
    ENTRACTE_ASSIGN(message, receiveMessage(m_socket.get(), sizeof answer, limit));
    if (message.bytes.empty())
        return fail(ErrorCode::SessionEnded, "The session has ended.");
    if (message.bytes.size() != sizeof answer)
        return fail(ErrorCode::System, "The session's first process gave no proper answer.");
    std::memcpy(&answer, message.bytes.data(), sizeof answer);
    if (answer.magic != init::kMagic || answer.operation != operation ||
        answer.exitCount > init::kMaxEvents)
        return fail(ErrorCode::System, "The session's first process gave no proper answer.");
    return answer;
}

Result<std::int32_t> InitClient::spawn(const std::vector<std::string>& command,
                                       const std::map<std::string, std::string>& environment,
                                       const std::string& workingDirectory) {
    init::SpawnRequest request{workingDirectory, command, {}};
    for (const auto& [name, value] : environment) {
        if (name.empty() || name.find('=') != std::string::npos)
            return fail(ErrorCode::InvalidArgument,
                        "\"" + name + "\" cannot be the name of a variable.");
        request.environment.push_back(name + "=" + value);
    }
    const auto payload = init::encodeSpawn(request);
    if (!payload)
        return fail(ErrorCode::InvalidArgument,
                    "The command to start is empty or holds a null byte.");
    ENTRACTE_ASSIGN(answer, ask(init::Operation::Spawn, 0, *payload, kAnswerLimit));
    if (answer.errnoValue == ENOENT)
        return fail(ErrorCode::NotFound, "There is no program \"" + command.front() +
                                             "\", or the directory to start it in does not exist.");
    if (answer.errnoValue != 0)
        return fail(Error::fromErrno("\"" + command.front() + "\" could not be started",
                                     answer.errnoValue));
    return answer.pid;
}

Result<InitEvents> InitClient::askEvents(init::Operation operation, std::uint64_t after) {
    ENTRACTE_ASSIGN(answer, ask(operation, after, {}, kAnswerLimit));
    InitEvents events;
    events.programs = answer.programs;
    for (std::uint32_t i = 0; i < answer.exitCount; ++i)
        events.exits.push_back(
            {answer.exits[i].serial, answer.exits[i].pid, answer.exits[i].status});
    return events;
}

Result<InitEvents> InitClient::events(std::uint64_t after) {
    return askEvents(init::Operation::Events, after);
}

Result<InitEvents> InitClient::waitEvents(std::uint64_t after) {
    return askEvents(init::Operation::WaitEvents, after);
}

Status InitClient::terminate(std::chrono::milliseconds grace) {
    auto answer = ask(init::Operation::Terminate, static_cast<std::uint64_t>(grace.count()), {},
                      kAnswerLimit);
    if (!answer)
        return fail(std::move(answer).error());
    return {};
}

} // namespace entracte
