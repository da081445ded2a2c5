// entracte-copy: one file out of a session, or into it. Started by entracted as the person, outside
// of the session, with its root. What went wrong is said on standard output: the code's name, then
// the sentence, and the hint. See CopyFile.h.

#include "session/copy/CopyFile.h"

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>

int main(int argc, char** argv) {
    CLI::App app{"Copies a file out of a session, or into it; started by entracted."};
    int root = -1;
    int data = -1;
    std::string out;
    std::string in;
    std::string name;
    unsigned mode = 0644;
    app.add_option("--root-fd", root, "the session's root")->required();
    app.add_option("--data-fd", data, "where the bytes go, or come from")->required();
    app.add_option("--out", out, "the file in the session");
    app.add_option("--in", in, "the file, or folder, in the session");
    app.add_option("--name", name, "its name in a folder");
    app.add_option("--mode", mode, "its permissions, as a decimal number");
    CLI11_PARSE(app, argc, argv);
    if (root < 3 || data < 3 || ::geteuid() == 0 || out.empty() == in.empty()) {
        std::fputs("entracte-copy is started by entracted.\n", stderr);
        return 2;
    }
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::signal(SIGPIPE, SIG_IGN);
    const auto done = out.empty() ? entracte::copy::copyIn(root, in, name, mode, data)
                                  : entracte::copy::copyOut(root, out, data);
    if (done)
        return 0;
    std::printf("%s\n%s\n%s\n", std::string(errorInfo(done.error().code()).name).c_str(),
                done.error().sentence().c_str(), done.error().hint().c_str());
    return 1;
}
