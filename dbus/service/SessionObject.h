#pragma once

// One session on the bus (org.entracte.Entracte1.Session). Each method checks its arguments, asks
// polkit, and then starts a job or a short piece of work; none waits.

#include "EntracteAdaptor.h" // generated
#include "dbus/service/Context.h"
#include "dbus/service/Names.h"

namespace entracte::service {

class SessionObject : public BusObject,
                      public sdbus::AdaptorInterfaces<org::entracte::Entracte1::Session_adaptor> {
public:
    SessionObject(Context& context, SessionInfo info);
    ~SessionObject() override;

    std::optional<uid_t> owner() const override { return m_info.owner; }
    std::string interface() const override { return INTERFACE_NAME; }
    PropertyMap properties() override;

    const SessionInfo& info() const { return m_info; }
    void update(const SessionInfo& info);

private:
    using Path = sdbus::ObjectPath;
    using Findings =
        std::vector<sdbus::Struct<bool, std::string, std::uint32_t, std::string, std::string>>;
    using Options = std::map<std::string, sdbus::Variant>;

    void Exec(sdbus::Result<std::int32_t>&& result, std::vector<std::string> command,
              std::map<std::string, std::string> environment,
              std::string workingDirectory) override;
    void Snapshot(sdbus::Result<Path>&& result, std::string comment) override;
    void Suspend(sdbus::Result<Path>&& result, std::string comment) override;
    void Resume(sdbus::Result<Path>&& result, Path snapshot, Options options) override;
    void Attach(sdbus::Result<Path>&& result, Options options) override;
    void Detach(sdbus::Result<Path>&& result) override;
    void Stop(sdbus::Result<Path>&& result) override;
    void Delete(sdbus::Result<>&& result) override;
    void Preflight(sdbus::Result<Findings>&& result) override;

    std::string Id() override { return m_info.id; }
    std::string Name() override { return m_info.name; }
    std::uint32_t Owner() override { return m_info.owner; }
    std::string State() override { return stateName(m_info.state); }
    std::string Screen() override { return screenName(m_info.screenKind); }
    std::string Display() override { return m_info.screenDisplay; }
    std::vector<std::string> Command() override { return m_info.command; }
    std::int64_t CreatedUnixMs() override { return m_info.createdUnixMs; }
    std::uint32_t Programs() override { return m_info.programs; }
    std::uint32_t Windows() override { return m_info.windows; }

    // Asks polkit, then starts a job on this session; `verb(engine, id, control)` is its work.
    template <typename Verb>
    void job(sdbus::Result<Path>&& result, const std::string& kind, Verb verb);

    Context& m_context;
    std::string m_path;
    SessionInfo m_info;
};

} // namespace entracte::service
