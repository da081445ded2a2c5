#pragma once

// Writes the archive of an exported session (BundleFormat.h) as a stream.

#include "session/base/Result.h"
#include "session/store/TreeArchiver.h"
#include "session/transfer/BundleFormat.h"

#include <functional>
#include <memory>

struct archive;

namespace entracte {

class BundleWriter {
public:
    // `progress` hears of bytes taken since its last call; an error from it stops.
    using Progress = std::function<Status(std::uint64_t bytes)>;

    static Result<std::unique_ptr<BundleWriter>> begin(ByteSink& sink, bool compress,
                                                       Progress progress);
    BundleWriter(const BundleWriter&) = delete;
    BundleWriter& operator=(const BundleWriter&) = delete;
    ~BundleWriter();

    Status addText(const std::string& name, const std::string& text);
    // `file` from its beginning; must not change meanwhile.
    Status addFile(const std::string& name, int file);
    // What `give` writes, which must be `bytes` long.
    Status addStream(const std::string& name, std::uint64_t bytes,
                     const std::function<Status(ByteSink&)>& give);
    // The sums, and the end of the archive.
    Status finish();

private:
    BundleWriter(ByteSink& sink, Progress progress);
    Status open(bool compress);
    Status beginMember(const std::string& name, std::uint64_t bytes);
    Status pass(const void* bytes, std::size_t size);
    tl::unexpected<Error> archiveError();
    static long deliver(archive*, void* self, const void* bytes, std::size_t size);

    ByteSink& m_sink;
    Progress m_progress;
    std::optional<Error> m_sinkError;
    std::string m_sums;
    std::unique_ptr<archive, int (*)(archive*)> m_archive;
};

} // namespace entracte
