#pragma once

// What travels between a session's programs and the person's desktop: frames on unix stream
// sockets. Programs inside (entracte-notifier, entracte-open, entracte-save) connect to PID 1,
// which passes their frames on to its one link to the outside, where entracte-desk reads them, and
// brings back what is for them.
//
//   entracte-notifier ─┐
//   entracte-open    ──┤
//   entracte-save    ──┴─► entracte-session (PID 1) ◄── the helper connects ── entracte-desk
//
// The helper connects the link, so that a session holds no connection that it made to the outside.
// A snapshot leaves the link alone; after a resume PID 1 finds it closed and is given a new one.
// Each end takes the other for a stranger: sizes are bounded, and a frame that is none ends the
// connection. Needs nothing but the standard library: it is part of static programs.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entracte::desk {

inline constexpr const char* kSocket = "/run/entracte/desk"; // where PID 1 listens
inline constexpr std::uint32_t kMagic = 0x314b5344;          // "DSK1"
inline constexpr std::size_t kMaxPayload = 16 * 1024;        // bytes
inline constexpr std::size_t kMaxWaiting = 128 * 1024;       // bytes that one end owes the other

enum class Kind : std::uint32_t {
    // PID 1 to whom it connects: there is a link from now on; what an earlier one showed is gone.
    Linked = 1,
    // PID 1, in the place of entracte-desk's answer: nobody is there.
    Unavailable = 2,
    // To entracte-desk. `token` is the notification's number, or the request's.
    Show = 10, // urgency (0-2), milliseconds (-1: as usual), program, icon, summary, body, then the
               // actions: key and label in turn
    Close = 11, // no payload
    Open = 12,  // a link
    Save = 13,  // this session: kSnapshotWord or kSuspendWord; or kRestoredWord: a question
    // From it.
    Closed = 20,  // the reason's number (Desktop Notifications Specification, NotificationClosed)
    Invoked = 21, // the action's key
    Opened = 22,  // "1", or "0": it was refused
    Saved = 23,   // kSavedWord, kTooSoonWord, kNotSavedWord
};

inline constexpr const char* kSnapshotWord = "snapshot";
inline constexpr const char* kSuspendWord = "suspend";
inline constexpr const char* kRestoredWord = "restored"; // has it come out of a snapshot? "saved"
inline constexpr const char* kSavedWord = "saved";
inline constexpr const char* kTooSoonWord = "too soon";
inline constexpr const char* kNotSavedWord = "not saved";

struct Frame {
    Kind kind = Kind::Linked;
    std::uint32_t client = 0; // given by PID 1 to each connection
    std::uint32_t token = 0;
    std::string payload; // texts, each with a null byte after it
};

std::string encode(const Frame& frame);

std::string joined(const std::vector<std::string>& texts);
// nullopt when the last one does not end.
std::optional<std::vector<std::string>> texts(std::string_view payload);

// A whole number and nothing else; nullopt when it is none, or does not fit.
std::optional<std::int32_t> number(std::string_view text);

// Puts frames together from bytes as they come.
class FrameReader {
public:
    void add(std::string_view bytes) { m_bytes += bytes; }
    // nullopt: not whole yet, or broken().
    std::optional<Frame> next();
    // What came is no frame; nothing more is read.
    bool broken() const { return m_broken; }

private:
    std::string m_bytes;
    bool m_broken = false;
};

// One connection of frames. Never blocks.
class Line {
public:
    explicit Line(int socket) : m_socket(socket) {}

    // False when the other side is gone or sends what is no frame.
    bool read();
    std::optional<Frame> next() { return m_reader.next(); }
    // False when it owes too much already: the frame is dropped.
    bool send(const Frame& frame);
    // Writes what is owed, as far as it goes. False when the other side is gone.
    bool flush();
    bool owes() const { return !m_owed.empty(); }

private:
    int m_socket;
    FrameReader m_reader;
    std::string m_owed;
};

} // namespace entracte::desk
