// The manual page and the completion say what the program does.

#include "app/cli/Output.h"
#include "session/base/Error.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace entracte::cli {
namespace {

std::string resource(const std::string& name) {
    std::ifstream file(std::string(ENTRACTE_RESOURCES) + "/" + name);
    std::ostringstream text;
    text << file.rdbuf();
    EXPECT_FALSE(text.str().empty()) << name;
    return text.str();
}

const char* const kCommands[] = {
    "start",  "exec",     "list",     "show",     "snapshot", "suspend", "resume", "attach",
    "detach", "stop",     "delete",   "doctor",   "rollback", "clone",   "rename", "comment",
    "pin",    "unpin",    "schedule", "windows",  "picture",  "limits",  "check",  "gc",
    "prune",  "export",   "import",   "move",     "push",     "pull",    "remote", "vault",
    "hosts",  "evacuate", "vnc",      "clipboard"};
const char* const kOptions[] = {"--json",
                                "--quiet",
                                "--name",
                                "--screen",
                                "--size",
                                "--share",
                                "--share-read-only",
                                "--env",
                                "--comment",
                                "--snapshot",
                                "--desktop",
                                "--from",
                                "--every",
                                "--pause",
                                "--keep",
                                "--resume-automatically",
                                "--files",
                                "--memory",
                                "--cpu",
                                "--processes",
                                "--encrypt",
                                "--passphrase-fd",
                                "--passphrase-file",
                                "--passphrase-command",
                                "--take-over",
                                "--resume",
                                "--grace",
                                "--session",
                                "--display",
                                "--take-back",
                                "--auto",
                                "--jobs",
                                "--socket",
                                "--read-only",
                                "--yes",
                                "--network",
                                "--clipboard",
                                "--private",
                                "--read-data",
                                "--dry-run"};

TEST(DocumentationTest, theManualTellsEveryExitStatus) {
    const auto manual = resource("man/entracte.1");
    for (const auto& info : errorTable())
        EXPECT_NE(
            manual.find(".B " + std::to_string(info.exitStatus) + " " + std::string(info.name)),
            std::string::npos)
            << info.name;
}

TEST(DocumentationTest, theManualAndTheCompletionKnowEveryCommandAndOption) {
    auto manual = resource("man/entracte.1");
    const auto completion = resource("completions/entracte");
    for (std::size_t at; (at = manual.find("\\-")) != std::string::npos;)
        manual.erase(at, 1);
    for (const char* command : kCommands) {
        const std::string name(command);
        EXPECT_TRUE(manual.find("\n.B " + name + "\n") != std::string::npos ||
                    manual.find("\n.BR " + name + " \"") != std::string::npos)
            << name;
        EXPECT_NE(completion.find(command), std::string::npos) << command;
    }
    for (const char* option : kOptions) {
        EXPECT_NE(manual.find(option), std::string::npos) << option;
        EXPECT_NE(completion.find(option), std::string::npos) << option;
    }
}

// That the shells can read them is cli.completions' to say.
TEST(DocumentationTest, everyShellsCompletionKnowsEveryCommandAndOption) {
    for (const char* file : {"completions/_entracte", "completions/entracte.fish"}) {
        const auto completion = resource(file);
        for (const char* command : kCommands)
            EXPECT_NE(completion.find(command), std::string::npos) << file << ": " << command;
        for (const char* option : kOptions) {
            const std::string name(option);
            // fish writes them without their dashes.
            EXPECT_TRUE(completion.find(name) != std::string::npos ||
                        completion.find("-l " + name.substr(2)) != std::string::npos)
                << file << ": " << option;
        }
    }
}

TEST(DocumentationTest, theManualTellsEveryKey) {
    const auto manual = resource("man/entracte.1");
    for (const auto& json : {toJson(SessionView()), toJson(SnapshotView())})
        for (const auto& [key, value] : json.items())
            EXPECT_NE(manual.find(key), std::string::npos) << key;
}

} // namespace
} // namespace entracte::cli
