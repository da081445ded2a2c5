#pragma once

// The snapshots that the rounds of a move are. On the side that the session leaves they are
// nobody's but the move's; on the side where it arrives the newest of them is the session.

#include "dbus/client/Client.h"

#include <QList>
#include <string>

namespace entracte::cli {

std::string roundComment(const std::string& move, int round);
bool isRoundComment(const std::string& comment);

// On the side that it leaves: those of that move, and never the newest snapshot, whatever it is.
QList<QString> roundsOf(const Client& client, const SessionView& session, const std::string& move);
// Waits a while for a job that still holds the session. What cannot be removed stays.
void removeSnapshots(const Client& client, const QList<QString>& paths);
// On the side where it is at home now: only the newest is needed, and says where it came from.
void keepNewestRound(const Client& client, const SessionView& session, const std::string& peer);

} // namespace entracte::cli
