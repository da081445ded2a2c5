// push and pull, and what a resume has to do with them.

#include "app/cli/Commands.h"
#include "app/cli/Lookup.h"
#include "app/cli/RemoteCommands.h"
#include "app/cli/TransferCommands.h"
#include "app/repository/Fetcher.h"
#include "app/repository/Pusher.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <iostream>

namespace entracte::cli {

namespace {

using namespace repository;

std::int64_t nowUnixMs() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

Status pushFrom(int from, Pusher& pusher) {
    ByteBuffer buffer(1 << 20);
    for (;;) {
        const ssize_t got = ::read(from, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(Error::fromErrno("The snapshot could not be read"));
        if (got == 0)
            return {};
        ENTRACTE_TRY(pusher.write(ByteView(buffer).first(static_cast<std::size_t>(got))));
    }
}

Status writeTo(int to, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t wrote = ::write(to, bytes.data(), bytes.size());
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return fail(Error::fromErrno("The session could not be handed to the helper"));
        bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    }
    return {};
}

Manifest factsOf(const Chosen& chosen, const LineageId& lineage, const Myself& myself) {
    Manifest facts;
    facts.lineage = lineage;
    facts.machine = myself.machine;
    facts.session = chosen.session.name.toStdString();
    facts.snapshot = chosen.snapshot.id.toStdString();
    facts.comment = chosen.snapshot.comment.toStdString();
    facts.host = myself.host;
    facts.user = myself.user;
    facts.takenUnixMs = chosen.snapshot.takenUnixMs;
    facts.pushedUnixMs = nowUnixMs();
    facts.suspended = chosen.snapshot.suspended;
    return facts;
}

// Whoever has the snapshot has all that there is of the session: it does not run, and this is its
// newest state.
Result<bool> mayGo(const Client& client, const Chosen& chosen) {
    const QString& state = chosen.session.state;
    ENTRACTE_ASSIGN(overview, client.overview());
    const auto snapshots = overview.snapshotsOf(chosen.session);
    return state != "running" && state != "detached" && state != "starting" &&
           !snapshots.isEmpty() && snapshots.last().id == chosen.snapshot.id;
}

// Sends it, unless this very snapshot is there already.
Result<Pushed> send(const Client& client, const Arguments& arguments, Repository& repository,
                    const Chosen& chosen, const Manifest& facts) {
    ENTRACTE_ASSIGN(manifests, repository.manifests());
    for (const auto& [name, manifest] : manifests.whole)
        if (manifest.lineage == facts.lineage && manifest.machine == facts.machine &&
            manifest.snapshot == facts.snapshot)
            return Pushed{name, manifest.streamBytes, 0, 0};
    ENTRACTE_ASSIGN(pusher, Pusher::begin(repository));
    ENTRACTE_TRY(exportTo(client, arguments, chosen.snapshot, {{"compress", false}},
                          [&](int from) { return pushFrom(from, *pusher); }));
    return pusher->finish(facts);
}

Result<Json> pushSession(const Client& client, const Arguments& arguments) {
    ENTRACTE_ASSIGN(chosen, chooseSnapshot(client, arguments.session));
    ENTRACTE_ASSIGN(repository, openRemote(arguments));
    const auto links = personsLinks();
    const std::string session = chosen.session.id.toStdString();
    ENTRACTE_ASSIGN(link, links.of(session));
    ENTRACTE_ASSIGN(myself, links.myself());
    ENTRACTE_ASSIGN(key, leaseKeyText(*repository));
    ENTRACTE_ASSIGN(leases, leasesOf(repository->place(), key));
    ENTRACTE_ASSIGN(lease, leases.current(link.lineage));
    if (lease && !lease->free && lease->machine != myself.machine && !arguments.takeOver)
        return fail(ErrorCode::Busy,
                    "The session is in use elsewhere by now: by " + holderOf(*lease) +
                        ". Nothing was sent.",
                    {},
                    "Suspend and push it there. If this one is to count and not that, use "
                    "--take-over.");
    // Before anything is there: a push that is cut knows its session again.
    ENTRACTE_TRY(links.save(session, link));
    ENTRACTE_ASSIGN(pushed, send(client, arguments, *repository, chosen,
                                 factsOf(chosen, link.lineage, myself)));
    ENTRACTE_ASSIGN(free, mayGo(client, chosen));
    // Written down before it is given away: a resume here asks then.
    link.remotes[arguments.remote] = {key, free};
    ENTRACTE_TRY(links.save(session, link));
    ENTRACTE_TRY(leases.take(link.lineage, myself, free, arguments.takeOver));
    if (!arguments.json)
        std::cout << "Pushed snapshot " << chosen.snapshot.id.toStdString() << " of \""
                  << printable(chosen.session.name) << "\" to \"" << arguments.remote
                  << "\": " << bytesText(pushed.streamBytes) << ", of which the repository lacked "
                  << bytesText(pushed.addedBytes) << " (compressed).\n"
                  << (free ? "Whoever pulls it may go on with it; a resume here takes it back.\n"
                           : "");
    return Json{{"pushed",
                 {{"session", session},
                  {"snapshot", chosen.snapshot.id.toStdString()},
                  {"remote", arguments.remote},
                  {"id", hex(pushed.manifest.hash)},
                  {"bytes", pushed.streamBytes},
                  {"added_bytes", pushed.addedBytes},
                  {"free", free}}}};
}

Result<SessionView> pullSession(const Client& client, const Arguments& arguments) {
    ENTRACTE_ASSIGN(repository, openRemote(arguments));
    ENTRACTE_ASSIGN(manifests, repository->manifests());
    ENTRACTE_ASSIGN(wanted, findPushed(manifests.whole, arguments.session));
    const LineageId lineage = wanted.manifest.lineage;
    const auto links = personsLinks();
    ENTRACTE_ASSIGN(myself, links.myself());
    ENTRACTE_ASSIGN(key, leaseKeyText(*repository));
    ENTRACTE_ASSIGN(leases, leasesOf(repository->place(), key));
    ENTRACTE_ASSIGN(before, leases.current(lineage));
    if (before && !before->free && !arguments.takeOver)
        return fail(ErrorCode::Busy,
                    before->machine == myself.machine
                        ? "The session is in use on this machine already. Nothing was changed."
                        : "The session is in use elsewhere: by " + holderOf(*before) +
                              ". Nothing was changed.",
                    {},
                    "Suspend and push it there. If that one is lost, --take-over takes the "
                    "session from it.");
    // From here on nobody else can; a pull that fails gives it back.
    const bool taken = arguments.resumeToo || arguments.takeOver;
    if (taken)
        ENTRACTE_TRY(leases.take(lineage, myself, false, arguments.takeOver));
    QVariantMap options;
    if (!arguments.name.empty())
        options["name"] = QString::fromStdString(arguments.name);
    auto session = importFrom(client, arguments, options, [&](int to) {
        return repository::pull(
            *repository, wanted.manifest, [&](ByteView bytes) { return writeTo(to, bytes); },
            showBytes(arguments, "Fetching"));
    });
    if (!session) {
        if (taken)
            static_cast<void>(leases.take(lineage, myself, true, false));
        return session;
    }
    Link link;
    link.lineage = lineage;
    link.remotes[arguments.remote] = {key, !taken};
    ENTRACTE_TRY(links.save(session->id.toStdString(), link));
    return session;
}

// Another session of this machine that is the same one, as it was before it left.
void tellOfEarlierOnes(const Client& client, const SessionView& session) {
    const auto links = personsLinks();
    const auto link = links.of(session.id.toStdString());
    const auto overview = client.overview();
    if (!link || !overview)
        return;
    for (const auto& other : overview->sessions) {
        const std::string id = other.id.toStdString();
        if (other.id == session.id || !links.has(id))
            continue;
        const auto linkOfOther = links.of(id);
        if (linkOfOther && linkOfOther->lineage == link->lineage)
            std::cout << "Session " << id << " (\"" << printable(other.name)
                      << "\") is the same one as it was before it left. \"entracte delete " << id
                      << "\" removes it.\n";
    }
}

} // namespace

int push(const Client& client, const Arguments& arguments) {
    const auto result = pushSession(client, arguments);
    return conclude(result, arguments.json);
}

int pull(const Client& client, const Arguments& arguments) {
    const auto session = pullSession(client, arguments);
    if (!session)
        return report(session.error(), arguments.json);
    const std::string id = session->id.toStdString();
    if (!arguments.json) {
        std::cout << "Made the suspended session \"" << printable(session->name) << "\" (" << id
                  << ") of what \"" << arguments.remote << "\" has.\n";
        tellOfEarlierOnes(client, *session);
    }
    if (arguments.resumeToo) {
        auto resume = arguments;
        resume.verb = Verb::Resume;
        resume.session = id;
        resume.takeOver = false;
        return run(resume);
    }
    if (arguments.json)
        printJson(Json{{"session", toJson(*session)}});
    return 0;
}

Status takeBeforeResume(const Client& client, const Arguments& arguments) {
    ENTRACTE_ASSIGN(overview, client.overview());
    const auto found = findSession(overview, arguments.session);
    const auto links = personsLinks();
    const std::string id = found ? found->id.toStdString() : "";
    if (!found || !links.has(id)) // the resume itself tells what is wrong
        return {};
    ENTRACTE_ASSIGN(link, links.of(id));
    ENTRACTE_ASSIGN(myself, links.myself());
    for (auto& [name, at] : link.remotes) {
        if (!at.free)
            continue;
        const auto remote = personsRemotes().find(name);
        if (!remote) // forgotten by the person
            continue;
        const auto take = [&, &at = at]() -> Status {
            ENTRACTE_ASSIGN(spool, spoolFolder());
            ENTRACTE_ASSIGN(place, openPlace(remote->address, spool, false));
            ENTRACTE_ASSIGN(leases, leasesOf(*place, at.leaseKey));
            ENTRACTE_TRY(leases.take(link.lineage, myself, false, arguments.takeOver));
            return {};
        };
        const auto taken = take();
        if (!taken && taken.error().code() == ErrorCode::Busy)
            return taken;
        if (!taken && !arguments.takeOver)
            return fail(Error(taken.error().code(),
                              "The session was given to the repository \"" + name +
                                  "\", which cannot be asked now whether somebody else goes on "
                                  "with it: " +
                                  taken.error().sentence(),
                              taken.error().detail(),
                              "If nobody does, --take-over resumes it all the same."));
        at.free = false;
    }
    return links.save(id, link);
}

} // namespace entracte::cli
