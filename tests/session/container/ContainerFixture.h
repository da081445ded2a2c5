#pragma once

// A real container for a test: a directory of its own on the host's disk (state, layer, mount point
// and a home, removed afterwards), an ordinary account of the machine, and what is needed to run a
// program in it and read what it said. Skips, and says why, when not run as root.

#include "session/base/ScopeExit.h"
#include "session/container/Container.h"
#include "session/init/InitClient.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace entracte {

class ContainerFixture : public testing::Test {
protected:
    void SetUp() override;
    void TearDown() override;

    // prepareLayer, mountRoot, launch.
    void start();
    void end(); // kills and unmounts

    // Runs a shell command in the session to its end; what it wrote, and its wait status.
    struct Said {
        std::string text;
        int status = -1;
    };
    Said run(const std::string& command);
    std::int32_t spawn(const std::vector<std::string>& command);

    // A file of the session as the host sees it.
    std::filesystem::path inside(const std::string& path) const {
        return m_spec.mountPoint.string() + path;
    }
    static void write(const std::filesystem::path& file, const std::string& text);
    static std::string read(const std::filesystem::path& file);
    void giveToPerson(const std::filesystem::path& path) const;

    std::filesystem::path m_base;
    std::filesystem::path m_state; // the state directory; holds the layer
    ContainerSpec m_spec;
    RunningContainer m_container;
};

// How many mounts of this process lie beneath `path`.
std::size_t mountsBeneath(const std::filesystem::path& path);

} // namespace entracte
