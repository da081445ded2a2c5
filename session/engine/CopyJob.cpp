#include "session/engine/CopyJob.h"

#include "session/base/Companion.h"
#include "session/base/Printable.h"

#include <sstream>

namespace entracte {

namespace {

using namespace std::chrono_literals;

constexpr int kRootFd = 3;
constexpr int kDataFd = 4;
constexpr auto kLook = 100ms; // at whether the job was cancelled
constexpr std::size_t kMaxPath = 4095;
constexpr std::size_t kMaxWords = 1000; // of an error

// As entracte-copy says it: the code's name, the sentence, the hint. It is the person's process,
// and its word counts for nothing but this.
Error errorFrom(const std::string& output) {
    std::istringstream lines(output);
    std::string name, sentence, hint;
    std::getline(lines, name);
    std::getline(lines, sentence);
    std::getline(lines, hint);
    if (sentence.empty())
        return Error(ErrorCode::System, "The file could not be copied.");
    return Error(errorCodeFromName(name), printable(sentence, kMaxWords), {},
                 printable(hint, kMaxWords));
}

Result<UniqueFd> rootOf(Session& session) {
    const auto use = BriefUse::beside(session.slot);
    if (!use)
        return fail(use.error());
    ENTRACTE_TRY(requireLive(session));
    return openRootOfSession(session.live->container.init);
}

Result<std::string> absolute(const std::string& path, const Person& person) {
    if (path.size() > kMaxPath || path.find('\0') != std::string::npos)
        return fail(ErrorCode::InvalidArgument, "The path is too long.");
    return path.starts_with('/') ? path : person.home + "/" + path;
}

Status run(const std::shared_ptr<Session>& session, const Person& person,
           std::vector<std::string> arguments, int data, JobControl& job) {
    ENTRACTE_ASSIGN(root, rootOf(*session));
    SubprocessSpec process;
    process.command = {companionProgram("entracte-copy").string(),
                       "--root-fd=" + std::to_string(kRootFd),
                       "--data-fd=" + std::to_string(kDataFd)};
    process.command.insert(process.command.end(), arguments.begin(), arguments.end());
    process.credentials = Credentials{person.uid, person.gid, person.groups};
    process.fds = {{root.get(), kRootFd}, {data, kDataFd}};
    job.report("copying", 0);
    ENTRACTE_ASSIGN(copier, Subprocess::start(process));
    root.reset();
    for (;;) {
        const auto ended = copier.wait(kLook);
        if (ended && ended->success())
            break;
        if (ended)
            return fail(errorFrom(copier.output()));
        if (ended.error().code() != ErrorCode::TimedOut)
            return fail(ended.error());
        ENTRACTE_TRY(job.check());
    }
    job.report("copying", 1);
    return {};
}

} // namespace

Status copyFromSession(const std::shared_ptr<Session>& session, const std::string& path, int out,
                       JobControl& job) {
    ENTRACTE_ASSIGN(person, personOfUid(session->record().owner));
    ENTRACTE_ASSIGN(file, absolute(path, person));
    return run(session, person, {"--out=" + file}, out, job);
}

Status copyIntoSession(const std::shared_ptr<Session>& session, const CopyPlace& place, int in,
                       JobControl& job) {
    ENTRACTE_ASSIGN(person, personOfUid(session->record().owner));
    ENTRACTE_ASSIGN(file, absolute(place.path, person));
    if (place.name.size() > kMaxPath)
        return fail(ErrorCode::InvalidArgument, "The name is too long.");
    return run(
        session, person,
        {"--in=" + file, "--name=" + place.name, "--mode=" + std::to_string(place.mode & 0777U)},
        in, job);
}

} // namespace entracte
