#pragma once

// The entrance (org.entracte.Entracte1.Manager): starts sessions and tells what the machine lacks.

#include "EntracteAdaptor.h" // generated
#include "dbus/service/Context.h"
#include "session/doctor/Doctor.h"

#include <functional>

namespace entracte::service {

using DoctorFunction = std::function<std::vector<DoctorFinding>()>;

class ManagerObject : public BusObject,
                      public sdbus::AdaptorInterfaces<org::entracte::Entracte1::Manager_adaptor> {
public:
    ManagerObject(Context& context, DoctorFunction doctor);
    ~ManagerObject() override;

    std::optional<uid_t> owner() const override { return std::nullopt; }
    std::string interface() const override { return INTERFACE_NAME; }
    PropertyMap properties() override { return {{"Version", Version()}}; }

private:
    using Findings = std::vector<sdbus::Struct<std::string, std::string, std::string, std::string>>;

    void StartSession(sdbus::Result<sdbus::ObjectPath>&& result, std::vector<std::string> command,
                      std::map<std::string, sdbus::Variant> options) override;
    void Doctor(sdbus::Result<Findings>&& result) override;
    void CheckStore(sdbus::Result<sdbus::ObjectPath>&& result, bool readData) override;
    void ArrivalFacts(sdbus::Result<std::string>&& result) override;
    void CheckArrival(sdbus::Result<std::vector<std::string>>&& result, std::string facts,
                      std::uint64_t memoryBytes, std::uint64_t diskBytes) override;
    void MoveFate(sdbus::Result<std::string>&& result, std::string move) override;
    void Import(sdbus::Result<sdbus::ObjectPath>&& result, sdbus::UnixFd file,
                std::map<std::string, sdbus::Variant> options) override;
    void CreateVault(sdbus::Result<sdbus::ObjectPath>&& result, sdbus::UnixFd passphrase) override;
    void RepairStore(sdbus::Result<sdbus::ObjectPath>&& result) override;
    void Storage(sdbus::Result<std::string, std::uint64_t, std::uint64_t, std::uint64_t,
                               std::uint64_t, std::uint64_t>&& result) override;
    void CollectGarbage(sdbus::Result<sdbus::ObjectPath>&& result) override;
    std::string Version() override;

    Context& m_context;
    DoctorFunction m_doctor;
};

} // namespace entracte::service
