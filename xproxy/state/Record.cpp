#include "xproxy/state/Record.h"

#include "xproxy/state/GrabCursor.h"

#include "xproxy/state/WindowTree.h"

#include <algorithm>

namespace entracte::xproxy {

void Record::add(std::shared_ptr<Resource> resource) {
    resource->serial = ++m_serial;
    m_resources[raw(resource->id)] = std::move(resource);
}

void Record::forget(ClientXid id) {
    const auto found = m_resources.find(raw(id));
    if (found == m_resources.end())
        return;
    const auto gone = found->second;
    gone->named = false;
    m_resources.erase(found);
    sticky.objectGone(id);
    if (gone->kind == ResourceKind::BackBuffer)
        endBackBuffer(static_cast<const BackBuffer&>(*gone));
}

void Record::endBackBuffer(const BackBuffer& gone) {
    if (const auto window = find<Window>(gone.window)) {
        std::erase(window->backBuffers, gone.id);
        if (!window->backBuffers.empty()) { // it goes on by another of its ids
            gone.pixels->id = window->backBuffers.front();
            return;
        }
    }
    if (!gone.givesName())
        return;
    // A picture of it goes on showing what was in it: RENDER holds the pixmap that the buffer was.
    gone.pixels->named = false;
    gone.pixels->backBufferOf = ClientXid::None;
    if (gone.pixels.use_count() > 1)
        m_freedPixmaps.push_back(gone.pixels);
}

void Record::noteDestroyed(ClientXid window) {
    constexpr std::size_t kMaxRemembered = 1u << 20;
    if (m_destroyed.size() < kMaxRemembered)
        m_destroyed.insert(raw(window));
}

bool Record::freePixmap(ClientXid id) {
    auto pixmap = find<Pixmap>(id);
    if (!pixmap)
        return false;
    forget(id);
    const bool used = pixmap.use_count() > 1;
    if (used) {
        pixmap->withheld = true;
        m_freedPixmaps.push_back(std::move(pixmap));
    }
    return used;
}

bool Record::isOfPrograms(ClientXid id) const {
    return std::ranges::any_of(
        clients, [id](const auto& entry) { return entry.second.range.contains(raw(id)); });
}

bool Record::holds(ClientXid id) const {
    return exists(id) || std::ranges::any_of(m_freedPixmaps, [id](const PixmapRef& pixmap) {
               return pixmap->withheld && pixmap->id == id;
           });
}

bool Record::isSettingsManager(ClientXid id) const {
    return std::ranges::any_of(settingsManagers,
                               [id](const auto& entry) { return entry.second.window == id; });
}

ClientXid Record::renameFreed(ClientXid id, const XidRange& range) {
    const auto found = std::ranges::find_if(m_freedPixmaps, [id](const PixmapRef& pixmap) {
        return pixmap->id == id && pixmap->withheld;
    });
    if (found == m_freedPixmaps.end())
        return ClientXid::None;
    const auto unused = unusedIds(range, 1);
    if (unused.empty())
        return ClientXid::None;
    (*found)->id = unused.front();
    return unused.front();
}

std::vector<PixmapRef> Record::takeUnusedPixmaps() {
    std::vector<PixmapRef> unused;
    std::erase_if(m_freedPixmaps, [&](const PixmapRef& pixmap) {
        if (pixmap.use_count() > 1)
            return false;
        if (pixmap->withheld)
            unused.push_back(pixmap);
        return true;
    });
    return unused;
}

std::vector<PixmapRef> Record::pixelHolders() const {
    auto holders = all<Pixmap>();
    holders.insert(holders.end(), m_freedPixmaps.begin(), m_freedPixmaps.end());
    for (const auto& buffer : all<BackBuffer>())
        if (buffer->givesName())
            holders.push_back(buffer->pixels);
    return holders;
}

std::string settingsSelection(std::size_t screen) {
    return "_XSETTINGS_S" + std::to_string(screen);
}

void Record::clientGone(ClientId client) {
    // Windows go through the tree: they take their children with them, save-sets first.
    windowtree::clientGone(*this, client);
    std::vector<ClientXid> gone;
    for (const auto& [id, resource] : m_resources)
        if (resource->owner == client)
            gone.push_back(ClientXid{id});
    for (const ClientXid id : gone)
        forget(id);
    std::erase_if(m_freedPixmaps,
                  [client](const PixmapRef& pixmap) { return pixmap->owner == client; });
    for (const auto& colormap : all<Colormap>())
        if (colormap->cells)
            colormap->cells->clientGone(client);
    sticky.clientGone(client);
    for (auto& [screen, manager] : settingsManagers)
        manager.eventMasks.erase(client);
    std::erase_if(selections,
                  [client](const auto& entry) { return entry.second.client == client; });
    std::erase_if(activeGrabs,
                  [client](const auto& entry) { return entry.second.client == client; });
    if (serverGrabber == client)
        serverGrabber = kNobody;
    if (const auto found = clients.find(client); found != clients.end()) {
        std::erase_if(m_destroyed,
                      [&](std::uint32_t id) { return found->second.range.contains(id); });
        clients.erase(found);
    }
    endBlindGrabs();
}

void Record::clientRetired(ClientId client) {
    windowtree::rescueSaved(*this, client);
    for (const auto& window : all<Window>())
        window->eventMasks.erase(client);
    sticky.clientGone(client);
    for (auto& [screen, manager] : settingsManagers)
        manager.eventMasks.erase(client);
    std::erase_if(selections,
                  [client](const auto& entry) { return entry.second.client == client; });
    std::erase_if(activeGrabs,
                  [client](const auto& entry) { return entry.second.client == client; });
    if (serverGrabber == client)
        serverGrabber = kNobody;
    if (const auto found = clients.find(client); found != clients.end()) {
        found->second.saveSet.clear();
        found->second.closeDown = 0;
    }
}

namespace {

// The windows that a GrabPointer, GrabKeyboard or XIGrabDevice names: the grab ends when one of
// them is no longer on the screen.
std::vector<ClientXid> windowsOf(const Record::ActiveGrab& grab, ByteOrder order) {
    constexpr std::size_t kGrabWindowAt = 4; // in all three
    const MessageView request(grab.request, order);
    std::vector<ClientXid> windows{ClientXid{request.u32(kGrabWindowAt)}};
    if (grab.ext == Ext::Core && request.u8(0) == wire::core::kGrabPointer)
        if (const auto confined = xidOf(request, wire::core::GrabPointer::confine_to);
            confined != ClientXid::None)
            windows.push_back(confined);
    return windows;
}

} // namespace

void Record::endBlindGrabs() {
    std::erase_if(activeGrabs, [&](const auto& entry) {
        const auto grabber = clients.find(entry.second.client);
        return grabber == clients.end() ||
               std::ranges::any_of(
                   windowsOf(entry.second, grabber->second.order), [&](ClientXid window) {
                       return find<Window>(window) ? !windowtree::isViewable(*this, window)
                                                   : isOfPrograms(window);
                   });
    });
}

void Record::endGrabsIn(ClientXid window) {
    std::erase_if(activeGrabs, [&](const auto& entry) {
        const auto grabber = clients.find(entry.second.client);
        return grabber != clients.end() &&
               std::ranges::any_of(
                   windowsOf(entry.second, grabber->second.order),
                   [&](ClientXid grabbed) { return windowtree::isWithin(*this, grabbed, window); });
    });
}

unsigned Record::otherNameOf(unsigned what) {
    constexpr unsigned kVirtualCorePointer = 2; // by XI2; its keyboard is the next
    return what < 2 ? what + 2 + kVirtualCorePointer
           : what == 2 + kVirtualCorePointer || what == 3 + kVirtualCorePointer
               ? what - 2 - kVirtualCorePointer
               : what;
}

CursorRef Record::cursorOfGrab(Ext ext, std::uint8_t opcode, const MessageView& request) const {
    const std::size_t at = grabCursorAt(ext, opcode);
    return at == 0 ? nullptr : find<Cursor>(ClientXid{request.u32(at)});
}

bool Record::ownsAnything(ClientId client) const {
    return std::ranges::any_of(
        m_resources, [client](const auto& entry) { return entry.second->owner == client; });
}

std::vector<std::shared_ptr<Resource>> Record::ordered(ResourceKind kind) const {
    std::vector<std::shared_ptr<Resource>> found;
    for (const auto& [id, resource] : m_resources)
        if (resource->kind == kind)
            found.push_back(resource);
    std::ranges::sort(found, {}, [](const auto& resource) { return resource->serial; });
    return found;
}

std::vector<std::uint32_t> Record::usedIn(const XidRange& range) const {
    std::vector<std::uint32_t> used;
    for (const auto& [id, resource] : m_resources)
        if (range.contains(id))
            used.push_back(id);
    for (const auto& pixmap : m_freedPixmaps)
        if (pixmap->withheld && range.contains(raw(pixmap->id)))
            used.push_back(raw(pixmap->id));
    std::ranges::sort(used);
    return used;
}

std::vector<ClientXid> Record::unusedIds(const XidRange& range, std::size_t count) const {
    // From the top: programs count from the bottom.
    const auto used = usedIn(range);
    std::vector<ClientXid> found;
    for (std::uint32_t low = range.mask; low > 0 && found.size() < count; --low)
        if (!std::ranges::binary_search(used, range.base | low))
            found.push_back(ClientXid{range.base | low});
    return found;
}

std::pair<ClientXid, std::uint32_t> Record::longestUnusedRun(const XidRange& range) const {
    auto used = usedIn(range);
    used.push_back(range.base + range.mask + 1);
    std::uint32_t best = 0;
    std::uint32_t bestStart = range.base;
    std::uint32_t next = range.base;
    for (const std::uint32_t id : used) {
        if (id > next && id - next > best) {
            best = id - next;
            bestStart = next;
        }
        next = id + 1;
    }
    return {ClientXid{bestStart}, best};
}

} // namespace entracte::xproxy
