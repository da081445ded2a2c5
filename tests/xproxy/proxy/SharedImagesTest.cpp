// Large images by way of shared memory: the server gets requests of MIT-SHM, the program never
// notices.

#include "tests/xproxy/proxy/PlayedEnds.h"
#include "xproxy/proxy/UtilityPath.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <memory>

namespace entracte::xproxy {
namespace {

namespace core_ = wire::core;
namespace shm = wire::shm;

constexpr std::uint16_t kWidth = 128, kHeight = 256;
constexpr std::size_t kPixels = std::size_t{kWidth} * kHeight * 4;
constexpr std::uint8_t kShmMajor = 130, kCompletion = 65;

class SharedImagesTest : public PlayedEnds {
protected:
    SharedImagesTest() { addUtility(); }

    static Bytes pixels(unsigned seed) {
        Bytes bytes(kPixels);
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<std::byte>(i * 7 + i / 251 + seed);
        return bytes;
    }
    static Bytes putImage(unsigned seed) {
        return MessageBuilder::request(kOrder, core_::kPutImage, 2)
            .u32(0x123)
            .u32(0x00400002)
            .u16(kWidth)
            .u16(kHeight)
            .u16(3)
            .u16(4)
            .u8(0)
            .u8(24)
            .u16(0)
            .bytes(pixels(seed))
            .finish();
    }
    static Bytes getImage() {
        return MessageBuilder::request(kOrder, core_::kGetImage, 2)
            .u32(0x123)
            .u32(0)
            .u16(kWidth)
            .u16(kHeight)
            .u32(~0u)
            .finish();
    }
    // The server takes the memory that it is offered, or refuses.
    void attach(bool takes = true) {
        const Bytes asked = arrived(utilityServer);
        ASSERT_EQ(asked.size(), 16u) << "AttachFd, GetInputFocus";
        EXPECT_EQ(MessageView(asked, kOrder).u8(1), shm::kAttachFd);
        const std::uint32_t segment = MessageView(asked, kOrder).u32(4);
        const UniqueFd fd = utilityServer.takeFd();
        ASSERT_TRUE(fd.valid());
        void* memory =
            ::mmap(nullptr, SharedImage::kSize, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
        ASSERT_NE(memory, MAP_FAILED);
        EXPECT_NE(::ftruncate(fd.get(), 0), 0) << "a server could take the memory away";
        shared[segment] = static_cast<std::byte*>(memory);
        utilitySequence += 2;
        if (!takes)
            utilityServer.queue(
                message(0, static_cast<std::uint16_t>(utilitySequence - 1), 8 /* BadMatch */));
        utilityServer.queue(message(1, static_cast<std::uint16_t>(utilitySequence)));
        ASSERT_TRUE(utilityServer.flush());
        ASSERT_TRUE(core.link->utility->stream.read());
        UtilityPath sink(core);
        ASSERT_TRUE(core.link->utility->process(sink));
    }
    // An image that goes the ordinary way, and has memory offered.
    void firstImage() {
        EXPECT_EQ(programSends(putImage(0)), putImage(0));
        attach();
    }
    static Bytes completion(std::uint16_t sequence, std::uint32_t segment) {
        Bytes event = message(kCompletion, sequence);
        put32(event, shm::CompletionEvent::shmseg.offset, segment, kOrder);
        return event;
    }
    ByteView memory(std::uint32_t segment) { return {shared.at(segment), kPixels}; }
    ~SharedImagesTest() override {
        for (auto& [segment, bytes] : shared)
            ::munmap(bytes, SharedImage::kSize);
    }
    std::map<std::uint32_t, std::byte*> shared; // by segment, as the server sees it
    std::uint64_t utilitySequence = 0;
};

TEST_F(SharedImagesTest, aLargePutImageBecomesOneOfShm) {
    firstImage();
    const Bytes got = programSends(putImage(5));
    const MessageView view(got, kOrder);
    ASSERT_EQ(got.size(), shm::PutImage::kFixedSize);
    EXPECT_EQ(view.u8(0), kShmMajor);
    EXPECT_EQ(view.u8(1), shm::kPutImage);
    EXPECT_EQ(view.get(shm::PutImage::drawable), 0x123u);
    EXPECT_EQ(view.get(shm::PutImage::gc), 0x00400002u);
    EXPECT_EQ(view.get(shm::PutImage::total_width), kWidth);
    EXPECT_EQ(view.get(shm::PutImage::src_height), kHeight);
    EXPECT_EQ(view.get(shm::PutImage::dst_x), 3);
    EXPECT_EQ(view.get(shm::PutImage::dst_y), 4);
    EXPECT_EQ(view.get(shm::PutImage::depth), 24);
    const std::uint32_t segment = view.get(shm::PutImage::shmseg);
    const Bytes expected = pixels(5);
    EXPECT_TRUE(std::ranges::equal(memory(segment), expected));
    // Done: the program hears nothing of it, and the memory serves again.
    EXPECT_TRUE(serverSends(completion(2, segment)).empty());
    const Bytes again = programSends(putImage(6));
    EXPECT_EQ(MessageView(again, kOrder).get(shm::PutImage::shmseg), segment);
}

TEST_F(SharedImagesTest, memoryInUseIsNotWrittenTo) {
    firstImage();
    const Bytes first = programSends(putImage(1));
    const std::uint32_t segment = MessageView(first, kOrder).get(shm::PutImage::shmseg);
    EXPECT_TRUE(programSends(putImage(2)).empty()) << "it waits";
    EXPECT_TRUE(client->waitsForImage);
    EXPECT_TRUE(std::ranges::equal(memory(segment), pixels(1)));
    serverSends(completion(2, segment));
    const Bytes second = programSends({});
    ASSERT_EQ(second.size(), shm::PutImage::kFixedSize);
    EXPECT_FALSE(client->waitsForImage);
}

TEST_F(SharedImagesTest, anErrorIsThatOfTheProgramsRequest) {
    firstImage();
    const Bytes got = programSends(putImage(1));
    ASSERT_EQ(got.size(), shm::PutImage::kFixedSize);
    Bytes error = message(0, 2, 9 /* BadDrawable */);
    put32(error, 4, 0x123, kOrder);
    put16(error, 8, shm::kPutImage, kOrder);
    error[10] = std::byte{kShmMajor};
    const Bytes told = serverSends(error);
    ASSERT_EQ(inWords(told), "error 2");
    EXPECT_EQ(MessageView(told, kOrder).get(wire::header::errorMajorOpcode), core_::kPutImage);
    EXPECT_EQ(MessageView(told, kOrder).get(wire::header::errorMinorOpcode), 0);
    EXPECT_EQ(programSends(putImage(2)).size(), shm::PutImage::kFixedSize) << "the memory is free";
}

TEST_F(SharedImagesTest, aLargeGetImageIsWrittenFromTheMemory) {
    firstImage();
    const Bytes got = programSends(getImage());
    const MessageView view(got, kOrder);
    ASSERT_EQ(got.size(), shm::GetImage::kFixedSize);
    EXPECT_EQ(view.u8(0), kShmMajor);
    EXPECT_EQ(view.u8(1), shm::kGetImage);
    EXPECT_EQ(view.get(shm::GetImage::width), kWidth);
    const Bytes image = pixels(9);
    std::ranges::copy(image, shared.at(view.get(shm::GetImage::shmseg)));
    Bytes reply = message(1, 2, 24);
    put32(reply, shm::GetImageReply::visual.offset, 0x21, kOrder);
    put32(reply, shm::GetImageReply::size.offset, kPixels, kOrder);
    const Bytes told = serverSends(reply);
    ASSERT_EQ(told.size(), 32 + kPixels);
    const MessageView toldView(told, kOrder);
    EXPECT_EQ(toldView.u8(0), 1);
    EXPECT_EQ(toldView.get(core_::GetImageReply::depth), 24);
    EXPECT_EQ(toldView.u16(2), 2);
    EXPECT_EQ(toldView.u32(4), kPixels / 4);
    EXPECT_EQ(toldView.get(core_::GetImageReply::visual), 0x21u);
    EXPECT_TRUE(std::ranges::equal(ByteView(told).subspan(32), image));
}

TEST_F(SharedImagesTest, aServerThatTakesNoMemoryIsNotAskedAgain) {
    EXPECT_EQ(programSends(putImage(0)), putImage(0));
    attach(false);
    EXPECT_EQ(programSends(putImage(1)), putImage(1));
    EXPECT_EQ(programSends(getImage()), getImage());
    EXPECT_TRUE(arrived(utilityServer).empty());
}

TEST_F(SharedImagesTest, anImageOfTheWrongLengthIsTheServersBusiness) {
    firstImage();
    Bytes wrong = putImage(1);
    put16(wrong, core_::PutImage::height.offset, kHeight - 1, kOrder);
    EXPECT_EQ(programSends(wrong), wrong);
    Bytes bitmap = putImage(1);
    bitmap[1] = std::byte{0};
    EXPECT_EQ(programSends(bitmap), bitmap);
}

TEST_F(SharedImagesTest, anImageHalfArrivedSurvivesItsServer) {
    firstImage();
    const Bytes whole = putImage(7);
    EXPECT_TRUE(programSends(Bytes(whole.begin(), whole.begin() + 70'000)).empty());
    ASSERT_TRUE(client->arriving);
    core.link->images = {}; // another server
    EXPECT_EQ(programSends(Bytes(whole.begin() + 70'000, whole.end())), whole);
}

TEST_F(SharedImagesTest, nothingIsLeftInSharedMemoryForASnapshot) {
    firstImage();
    const Bytes whole = putImage(7);
    programSends(Bytes(whole.begin(), whole.begin() + 70'000));
    ASSERT_TRUE(client->arriving);
    RequestPath::leaveSharedMemory(*client);
    EXPECT_FALSE(client->arriving);
    const auto input = client->stream.input();
    EXPECT_TRUE(std::ranges::equal(input, ByteView(whole).first(70'000)));
    core.link->images.close(*core.link->utility, kShmMajor);
    core.link->utility->stream.flush();
    EXPECT_EQ(MessageView(arrived(utilityServer), kOrder).u8(1), shm::kDetach);
}

} // namespace
} // namespace entracte::xproxy
