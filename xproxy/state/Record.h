#pragma once

// The record: everything that an X server knows because of the session's programs, in their own
// (client) ids. It is written by Recorder from the traffic, and read by replay/. It lives in the
// memory of the proxy, which is saved with the session; there is no other form of it.

#include "xproxy/state/AtomNames.h"
#include "xproxy/state/BackBuffer.h"
#include "xproxy/state/Colormap.h"
#include "xproxy/state/Cursor.h"
#include "xproxy/state/DeviceSettings.h"
#include "xproxy/state/Font.h"
#include "xproxy/state/GContext.h"
#include "xproxy/state/GlyphSet.h"
#include "xproxy/state/Picture.h"
#include "xproxy/state/Pixmap.h"
#include "xproxy/state/SmallResources.h"
#include "xproxy/state/Sticky.h"
#include "xproxy/state/Window.h"

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace entracte::xproxy {

struct ClientRecord {
    ByteOrder order = kHostOrder;
    XidRange range;
    std::set<ClientXid> saveSet;
    std::int32_t priority = 0;                    // SYNC
    std::uint8_t closeDown = 0;                   // SetCloseDownMode; 0: what it made goes with it
    std::array<bool, kExtCount> usedExtensions{}; // asked for more than its version
    static constexpr ByteOrder kHostOrder = wire::kHostOrder;
};

struct SelectionOwner {
    ClientXid window = ClientXid::None;
    ClientId client = kNobody;
    std::uint32_t time = 0; // the programs' time, ms
};

// Who manages the settings of a screen (XSETTINGS), when that is a stranger: the window by the id
// that programs were told, and which of its events they have asked for.
struct SettingsManager {
    ClientXid window = ClientXid::None;
    std::map<ClientId, std::uint32_t> eventMasks;
};
std::string settingsSelection(std::size_t screen); // its name

struct InputFocus {
    ClientXid window = ClientXid{1}; // PointerRoot
    std::uint8_t revertTo = 0;       // None
    bool known = false;              // a program set it, or the server told
    // The server told. What a program asked for last may have come with an earlier time than
    // another's, or been refused.
    bool told = false;
};

class Record {
public:
    template <typename T>
    std::shared_ptr<T> find(ClientXid id) const {
        const auto found = m_resources.find(raw(id));
        if (found == m_resources.end() || found->second->kind != T::kKind)
            return nullptr;
        return std::static_pointer_cast<T>(found->second);
    }
    template <typename T>
    std::shared_ptr<T> create(ClientXid id, ClientId owner) {
        auto resource = std::make_shared<T>(id, owner);
        add(resource);
        return resource;
    }
    bool exists(ClientXid id) const { return m_resources.contains(raw(id)); }
    // Of what bears the id; 0: nothing does.
    std::uint64_t serialOf(ClientXid id) const {
        const auto found = m_resources.find(raw(id));
        return found == m_resources.end() ? 0 : found->second->serial;
    }
    // Windows that programs destroyed: news of it may come when the id names another already.
    void noteDestroyed(ClientXid window);
    bool wasDestroyed(ClientXid window) const { return m_destroyed.contains(raw(window)); }
    // Whether the id is of a program's range: nobody else can have made something by it.
    bool isOfPrograms(ClientXid id) const;
    // Whether the server knows the id, be it that the program has freed it.
    bool holds(ClientXid id) const;
    // Whether programs know a stranger's window by the id, be it of a server before.
    bool isSettingsManager(ClientXid id) const;
    // All of a kind, in order of creation.
    template <typename T>
    std::vector<std::shared_ptr<T>> all() const {
        std::vector<std::shared_ptr<T>> found;
        for (const auto& resource : ordered(T::kKind))
            found.push_back(std::static_pointer_cast<T>(resource));
        return found;
    }
    // The program no longer knows it by this id. Nothing happens when there is none, or one of
    // another kind.
    template <typename T>
    void forget(ClientXid id) {
        if (find<T>(id))
            forget(id);
    }
    void forget(ClientXid id);
    // A pixmap that its program freed. True: something still uses it, so the server must keep it.
    bool freePixmap(ClientXid id);
    // A freed pixmap's id is wanted for something new: the pixmap gets another of the same range.
    // None: no pixmap has it, or the range is used up.
    ClientXid renameFreed(ClientXid id, const XidRange& range);
    // Freed pixmaps that nothing uses any more: the server may be told now.
    std::vector<PixmapRef> takeUnusedPixmaps();
    const std::vector<PixmapRef>& freedPixmaps() const { return m_freedPixmaps; }
    // Pixmaps, freed ones among them, and what is drawn to in their place: windows' back buffers.
    std::vector<PixmapRef> pixelHolders() const;

    void clientGone(ClientId client);
    // Its connection ended, but what it made stays (SetCloseDownMode): only what needs somebody who
    // listens goes.
    void clientRetired(ClientId client);
    // A window went off the screen: the server ends the active grabs on it (X protocol, section 10
    // "GrabPointer").
    void endBlindGrabs();
    // The window was taken off the screen with all in it, be it that it came back at once: what
    // Reparent does to a mapped one.
    void endGrabsIn(ClientXid window);
    bool ownsAnything(ClientId client) const;
    // That a grab names; null for other requests.
    CursorRef cursorOfGrab(Ext ext, std::uint8_t opcode, const MessageView& request) const;

    // The range's ids that nothing bears: for XC-MISC, and for things that replay makes for a
    // moment.
    std::vector<ClientXid> unusedIds(const XidRange& range, std::size_t count) const;
    std::pair<ClientXid, std::uint32_t> longestUnusedRun(const XidRange& range) const;

    std::map<ClientId, ClientRecord> clients;
    AtomNames atoms;
    StickyRequests sticky;
    DeviceSettings devices;
    std::vector<ClientXid> roots;
    ClientXid overlay = ClientXid::None; // Composite's overlay window, when somebody asked for it
    std::map<ClientAtom, SelectionOwner> selections;
    std::map<std::size_t, SettingsManager> settingsManagers; // by number of screen
    // Those that ever had an owner, or were to have none, in the order of their first use: a
    // server tells in that order of several at once. As many as anybody uses.
    static constexpr std::size_t kMostSelections = 1024;
    std::vector<ClientAtom> usedSelections;
    InputFocus focus;
    struct ActiveGrab {
        ClientId client;
        Ext ext;
        Bytes request; // the request that took it
        CursorRef cursor;
        bool awaited = false; // not had yet: the server will give it when its window is viewable
    };
    // By what is grabbed: 0 pointer, 1 keyboard, 2 + device id for XI2.
    std::map<unsigned, ActiveGrab> activeGrabs;
    // The core protocol's name of the grab that XI2 calls so, and the other way round (0 and 4, 1
    // and 5): UngrabPointer and UngrabKeyboard end both.
    static unsigned otherNameOf(unsigned what);
    ClientId serverGrabber = kNobody;
    std::uint64_t propertySerial = 0; // of the property that was made last
    // Pixels, shapes or regions changed since the flag was last taken down.
    bool capturesDue = false;
    // PictFormats by number: bits of a pixel, and the depth of drawables that take it.
    struct PictFormat {
        std::uint8_t depth = 0;
    };
    std::map<std::uint32_t, PictFormat> pictFormats;
    // Visuals whose colormaps have cells.
    std::map<std::uint32_t, ColorCells::Layout> cellVisuals;

private:
    void add(std::shared_ptr<Resource> resource);
    void endBackBuffer(const BackBuffer& gone);
    std::vector<std::shared_ptr<Resource>> ordered(ResourceKind kind) const;
    std::vector<std::uint32_t> usedIn(const XidRange& range) const;

    std::unordered_map<std::uint32_t, std::shared_ptr<Resource>> m_resources;
    std::vector<PixmapRef> m_freedPixmaps;
    std::unordered_set<std::uint32_t> m_destroyed; // until their programs go
    std::uint64_t m_serial = 0;
};

} // namespace entracte::xproxy
