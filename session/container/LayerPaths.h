#pragma once

// Which overlays a session's root is made of, and which of them holds a path. Decided once, when
// the layer is made (from the host's mount table then), and read back from the names in the layer
// ever after, so that a restored session has the mounts it had on whatever machine.

#include "session/base/Result.h"
#include "session/engine/Types.h"

#include <filesystem>
#include <string>
#include <vector>

namespace entracte {

struct Overlay {
    std::string target; // in the session and on the host: "/", "/home"
    std::string name;   // in the layer: "root", "%2Fhome"
};

// The overlays that this host calls for, the root first, an outer one before what is mounted within
// it. What is mounted where the person cannot get to is of no use in a session, and one that has it
// could not be moved.
Result<std::vector<Overlay>> overlaysOfHost(const Person& person);

// Those of a layer, in the same order; the root alone when the layer is still empty.
std::vector<Overlay> overlaysOfLayer(const std::filesystem::path& layer);

// The innermost overlay that holds `path` (absolute, normal).
const Overlay& overlayHolding(const std::vector<Overlay>& overlays, const std::string& path);

// `path` as seen from the top of `overlay`: "/home/ann" in "/home" is "ann"; never begins with '/'.
std::string pathWithin(const Overlay& overlay, const std::string& path);

// Whether `path` is `folder` or lies beneath it.
bool isWithin(const std::string& path, const std::string& folder);

// Where what is bound into the session from outside is mounted on the host.
std::filesystem::path bindsDirectory(const std::filesystem::path& mountPoint);

} // namespace entracte
