#include "app/cli/Usage.h"

#include "session/base/Printable.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace entracte::cli {
namespace {

// How many letters are to be put in, taken out or replaced to make `b` of `a`.
std::size_t distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

std::vector<CLI::App*> commandsOf(CLI::App& app) {
    return app.get_subcommands([](CLI::App* command) { return !command->get_group().empty(); });
}

std::string nearest(CLI::App& app, const std::string& word) {
    std::string best;
    std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const auto* command : commandsOf(app))
        if (const auto far = distance(word, command->get_name());
            far < least && far < word.size()) {
            least = far;
            best = command->get_name();
        }
    return best;
}

} // namespace

Error usageError(CLI::App& app, const CLI::ParseError& wrong,
                 const std::vector<std::string>& words) {
    CLI::App* at = &app;
    std::string path; // "vault " in "vault unlock"
    for (const auto& word : words) {
        auto commands = commandsOf(*at);
        if (commands.empty())
            break; // the rest is the command's own
        if (word.starts_with('-'))
            continue;
        const auto found = std::ranges::find_if(
            commands, [&](const CLI::App* command) { return command->check_name(word); });
        if (found == commands.end()) {
            const auto meant = nearest(*at, word);
            return {ErrorCode::InvalidArgument,
                    "There is no command \"" + path + printable(word) + "\".",
                    {},
                    meant.empty() ? "\"entracte " + path + "--help\" lists all."
                                  : "Did you mean \"" + path + meant + "\"?"};
        }
        path += (*found)->get_name() + " ";
        at = *found;
    }
    std::string sentence = wrong.what();
    if (!commandsOf(*at).empty())
        sentence = "A command is missing";
    std::ranges::replace(sentence, '\n', ' ');
    if (!sentence.ends_with('.'))
        sentence += '.';
    return {ErrorCode::InvalidArgument,
            printable(sentence, 1000),
            {},
            "\"entracte " + path + "--help\" tells more."};
}

} // namespace entracte::cli
