#include "session/criu/TcpTable.h"

#include <fstream>
#include <sstream>
#include <string>

namespace entracte {
namespace {

// The states of include/net/tcp_states.h in hexadecimal.
constexpr const char* kTimeWait = "06";
constexpr const char* kListen = "0A";

} // namespace

bool tellsOfConnections(std::istream& table) {
    std::string line;
    if (!std::getline(table, line)) // the names of the columns
        return true;
    while (std::getline(table, line)) {
        std::istringstream words(line);
        std::string number, local, remote, state;
        words >> number >> local >> remote >> state;
        if (state != kListen && state != kTimeWait)
            return true;
    }
    return false;
}

bool hasTcpConnections(pid_t pid) {
    const std::string net = "/proc/" + std::to_string(pid) + "/net/";
    std::ifstream four(net + "tcp");
    if (tellsOfConnections(four))
        return true;
    std::ifstream six(net + "tcp6"); // not there without IPv6
    return six && tellsOfConnections(six);
}

} // namespace entracte
