// entracted with FakeEngine behind it: `fake-entracted [UID:NAME…]` has these sessions from the
// start.

#include "dbus/service/Service.h"
#include "tests/dbus/FakeEngine.h"

#include <spdlog/spdlog.h>

int main(int argc, char** argv) {
    using namespace entracte;
    auto loop = service::BusLoop::open(service::BusKind::System);
    if (!loop) {
        spdlog::error("{}", loop.error().forLog());
        return 1;
    }
    service::Service service(**loop, [] {
        return std::vector<DoctorFinding>{
            {"fake", DoctorState::Warning, "The engine is a fake.", "Use the real one."}};
    });
    auto engine = std::make_unique<test::FakeEngine>(service.observer());
    for (int i = 1; i < argc; ++i) {
        const std::string seed = argv[i];
        const auto colon = seed.find(':');
        engine->seed(static_cast<uid_t>(std::stoul(seed.substr(0, colon))), seed.substr(colon + 1));
    }
    auto status = service.begin(std::move(engine));
    if (status)
        status = (*loop)->run();
    service.end();
    if (!status)
        spdlog::error("{}", status.error().forLog());
    return status ? 0 : 1;
}
