// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_IMPL_JSON_TOKEN_STORAGE_IPP
#define GLOBUS_APP_IMPL_JSON_TOKEN_STORAGE_IPP

#include <globus/app/json_token_storage.hpp>
#include <globus/app/token_file.hpp>
#include <globus/app/token_place.hpp>
#include <globus/app/token_storage.hpp>
#include <globus/core/config.hpp>
#include <globus/core/json_text.hpp>
#include <globus/core/secret.hpp>
#include <globus/http/waiting.hpp>
#include <globus/version.hpp>

#include <boost/json/serialize.hpp>
#include <boost/system/error_code.hpp>

#include <charconv>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

GLOBUS_DECL JsonTokenStorage::JsonTokenStorage(std::string path, TokenFileOptions options)
    : place_(std::make_shared<detail::TokenPlace const>(std::move(path), std::move(options))) {}

GLOBUS_DECL std::string const& JsonTokenStorage::path() const { return place_->path(); }

GLOBUS_DECL TokenDataByResourceServer JsonTokenStorage::get_token_data_by_resource_server() const {
    return tokens_of(load());
}

GLOBUS_DECL void JsonTokenStorage::update_by(std::function<bool(TokenDataByResourceServer&)> const& change,
                                             LockWait const& wait) const {
    detail::TokenFileLock const lock(*place_, wait);
    boost::json::object document = load();
    TokenDataByResourceServer tokens = tokens_of(document);
    if (change(tokens)) store(std::move(document), tokens);
}

GLOBUS_DECL std::string JsonTokenStorage::move_corrupt_file() const {
    detail::TokenFileLock const lock(*place_, {});
    try {
        (void)get_token_data_by_resource_server();
    } catch (TokenStorageError const& error) {
        if (error.kind() != Kind::corrupt) throw;
        return detail::move_token_file(path(), {""});
    }
    return {};
}

GLOBUS_DECL std::optional<boost::json::value> JsonTokenStorage::parse() const {
    bool first = true;
    for (auto const until = http::Clock::now() + std::chrono::milliseconds(200);; first = false) {
        detail::TokenFile const file = detail::TokenFile::open(path(), detail::Opening::to_read);
        if (!file) return std::nullopt;
        detail::FileFacts const facts = file.facts(path());
        detail::check_token_file(*place_, path(), facts);
        if (first) {
            detail::check_token_directory(*place_);
            detail::check_token_file_mode(*place_, detail::TokenFileDoubt::file_mode, path(), facts);
        }
        std::string text = file.read(path());
        boost::system::error_code error;
        boost::json::value document = detail::parse_exact_json(text, error);
        detail::wipe(text);
        if (!error) return document;
        if (facts.modified + 2 < detail::unix_now() || http::Clock::now() > until)
            corrupt("does not hold a JSON object");
        http::wait_until(http::Clock::now() + std::chrono::milliseconds(10), {});
    }
}

GLOBUS_DECL boost::json::object JsonTokenStorage::load() const {
    std::optional<boost::json::value> document = parse();
    if (!document) return {{"data", boost::json::object()}};
    if (!document->is_object()) corrupt("does not hold a JSON object");
    boost::json::object& object = document->as_object();
    auto const* version = object.if_contains("format_version");
    if (version == nullptr || !version->is_string()) corrupt("does not say the version of its format");
    std::string_view const number = version->get_string();
    if (number == "1.0") {
        auto const* old = object.if_contains("by_rs");
        if (old == nullptr || !old->is_object()) corrupt("has no object 'by_rs', as format 1.0 must");
        object["data"] = boost::json::object{{"DEFAULT", *old}};
        object.erase("by_rs");
    } else if (number != "2.0") {
        int major = 0;
        auto const read = std::from_chars(number.data(), number.data() + number.size(), major);
        if (read.ec == std::errc() && major >= 2)
            detail::refuse_token_file(Kind::too_new, path(),
                                      "has a newer format than 2.0; use a newer version of this library");
        corrupt("has an unknown version of the format");
    }
    auto const* data = object.if_contains("data");
    if (data == nullptr || !data->is_object()) corrupt("has no object 'data', as format 2.0 must");
    return std::move(object);
}

GLOBUS_DECL TokenDataByResourceServer JsonTokenStorage::tokens_of(boost::json::object const& document) const {
    TokenDataByResourceServer tokens;
    auto const* mine = document.at("data").get_object().if_contains(place_->options().namespace_name);
    if (mine == nullptr) return tokens;
    if (!mine->is_object()) corrupt("has a namespace that is no object");
    for (auto const& [server, value] : mine->get_object()) {
        if (!value.is_object()) corrupt("has a token that is no object");
        try {
            tokens.emplace(server, TokenData::from_json(value.get_object()));
        } catch (DecodeError const& error) {
            corrupt(std::string("is damaged: ") + error.what());
        }
    }
    return tokens;
}

GLOBUS_DECL void JsonTokenStorage::store(boost::json::object document, TokenDataByResourceServer const& tokens) const {
    boost::json::object mine;
    for (auto const& [server, data] : tokens) mine[server] = data.to_json();
    document["data"].get_object()[place_->options().namespace_name] = std::move(mine);
    document["format_version"] = "2.0";
    document["globus-sdk.version"] = "globus-cpp-" GLOBUS_VERSION_STRING;  // the Python SDK expects a text here
    std::string text = boost::json::serialize(document);
    detail::replace_token_file(*place_, text);
    detail::wipe(text);
}

GLOBUS_DECL void JsonTokenStorage::corrupt(std::string const& why) const {
    detail::refuse_token_file(Kind::corrupt, path(),
                              why + "; move it away, as move_corrupt_file() does, and log in again");
}

}  // namespace globus

#endif  // GLOBUS_APP_IMPL_JSON_TOKEN_STORAGE_IPP
