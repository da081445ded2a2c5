#pragma once

// Writes what ImageReader.h reads: the entries of an image, and the fields of a protobuf message.

#include "session/criu/ImageReader.h"

#include <string>
#include <vector>

namespace entracte {

class ProtobufWriter {
public:
    void number(std::uint32_t field, std::uint64_t value);
    void bytes(std::uint32_t field, std::string_view value);
    // A field as it was read.
    void copy(const ProtobufReader::Field& field);
    const std::string& message() const { return m_message; }

private:
    void varint(std::uint64_t value);
    std::string m_message;
};

// The entries of a whole image that begins with the common magic number and `magic`. Views point
// into it.
Result<std::vector<Bytes>> splitImage(std::string_view image, std::uint32_t magic);
// The two magic numbers; entries are appended.
std::string beginImage(std::uint32_t magic);
void appendEntry(std::string& image, std::string_view message);

} // namespace entracte
