#include "app/cli/CallerEnvironment.h"

namespace entracte::cli {

QVariantMap screenOptions(const Arguments& arguments) {
    auto options = entracte::screenOptions(
        arguments.screen.empty() ? QString("host") : QString::fromStdString(arguments.screen));
    if (arguments.fullScreen)
        options.insert("fullScreen", true);
    if (arguments.size) {
        options.insert("width", QVariant::fromValue<ushort>(arguments.size->first));
        options.insert("height", QVariant::fromValue<ushort>(arguments.size->second));
    }
    return options;
}

} // namespace entracte::cli
