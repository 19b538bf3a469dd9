// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_JSON_TOKEN_STORAGE_HPP
#define GLOBUS_APP_JSON_TOKEN_STORAGE_HPP

#include <globus/app/token_file.hpp>
#include <globus/app/token_storage.hpp>
#include <globus/core/secret.hpp>
#include <globus/version.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

/**
 * Keeps tokens in a JSON file, in the format of the Python SDK: programs in both languages can share one file.
 *
 *     JsonTokenStorage storage{default_token_path(client_id, "nightly backup")};
 *     storage.store_token_response(tokens);
 *
 * The file is made when something is stored, readable by its owner only, and its directory too. It is replaced as a
 * whole: after a crash it is the old file or the new one. `<path>.lock` beside it is the lock between processes; it
 * stays. Format version 2.0 is written, 1.0 is read and becomes 2.0 when it is written; what a newer version has put
 * beside the tokens stays.
 *
 * @par Errors
 * TokenStorageError, see its kinds. A damaged file is never taken for an empty one, and is not overwritten.
 * @par Thread safety
 * Any function may be called from any thread and process. Copies share the file.
 */
class JsonTokenStorage : public TokenStorageFunctions<JsonTokenStorage> {
public:
    /// Makes the directory of `path`, if it is not there.
    /// @throws UsageError  for an empty path; TokenStorageError (io) if the directory cannot be made
    explicit JsonTokenStorage(std::string path, TokenFileOptions options = {})
        : state_(std::make_shared<State const>(State{detail::check_token_path(std::move(path)), std::move(options)})) {
        detail::make_token_directory(state_->path);
    }

    [[nodiscard]] std::string const& path() const noexcept { return state_->path; }

    [[nodiscard]] TokenDataByResourceServer get_token_data_by_resource_server() const { return tokens_of(load()); }

    /// See TokenStorage. @throws TokenStorageError, and what `change` throws
    template <class F>
    void update(F const& change) const {
        detail::TokenFileLock const lock(path(), state_->options.lock_timeout);
        boost::json::object document = load();
        TokenDataByResourceServer tokens = tokens_of(document);
        if (change(tokens)) store(std::move(document), tokens);
    }

private:
    using Kind = TokenStorageError::Kind;
    struct State {
        std::string path;
        TokenFileOptions options;
    };

    /// The document in format 2.0; a file that is not there is an empty one.
    [[nodiscard]] boost::json::object load() const {
        detail::TokenFile const file = detail::TokenFile::open(path(), O_RDONLY);
        if (!file) return {{"data", boost::json::object()}};
        detail::check_token_file_mode(path(), file.check(path()).st_mode, state_->options);
        std::string text = file.read(path());
        boost::json::parse_options options;
        options.max_depth = 128;
        boost::json::error_code error;
        boost::json::value document = boost::json::parse(text, error, {}, options);
        detail::wipe(text);
        if (error || !document.is_object()) corrupt("does not hold a JSON object");
        boost::json::object& object = document.as_object();
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
    [[nodiscard]] TokenDataByResourceServer tokens_of(boost::json::object const& document) const {
        TokenDataByResourceServer tokens;
        auto const* mine = document.at("data").get_object().if_contains(state_->options.namespace_name);
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
    void store(boost::json::object document, TokenDataByResourceServer const& tokens) const {
        boost::json::object mine;
        for (auto const& [server, data] : tokens) mine[server] = data.to_json();
        document["data"].get_object()[state_->options.namespace_name] = std::move(mine);
        document["format_version"] = "2.0";
        document["globus-sdk.version"] = "globus-cpp-" GLOBUS_VERSION_STRING;  // the Python SDK wants a text here
        std::string text = boost::json::serialize(document);
        detail::replace_token_file(path(), text);
        detail::wipe(text);
    }
    [[noreturn]] void corrupt(std::string const& why) const {
        detail::refuse_token_file(Kind::corrupt, path(), why + "; move it away and log in again");
    }

    std::shared_ptr<State const> state_;
};

static_assert(TokenStorage<JsonTokenStorage>);

}  // namespace globus

#endif  // GLOBUS_APP_JSON_TOKEN_STORAGE_HPP
