#include "session/engine/Arrival.h"

#include "session/engine/HostFacts.h"
#include "session/transfer/BundleFormat.h"

namespace entracte {

namespace {

constexpr std::uint64_t kDiskReserve = 256ull << 20; // bytes that stay free
constexpr std::uint64_t kMost = 1ull << 50;

std::string megabytes(std::uint64_t bytes) {
    return std::to_string(bytes / 1'000'000) + " MB";
}

} // namespace

std::string arrivalFacts() {
    auto facts = hostFactsToJson(hostFacts());
    facts["bundle"] = kBundleVersion;
    facts["stages"] = true; // Engine::depart, and imports that are staged
    facts["deltas"] = true; // what is staged may name memory that came before
    return facts.dump();
}

std::vector<std::string> checkArrival(EngineContext& context, const ArrivalNeeds& needs) {
    std::vector<std::string> lacks;
    const auto facts = nlohmann::json::parse(needs.facts, nullptr, false);
    if (!facts.is_object() || !facts.contains("bundle"))
        return {"It was not said where the session comes from."};
    if (facts["bundle"] != kBundleVersion)
        lacks.emplace_back("The two Entractes write sessions in different formats: the same "
                           "version is needed on both.");
    if (const auto host = checkHost(facts, hostFacts()); !host)
        lacks.push_back(host.error().sentence());
    if (const auto criu = context.criu(); !criu)
        lacks.push_back(criu.error().sentence());
    if (const auto memory = availableMemory(); std::min(needs.memoryBytes, kMost) > memory)
        lacks.push_back("There is not enough free memory: " + megabytes(needs.memoryBytes) +
                        " are needed, " + megabytes(memory) + " are free.");
    const auto disk = availableDisk(context.paths.state());
    if (!disk || std::min(needs.diskBytes, kMost) + kDiskReserve > *disk)
        lacks.push_back(
            "There is not enough free disk space: " + megabytes(needs.diskBytes + kDiskReserve) +
            " are needed, " + megabytes(disk.value_or(0)) + " are free.");
    return lacks;
}

} // namespace entracte
