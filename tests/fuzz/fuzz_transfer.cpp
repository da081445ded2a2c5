// Any bytes as a file that is imported, as a manifest, as a layer and as one of CRIU's images:
// refused or read, never more.

#include "session/transfer/BundleManifest.h"
#include "session/transfer/LayerFilter.h"
#include "session/transfer/PageDelta.h"
#include "session/transfer/Unpacker.h"
#include "tests/session/transfer/ForgedImages.h"

#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

using namespace entracte;

class Once final : public ByteSource {
public:
    explicit Once(std::span<const std::byte> bytes) : m_bytes(bytes) {}
    Result<std::span<const std::byte>> read() override { return std::exchange(m_bytes, {}); }

private:
    std::span<const std::byte> m_bytes;
};

class Nowhere final : public ByteSink, public UnpackTarget {
public:
    Status write(std::span<const std::byte>) override { return {}; }
    Status expect(std::uint64_t, std::uint64_t) override { return {}; }
    Result<UniqueFd> create(const std::string&) override {
        return UniqueFd(::memfd_create("part", MFD_CLOEXEC));
    }
    Result<UniqueFd> earlier(std::uint32_t number) override {
        UniqueFd file(::memfd_create("before", MFD_CLOEXEC));
        if (::ftruncate(file.get(), number % 16 * kPageBytes) != 0)
            file.reset();
        return file;
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    static const int ready = ::sodium_init();
    if (ready < 0 || size == 0)
        return 0;
    const auto bytes = std::as_bytes(std::span(data, size)).subspan(1);
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const ImageRules rules = test::rulesOfAnn();
    Once source(bytes);
    Nowhere nowhere;
    switch (data[0] % 5) {
    case 0:
        static_cast<void>(unpackBundle(source, nowhere, rules));
        break;
    case 1:
        static_cast<void>(filterLayer(source, nowhere, rules, 1 << 20));
        break;
    case 3: {
        const UniqueFd to(::memfd_create("pages", MFD_CLOEXEC));
        static_cast<void>(applyDelta(source, to.get(), 1 << 20, [&](std::uint32_t number) {
            return nowhere.earlier(number);
        }));
        break;
    }
    case 2:
        if (auto manifest = parseBundleManifest(text))
            static_cast<void>(sanitizeManifest(*manifest, rules));
        break;
    default:
        ImageSet images = test::Forged().images();
        auto one = images.begin();
        std::advance(one, (data[0] / 5) % images.size());
        one->second = text;
        static_cast<void>(checkImages(images, rules));
    }
    return 0;
}
