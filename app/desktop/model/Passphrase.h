#pragma once

// How hard a passphrase is to guess, roughly: by its length and variety, since there is no list of
// words to look it up in. Says too little rather than too much.

#include <QString>

namespace entracte::desktop {

struct Strength {
    enum class Grade { Empty, Weak, Fair, Strong };
    Grade grade = Grade::Empty;
    double bits = 0;  // what guessing it would take
    QString sentence; // for the person
};
Strength strengthOf(const QString& passphrase);

} // namespace entracte::desktop
