// entracte: sessions from the command line. Talks to entracted over D-Bus and has no privileges of
// its own.

#include "app/cli/Arguments.h"
#include "app/cli/Commands.h"

#include <QCoreApplication>

int main(int argc, char** argv) {
    entracte::cli::Arguments arguments;
    if (const auto status = entracte::cli::parse(argc, argv, arguments))
        return *status;
    QCoreApplication application(argc, argv);
    return entracte::cli::run(arguments);
}
