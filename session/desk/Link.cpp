#include "session/desk/Link.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace entracte::desk {
namespace {

constexpr std::size_t kMaxLink = 4096;

std::string lowered(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return result;
}

bool isPlain(char letter) {
    const auto c = static_cast<unsigned char>(letter);
    return c < 128 && std::isalnum(c) != 0;
}

// Who writes a mail decides what is attached to it: nothing but its words may come from here.
bool carriesOnlyWords(std::string_view mail) {
    const auto question = mail.find('?');
    if (question == std::string_view::npos)
        return true;
    for (auto rest = mail.substr(question + 1); !rest.empty();) {
        const auto part = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(rest.size(), part.size() + 1));
        constexpr std::array kWords = {"subject", "body", "cc", "bcc", "to", "in-reply-to"};
        if (std::ranges::find(kWords, lowered(part.substr(0, part.find('=')))) == kWords.end())
            return false;
    }
    return true;
}

// Between "//" and the path; nullopt for a mail.
std::optional<std::string> authorityOf(std::string_view link) {
    for (const std::string_view scheme : {"http://", "https://"})
        if (lowered(link.substr(0, scheme.size())) == scheme) {
            link.remove_prefix(scheme.size());
            return lowered(link.substr(0, link.find_first_of("/?#")));
        }
    return std::nullopt;
}

// "1", "0x7f", "010": browsers read names that end so as addresses (URL Standard, "ends in a
// number").
bool isNumber(std::string_view label) {
    const bool hex = label.starts_with("0x");
    if (hex)
        label.remove_prefix(2);
    return (hex || !label.empty()) && std::ranges::all_of(label, [hex](unsigned char c) {
               return hex ? std::isxdigit(c) != 0 : std::isdigit(c) != 0;
           });
}

// Names that no public server has (RFC 6761, RFC 6762, RFC 8375, and what home routers give).
bool isPrivateName(std::string_view top, std::string_view host) {
    constexpr std::array kTops = {"localhost", "local",       "internal", "lan",
                                  "home",      "intranet",    "private",  "corp",
                                  "test",      "localdomain", "invalid"};
    return std::ranges::find(kTops, top) != kTops.end() || host == "home.arpa" ||
           host.ends_with(".home.arpa") || host == "fritz.box" || host.ends_with(".fritz.box");
}

} // namespace

std::optional<std::string> safeLink(std::string_view text) {
    constexpr std::string_view kKept = "-._~:/?#[]@!*+,;=&%";
    if (text.empty() || text.size() > kMaxLink)
        return std::nullopt;
    std::string link;
    for (const char letter : text) {
        const auto c = static_cast<unsigned char>(letter);
        if (c < 0x20 || c == 0x7f)
            return std::nullopt;
        if (isPlain(letter) || kKept.find(letter) != std::string_view::npos) {
            link += letter;
        } else {
            constexpr const char* kDigits = "0123456789ABCDEF";
            link += {'%', kDigits[c >> 4], kDigits[c & 15]};
        }
    }
    if (const auto authority = authorityOf(link)) {
        // A name before the host is nowhere needed, and looks like the host.
        const bool good = !authority->empty() && authority->find('@') == authority->npos;
        return good ? std::optional(link) : std::nullopt;
    }
    if (lowered(link.substr(0, 7)) == "mailto:" && carriesOnlyWords(link))
        return link;
    return std::nullopt;
}

bool leadsInside(std::string_view link) {
    const auto authority = authorityOf(link);
    if (!authority)
        return false; // a mail, which the person sends
    std::string_view host = *authority;
    if (host.starts_with('['))
        return true;
    host = host.substr(0, host.find(':'));
    while (host.ends_with('.'))
        host.remove_suffix(1);
    const bool plain = std::ranges::all_of(
        host, [](char letter) { return isPlain(letter) || letter == '.' || letter == '-'; });
    const auto dot = host.rfind('.');
    if (!plain || dot == host.npos) // also a number, and a name that is to be decoded
        return true;
    const auto top = host.substr(dot + 1);
    return isNumber(top) || isPrivateName(top, host);
}

} // namespace entracte::desk
