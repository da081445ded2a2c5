#include "session/clipboard/Bridge.h"

#include <poll.h>

#include <algorithm>
#include <cstring>

namespace entracte::clipboard {

namespace {

constexpr std::size_t kMostTargets = 1024;
// What only the owner itself can do, or what would change something on the other side.
constexpr std::array<std::string_view, 6> kNotHanded = {
    "MULTIPLE", "DELETE", "INSERT_SELECTION", "INSERT_PROPERTY", "SAVE_TARGETS", "TIMESTAMP"};

bool isHanded(const std::string& target) {
    return !target.empty() && std::ranges::find(kNotHanded, target) == kNotHanded.end();
}

template <typename T>
Property numbers(xcb_atom_t type, std::initializer_list<T> values) {
    Property property{type, 32, std::vector<std::byte>(values.size() * sizeof(T))};
    std::memcpy(property.bytes.data(), values.begin(), property.bytes.size());
    return property;
}

} // namespace

Bridge::Bridge(std::unique_ptr<Side> first, std::unique_ptr<Side> second)
    : m_sides{std::move(first), std::move(second)} {
    // What is owned already; the second side's first, where both have something.
    for (const char* name : {"CLIPBOARD", "PRIMARY"})
        for (const std::size_t side : {std::size_t{1}, std::size_t{0}}) {
            Side& here = *m_sides[side];
            const xcb_atom_t selection = here.atom(name);
            const Reply<xcb_get_selection_owner_reply_t> owner(xcb_get_selection_owner_reply(
                here.connection(), xcb_get_selection_owner(here.connection(), selection), nullptr));
            if (!owner || owner->owner == XCB_WINDOW_NONE)
                continue;
            xcb_xfixes_selection_notify_event_t event{};
            event.selection = selection;
            event.owner = owner->owner;
            ownerChanged(side, event);
            break;
        }
}

void Bridge::run(int end) {
    for (;;) {
        for (std::size_t side = 0; side < 2; ++side) {
            while (const Reply<xcb_generic_event_t> event{
                xcb_poll_for_event(m_sides[side]->connection())})
                handle(side, *event);
            if (xcb_connection_has_error(m_sides[side]->connection()) != 0)
                return;
        }
        giveUpLate();
        for (const auto& side : m_sides)
            xcb_flush(side->connection());
        // A reply that was waited for may have brought events of the first side along.
        if (const Reply<xcb_generic_event_t> event{
                xcb_poll_for_queued_event(m_sides[0]->connection())}) {
            handle(0, *event);
            continue;
        }
        if (const Reply<xcb_generic_event_t> event{
                xcb_poll_for_queued_event(m_sides[1]->connection())}) {
            handle(1, *event);
            continue;
        }
        pollfd polled[] = {{xcb_get_file_descriptor(m_sides[0]->connection()), POLLIN, 0},
                           {xcb_get_file_descriptor(m_sides[1]->connection()), POLLIN, 0},
                           {end, POLLIN, 0}};
        ::poll(polled, 3, m_transfers.empty() ? -1 : 1000);
        if (polled[2].revents != 0)
            return;
    }
}

void Bridge::handle(std::size_t side, const xcb_generic_event_t& event) {
    const auto type = static_cast<std::uint8_t>(event.response_type & 0x7f);
    const auto as = [&]<typename T>(const T*) -> const T& {
        return reinterpret_cast<const T&>(event);
    };
    if (type == m_sides[side]->xfixesEvent() + XCB_XFIXES_SELECTION_NOTIFY)
        ownerChanged(side, as(static_cast<const xcb_xfixes_selection_notify_event_t*>(nullptr)));
    else if (type == XCB_SELECTION_REQUEST)
        wanted(side, as(static_cast<const xcb_selection_request_event_t*>(nullptr)));
    else if (type == XCB_SELECTION_NOTIFY)
        arrived(side, as(static_cast<const xcb_selection_notify_event_t*>(nullptr)));
    else if (type == XCB_PROPERTY_NOTIFY)
        propertyChanged(side, as(static_cast<const xcb_property_notify_event_t*>(nullptr)));
    else if (type == XCB_SELECTION_CLEAR)
        m_owned[side].erase(as(static_cast<const xcb_selection_clear_event_t*>(nullptr)).selection);
}

void Bridge::ownerChanged(std::size_t side, const xcb_xfixes_selection_notify_event_t& event) {
    Side& here = *m_sides[side];
    Side& there = *m_sides[1 - side];
    if (event.owner == here.window())
        return;
    const std::string& name = here.nameOf(event.selection);
    if (name != "CLIPBOARD" && name != "PRIMARY")
        return;
    const xcb_atom_t selection = there.atom(name);
    const bool owned = event.owner != XCB_WINDOW_NONE;
    if (!owned && !m_owned[1 - side].contains(selection))
        return;
    xcb_set_selection_owner(there.connection(), owned ? there.window() : xcb_window_t{0}, selection,
                            XCB_CURRENT_TIME);
    if (owned)
        m_owned[1 - side][selection] = event.timestamp;
    else
        m_owned[1 - side].erase(selection);
}

void Bridge::wanted(std::size_t side, const xcb_selection_request_event_t& asked) {
    Side& here = *m_sides[side];
    Side& there = *m_sides[1 - side];
    xcb_selection_request_event_t request = asked;
    if (request.property == XCB_ATOM_NONE) // an old client (ICCCM 2.2)
        request.property = request.target;
    const std::string target = here.nameOf(request.target);
    if (request.owner != here.window() || !m_owned[side].contains(request.selection) ||
        request.requestor == here.window())
        return answer(side, request, false);
    if (target == "TIMESTAMP")
        return answer(side, request,
                      here.setProperty(request.requestor, request.property,
                                       numbers<std::uint32_t>(XCB_ATOM_INTEGER,
                                                              {m_owned[side][request.selection]})));
    if (!isHanded(target) || m_transfers.size() >= kMostTransfers)
        return answer(side, request, false);
    // A property of its own for each that is under way.
    const std::string landing =
        "ENTRACTE_" + std::to_string(m_nextLanding++ % (2 * kMostTransfers));
    Transfer transfer{side,  request, there.atom(landing),     false, {},
                      false, 0,       Clock::now() + kPatience};
    xcb_delete_property(there.connection(), there.window(), transfer.landing);
    xcb_convert_selection(there.connection(), there.window(),
                          there.atom(here.nameOf(request.selection)), there.atom(target),
                          transfer.landing, XCB_CURRENT_TIME);
    m_transfers.push_back(std::move(transfer));
}

void Bridge::arrived(std::size_t side, const xcb_selection_notify_event_t& event) {
    const auto transfer = std::ranges::find_if(m_transfers, [&](const Transfer& one) {
        Side& from = *m_sides[side];
        return one.to == 1 - side && !one.incoming && !one.outgoing &&
               (event.property == one.landing ||
                (event.property == XCB_ATOM_NONE &&
                 from.nameOf(event.target) == m_sides[one.to]->nameOf(one.request.target)));
    });
    if (transfer == m_transfers.end() || event.requestor != m_sides[side]->window())
        return;
    Side& from = *m_sides[side];
    if (event.property == XCB_ATOM_NONE ||
        !from.takeProperty(from.window(), transfer->landing, kMostBytes, transfer->content))
        return refuse(transfer);
    if (from.nameOf(transfer->content.type) == "INCR") { // its deletion was the sign to begin
        transfer->incoming = true;
        transfer->content = {};
        return;
    }
    give(transfer);
}

void Bridge::propertyChanged(std::size_t side, const xcb_property_notify_event_t& event) {
    const bool ours = event.window == m_sides[side]->window();
    const auto transfer = std::ranges::find_if(m_transfers, [&](const Transfer& one) {
        return ours ? one.incoming && one.to == 1 - side && one.landing == event.atom
                    : one.outgoing && one.to == side && one.request.requestor == event.window &&
                          one.request.property == event.atom;
    });
    if (transfer == m_transfers.end())
        return;
    if (ours && event.state == XCB_PROPERTY_NEW_VALUE)
        takePiece(transfer);
    else if (!ours && event.state == XCB_PROPERTY_DELETE)
        givePiece(transfer);
}

void Bridge::takePiece(Transfers::iterator transfer) {
    Side& from = *m_sides[1 - transfer->to];
    Property piece;
    if (!from.takeProperty(from.window(), transfer->landing, kMostBytes, piece))
        return;
    auto& content = transfer->content;
    if (content.bytes.size() + piece.bytes.size() > kMostBytes)
        return refuse(transfer);
    transfer->deadline = Clock::now() + kPatience;
    if (piece.type != XCB_ATOM_NONE && !piece.bytes.empty()) {
        content.type = piece.type;
        content.format = piece.format;
        content.bytes.insert(content.bytes.end(), piece.bytes.begin(), piece.bytes.end());
        return;
    }
    if (content.type == XCB_ATOM_NONE)
        content.type = piece.type;
    transfer->incoming = false;
    give(transfer);
}

// Atoms have other numbers on the other side.
void Bridge::translate(const Transfer& transfer, Property& property) {
    Side& from = *m_sides[1 - transfer.to];
    Side& to = *m_sides[transfer.to];
    const bool targets = to.nameOf(transfer.request.target) == "TARGETS";
    const std::string type = from.nameOf(property.type);
    if (property.format == 32 && (type == "ATOM" || targets)) {
        std::vector<xcb_atom_t> atoms(property.bytes.size() / sizeof(xcb_atom_t));
        std::memcpy(atoms.data(), property.bytes.data(), atoms.size() * sizeof(xcb_atom_t));
        atoms.resize(std::min(atoms.size(), kMostTargets));
        std::vector<xcb_atom_t> theirs;
        for (const xcb_atom_t atom : atoms)
            if (const std::string name = from.nameOf(atom); isHanded(name))
                theirs.push_back(to.atom(name));
        if (targets)
            theirs.push_back(to.atom("TIMESTAMP"));
        property.bytes.resize(theirs.size() * sizeof(xcb_atom_t));
        std::memcpy(property.bytes.data(), theirs.data(), property.bytes.size());
        property.type = XCB_ATOM_ATOM;
        return;
    }
    property.type = type.empty() ? xcb_atom_t{XCB_ATOM_STRING} : to.atom(type);
}

void Bridge::give(Transfers::iterator transfer) {
    Side& to = *m_sides[transfer->to];
    const auto& request = transfer->request;
    translate(*transfer, transfer->content);
    if (transfer->content.bytes.size() <= to.largestProperty()) {
        answer(transfer->to, request,
               to.setProperty(request.requestor, request.property, transfer->content));
        return forget(transfer);
    }
    const std::uint32_t events = XCB_EVENT_MASK_PROPERTY_CHANGE;
    xcb_change_window_attributes(to.connection(), request.requestor, XCB_CW_EVENT_MASK, &events);
    transfer->outgoing = true;
    transfer->deadline = Clock::now() + kPatience;
    const auto size = static_cast<std::uint32_t>(transfer->content.bytes.size());
    const bool begun = to.setProperty(request.requestor, request.property,
                                      numbers<std::uint32_t>(to.atom("INCR"), {size}));
    answer(transfer->to, request, begun);
    if (!begun)
        forget(transfer);
}

void Bridge::givePiece(Transfers::iterator transfer) {
    Side& to = *m_sides[transfer->to];
    const auto& content = transfer->content;
    const std::size_t size = std::min(to.largestProperty(), content.bytes.size() - transfer->given);
    const auto* const begin = content.bytes.data() + transfer->given;
    const Property piece{content.type, content.format, {begin, begin + size}};
    transfer->given += size;
    transfer->deadline = Clock::now() + kPatience;
    // An empty one says that this was all.
    if (!to.setProperty(transfer->request.requestor, transfer->request.property, piece) ||
        size == 0)
        forget(transfer);
}

void Bridge::refuse(Transfers::iterator transfer) {
    answer(transfer->to, transfer->request, false);
    forget(transfer);
}

void Bridge::answer(std::size_t side, const xcb_selection_request_event_t& request, bool given) {
    xcb_selection_notify_event_t notify{};
    notify.response_type = XCB_SELECTION_NOTIFY;
    notify.time = request.time;
    notify.requestor = request.requestor;
    notify.selection = request.selection;
    notify.target = request.target;
    notify.property = given ? request.property : xcb_atom_t{XCB_ATOM_NONE};
    char event[32] = {};
    std::memcpy(event, &notify, sizeof notify);
    xcb_send_event(m_sides[side]->connection(), 0, request.requestor, XCB_EVENT_MASK_NO_EVENT,
                   event);
}

void Bridge::forget(Transfers::iterator transfer) {
    const std::size_t side = transfer->to;
    const xcb_window_t window = transfer->request.requestor;
    const bool watched = transfer->outgoing;
    m_transfers.erase(transfer);
    const bool another = std::ranges::any_of(m_transfers, [&](const Transfer& one) {
        return one.outgoing && one.to == side && one.request.requestor == window;
    });
    const std::uint32_t none = XCB_EVENT_MASK_NO_EVENT;
    if (watched && !another)
        xcb_change_window_attributes(m_sides[side]->connection(), window, XCB_CW_EVENT_MASK, &none);
}

void Bridge::giveUpLate() {
    const auto now = Clock::now();
    for (auto transfer = m_transfers.begin(); transfer != m_transfers.end();) {
        const auto one = transfer++;
        if (one->deadline > now)
            continue;
        if (one->outgoing)
            forget(one);
        else
            refuse(one);
    }
}

} // namespace entracte::clipboard
