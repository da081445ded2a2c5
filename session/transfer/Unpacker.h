#pragma once

// Reads an exported session and checks all of it (BundleFormat.h), before anybody makes a session
// of it. What is read comes from elsewhere. The result is written anew, piece by piece, to files
// that somebody else opens: this code opens none, and runs where it could not
// (UnpackMain.cpp).

#include "session/store/TreeExtractor.h"
#include "session/transfer/ImageRules.h"

#include "session/base/UniqueFd.h"

namespace entracte {

// Who opens files: the helper, on the other end of a socket; a test, in a folder.
class UnpackTarget {
public:
    struct Pages {
        UniqueFd file;
        bool filled = false; // with what the file of this name was before
    };
    virtual ~UnpackTarget() = default;
    // That many bytes follow, of images and of the layer. An error ends all.
    virtual Status expect(std::uint64_t imageBytes, std::uint64_t layerBytes) = 0;
    // A new file, to be written from its beginning: "manifest.json", "layer.tar", or an image.
    virtual Result<UniqueFd> create(const std::string& name) = 0;
    // pages-`number`.img, to be written where it differs from what it is filled with.
    virtual Result<Pages> createPages(std::uint32_t number);
    // pages-`number`.img of what the same move brought before, to be read.
    virtual Result<UniqueFd> earlier(std::uint32_t number);
};

// What the manifest says, in the order of the archive's members; on success all that it promises
// was there and was whole. The manifest.json written differs from the one read: it has only what is
// known, and under "needs" what is to be looked up on this machine:
// [["file"|"socket"|"lower", bits, path], …].
Status unpackBundle(ByteSource& source, UnpackTarget& target, const ImageRules& rules);

} // namespace entracte
