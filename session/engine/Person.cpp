#include "session/engine/Types.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>

namespace entracte {

namespace {
constexpr std::size_t kMaxPasswdBuffer = 1024 * 1024; // bytes
} // namespace

Result<Person> personOfUid(uid_t uid) {
    std::vector<char> buffer(4096);
    passwd entry{};
    passwd* found = nullptr;
    int problem = 0;
    while ((problem = ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found)) == ERANGE &&
           buffer.size() < kMaxPasswdBuffer)
        buffer.resize(buffer.size() * 2);
    if (problem != 0)
        return fail(Error::fromErrno("The user database could not be read", problem));
    if (!found)
        return fail(ErrorCode::NotFound,
                    "No user account has the number " + std::to_string(uid) + ".", {},
                    "Sessions need an account in the user database.");

    Person person;
    person.uid = uid;
    person.gid = entry.pw_gid;
    person.name = entry.pw_name;
    person.home = entry.pw_dir;
    person.shell = entry.pw_shell && *entry.pw_shell ? entry.pw_shell : "/bin/sh";
    int count = 64;
    person.groups.resize(static_cast<std::size_t>(count));
    while (::getgrouplist(person.name.c_str(), person.gid, person.groups.data(), &count) < 0)
        person.groups.resize(static_cast<std::size_t>(count) > person.groups.size()
                                 ? static_cast<std::size_t>(count)
                                 : person.groups.size() * 2);
    person.groups.resize(static_cast<std::size_t>(count));
    return person;
}

} // namespace entracte
