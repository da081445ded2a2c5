#include "app/repository/RclonePlace.h"

#include "app/repository/Names.h"
#include "app/repository/ProgramPath.h"
#include "session/base/Printable.h"
#include "session/base/ScopeExit.h"
#include "session/base/Subprocess.h"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace entracte::repository {

namespace {

using namespace std::chrono_literals;

// rclone has limits of its own for a link that is dead; this one is for itself.
constexpr auto kLongestRun = 6h;
constexpr std::size_t kLongestListing = 512 << 20; // bytes of JSON
constexpr int kNoFolder = 3;                       // rclone's exit statuses
constexpr int kNoFile = 4;

std::string lastLine(std::string text) {
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    const auto newline = text.rfind('\n');
    return printable(newline == std::string::npos ? text : text.substr(newline + 1));
}

Error tooLong() {
    return {ErrorCode::SnapshotDamaged, "The repository holds more than any that we write."};
}

Result<std::filesystem::path> spoolFile(const std::filesystem::path& folder, ByteView bytes) {
    std::array<std::byte, 8> random{};
    ::randombytes_buf(random.data(), random.size());
    const auto path = folder / ("upload-" + hex(random));
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) {
        std::error_code gone;
        std::filesystem::remove(path, gone);
        return fail(ErrorCode::NoSpace, "The file " + path.string() + " could not be written.", {},
                    "Is there space on that disk?");
    }
    return path;
}

} // namespace

Result<std::vector<Listed>> parseListing(ByteView json, const std::string& folder) {
    const auto* const begin = reinterpret_cast<const char*>(json.data());
    const auto listing = nlohmann::json::parse(begin, begin + json.size(), nullptr, false);
    const auto wrong = [] {
        return fail(ErrorCode::System, "rclone's list of files could not be understood.");
    };
    if (!listing.is_array())
        return wrong();
    std::vector<Listed> found;
    for (const auto& entry : listing) {
        const auto path = entry.is_object() ? entry.find("Path") : entry.end();
        if (!entry.is_object() || path == entry.end() || !path->is_string())
            return wrong();
        const auto folderFlag = entry.find("IsDir");
        if (folderFlag != entry.end() && folderFlag->is_boolean() && folderFlag->get<bool>())
            continue;
        const auto size = entry.find("Size");
        const std::int64_t bytes =
            size != entry.end() && size->is_number_integer() ? size->get<std::int64_t>() : 0;
        found.push_back({folder + "/" + path->get<std::string>(),
                         static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0))});
    }
    return found;
}

RclonePlace::RclonePlace(std::string program, std::string remote,
                         std::vector<std::string> environment, std::filesystem::path spool)
    : m_program(std::move(program)), m_remote(std::move(remote)),
      m_environment(std::move(environment)), m_spool(std::move(spool)) {}

Result<std::unique_ptr<RclonePlace>> RclonePlace::open(std::string remote,
                                                       std::vector<std::string> variables,
                                                       std::filesystem::path spool) {
    const std::string program = programPath("rclone");
    if (program.empty())
        return fail(ErrorCode::NotFound, "rclone is not installed, which reaches the repository.",
                    {}, "Install the package rclone.");
    if (remote.empty() || remote.front() == '-' || remote.find(':') == std::string::npos)
        return fail(ErrorCode::InvalidArgument,
                    "A place of rclone's is written rclone:REMOTE:FOLDER.", {},
                    "\"rclone listremotes\" shows what you have.");
    std::vector<std::string> environment;
    for (char** variable = environ; *variable; ++variable)
        environment.emplace_back(*variable);
    for (std::string& variable : variables)
        environment.push_back(std::move(variable));
    return std::unique_ptr<RclonePlace>(
        new RclonePlace(program, std::move(remote), std::move(environment), std::move(spool)));
}

std::string RclonePlace::at(const std::string& path) const {
    const bool bare = m_remote.ends_with(':') || m_remote.ends_with('/');
    return m_remote + (bare ? "" : "/") + path;
}

