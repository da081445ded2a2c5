#include "app/common/InsideSession.h"

#include <QFileInfo>

namespace entracte {

bool insideSession() {
    return QFileInfo::exists("/run/entracte/init");
}

} // namespace entracte
