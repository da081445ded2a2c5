#include "session/criu/FileSizes.h"

#include "session/criu/ImageWriter.h"

namespace entracte {
namespace {

constexpr std::uint32_t kFilesMagic = 0x56303138;
constexpr std::uint32_t kRegular = 3; // file_entry (fdinfo.proto)
namespace regular {                   // reg_file_entry (regfile.proto)
constexpr std::uint32_t kName = 6, kSize = 8, kChecksum = 11, kLastOfChecksum = 13;
}

tl::unexpected<Error> malformed() {
    return fail(ErrorCode::SnapshotDamaged, "The saved memory of the session cannot be read.",
                "a file's entry is malformed", "Resume an older snapshot.");
}

bool names(Bytes entry, const std::set<std::string_view>& paths) {
    ProtobufReader reader(entry);
    while (const auto field = reader.next())
        if (field->number == regular::kName)
            return paths.contains(std::string_view(
                reinterpret_cast<const char*>(field->bytes.data()), field->bytes.size()));
    return false;
}

std::string withoutChecks(Bytes entry) {
    ProtobufWriter writer;
    ProtobufReader reader(entry);
    while (const auto field = reader.next())
        if (field->number != regular::kSize &&
            (field->number < regular::kChecksum || field->number > regular::kLastOfChecksum))
            writer.copy(*field);
    return writer.message();
}

} // namespace

Result<std::string> forgetFileSizes(std::string_view image,
                                    const std::set<std::string_view>& paths) {
    ENTRACTE_ASSIGN(entries, splitImage(image, kFilesMagic));
    std::string mended = beginImage(kFilesMagic);
    for (const Bytes entry : entries) {
        ProtobufWriter writer;
        ProtobufReader reader(entry);
        while (const auto field = reader.next()) {
            if (field->number == kRegular && names(field->bytes, paths))
                writer.bytes(kRegular, withoutChecks(field->bytes));
            else
                writer.copy(*field);
        }
        if (reader.bad())
            return malformed();
        appendEntry(mended, writer.message());
    }
    return mended;
}

} // namespace entracte