Result<ByteBuffer> RclonePlace::run(const std::vector<std::string>& arguments, std::size_t limit) {
    SubprocessSpec spec;
    spec.command = {m_program, "--ask-password=false", "--log-level=ERROR", "--stats=0"};
    spec.command.insert(spec.command.end(), arguments.begin(), arguments.end());
    spec.environment = m_environment;
    spec.workingDirectory = m_spool.string();
    const UniqueFd output(::memfd_create("rclone", MFD_CLOEXEC));
    if (!output)
        return fail(Error::fromErrno("There is no memory for what is read"));
    spec.standardOutput = output.get();
    ENTRACTE_ASSIGN(done, runToEnd(std::move(spec), kLongestRun));
    if (!done.status.success()) {
        const bool missing = done.status.signal == 0 &&
                             (done.status.code == kNoFolder || done.status.code == kNoFile);
        return fail(missing ? ErrorCode::NotFound : ErrorCode::System,
                    "rclone could not do it: " + lastLine(done.errors),
                    "rclone " + arguments.front() + " " + done.status.inWords(),
                    "Is the storage reachable? \"rclone lsd " + m_remote + "\" tries it.");
    }
    struct stat info {};
    if (::fstat(output.get(), &info) != 0 || static_cast<std::uint64_t>(info.st_size) > limit)
        return fail(tooLong());
    ByteBuffer bytes(static_cast<std::size_t>(info.st_size));
    if (!bytes.empty() &&
        ::pread(output.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        return fail(Error::fromErrno("What rclone has read could not be read"));
    return bytes;
}

Result<std::vector<Listed>> RclonePlace::list(const std::string& folder) {
    const auto json =
        run({"lsjson", "--recursive", "--files-only", "--no-modtime", "--no-mimetype", at(folder)},
            kLongestListing);
    if (!json && json.error().code() == ErrorCode::NotFound)
        return std::vector<Listed>();
    if (!json)
        return fail(json.error());
    return parseListing(*json, folder);
}

Result<ByteBuffer> RclonePlace::read(const std::string& path, std::uint64_t limit) {
    ENTRACTE_ASSIGN(bytes, readRange(path, 0, limit + 1));
    if (bytes.size() > limit)
        return fail(tooLong());
    return std::move(bytes);
}

Result<ByteBuffer> RclonePlace::readRange(const std::string& path, std::uint64_t offset,
                                          std::uint64_t bytes) {
    auto read = run(
        {"cat", "--offset=" + std::to_string(offset), "--count=" + std::to_string(bytes), at(path)},
        bytes);
    // Storages without folders have no error for a file that is not there: rclone says nothing.
    if (read && read->empty() && bytes > 0)
        return fail(ErrorCode::NotFound, "The repository has no file " + path + ".");
    return read;
}

Status RclonePlace::fetch(const std::vector<std::string>& paths, const std::string& into,
                          std::uint64_t /*limit: rclone has none for named files*/) {
    if (paths.empty())
        return {};
    std::string wanted;
    for (const std::string& path : paths)
        wanted += path + "\n";
    ENTRACTE_ASSIGN(list, spoolFile(m_spool, std::as_bytes(std::span(wanted))));
    const ScopeExit remove([&] {
        std::error_code gone;
        std::filesystem::remove(list, gone);
    });
    ENTRACTE_TRY(run({"copy", "--files-from-raw=" + list.string(), "--no-traverse", "--size-only",
                      "--transfers=8", "--checkers=8", at(""), into},
                     0));
    return {};
}

Status RclonePlace::write(const std::string& path, ByteView bytes) {
    ENTRACTE_ASSIGN(file, spoolFile(m_spool, bytes));
    const ScopeExit remove([&] {
        std::error_code gone;
        std::filesystem::remove(file, gone);
    });
    // Not one that is there already; a part of one, which a cut left, has another length.
    ENTRACTE_TRY(run({"copyto", "--size-only", "--no-traverse", file.string(), at(path)}, 0));
    return {};
}

Status RclonePlace::remove(const std::vector<std::string>& paths) {
    if (paths.empty())
        return {};
    std::string unwanted;
    for (const std::string& path : paths)
        unwanted += path + "\n";
    ENTRACTE_ASSIGN(list, spoolFile(m_spool, std::as_bytes(std::span(unwanted))));
    const ScopeExit remove([&] {
        std::error_code gone;
        std::filesystem::remove(list, gone);
    });
    ENTRACTE_TRY(run({"delete", "--files-from-raw=" + list.string(), "--no-traverse", at("")}, 0));
    return {};
}

} // namespace entracte::repository
