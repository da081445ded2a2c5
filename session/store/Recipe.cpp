#include "session/store/Recipe.h"

#include "session/store/Manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace entracte {

namespace {

using nlohmann::json;

constexpr char kMagic[] = "ENTRMANI";
constexpr std::uint64_t kMaxChunks = 1u << 28;
constexpr std::uint64_t kMaxPages = 1ull << 31;
constexpr std::uint64_t kMaxFiles = 1u << 20;
constexpr std::uint64_t kMaxBytes = 1ull << 50;
constexpr std::size_t kMaxName = 255;
constexpr std::size_t kAddressSize = std::tuple_size_v<Address>;

tl::unexpected<Error> damaged(std::string detail) {
    return fail(
        Error(ErrorCode::SnapshotDamaged, "The snapshot is damaged: its manifest is not as it was "
                                          "written.")
            .withDetail(std::move(detail))
            .withHint("Nothing was changed. Resume from another snapshot of this session."));
}

// Small numbers for small steps in either direction.
std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

class ChunkNumbers {
public:
    explicit ChunkNumbers(std::uint64_t count) : m_count(count) {}
    void write(ByteWriter& out, std::uint32_t chunk) {
        out.number(zigzag(static_cast<std::int64_t>(chunk) - m_next));
        m_next = std::int64_t{chunk} + 1;
    }
    std::optional<std::uint32_t> read(ByteReader& in) {
        const auto step = in.number(4 * kMaxChunks);
        const std::int64_t chunk = step ? m_next + unzigzag(*step) : -1;
        if (chunk < 0 || chunk >= static_cast<std::int64_t>(m_count))
            return std::nullopt;
        m_next = chunk + 1;
        return static_cast<std::uint32_t>(chunk);
    }

private:
    std::uint64_t m_count;
    std::int64_t m_next = 0;
};

void writeStream(ByteWriter& out, const StreamRecipe& stream, std::size_t chunks) {
    out.number(stream.bytes);
    out.number(stream.chunks.size());
    ChunkNumbers numbers(chunks);
    for (const std::uint32_t chunk : stream.chunks)
        numbers.write(out, chunk);
}

bool readStream(ByteReader& in, StreamRecipe& stream, std::size_t chunks) {
    const auto bytes = in.number(kMaxBytes);
    const auto count = in.number(in.left()); // a byte each at least
    if (!bytes || !count)
        return false;
    stream.bytes = *bytes;
    ChunkNumbers numbers(chunks);
    for (std::uint64_t i = 0; i < *count; ++i) {
        const auto chunk = numbers.read(in);
        if (!chunk)
            return false;
        stream.chunks.push_back(*chunk);
    }
    return true;
}

void writePages(ByteWriter& out, const PageFile& file, std::size_t chunks) {
    out.text(file.name);
    out.number(file.bytes);
    out.number(file.runs.size());
    ChunkNumbers numbers(chunks);
    for (const PageRun& run : file.runs) {
        const bool zeros = run.chunk == kZeros;
        out.number(std::uint64_t{run.count} << 1 | (zeros ? 1 : 0));
        if (zeros)
            continue;
        numbers.write(out, run.chunk);
        out.number(run.first);
    }
}

// A single name: it is made directly in the images' folder.
bool isName(const std::string& name) {
    return !name.empty() && name != "." && name != ".." &&
           name.find_first_of(std::string_view("/\0", 2)) == std::string::npos;
}

bool readPages(ByteReader& in, PageFile& file, std::size_t chunks) {
    auto name = in.text(kMaxName);
    const auto bytes = in.number(kMaxPages * kPageSize);
    const auto count = in.number(in.left());
    if (!name || !bytes || !count || !isName(*name) || *bytes % kPageSize != 0)
        return false;
    file.name = std::move(*name);
    file.bytes = *bytes;
    ChunkNumbers numbers(chunks);
    std::uint64_t pages = 0;
    for (std::uint64_t i = 0; i < *count; ++i) {
        const auto head = in.number(kMaxPages << 1);
        if (!head)
            return false;
        PageRun run;
        run.count = static_cast<std::uint32_t>(*head >> 1);
        if ((*head & 1) == 0) {
            const auto chunk = numbers.read(in);
            const auto first = in.number(kMaxChunkPages - 1);
            if (!chunk || !first || run.count > kMaxChunkPages - *first)
                return false;
            run.chunk = *chunk;
            run.first = static_cast<std::uint32_t>(*first);
        }
        if (run.count == 0)
            return false;
        pages += run.count;
        file.runs.push_back(run);
    }
    return pages * kPageSize == file.bytes;
}

bool readAddresses(ByteReader& in, std::vector<Address>& addresses) {
    const auto count = in.number(std::min<std::uint64_t>(kMaxChunks, in.left() / kAddressSize));
    if (!count)
        return false;
    addresses.resize(*count);
    for (Address& address : addresses)
        std::ranges::copy(*in.raw(address.size()), address.begin());
    return true;
}

} // namespace

