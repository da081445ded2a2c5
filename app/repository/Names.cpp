#include "app/repository/Names.h"

#include <sodium.h>

#include <algorithm>

namespace entracte::repository {

namespace {

constexpr std::size_t kLongestPath = 200;

} // namespace

std::string hex(ByteView bytes) {
    std::string text(2 * bytes.size() + 1, '\0');
    ::sodium_bin2hex(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size());
    text.pop_back();
    return text;
}

bool unhex(std::string_view text, std::span<std::byte> bytes) {
    if (text.size() != 2 * bytes.size() ||
        text.find_first_not_of("0123456789abcdef") != std::string_view::npos)
        return false;
    std::size_t size = 0;
    return ::sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                            text.data(), text.size(), nullptr, &size, nullptr) == 0 &&
           size == bytes.size();
}

const char* folderOf(Kind kind) {
    switch (kind) {
    case Kind::Pack:
        return "packs";
    case Kind::Index:
        return "indexes";
    case Kind::Manifest:
        return "manifests";
    case Kind::Mark:
        break;
    }
    return "marks";
}

std::string pathOf(Kind kind, const ObjectName& name) {
    const std::string text = hex(name.hash);
    std::string path = std::string(folderOf(kind)) + "/";
    // There are many packs, and some places are slow with a folder of thousands.
    if (kind == Kind::Pack)
        path += text.substr(0, 2) + "/";
    return path + text;
}

std::optional<ObjectName> nameIn(Kind kind, std::string_view path) {
    ObjectName name;
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos || !unhex(path.substr(slash + 1), name.hash) ||
        path != pathOf(kind, name))
        return std::nullopt;
    return name;
}

ObjectName nameOf(ByteView bytes) {
    ObjectName name;
    ::crypto_generichash(reinterpret_cast<unsigned char*>(name.hash.data()), name.hash.size(),
                         reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                         nullptr, 0);
    return name;
}

bool isSafePath(std::string_view path) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.' || c == '/';
    };
    return !path.empty() && path.size() <= kLongestPath && path.front() != '/' &&
           path.back() != '/' && std::ranges::all_of(path, allowed) &&
           path.find("//") == std::string_view::npos && !path.starts_with("..") &&
           path.find("/..") == std::string_view::npos;
}

} // namespace entracte::repository
