#include "xproxy/replay/Audit.h"

#include "xproxy/replay/Auditor.h"
#include "xproxy/replay/WindowOrder.h"
#include "xproxy/state/WindowTree.h"

namespace entracte::xproxy {

namespace {

struct Part {
    const char* name;
    void (*ask)(Auditor&);
    AuditDepth from;
};

constexpr Part kParts[] = {
    {"windows", auditWindows, AuditDepth::State},
    {"properties", auditProperties, AuditDepth::State},
    {"shapes", auditShapes, AuditDepth::State},
    {"resources", auditResources, AuditDepth::State},
    {"counters, alarms and fences", auditSyncObjects, AuditDepth::State},
    {"selections and focus", auditSelectionsAndFocus, AuditDepth::State},
    {"event selections", auditEventSelections, AuditDepth::State},
    {"grabs", auditGrabs, AuditDepth::State},
    {"atoms", auditAtoms, AuditDepth::State},
    {"pixels", auditPixels, AuditDepth::WithPixels},
};

// Somebody on the root asks to be asked, and it is none of ours.
void findManager(Auditor& auditor) {
    if (hasManagerInside(auditor.record))
        return;
    for (const ClientXid root : auditor.record.roots)
        auditor.ask(auditor.asProxy(wire::core::kGetWindowAttributes).u32(raw(root)).finish(),
                    [&auditor](const MessageView& reply) {
                        using namespace wire::core::GetWindowAttributesReply;
                        if (reply.u8(0) == 1 &&
                            (reply.get(all_event_masks) & windowtree::kSubstructureRedirect) != 0)
                            auditor.strangerManages = true;
                    });
}

AuditReport lookOnce(Core& core, RequestPath& requests, Pump& pump, AuditDepth depth,
                     Clock::time_point deadline) {
    const auto auditor = std::make_shared<Auditor>(core, requests);
    findManager(*auditor);
    // The rules depend on the answer.
    if (!pump.until([&] { return auditor->answered(); }, deadline))
        return auditor->report;
    for (const Part& part : kParts)
        if (part.from <= depth)
            part.ask(*auditor);
    // What has no answer is settled by the next that has one.
    const bool done = pump.syncAll(deadline).has_value();
    auditor->report.complete = done && auditor->answered();
    return auditor->report;
}

} // namespace

AuditReport auditServer(Core& core, RequestPath& requests, Pump& pump, AuditDepth depth,
                        Clock::time_point deadline) {
    const auto began = Clock::now();
    AuditReport report = lookOnce(core, requests, pump, depth, deadline);
    if (report.complete && report.differences() > 0) {
        AuditReport again = lookOnce(core, requests, pump, depth, deadline);
        again.confirm(report);
        report = std::move(again);
    }
    report.micros = static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began).count());
    return report;
}

} // namespace entracte::xproxy
