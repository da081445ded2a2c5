#include "app/cli/RemoteCommands.h"

#include "app/cli/Passphrase.h"
#include "app/repository/Check.h"
#include "app/repository/ProgramPath.h"
#include "app/repository/Prune.h"
#include "session/base/Printable.h"
#include "session/base/Subprocess.h"
#include "session/engine/RetentionText.h"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

namespace entracte::cli {

using entracte::printable; // beside that for Qt's texts

namespace {

using namespace repository;
namespace fs = std::filesystem;

constexpr std::size_t kShortId = 12; // digits of a snapshot's id that are shown

std::string firstLine(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

Result<std::string> passphraseOf(const Remote& remote, const Arguments& arguments, bool twice) {
    std::string passphrase;
    if (arguments.passphraseFd >= 0 ||
        (remote.passphraseFile.empty() && remote.passphraseCommand.empty()))
        return readPassphrase(arguments.passphraseFd, twice);
    if (!remote.passphraseFile.empty()) {
        std::ifstream in(remote.passphraseFile);
        std::getline(in, passphrase);
    } else {
        SubprocessSpec spec;
        spec.command = {"/bin/sh", "-c", remote.passphraseCommand};
        spec.environment.clear();
        for (char** variable = environ; *variable; ++variable)
            spec.environment.emplace_back(*variable);
        ENTRACTE_ASSIGN(done, runToEnd(std::move(spec), std::chrono::minutes(5)));
        if (!done.status.success())
            return fail(ErrorCode::NotAuthorized,
                        "The command for the passphrase " + done.status.inWords() + ".",
                        done.errors);
        passphrase = firstLine(done.output);
    }
    if (passphrase.empty())
        return fail(ErrorCode::NotAuthorized, "There is no passphrase where it should be read.", {},
                    "See \"" + (configFolder() / "remotes.toml").string() + "\".");
    return passphrase;
}

Result<Json> addRemote(const Arguments& arguments) {
    Remote remote{arguments.address, arguments.passphraseFile, arguments.passphraseCommand};
    if (!remote.passphraseFile.empty())
        remote.passphraseFile = fs::absolute(remote.passphraseFile).string();
    const auto known = personsRemotes();
    ENTRACTE_ASSIGN(all, known.all());
    if (!isRemoteName(arguments.remote) || all.contains(arguments.remote))
        return fail(known.add(arguments.remote, remote).error());
    ENTRACTE_ASSIGN(spool, spoolFolder());
    ENTRACTE_ASSIGN(place, openPlace(remote.address, spool, true));
    ENTRACTE_ASSIGN(there, Repository::exists(*place));
    ENTRACTE_ASSIGN(passphrase, passphraseOf(remote, arguments, !there));
    if (!there)
        ENTRACTE_TRY(Repository::create(*place, passphrase));
    ENTRACTE_TRY(Repository::open(std::move(place), passphrase, cacheFolder() / "repositories"));
    ENTRACTE_TRY(known.add(arguments.remote, remote));
    if (!arguments.json)
        std::cout << (there ? "Found a repository" : "Made a new repository") << " at "
                  << printable(remote.address) << "; it is called \"" << arguments.remote
                  << "\" now.\n"
                  << (there ? "" : "Without its passphrase nobody can read it, nor can you.\n");
    return Json{
        {"remote", {{"name", arguments.remote}, {"address", remote.address}, {"made", !there}}}};
}

Result<Json> listRemotes(const Arguments& arguments) {
    ENTRACTE_ASSIGN(all, personsRemotes().all());
    Json list = Json::array();
    for (const auto& [name, remote] : all) {
        list.push_back({{"name", name},
                        {"address", remote.address},
                        {"asks_passphrase",
                         remote.passphraseFile.empty() && remote.passphraseCommand.empty()}});
        if (!arguments.json)
            std::cout << name << "  " << printable(remote.address) << '\n';
    }
    if (all.empty() && !arguments.json && ::isatty(STDOUT_FILENO) != 0)
        std::cout << "There is no repository. \"entracte remote add NAME ADDRESS\" makes one.\n";
    return Json{{"remotes", std::move(list)}};
}

Json toJson(const ObjectName& name, const Manifest& manifest) {
    return {{"id", hex(name.hash)},
            {"snapshot", printable(manifest.snapshot)},
            {"taken_unix_ms", manifest.takenUnixMs},
            {"pushed_unix_ms", manifest.pushedUnixMs},
            {"host", printable(manifest.host)},
            {"user", printable(manifest.user)},
            {"comment", printable(manifest.comment)},
            {"suspended", manifest.suspended},
            {"bytes", manifest.streamBytes},
            {"added_bytes", manifest.addedBytes}};
}

void print(const ObjectName& name, const Manifest& manifest) {
    std::cout << "  " << hex(name.hash).substr(0, kShortId) << "  "
              << timeText(manifest.takenUnixMs) << "  " << bytesText(manifest.streamBytes)
              << "  from " << printable(manifest.host) << (manifest.suspended ? "  suspended" : "")
              << (manifest.comment.empty() ? "" : "  " + printable(manifest.comment)) << '\n';
}

Result<Json> listSessions(const Arguments& arguments) {
    ENTRACTE_ASSIGN(repository, openRemote(arguments));
    ENTRACTE_ASSIGN(manifests, repository->manifests());
    ENTRACTE_ASSIGN(key, leaseKeyText(*repository));
    ENTRACTE_ASSIGN(leases, leasesOf(repository->place(), key));
    std::map<LineageId, Manifests> sessions;
    for (const auto& one : manifests.whole)
        sessions[one.second.lineage].push_back(one);
    Json list = Json::array();
    for (auto& [lineage, snapshots] : sessions) {
        std::ranges::sort(snapshots, {}, [](const auto& one) { return one.second.takenUnixMs; });
        ENTRACTE_ASSIGN(lease, leases.current(lineage));
        const std::string name = printable(snapshots.back().second.session);
        const bool held = lease && !lease->free;
        Json entry{{"id", hex(lineage)},
                   {"name", name},
                   {"in_use_by", nullptr},
                   {"snapshots", Json::array()}};
        if (held)
            entry["in_use_by"] = {{"host", printable(lease->host)},
                                  {"user", printable(lease->user)},
                                  {"since_unix_ms", lease->unixMs}};
        if (!arguments.json)
            std::cout << name << "  " << hex(lineage).substr(0, kShortId) << "  "
                      << (held ? "in use by " + holderOf(*lease) : "free") << '\n';
        for (const auto& [id, manifest] : snapshots) {
            entry["snapshots"].push_back(toJson(id, manifest));
            if (!arguments.json)
                print(id, manifest);
        }
        list.push_back(std::move(entry));
    }
    if (sessions.empty() && !arguments.json)
        std::cout << "There is nothing in it yet.\n";
    return Json{{"remote", arguments.remote}, {"sessions", std::move(list)}};
}

Result<Json> checkRemote(const Arguments& arguments) {
    ENTRACTE_ASSIGN(repository, openRemote(arguments));
    ENTRACTE_ASSIGN(found, check(*repository, arguments.readData, showBytes(arguments, "Reading")));
    if (!arguments.json) {
        std::cout << found.snapshots << " snapshots in " << found.packs << " packs, "
                  << bytesText(found.bytes) << ".\n";
        for (const std::string& problem : found.problems)
            std::cout << problem << '\n';
        if (found.unfinished > 0)
            std::cout << found.unfinished
                      << " files are of pushes that were cut, or that go on; \"entracte remote "
                         "prune\" removes them in time.\n";
    }
    if (!found.problems.empty())
        return fail(ErrorCode::SnapshotDamaged,
                    std::to_string(found.problems.size()) +
                        " things in the repository are not as they were written.",
                    found.problems.front(),
                    "Push the sessions again from where they still are: what is missing is sent "
                    "anew.");
    if (!arguments.json)
        std::cout << (arguments.readData ? "Everything is as it was written.\n"
                                         : "Everything is there. (--read-data reads it, too.)\n");
    return Json{{"snapshots", found.snapshots},
                {"packs", found.packs},
                {"bytes", found.bytes},
                {"unfinished", found.unfinished}};
}

Result<Json> pruneRemote(const Arguments& arguments) {
    PruneRequest request;
    if (arguments.keep) {
        ENTRACTE_ASSIGN(rules, parseRetention(*arguments.keep));
        request.keep = rules;
    }
    ENTRACTE_ASSIGN(repository, openRemote(arguments));
    ENTRACTE_ASSIGN(myself, personsLinks().myself());
    if (!arguments.session.empty()) {
        ENTRACTE_ASSIGN(manifests, repository->manifests());
        ENTRACTE_ASSIGN(lineage, findLineage(manifests.whole, arguments.session));
        request.only = lineage;
    }
    if (arguments.graceSeconds)
        request.grace = std::chrono::seconds(*arguments.graceSeconds);
    request.dryRun = arguments.dryRun;
    request.nowUnixMs = std::chrono::duration_cast<std::chrono::milliseconds>(
                            std::chrono::system_clock::now().time_since_epoch())
                            .count();
    ENTRACTE_ASSIGN(done, pruneAlone(*repository, myself, arguments.takeOver, request));
    Json removed = Json::array();
    for (const auto& [name, manifest] : done.removed) {
        removed.push_back(hex(name.hash));
        if (!arguments.json) {
            std::cout << (arguments.dryRun ? "Would remove" : "Removed") << " of "
                      << printable(manifest.session) << ":";
            print(name, manifest);
        }
    }
    if (!arguments.json)
        std::cout << (arguments.dryRun ? "Would delete " : "Deleted ") << done.deleted << " files ("
                  << bytesText(done.deletedBytes) << "); " << done.marked << " more ("
                  << bytesText(done.markedBytes)
                  << ") are needed by no snapshot and go in a prune some days from now.\n";
    return Json{{"removed", std::move(removed)},
                {"deleted_files", done.deleted},
                {"deleted_bytes", done.deletedBytes},
                {"waiting_files", done.marked},
                {"waiting_bytes", done.markedBytes}};
}

Result<Json> dispatch(const Arguments& arguments) {
    switch (arguments.verb) {
    case Verb::RemoteAdd:
        return addRemote(arguments);
    case Verb::RemoteRemove:
        ENTRACTE_TRY(personsRemotes().remove(arguments.remote));
        if (!arguments.json)
            std::cout << "Forgot \"" << arguments.remote << "\"; what is there stays there.\n";
        return Json{{"removed", arguments.remote}};
    case Verb::RemoteCheck:
        return checkRemote(arguments);
    case Verb::RemotePrune:
        return pruneRemote(arguments);
    default:
        return arguments.remote.empty() ? listRemotes(arguments) : listSessions(arguments);
    }
}

} // namespace

Remotes personsRemotes() {
    return Remotes(configFolder() / "remotes.toml");
}

Result<std::string> spoolFolder() {
    const fs::path folder = cacheFolder() / "repositories" / "spool";
    std::error_code problem;
    fs::create_directories(folder, problem);
    if (problem)
        return fail(ErrorCode::System, "The folder " + folder.string() + " could not be made.",
                    problem.message());
    fs::permissions(folder.parent_path(), fs::perms::owner_all, problem);
    return folder.string();
}

Links personsLinks() {
    return Links(stateFolder() / "pushed");
}

Result<std::unique_ptr<Repository>> openRemote(const Arguments& arguments) {
    ENTRACTE_ASSIGN(remote, personsRemotes().find(arguments.remote));
    ENTRACTE_ASSIGN(spool, spoolFolder());
    ENTRACTE_ASSIGN(place, openPlace(remote.address, spool, false));
    ENTRACTE_ASSIGN(passphrase, passphraseOf(remote, arguments, false));
    return Repository::open(std::move(place), passphrase, cacheFolder() / "repositories");
}

Result<std::string> leaseKeyText(const Repository& repository) {
    ENTRACTE_ASSIGN(key, leaseKeyOf(*repository.keys()));
    return hex(ByteView(reinterpret_cast<const std::byte*>(key.data()), SecretKey::kSize));
}

Result<Leases> leasesOf(Place& place, const std::string& leaseKey) {
    SecretKey key;
    if (!key.data() ||
        !unhex(leaseKey, std::span(reinterpret_cast<std::byte*>(key.data()), SecretKey::kSize)))
        return fail(ErrorCode::SnapshotDamaged, "The key for the session's lease is damaged.", {},
                    "Push the session again.");
    ENTRACTE_ASSIGN(keys, keysOfLeases(key));
    return Leases(place, keys);
}

Result<LineageId> findLineage(const Manifests& manifests, const std::string& named) {
    std::map<LineageId, std::string> byName; // with the newest of their names
    std::map<LineageId, std::string> byId;
    for (const auto& [name, manifest] : manifests) {
        if (manifest.session == named)
            byName.emplace(manifest.lineage, hex(manifest.lineage));
        if (!named.empty() && hex(manifest.lineage).starts_with(named))
            byId.emplace(manifest.lineage, hex(manifest.lineage));
    }
    const auto& found = byName.empty() ? byId : byName;
    if (found.empty())
        return fail(ErrorCode::NotFound,
                    "There is no session \"" + printable(named) + "\" in the repository.", {},
                    "\"entracte remote list NAME\" shows all.");
    if (found.size() > 1) {
        std::string ids;
        for (const auto& [lineage, id] : found)
            ids += (ids.empty() ? "" : ", ") + id.substr(0, kShortId);
        return fail(ErrorCode::InvalidArgument,
                    "Several sessions are called \"" + printable(named) + "\".", {},
                    "Name one by its id: " + ids + ".");
    }
    return found.begin()->first;
}

Result<NamedManifest> findPushed(const Manifests& manifests, const std::string& named) {
    // A session's name may hold an "@": the whole is tried first.
    const auto at = named.rfind('@');
    auto lineage = findLineage(manifests, named);
    std::string wanted;
    if (!lineage && at != std::string::npos) {
        wanted = named.substr(at + 1);
        lineage = findLineage(manifests, named.substr(0, at));
    }
    if (!lineage)
        return fail(lineage.error());
    const bool newest = wanted.empty() || wanted == "newest" || wanted == "latest";
    std::vector<NamedManifest> found;
    for (const auto& [name, manifest] : manifests)
        if (manifest.lineage == *lineage &&
            (newest || hex(name.hash).starts_with(wanted) || manifest.snapshot == wanted))
            found.push_back({name, manifest});
    if (found.empty())
        return fail(ErrorCode::NotFound,
                    "The session has no snapshot \"" + printable(wanted) + "\" there.", {},
                    "\"entracte remote list NAME\" shows all.");
    if (!newest && found.size() > 1)
        return fail(ErrorCode::InvalidArgument, "Several snapshots begin with \"" + wanted + "\".",
                    {}, "Write more of the id.");
    return *std::ranges::max_element(found, {}, [](const NamedManifest& one) {
        return std::pair(one.manifest.takenUnixMs, one.manifest.pushedUnixMs);
    });
}

std::function<Status(std::uint64_t, std::uint64_t)> showBytes(const Arguments& arguments,
                                                              const std::string& what) {
    if (arguments.quiet || ::isatty(STDERR_FILENO) == 0)
        return {};
    return [what](std::uint64_t done, std::uint64_t all) -> Status {
        std::cerr << '\r' << what << ' ' << bytesText(done) << " of " << bytesText(all) << "\033[K"
                  << (done == all ? "\n" : "") << std::flush;
        return {};
    };
}

bool isOfRemotes(Verb verb) {
    return verb == Verb::RemoteAdd || verb == Verb::RemoteRemove || verb == Verb::RemoteList ||
           verb == Verb::RemoteCheck || verb == Verb::RemotePrune;
}

int remoteCommand(const Arguments& arguments) {
    const auto result = dispatch(arguments);
    return conclude(result, arguments.json);
}

} // namespace entracte::cli
