#pragma once

// What the person, or a script, gets to read. Results go to standard output, everything else to
// standard error. The JSON keys are documented in entracte(1) and stay.

#include "dbus/client/Client.h"

#include <nlohmann/json.hpp>

#include <string>

namespace entracte::cli {

using Json = nlohmann::ordered_json;

Json toJson(const SessionView& session);
Json toJson(const SnapshotView& snapshot);
Json toJson(const EntracteFindings& findings);
void printJson(const Json& json);

void printSessions(const Overview& overview);
void printSession(const SessionView& session, const QList<SnapshotView>& snapshots,
                  const EntracteFindings& findings);
void printFindings(const EntracteFindings& findings);

// "38.1 MB": powers of 1000, as disks are sold.
std::string bytesText(quint64 bytes);
// "420 ms", "1.4 s"
std::string durationText(quint64 micros);
std::string timeText(qint64 unixMs); // local time
// "saved every 10 min, next at …; all snapshots are kept"
std::string scheduleText(const SessionView& session);

// Nothing that a terminal would obey: a name comes from other people, too.
std::string printable(const QString& text);

void showProgress(const JobView& job, bool cancelling);
void clearProgress();

// Sentence and hint on standard error, with --json also an object on standard output. The exit
// status.
int report(const Error& error, bool json);
int report(const Error& error, bool json, int status);
// What a command ends with: its error, as above, or with --json its result.
int conclude(const Result<Json>& result, bool json);

} // namespace entracte::cli
