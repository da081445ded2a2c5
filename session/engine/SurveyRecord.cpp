#include "session/engine/SurveyRecord.h"

#include <sodium.h>

namespace entracte {

using nlohmann::json;

json surveyToJson(const Survey& survey) {
    json windows = json::array();
    for (const WindowInfo& window : survey.windows)
        windows.push_back(
            {window.title, window.className, window.x, window.y, window.width, window.height});
    std::string text(
        sodium_base64_encoded_len(survey.thumbnail.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(),
                      reinterpret_cast<const unsigned char*>(survey.thumbnail.data()),
                      survey.thumbnail.size(), sodium_base64_VARIANT_ORIGINAL);
    text.pop_back(); // its NUL
    return {{"windows", std::move(windows)}, {"thumbnail", std::move(text)}};
}

Survey surveyFromJson(const json& restore) try {
    Survey survey;
    const auto found = restore.find("survey");
    if (found == restore.end())
        return survey;
    for (const json& entry : found->at("windows"))
        survey.windows.push_back(
            {entry.at(0), entry.at(1), entry.at(2), entry.at(3), entry.at(4), entry.at(5)});
    const auto text = found->at("thumbnail").get<std::string>();
    survey.thumbnail.resize(text.size());
    std::size_t size = 0;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(survey.thumbnail.data()),
                          survey.thumbnail.size(), text.data(), text.size(), nullptr, &size,
                          nullptr, sodium_base64_VARIANT_ORIGINAL) != 0)
        size = 0;
    survey.thumbnail.resize(size);
    return survey;
} catch (const json::exception&) {
    return {}; // a picture is not worth a snapshot
}

} // namespace entracte
