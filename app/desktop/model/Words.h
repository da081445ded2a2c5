#pragma once

// The words of a command as people and .desktop files write them, and back.

#include <QStringList>

namespace entracte::desktop {

// The words of an Exec key, field codes dropped (the specification's quoting). Empty when it is
// malformed.
QStringList execWords(const QString& exec);

// The words of what a person typed, quoted as a shell would have it; nothing is expanded. Empty
// when a quotation does not end.
QStringList typedWords(const QString& typed);
// The same with commas and semicolons between them, too: a list of names.
QStringList typedNames(const QString& typed);

// As they are typed: quoted where that is needed, so that typedWords() reads them again.
QString quotedWords(const QStringList& words);
// And with commas, for typedNames().
QString quotedNames(const QStringList& names);

} // namespace entracte::desktop
