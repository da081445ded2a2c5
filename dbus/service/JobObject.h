#pragma once

// One job on the bus (org.entracte.Entracte1.Job).

#include "EntracteAdaptor.h" // generated
#include "dbus/service/Context.h"

namespace entracte::service {

class JobObject : public BusObject,
                  public sdbus::AdaptorInterfaces<org::entracte::Entracte1::Job_adaptor> {
public:
    JobObject(Context& context, const std::string& path, std::string kind, std::string session,
              uid_t owner, std::shared_ptr<JobControl> control);
    ~JobObject() override;

    std::optional<uid_t> owner() const override { return m_owner; }
    std::string interface() const override { return INTERFACE_NAME; }
    PropertyMap properties() override;

    void setProgress(const JobControl::Progress& progress);
    void setOutcome(const entracte::Result<std::string>& outcome);

private:
    void Cancel(sdbus::Result<>&& result) override;
    std::string Kind() override { return m_kind; }
    sdbus::ObjectPath Session() override { return sdbus::ObjectPath(m_session); }
    std::string Phase() override { return m_progress.phase; }
    double Fraction() override { return m_progress.fraction; }
    std::uint64_t Bytes() override { return m_progress.bytes; }
    bool Running() override { return m_running; }
    std::string Error() override { return m_error; }
    std::string Message() override { return m_message; }
    sdbus::ObjectPath Result() override { return sdbus::ObjectPath(m_result); }

    // Changes something and tells the listeners what.
    template <typename Change>
    void change(Change change) {
        const auto before = properties();
        change();
        m_context.tree.changed(m_path, before);
    }

    Context& m_context;
    std::string m_path;
    std::string m_kind;
    std::string m_session;
    uid_t m_owner;
    std::shared_ptr<JobControl> m_control;
    JobControl::Progress m_progress;
    bool m_running = true;
    std::string m_error;
    std::string m_message;
    std::string m_result = "/";
};

} // namespace entracte::service
