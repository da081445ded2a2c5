#pragma once

// Memory that was dumped in two halves: most of it ahead, and at the end what was written since
// (criu(8), --track-mem, --prev-images-dir). Says how the two become one, so that what is stored is
// whole, and needs no other images.
//
// pagemap-PID.img lists stretches of pages (pagemap.proto), whose contents lie in pages-ID.img in
// the same order. In the last dump's some say that their contents are in the other images.
//
// Pure: bytes in, bytes out. A program of the session shapes them, so this runs in
// entracte-criu-inspect, which has no privileges.

#include "session/base/Result.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace entracte {

struct PageHalves {
    std::string last;  // pagemap-PID.img of the last dump
    std::string ahead; // of what was dumped ahead; empty: nothing was
};

struct PageStretch {
    bool ahead = false;        // in which half's pages it lies
    std::uint64_t address = 0; // in the process, in pages
    std::uint64_t first = 0;   // page of that file
    std::uint64_t count = 0;   // pages
};

struct MergedPages {
    std::string pagemap;            // empty: the last dump is whole
    std::uint32_t lastPages = 0;    // ID of pages-ID.img
    std::uint32_t aheadPages = 0;   // the same
    std::vector<PageStretch> pages; // of the merged pages-LASTPAGES.img, in order
};

// SnapshotDamaged when they are not what CRIU writes, or when something is in neither half.
Result<MergedPages> mergePages(const PageHalves& halves);

// The same of several processes, by their numbers, through a stream: what entracte-criu-inspect is
// given and answers.
std::string packHalves(const std::map<std::uint32_t, PageHalves>& halves);
Result<std::map<std::uint32_t, PageHalves>> unpackHalves(std::string_view stream);
std::string packMerged(const std::map<std::uint32_t, MergedPages>& merged);
Result<std::map<std::uint32_t, MergedPages>> unpackMerged(std::string_view stream);

} // namespace entracte
