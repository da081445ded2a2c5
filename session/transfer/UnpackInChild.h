#pragma once

// unpackBundle in entracte-unpack: a process that is nobody, may open nothing, and has only the
// file that it reads and those that it is given.

#include "session/transfer/Unpacker.h"

#include <functional>

namespace entracte {

// `input` is read to its end. `target` is asked in this thread, as by unpackBundle. `check` is
// called now and then; its error ends all.
Status unpackInChild(int input, UnpackTarget& target, const ImageRules& rules,
                     const std::function<Status()>& check);

// The other side: asks the process at the other end of `socket`.
class RemoteTarget final : public UnpackTarget {
public:
    explicit RemoteTarget(int socket) : m_socket(socket) {}
    Status expect(std::uint64_t imageBytes, std::uint64_t layerBytes) override;
    Result<UniqueFd> create(const std::string& name) override;
    Result<Pages> createPages(std::uint32_t number) override;
    Result<UniqueFd> earlier(std::uint32_t number) override;
    void finish(const Status& outcome);

private:
    Result<Pages> ask(const std::string& question);
    Result<Pages> askForFile(const std::string& question);
    int m_socket;
};

} // namespace entracte
