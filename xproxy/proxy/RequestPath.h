#pragma once

// From a program to the server: frames the requests, records what they do, answers or changes the
// few that the server must not see as they are, translates, passes on.

#include "xproxy/proxy/Core.h"

namespace entracte::xproxy {

class RequestPath {
public:
    explicit RequestPath(Core& core) : m_core(core) {}

    // Handles what was read from the program, until it has to wait for something, and writes to the
    // server what that takes. False: the program misbehaves and has to go.
    bool process(Client& client);

    // Sends a request that is in the programs' world through translation, as the client, but unseen
    // by it and unrecorded: what replay is made of. The handler gets the server's reply as it is,
    // or nothing.
    void injectAs(Client& client, Bytes request, bool bigRequest = false,
                  std::function<void(ByteView)> handler = {});
    // Nothing of the program's lies in memory that is shared with the server any more.
    static void leaveSharedMemory(Client& client);
    // RequestAgain.cpp. The server is lost: what it owes the program is kept, and asked again.
    void keepOwed(Client& client);
    void reissue(Client& client);

private:
    enum class Verdict { Pass, Done, Hold, Refuse };
    struct Frame {
        std::size_t size = 0; // bytes; 0: not whole yet
        bool big = false;
        bool bad = false;
        std::uint64_t refused = 0; // bytes of a request whose length no server takes
    };
    static Frame frame(const Client& client, std::span<const std::byte> input);

    bool processInput(Client& client);
    void refuseLength(Client& client, const MessageView& header);
    // Passes on, in one piece, requests that need no more than RequestTrace says, from the first
    // on. How many bytes those were.
    std::size_t passRun(Client& client, std::span<std::byte> input);

    Verdict handle(Client& client, std::span<std::byte> message, bool big);
    // A server may take only shorter requests than the session's first (RequestSplit.h).
    bool isTooLong(const MessageView& view) const;
    Verdict passInParts(Client& client, Ext ext, std::uint8_t opcode, const MessageView& view);
    void pass(Client& client, Ext ext, const wire::MessageSchema* schema,
              std::span<std::byte> message, bool big, RequestEffects& effects);
    void capture(Client& client, const RequestEffects::Capture& wanted);
    void holdWhileBlocked(Client& client);
    // Whether the request takes back what one asks for that has no answer yet; that is marked.
    static bool undoesUnanswered(Client& client, Ext ext, std::uint8_t opcode,
                                 const MessageView& view);
    void drawAgain(Client& client, Bytes image);
    void capture(Client& client, const RequestEffects::RegionCapture& wanted);
    // RequestColors.cpp
    void lookUp(Client& client, const RequestEffects::NamedColor& wanted);
    // What a window needs after the request, if the screen's colormap is not the server's; or
    // nothing.
    Bytes colormapFor(const Client& client, const MessageView& view) const;

    // The ones that are answered here. Nothing: it is an ordinary one.
    std::optional<Verdict> special(Client& client, Ext ext, std::uint8_t opcode,
                                   const MessageView& view);
    Verdict substitute(Client& client, Ext ext, const wire::MessageSchema* schema, Bytes answer,
                       UniqueFd fd = {});
    // Whether an answer given now, without the server, keeps its place among the server's.
    static bool mayAnswer(const Client& client);
    // The server's constants: atoms of known names, numbers of extensions, picture formats.
    Bytes knownAnswer(Client& client, Ext ext, std::uint8_t opcode, const MessageView& view);
    std::optional<Verdict> glx(Client& client, std::uint8_t opcode, const MessageView& view);
    // X-Resource (RequestResources.cpp).
    std::optional<Verdict> resources(Client& client, std::uint8_t opcode, const MessageView& view);
    // ChangeAlarm (RequestAlarms.cpp).
    Bytes wholeChange(const Client& client, const MessageView& view, ClientXid counterBefore) const;
    Verdict xidRange(Client& client, const MessageView& view);
    Verdict xidList(Client& client, const MessageView& view);
    Bytes wrongSegment(const Client& client, const MessageView& view) const; // empty: it is right
    Verdict attach(Client& client, const MessageView& view);
    Verdict createSegment(Client& client, const MessageView& view);
    // Large images of the core protocol, by way of shared memory (RequestImages.cpp).
    enum class Arrival { None, Begun, Waits };
    Arrival beginImage(Client& client, std::span<std::byte> input);
    Verdict endImage(Client& client);
    std::optional<Verdict> getImage(Client& client, const MessageView& view);
    std::shared_ptr<SharedImage> sharedImage();
    void attachByDescriptor(Client& client, const Bytes& request, UniqueFd memory);

    Core& m_core;
};

// An error as the server would send it; the sequence number is filled in on delivery.
Bytes makeError(ByteOrder order, std::uint8_t code, std::uint32_t value, std::uint8_t major,
                std::uint16_t minor);

} // namespace entracte::xproxy
