#include "app/repository/Place.h"

#include "app/repository/FolderPlace.h"
#include "app/repository/RclonePlace.h"
#include "app/repository/SshPlace.h"

namespace entracte::repository {

Result<std::unique_ptr<Place>> openPlace(const std::string& address, const std::string& spool,
                                         bool make) {
    constexpr std::string_view kRclone = "rclone:";
    if (address.starts_with(kRclone)) {
        ENTRACTE_ASSIGN(place, RclonePlace::open(address.substr(kRclone.size()), {}, spool));
        return std::unique_ptr<Place>(std::move(place));
    }
    if (address.starts_with("ssh://"))
        return openSshPlace(address, spool);
    if (address.starts_with('/')) {
        ENTRACTE_ASSIGN(place, FolderPlace::open(address, make));
        return std::unique_ptr<Place>(std::move(place));
    }
    return fail(ErrorCode::InvalidArgument, "\"" + address + "\" is no place for a repository.", {},
                "Write /a/folder, rclone:REMOTE:FOLDER or ssh://user@host/path.");
}

} // namespace entracte::repository
