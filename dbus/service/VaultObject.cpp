#include "dbus/service/VaultObject.h"

namespace entracte::service {

namespace {

using Pipe = std::shared_ptr<sdbus::UnixFd>; // shared, since a job's function is copied

Pipe keep(sdbus::UnixFd&& pipe) {
    return std::make_shared<sdbus::UnixFd>(std::move(pipe));
}

} // namespace

VaultObject::VaultObject(Context& context, VaultInfo info)
    : AdaptorInterfaces(context.loop.connection(), sdbus::ObjectPath(vaultPath(info.owner))),
      m_context(context), m_info(info) {
    registerAdaptor();
}

VaultObject::~VaultObject() {
    unregisterAdaptor();
}

void VaultObject::update(const VaultInfo& info) {
    const auto before = properties();
    m_info = info;
    m_context.tree.changed(vaultPath(info.owner), before);
}

template <typename Verb>
void VaultObject::settle(sdbus::Result<>&& result, Verb verb) {
    whenAllowed(m_context, m_info.owner, std::move(result),
                [&context = m_context, owner = m_info.owner,
                 verb = std::move(verb)](const Pending<>& pending) {
                    context.workers.run<void>(
                        [engine = context.engine, owner, verb] { return verb(*engine, owner); },
                        [pending](const Status& status) { answer(pending, status); });
                });
}

void VaultObject::Unlock(sdbus::Result<>&& result, sdbus::UnixFd passphrase) {
    settle(std::move(result), [pipe = keep(std::move(passphrase))](Engine& engine, uid_t owner) {
        return engine.unlockVault(owner, pipe->get());
    });
}

void VaultObject::Lock(sdbus::Result<>&& result) {
    settle(std::move(result), [](Engine& engine, uid_t owner) { return engine.lockVault(owner); });
}

void VaultObject::ChangePassphrase(sdbus::Result<>&& result, sdbus::UnixFd old,
                                   sdbus::UnixFd fresh) {
    settle(std::move(result),
           [from = keep(std::move(old)), to = keep(std::move(fresh))](Engine& engine, uid_t owner) {
               return engine.changePassphrase(owner, from->get(), to->get());
           });
}

void VaultObject::Delete(sdbus::Result<>&& result) {
    settle(std::move(result),
           [](Engine& engine, uid_t owner) { return engine.removeVault(owner); });
}

} // namespace entracte::service
