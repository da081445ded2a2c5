#pragma once

// What every part of the application works with. Owned by Application, outlives all windows.

#include "app/desktop/model/Actions.h"
#include "app/desktop/model/Deletions.h"
#include "app/desktop/model/Errands.h"
#include "app/desktop/model/HelperLink.h"
#include "app/desktop/model/InstalledPrograms.h"
#include "app/desktop/model/Models.h"
#include "app/desktop/model/Pictures.h"
#include "app/desktop/model/Settings.h"
#include "app/desktop/model/Transfers.h"
#include "app/desktop/model/Troubles.h"
#include "app/desktop/model/Vault.h"
#include "app/desktop/model/VaultKeyring.h"

namespace entracte::desktop {

struct Desk {
    HelperLink& link;
    Catalog& catalog;
    Actions& actions;
    Deletions& deletions;
    Troubles& troubles;
    Settings& settings;
    const InstalledPrograms& programs;
    Pictures& pictures;
    Transfers& transfers;
    Vault& vault;
    VaultKeyring& keyring;
    Errands& errands;
};

} // namespace entracte::desktop
