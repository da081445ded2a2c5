#pragma once

// What an exported session says of itself (manifest.json, docs/export-format.md), to be shown
// before it is imported. The file comes from anywhere, and none of it is believed: whether it may
// be imported is decided by the helper, which reads all of it.

#include "session/base/Result.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace entracte {

struct ExportPreview {
    QString name; // of the session
    QString comment;
    qint64 takenUnixMs = 0;
    uint windows = 0;
    uint programs = 0;
    quint64 imageBytes = 0;
    quint64 layerBytes = 0;
    QStringList titles; // of its windows
    QByteArray picture; // PNG, or anything
};

// Reads no more of the archive (as it is, or compressed) than its manifest. SnapshotDamaged for
// what is none, HostMismatch for a newer version's. Blocking, any thread.
Result<ExportPreview> readExportPreview(int from);

// Of a file; NotAuthorized when it is sealed and `passphrase` does not open it.
Result<ExportPreview> previewOfExport(const std::string& path, const std::string& passphrase);

} // namespace entracte
