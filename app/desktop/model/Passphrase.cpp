#include "app/desktop/model/Passphrase.h"

#include <QCoreApplication>
#include <QSet>

#include <algorithm>
#include <cmath>

namespace entracte::desktop {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Passphrase)
};

constexpr double kFair = 45; // bits; the key takes a good part of a second for each guess
constexpr double kStrong = 65;
constexpr double kFollows = 1; // bits of a character that the one before it lets expect

// From how many characters each seems to have been chosen.
double alphabetOf(const QString& text) {
    double size = 0;
    const auto has = [&](auto is, double many) {
        if (std::any_of(text.begin(), text.end(), is))
            size += many;
    };
    has([](QChar c) { return c.isLower(); }, 26);
    has([](QChar c) { return c.isUpper(); }, 26);
    has([](QChar c) { return c.isDigit(); }, 10);
    has([](QChar c) { return !c.isLetterOrNumber(); }, 12);
    return std::max(size, 2.0);
}

bool isExpected(QChar before, QChar c) {
    const int step = c.unicode() - before.unicode();
    return step >= -1 && step <= 1; // aaa, abc, 321
}

} // namespace

Strength strengthOf(const QString& passphrase) {
    Strength strength;
    if (passphrase.isEmpty())
        return strength;
    const QSet<QChar> different(passphrase.begin(), passphrase.end());
    // Letters of words follow each other: each tells less than one that was drawn.
    const double each =
        std::min(std::log2(alphabetOf(passphrase)), 1 + std::log2(double(different.size()) + 1)) *
        0.75;
    for (qsizetype i = 0; i < passphrase.size(); ++i)
        strength.bits +=
            i > 0 && isExpected(passphrase[i - 1], passphrase[i]) ? std::min(kFollows, each) : each;
    if (strength.bits < kFair) {
        strength.grade = Strength::Grade::Weak;
        strength.sentence =
            Words::tr("Weak: somebody who has the file may guess it. Five words that "
                      "do not belong together are better.");
    } else if (strength.bits < kStrong) {
        strength.grade = Strength::Grade::Fair;
        strength.sentence = Words::tr("Fair: it keeps out whoever does not try for long.");
    } else {
        strength.grade = Strength::Grade::Strong;
        strength.sentence = Words::tr("Strong. Without it nobody can open the file, you included.");
    }
    return strength;
}

} // namespace entracte::desktop