void addRun(std::vector<PageRun>& runs, PageRun run) {
    if (!runs.empty()) {
        PageRun& last = runs.back();
        if (last.chunk == run.chunk &&
            (run.chunk == kZeros || last.first + last.count == run.first)) {
            last.count += run.count;
            return;
        }
    }
    runs.push_back(run);
}

ByteBuffer formatRecipe(const Recipe& recipe) {
    ByteWriter out;
    out.raw(std::as_bytes(std::span(kMagic, 8)));
    out.fixed(kRecipeVersion);
    out.text(recordToText(recipe.record));
    out.number(recipe.chunks.size());
    for (const Address& address : recipe.chunks)
        out.raw(address);
    writeStream(out, recipe.images, recipe.chunks.size());
    writeStream(out, recipe.layer, recipe.chunks.size());
    out.number(recipe.pages.size());
    for (const PageFile& file : recipe.pages)
        writePages(out, file, recipe.chunks.size());
    out.number(recipe.files.size());
    for (const Address& address : recipe.files)
        out.raw(address);
    return out.take();
}

ByteBuffer formatFileRecipe(const FileRecipe& file) {
    ByteWriter out;
    out.number(file.bytes);
    out.number(file.chunks.size());
    for (const Address& address : file.chunks)
        out.raw(address);
    return out.take();
}

Result<FileRecipe> parseFileRecipe(ByteView bytes) {
    ByteReader in(bytes);
    FileRecipe file;
    const auto size = in.number(kMaxBytes);
    if (!size || !readAddresses(in, file.chunks) || in.left() != 0)
        return damaged("the list of a file's chunks is not put together as one is");
    file.bytes = *size;
    return file;
}

Result<Recipe> parseRecipe(ByteView bytes) {
    ByteReader in(bytes);
    const auto magic = in.raw(8);
    const auto version = in.fixed<std::uint32_t>();
    if (!magic || !version || std::memcmp(magic->data(), kMagic, 8) != 0)
        return damaged("it does not begin as one does");
    if (*version < 1 || *version > kRecipeVersion)
        return fail(ErrorCode::HostMismatch,
                    fmt::format("The snapshot was written by another Entracte (format {}; this one "
                                "reads format {}).",
                                *version, kRecipeVersion));
    const auto text = in.text(kMaxManifest);
    if (!text)
        return damaged("it ends within what it says of the snapshot");
    Recipe recipe;
    ENTRACTE_ASSIGN(record, recordFromText(*text));
    recipe.record = std::move(record);
    if (!readAddresses(in, recipe.chunks))
        return damaged("its list of chunks is longer than itself");
    const std::size_t chunks = recipe.chunks.size();
    if (!readStream(in, recipe.images, chunks) || !readStream(in, recipe.layer, chunks))
        return damaged("a stream of it names chunks that it does not have");
    const auto files = in.number(std::min<std::uint64_t>(kMaxFiles, in.left()));
    if (!files)
        return damaged("it ends before its files");
    for (std::uint64_t i = 0; i < *files; ++i)
        if (!readPages(in, recipe.pages.emplace_back(), chunks))
            return damaged("a file of pages is not put together as one is");
    if (*version > 1 && !readAddresses(in, recipe.files))
        return damaged("its list of files is longer than itself");
    if (in.left() != 0)
        return damaged("something follows after its end");
    return recipe;
}

} // namespace entracte
