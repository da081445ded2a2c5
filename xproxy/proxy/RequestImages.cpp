// Large images of the core protocol, by way of memory that is shared with the server
// (SharedImages.h).

#include "xproxy/proxy/RequestPath.h"

#include <algorithm>

namespace entracte::xproxy {

namespace core = wire::core;
namespace shm = wire::shm;

namespace {

constexpr std::uint8_t kZPixmap = core::ImageFormat::ZPixmap;

// Bytes of the pixels if the server will find nothing wrong with the request's length; 0 otherwise.
std::size_t wellFormed(const SetupInfo& server, const MessageView& header, std::size_t pixels) {
    using namespace core::PutImage;
    const PixmapFormat* known = server.format(header.get(depth));
    if (!known || known->scanlinePad == 0 || header.get(format) != kZPixmap ||
        header.get(left_pad) != 0)
        return 0;
    const std::size_t pad = known->scanlinePad;
    const std::size_t bits = std::size_t{header.get(width)} * known->bitsPerPixel;
    const std::size_t line = (bits + pad - 1) / pad * pad / 8;
    return line * header.get(height) == pixels ? pixels : 0;
}

bool hasImagesUnderWay(const Client& client) {
    return std::ranges::any_of(client.upstream->outstanding(),
                               [](const Outstanding& one) { return one.image != nullptr; });
}

} // namespace

std::shared_ptr<SharedImage> RequestPath::sharedImage() {
    ServerLink& link = *m_core.link;
    const auto& numbers = link.translator->server.of(Ext::Shm);
    if (!numbers.present() || !link.utility)
        return nullptr;
    auto image =
        link.images.take(*link.utility, numbers.major, [&link] { return link.freshUtilityId(); });
    link.utility->stream.flush();
    return image;
}

RequestPath::Arrival RequestPath::beginImage(Client& client, std::span<std::byte> input) {
    if (input.size() < core::PutImage::kFixedSize || input[0] != std::byte{core::kPutImage})
        return Arrival::None;
    std::size_t size = std::size_t{wire::load<std::uint16_t>(&input[2], client.order)} * 4;
    const bool big = size == 0;
    if (big && client.bigRequests)
        size = std::size_t{wire::load<std::uint32_t>(&input[4], client.order)} * 4;
    const std::size_t headerSize = core::PutImage::kFixedSize + (big ? 4 : 0);
    if (size < SharedImages::kLarge || size - headerSize > SharedImage::kSize ||
        input.size() < headerSize)
        return Arrival::None;
    const auto header = input.first(headerSize);
    const std::size_t pixels = wellFormed(
        m_core.link->face.setup, MessageView(header, client.order, big), size - headerSize);
    if (pixels == 0)
        return Arrival::None;
    auto image = sharedImage();
    if (!image)
        return hasImagesUnderWay(client) ? Arrival::Waits : Arrival::None;
    const auto target = image->bytes().first(pixels);
    client.arriving = {std::move(image), copyOf(header), big, pixels};
    client.stream.consume(headerSize);
    client.stream.divert(target);
    return Arrival::Begun;
}

RequestPath::Verdict RequestPath::endImage(Client& client) {
    Client::ArrivingImage arrived = std::move(*client.arriving);
    client.arriving.reset();
    const auto pixels = arrived.image->bytes().first(arrived.size);
    if (!m_core.link->images.has(*arrived.image)) {
        // Another server than when it began: it goes the ordinary way.
        Bytes message = std::move(arrived.header);
        message.insert(message.end(), pixels.begin(), pixels.end());
        const Verdict verdict = handle(client, message, arrived.big);
        client.upstream->stream.flush(); // so that nothing of it is only lent
        return verdict;
    }
    const MessageView header(arrived.header, client.order, arrived.big);
    markTrace(m_core.record, traceOf(Ext::Core, core::kPutImage), header);
    Translator& translator = *m_core.link->translator;
    using namespace core::PutImage;
    const auto real = [&](wire::Field<std::uint32_t> field) {
        return raw(translator.xids.toServer(xidOf(header, field)));
    };
    const std::uint16_t across = header.get(width), down = header.get(height);
    Outstanding note;
    note.schema = requestSchema(Ext::Core, core::kPutImage);
    const ServerXid segment = arrived.image->segment();
    note.image = std::move(arrived.image);
    client.upstream->pass(MessageBuilder::request(client.order,
                                                  translator.server.of(Ext::Shm).major,
                                                  shm::kPutImage, shm::PutImage::kFixedSize)
                              .set(shm::PutImage::drawable, real(drawable))
                              .set(shm::PutImage::gc, real(gc))
                              .set(shm::PutImage::total_width, across)
                              .set(shm::PutImage::total_height, down)
                              .set(shm::PutImage::src_width, across)
                              .set(shm::PutImage::src_height, down)
                              .set(shm::PutImage::dst_x, header.get(dst_x))
                              .set(shm::PutImage::dst_y, header.get(dst_y))
                              .set(shm::PutImage::depth, header.get(depth))
                              .set(shm::PutImage::format, kZPixmap)
                              .set(shm::PutImage::send_event, 1)
                              .set(shm::PutImage::shmseg, raw(segment))
                              .finish(),
                          std::move(note));
    return Verdict::Done;
}

std::optional<RequestPath::Verdict> RequestPath::getImage(Client& client, const MessageView& view) {
    using namespace core::GetImage;
    // At four bytes a pixel, which is the most that a server takes.
    const std::size_t most = std::size_t{view.get(width)} * view.get(height) * 4;
    if (view.size() != kFixedSize || view.get(format) != kZPixmap || most < SharedImages::kLarge ||
        most > SharedImage::kSize)
        return {};
    auto image = sharedImage();
    if (!image)
        return {};
    Translator& translator = *m_core.link->translator;
    Outstanding note;
    note.schema = requestSchema(Ext::Core, core::kGetImage);
    note.request = copyOf(view.bytes());
    note.bigRequest = view.bigRequest();
    const ServerXid segment = image->segment();
    note.image = std::move(image);
    client.upstream->pass(
        MessageBuilder::request(client.order, translator.server.of(Ext::Shm).major, shm::kGetImage,
                                shm::GetImage::kFixedSize)
            .set(shm::GetImage::drawable, raw(translator.xids.toServer(xidOf(view, drawable))))
            .set(shm::GetImage::x, view.get(x))
            .set(shm::GetImage::y, view.get(y))
            .set(shm::GetImage::width, view.get(width))
            .set(shm::GetImage::height, view.get(height))
            .set(shm::GetImage::plane_mask, view.get(plane_mask))
            .set(shm::GetImage::format, kZPixmap)
            .set(shm::GetImage::shmseg, raw(segment))
            .finish(),
        std::move(note));
    return Verdict::Done;
}

void RequestPath::leaveSharedMemory(Client& client) {
    client.stream.unpin();
    if (!client.arriving)
        return;
    Bytes begun = std::move(client.arriving->header);
    const auto pixels =
        client.arriving->image->bytes().first(client.arriving->size - client.stream.missing());
    begun.insert(begun.end(), pixels.begin(), pixels.end());
    client.stream.takeBack(begun);
    client.arriving.reset();
}

} // namespace entracte::xproxy
