#pragma once

// A directory tree as a tar stream (pax), with all that overlayfs and CRIU need again: owners,
// modes, times to the nanosecond, hard links, holes, extended attributes (trusted.* too), whiteouts
// (character device 0/0).
//
// Left out: sockets (CRIU binds those of living programs again), other device nodes (a session can
// use none of its layer), and the attributes that tie a layer to one file system:
// trusted.overlay.origin, .uuid, .nlink. Names and attributes are bytes that a program of the
// session chose; nothing of them is interpreted. The tree must not change meanwhile: its programs
// are frozen, or there are none.

#include "session/base/Result.h"

#include <cstddef>
#include <functional>
#include <set>
#include <span>
#include <string>

namespace entracte {

class ByteSink {
public:
    virtual ~ByteSink() = default;
    virtual Status write(std::span<const std::byte> bytes) = 0;
};

struct ArchiveFacts {
    std::uint64_t fileBytes = 0; // contents of regular files, holes not counted
};

struct ArchiveOptions {
    std::set<std::string> leaveOut; // names directly in the tree's root
    std::function<Status(std::uint64_t bytes)>
        progress; // file bytes since the last call; an error stops
};

// What is in `directory`; the directory itself has no entry.
Result<ArchiveFacts> archiveTree(int directory, ByteSink& sink, const ArchiveOptions& options);

} // namespace entracte
