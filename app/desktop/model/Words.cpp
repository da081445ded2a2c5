#include "app/desktop/model/Words.h"

#include <QRegularExpression>

#include <optional>
#include <utility>

namespace entracte::desktop {

namespace {

struct Grammar {
    bool singleQuotes = false;
    bool fieldCodes = false;
    bool commas = false; // and semicolons: they end a word as spaces do
};

std::optional<QStringList> words(const QString& text, const Grammar& grammar) {
    QStringList found;
    QString word;
    bool started = false;
    QChar quote;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const auto c = text[i];
        if (!quote.isNull()) {
            if (c == quote)
                quote = QChar();
            else if (c == '\\' && quote == '"' && i + 1 < text.size())
                word += text[++i];
            else
                word += c;
        } else if (c == '"' || (grammar.singleQuotes && c == '\'')) {
            quote = c;
            started = true;
        } else if (c == '\\' && i + 1 < text.size()) {
            word += text[++i];
            started = true;
        } else if (grammar.fieldCodes && c == '%' && i + 1 < text.size()) {
            if (text[++i] == '%') {
                word += '%';
                started = true;
            }
        } else if (c.isSpace() || (grammar.commas && (c == ',' || c == ';'))) {
            if (started)
                found.append(std::exchange(word, {}));
            started = false;
        } else {
            word += c;
            started = true;
        }
    }
    if (!quote.isNull())
        return std::nullopt;
    if (started)
        found.append(word);
    return found;
}

QString joined(const QStringList& words, const QRegularExpression& plain, const QString& between) {
    QStringList typed;
    for (auto word : words)
        typed.append(plain.match(word).hasMatch()
                         ? word
                         : '"' + word.replace('\\', "\\\\").replace('"', "\\\"") + '"');
    return typed.join(between);
}

} // namespace

QStringList execWords(const QString& exec) {
    return words(exec, {.fieldCodes = true}).value_or(QStringList());
}

QStringList typedWords(const QString& typed) {
    return words(typed, {.singleQuotes = true}).value_or(QStringList());
}

QStringList typedNames(const QString& typed) {
    return words(typed, {.singleQuotes = true, .commas = true}).value_or(QStringList());
}

QString quotedWords(const QStringList& words) {
    static const QRegularExpression plain("^[A-Za-z0-9_./:=,+@%-]+\\z");
    return joined(words, plain, " ");
}

QString quotedNames(const QStringList& names) {
    static const QRegularExpression plain("^[^\\s,;\"'\\\\]+\\z");
    return joined(names, plain, ", ");
}

} // namespace entracte::desktop
