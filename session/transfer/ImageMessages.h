#pragma once

// A protobuf message as the checks need it: every field at hand, by its number, and a message that
// is not whole refused as soon as it is read.

#include "session/criu/ImageReader.h"
#include "session/criu/ImageWriter.h"
#include "session/transfer/ImageRules.h"

#include <string_view>
#include <vector>

namespace entracte::images {

inline Error damagedImage(const std::string& what) {
    return {ErrorCode::SnapshotDamaged, "The saved memory of the session cannot be read.", what,
            "Nothing was changed."};
}

inline tl::unexpected<Error> forbidden(const std::string& what) {
    return fail(ErrorCode::NotAuthorized,
                "The file asks for more than a session of yours may have: " + what + ".", {},
                "Nothing was changed. Take a file only from whom you trust.");
}

class Message {
public:
    // Groups of the old wire format and lengths that do not fit are refused.
    static Result<Message> parse(Bytes bytes, const std::string& what) {
        Message message;
        ProtobufReader reader(bytes);
        while (const auto field = reader.next())
            message.m_fields.push_back(*field);
        if (reader.bad())
            return fail(damagedImage(what));
        return message;
    }

    const std::vector<ProtobufReader::Field>& fields() const { return m_fields; }

    // A number; nullopt when it is not there. As protobuf does, the last one counts; but what is
    // there as something else than a number is an error of the caller's to see (see `numbers`).
    std::optional<std::uint64_t> number(std::uint32_t field) const {
        std::optional<std::uint64_t> value;
        for (const auto& one : m_fields)
            if (one.number == field && one.wireType != 2)
                value = one.value;
        return value;
    }
    std::uint64_t numberOr(std::uint32_t field, std::uint64_t otherwise) const {
        return number(field).value_or(otherwise);
    }
    std::string_view text(std::uint32_t field) const {
        std::string_view value;
        for (const auto& one : m_fields)
            if (one.number == field && one.wireType == 2)
                value = {reinterpret_cast<const char*>(one.bytes.data()), one.bytes.size()};
        return value;
    }
    bool has(std::uint32_t field) const {
        for (const auto& one : m_fields)
            if (one.number == field)
                return true;
        return false;
    }
    // All values of a repeated number, packed ones too.
    Result<std::vector<std::uint64_t>> numbers(std::uint32_t field, const std::string& what) const {
        std::vector<std::uint64_t> values;
        for (const auto& one : m_fields) {
            if (one.number != field)
                continue;
            if (one.wireType != 2) {
                values.push_back(one.value);
                continue;
            }
            std::uint64_t value = 0;
            unsigned shift = 0;
            for (const std::byte byte : one.bytes) {
                if (shift >= 64)
                    return fail(damagedImage(what));
                value |= (std::to_integer<std::uint64_t>(byte) & 0x7f) << shift;
                shift += 7;
                if ((byte & std::byte{0x80}) == std::byte{0}) {
                    values.push_back(value);
                    value = 0;
                    shift = 0;
                }
            }
            if (shift != 0)
                return fail(damagedImage(what));
        }
        return values;
    }
    // A message within; protobuf joins several of the same field into one, so only one is taken.
    Result<std::optional<Message>> inner(std::uint32_t field, const std::string& what) const {
        std::optional<Message> found;
        for (const auto& one : m_fields) {
            if (one.number != field)
                continue;
            if (found || one.wireType != 2)
                return fail(damagedImage(what));
            ENTRACTE_ASSIGN(message, parse(one.bytes, what));
            found = std::move(message);
        }
        return found;
    }

private:
    std::vector<ProtobufReader::Field> m_fields;
};

// What other images say that a check needs.
struct OpenFile {
    std::string path;
    std::uint32_t flags = 0;
};
struct Facts {
    std::map<std::uint32_t, OpenFile> regular; // reg_file_entry by id
    std::set<std::uint32_t> remapped;          // ids of files that are made anew or linked back
    std::set<std::uint32_t> fileIds;           // of every kind
    std::set<std::uint32_t> memoryFiles;       // memfd_file_entry by id
    std::uint64_t network = 0;                 // id of the session's network namespace
    std::set<std::uint32_t> processes;         // pstree
    std::set<std::uint32_t> ended;             // of these: not yet waited for
};

// The entries of an image, the first eight bytes compared. The image must be there.
Result<std::vector<Bytes>> entriesOf(const ImageSet& images, const std::string& name,
                                     std::uint32_t magic);
// The number in "prefix-12.img"; nullopt for another name.
std::optional<std::uint32_t> numberIn(std::string_view name, std::string_view prefix);

Status checkTasks(const ImageSet& images, const ImageRules& rules, Facts& facts);
Status checkNamespaces(const ImageSet& images, const ImageRules& rules, Facts& facts);
Status checkFiles(const ImageSet& images, const ImageRules& rules, Facts& facts,
                  std::vector<AccessNeed>& needs);
Status checkMemory(const ImageSet& images, const Facts& facts, std::vector<AccessNeed>& needs);

} // namespace entracte::images
