// SPDX-License-Identifier: Apache-2.0
#include "registry.hpp"

#include "../support/temporary_directory.hpp"

#include <globus/app/json_token_storage.hpp>
#include <globus/app/memory_token_storage.hpp>
#include <globus/app/sqlite_token_storage.hpp>
#include <globus/app/validating_token_storage.hpp>
#include <globus/client/client.hpp>
#include <globus/oauth/static_policies.hpp>
#include <globus/services/auth/service.hpp>

#include <sqlite3.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

namespace conformance {
namespace {

using globus::TokenData;
using globus::TokenDataByResourceServer;
using Kind = globus::TokenValidationError::Kind;

TokenData data_of(Json const& recorded) { return TokenData::from_json(recorded.as_object()); }
TokenDataByResourceServer tokens_of(Json const& recorded) {
    TokenDataByResourceServer tokens;
    for (auto const& [server, data] : recorded.as_object()) tokens.emplace(server, data_of(data));
    return tokens;
}
Json json_of(TokenDataByResourceServer const& tokens) {
    Object all;
    for (auto const& [server, data] : tokens) all[server] = data.to_json();
    return all;
}

/// Runs `call` and compares its result with that of a recorded step, or what it throws with the recorded error.
std::string compare(Json const& step, std::function<Json()> const& call) {
    std::exception_ptr thrown;
    Json got;
    try {
        got = call();
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown || find(step, "error") != nullptr) return difference_of_error(member(step, "error"), thrown);
    return difference(member(step, "result"), got, "result");
}

std::string check_from_dict(Json const& recorded) {
    std::exception_ptr thrown;
    TokenData data;
    try {
        data = data_of(member(recorded, "input"));
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown || find(recorded, "error") != nullptr) return difference_of_error(member(recorded, "error"), thrown);
    if (auto words = difference(member(recorded, "extra"), data.extra, "extra"); !words.empty()) return words;
    return difference(member(recorded, "to_dict_include_extra"), data.to_json(), "to_dict_include_extra");
}

/// The same steps for every storage: "store {A, B}", "namespace 'other': get all", ...
template <class Make>
std::string check_steps(Json const& section, Json const& steps, Make make) {
    Json const& names = member(section, "behaviour_names");
    Json const& data = member(section, "behaviour_tokens");
    for (Json const& step : steps.as_array()) {
        std::string words = string_member(step, "do");
        std::string space = "DEFAULT";
        if (words.starts_with("namespace '")) space = words.substr(11, words.find('\'', 11) - 11);
        if (auto const colon = words.find(": "); colon != std::string::npos && words.find('{') > colon)
            words = words.substr(colon + 2);
        auto const storage = make(space);
        auto const server = [&] {
            std::string const letter = words.substr(words.find('(') + 1, 1);
            return letter == "'" ? std::string("nope") : string_member(names, letter);
        };
        Json got;
        if (words.starts_with("get_token_data")) {
            auto const found = storage.get_token_data(server());
            if (found) got = found->to_json();
        } else if (words.starts_with("get all")) {
            got = json_of(storage.get_token_data_by_resource_server());
        } else if (words.starts_with("remove_token_data")) {
            got = storage.remove_token_data(server());
        } else if (words.starts_with("store")) {
            TokenDataByResourceServer tokens;
            auto const list = words.substr(words.find('{') + 1, words.find('}') - words.find('{') - 1);
            for (char const letter : list)
                if (letter >= 'A' && letter <= 'C') {
                    TokenData one = data_of(member(data, std::string_view(&letter, 1)));
                    if (list.find("other") != std::string::npos) {
                        // the recording's second token for A is what is read back from it
                        for (Json const& later : steps.as_array())
                            if (string_member(member(later, "result"), "resource_server") == one.resource_server)
                                one = data_of(member(later, "result"));
                    }
                    tokens.emplace(one.resource_server, one);
                }
            storage.store_token_data_by_resource_server(tokens);
        } else if (words.starts_with("iter_namespaces")) {
            if constexpr (requires { storage.namespaces(); })
                for (std::string const& name : storage.namespaces())
                    (got.is_array() ? got.get_array() : got.emplace_array()).emplace_back(name);
        } else if (words != "close") {
            throw Missing("step " + words);
        }
        if (auto why = difference(member(step, "result"), got, words); !why.empty()) return why;
    }
    return {};
}

/// The tables of a database and their rows, in the form of the recording.
Json dump_of(std::string const& path) {
    sqlite3* database = nullptr;
    sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READONLY, nullptr);
    auto const rows_of = [&](std::string const& sql) {
        Array rows;
        sqlite3_stmt* statement = nullptr;
        sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr);
        while (sqlite3_step(statement) == SQLITE_ROW) {
            Array row;
            for (int column = 0; column != sqlite3_column_count(statement); ++column)
                row.emplace_back(reinterpret_cast<char const*>(sqlite3_column_text(statement, column)));
            rows.emplace_back(std::move(row));
        }
        sqlite3_finalize(statement);
        return rows;
    };
    Array schema;
    for (Json const& row : rows_of("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"))
        schema.push_back(row.at(0));
    Object rows;
    for (std::string const table : {"sdk_storage_adapter_internal", "token_storage"})
        rows[table] = rows_of("SELECT * FROM " + table + " ORDER BY 1, 2");
    std::string const version(rows_of("PRAGMA user_version").at(0).at(0).as_string());
    Json journal_mode = rows_of("PRAGMA journal_mode").at(0).at(0);
    sqlite3_close(database);
    return Object{{"schema", std::move(schema)},
                  {"rows", std::move(rows)},
                  {"user_version", std::stoi(version)},
                  {"journal_mode", std::move(journal_mode)}};
}

/// A dump without what may differ: blanks in the schema, the order of rows, the form of the JSON, and who wrote it.
Json comparable(Json dump) {
    for (Json& statement : dump.at("schema").as_array()) {
        std::string words;
        for (char const c : text(statement))
            if (c != ' ' && c != '\n') words += c;
        statement = words;
    }
    for (Json& row : dump.at("rows").at("token_storage").as_array()) {
        TokenData const data = data_of(boost::json::parse(row.at(2).as_string()));
        row.at(2) = data.to_json();
    }
    Array& rows = dump.at("rows").at("token_storage").as_array();
    std::sort(rows.begin(), rows.end(),
              [](Json const& a, Json const& b) { return boost::json::serialize(a) < boost::json::serialize(b); });
    for (Json& row : dump.at("rows").at("sdk_storage_adapter_internal").as_array())
        if (row.at(0) == "globus-sdk.version") row.at(1) = "";
    return dump;
}

std::string check_json_read(Json const& section, Json const& recorded) {
    TemporaryDirectory const directory;
    std::string const path = directory / "tokens.json";
    std::string const before = text(member(recorded, "text"));
    write_file(path, before);
    globus::JsonTokenStorage const storage(path);
    auto const compare_with = [](Json const& wanted, std::function<Json()> const& call) {
        Object step;
        if (Json const* error = find(wanted, "error"))
            step["error"] = *error;
        else
            step["result"] = wanted;
        return compare(step, call);
    };
    if (auto words = compare_with(member(recorded, "get_all"),
                                  [&] { return json_of(storage.get_token_data_by_resource_server()); });
        !words.empty()) {
        // a text may hold members that to_dict leaves out
        TokenDataByResourceServer tokens = storage.get_token_data_by_resource_server();
        for (auto& [server, data] : tokens) data.extra.clear();
        if (auto again = compare_with(member(recorded, "get_all"), [&] { return json_of(tokens); }); !again.empty())
            return again;
    }
    TokenData const b = data_of(member(member(section, "behaviour_tokens"), "B"));
    if (auto words = compare_with(member(recorded, "store_B"),
                                  [&]() -> Json {
                                      storage.store_token_data_by_resource_server({{b.resource_server, b}});
                                      return nullptr;
                                  });
        !words.empty())
        return "store_B: " + words;
    Json const* after = find(recorded, "file_after_store");
    if (after == nullptr) return file_text(path) == before ? "" : "a file that was refused was changed";
    Json wanted = *after;
    Json got = boost::json::parse(file_text(path));
    for (Json* document : {&wanted, &got}) document->as_object().erase("globus-sdk.version");  // who wrote it
    return difference(wanted, got, "file_after_store");
}

/// The recorded class of a TokenValidationError.
std::string class_of_kind(Kind kind) {
    switch (kind) {
        case Kind::missing_token:
        case Kind::missing_refresh_token:
            return "MissingTokenError";
        case Kind::expired:
            return "ExpiredTokenError";
        case Kind::unmet_scopes:
            return "UnmetScopeRequirementsError";
        case Kind::missing_identity:
            return "MissingIdentityError";
        case Kind::identity_mismatch:
            return "IdentityMismatchError";
    }
    return {};
}

std::string check_validating(Json const& recorded) {
    globus::MockTransport mock;
    script(mock, find(recorded, "responses"), nullptr);
    auto const consents = [&](std::string const& identity, globus::CallOptions const&) {
        globus::Client<globus::AuthService, globus::AccessTokenPolicy, globus::MockTransport> const auth{
            access_token_of(recorded), {.transport = mock}};
        return globus::ConsentForest(auth.get_consents({.identity_id = identity})->consents);
    };
    std::vector<globus::TokenValidator> validators;
    for (Json const& validator : member(recorded, "validators").as_array()) {
        if (validator == "HasRefreshTokens") {
            validators.push_back(globus::has_refresh_tokens());
        } else if (validator == "NotExpired") {
            validators.push_back(globus::not_expired());
        } else if (validator == "UnchangingIdentityID") {
            validators.push_back(globus::unchanging_identity());
        } else if (Json const* scopes = find(validator, "ScopeRequirements")) {
            globus::ScopeRequirements needed;
            for (auto const& [server, list] : scopes->as_object())
                needed.emplace(server, globus::Scope::parse(text(list)));
            validators.push_back(globus::has_scopes([needed] { return needed; }, consents));
        } else {
            throw Missing("validator " + boost::json::serialize(validator));
        }
    }
    globus::MemoryTokenStorage const inner;
    inner.store_token_data_by_resource_server(tokens_of(member(recorded, "initial")));
    std::optional<globus::ValidatingTokenStorage<globus::MemoryTokenStorage>> storage;
    std::exception_ptr thrown;
    try {
        storage.emplace(inner, validators);
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown || find(recorded, "error") != nullptr) return difference_of_error(member(recorded, "error"), thrown);
    auto const identity = [&]() -> Json {
        return storage->identity_id().empty() ? Json() : Json(storage->identity_id());
    };
    if (auto words = difference(member(recorded, "identity_id"), identity(), "identity_id"); !words.empty())
        return words;

    for (Json const& step : member(recorded, "steps").as_array()) {
        std::size_t const seen = mock.requests().size();
        std::string const method = string_member(step, "call");
        Json const& argument = member(step, "arg");
        std::string kind;
        auto words = compare(step, [&]() -> Json {
            try {
                if (method == "get_token_data") return storage->get_token_data(text(argument)).to_json();
                if (method == "get_token_data_by_resource_server")
                    return json_of(storage->get_token_data_by_resource_server());
                if (method == "remove_token_data") return storage->remove_token_data(text(argument));
                if (method != "store_token_data_by_resource_server") throw Missing(method);
                storage->store_token_data_by_resource_server(tokens_of(argument));
                return nullptr;
            } catch (globus::TokenValidationError const& error) {
                kind = class_of_kind(error.kind());
                throw;
            }
        });
        if (!words.empty()) return method + ": " + words;
        if (!kind.empty() && kind != string_member(member(step, "error"), "class"))
            return kind + " is thrown, recorded is " + string_member(member(step, "error"), "class");
        if (auto why = difference(member(step, "identity_id_after"), identity(), "identity_id_after"); !why.empty())
            return method + ": " + why;
        Json const* requests = find(step, "requests");
        auto sent = mock.requests();
        sent.erase(sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(seen));
        if (auto why = difference_of_requests(requests != nullptr ? *requests : Json(Array()), sent); !why.empty())
            return why;
    }
    return {};
}

/// The tokens of an answer, made from what was stored of it.
std::string check_token_response(Json const& recorded) {
    auto const wanted = tokens_of(member(recorded, "stored"));
    std::map<std::string, globus::Token> tokens;
    std::string identity;
    for (auto const& [server, data] : wanted) {
        globus::Token token = data.token();
        token.token_type = data.token_type;
        tokens.emplace(server, std::move(token));
        identity = data.identity_id;
    }
    globus::MemoryTokenStorage const storage;
    storage.store_token_response(globus::TokenResponse(std::move(tokens), {}, {}), identity);
    return difference(member(recorded, "stored"), json_of(storage.get_token_data_by_resource_server()), "stored");
}

std::string check_default_paths(Json const& paths) {
    char const* const home = std::getenv("HOME");
    std::string const before = home != nullptr ? home : "";
    struct Restore {
        std::string const& value;
        ~Restore() { ::setenv("HOME", value.c_str(), 1); }
    } const restore{before};
    ::setenv("HOME", string_member(paths, "HOME").c_str(), 1);
    std::string const client_id = string_member(paths, "client_id");
    for (Json const& recorded : member(paths, "cases").as_array()) {
        std::string const name = text(member(recorded, "app_name"));
        auto const check = [&](char const* member_name, std::function<Json()> const& call) {
            Json const& wanted = member(recorded, member_name);
            Object step;
            if (Json const* error = find(wanted, "error"))
                step["error"] = *error;
            else
                step["result"] = wanted;
            return compare(step, call);
        };
        for (auto const& words :
             {check("slug", [&] { return Json(globus::app_name_slug(name)); }),
              check("production", [&] { return Json(globus::default_token_path(client_id, name, "production", "")); }),
              check("preview", [&] { return Json(globus::default_token_path(client_id, name, "preview", "")); })})
            if (!words.empty()) return "app name \"" + name + "\": " + words;
    }
    return {};
}

}  // namespace

void run_tokenstorage(Report& report, Json const& section) {
    auto const each = [&](Json const& cases, std::string (*check)(Json const&), std::string const& prefix = {}) {
        for (Json const& recorded : cases.as_array())
            report.check(prefix + string_member(recorded, "id"), [&] { return check(recorded); });
    };
    each(member(member(section, "token_data"), "from_dict"), check_from_dict);
    each(member(section, "validating"), check_validating);
    each(member(section, "store_token_response"), check_token_response, "tokenstorage.store_token_response.");
    Json const& json = member(section, "json");
    for (Json const& recorded : member(json, "reads").as_array())
        report.check(string_member(recorded, "id"), [&] { return check_json_read(section, recorded); });

    // What has no id in the recording is one case each.
    report.check("tokenstorage.default_paths", [&] { return check_default_paths(member(section, "default_paths")); });
    report.check("tokenstorage.memory", [&] {
        globus::MemoryTokenStorage const storage;
        return check_steps(section, member(member(section, "memory"), "steps"),
                           [&](std::string space) { return storage.in_namespace(std::move(space)); });
    });
    report.check("tokenstorage.json", [&]() -> std::string {
        TemporaryDirectory const directory;
        std::string const path = directory / "new/tokens.json";
        auto words = check_steps(section, member(json, "steps"), [&](std::string space) {
            return globus::JsonTokenStorage(path, {.namespace_name = std::move(space)});
        });
        if (!words.empty()) return words;
        return file_mode(path) == 0600 ? "" : "the file can be read by others";
    });
    report.check("tokenstorage.sqlite", [&]() -> std::string {
        TemporaryDirectory const directory;
        std::string const path = directory / "new/tokens.db";
        auto words = check_steps(section, member(member(section, "sqlite"), "steps"), [&](std::string space) {
            return globus::SqliteTokenStorage(path, {.namespace_name = std::move(space)});
        });
        if (!words.empty()) return words;
        return file_mode(path) == 0600 ? "" : "the file can be read by others";
    });
    report.check("tokenstorage.sqlite.written", [&] {
        TemporaryDirectory const directory;
        Json const& dump = member(member(section, "sqlite"), "dump");
        if (!dump.is_object()) throw Missing("a dump of tokens.db");
        for (Json const& row : member(member(dump, "rows"), "token_storage").as_array()) {
            TokenData const data = data_of(boost::json::parse(row.at(2).as_string()));
            globus::SqliteTokenStorage(directory / "tokens.db", {.namespace_name = text(row.at(0))})
                .store_token_data_by_resource_server({{data.resource_server, data}});
        }
        return difference(comparable(dump), comparable(dump_of(directory / "tokens.db")), "dump");
    });

    // The files that the reference wrote: read here, and what is written here is a document as it writes them.
    auto const folder = report.options().cases;
    auto const sample = [&](Json const& of, auto const& check) {
        auto const file = folder / string_member(of, "sample_file");
        if (!std::filesystem::exists(file)) throw Missing(file.filename().string());
        TemporaryDirectory const directory;
        std::filesystem::copy_file(file, directory / "tokens");
        return check(directory / "tokens");
    };
    auto const without_null = [](Json const& tokens) {
        Object all;
        for (auto const& [server, data] : tokens.as_object()) all[server] = data_of(data).to_json();
        return Json(all);
    };
    report.check("tokenstorage.sample.json", [&] {
        return sample(json, [&](std::string const& path) -> std::string {
            for (auto const& [space, tokens] : member(member(json, "document"), "data").as_object()) {
                globus::JsonTokenStorage const storage(path, {.namespace_name = std::string(space)});
                auto const stored = storage.get_token_data_by_resource_server();
                if (auto words = difference(without_null(tokens), json_of(stored), std::string(space)); !words.empty())
                    return words;
                storage.store_token_data_by_resource_server(stored);
            }
            Json wanted = member(json, "document");
            Json got = boost::json::parse(file_text(path));
            if (!member(got, "globus-sdk.version").is_string()) return "the file names no version";
            for (Json* document : {&wanted, &got}) document->as_object().erase("globus-sdk.version");
            return difference(wanted, got, "document");
        });
    });
    report.check("tokenstorage.sample.json_v1", [&] {
        Json const& legacy = member(member(section, "legacy"), "json");
        return sample(legacy, [&](std::string const& path) {
            return difference(without_null(member(member(legacy, "document"), "by_rs")),
                              json_of(globus::JsonTokenStorage(path).get_token_data_by_resource_server()), "by_rs");
        });
    });
    report.check("tokenstorage.sample.sqlite", [&] {
        Json const& sqlite = member(section, "sqlite");
        return sample(sqlite, [&](std::string const& path) -> std::string {
            Object wanted;
            for (Json const& row : member(member(member(sqlite, "dump"), "rows"), "token_storage").as_array()) {
                Json& space = wanted[row.at(0).as_string()];
                if (space.is_null()) space.emplace_object();
                space.as_object()[row.at(1).as_string()] = boost::json::parse(row.at(2).as_string());
            }
            for (auto const& [space, tokens] : wanted)
                if (auto words =
                        difference(tokens,
                                   json_of(globus::SqliteTokenStorage(path, {.namespace_name = std::string(space)})
                                               .get_token_data_by_resource_server()),
                                   std::string(space));
                    !words.empty())
                    return words;
            return {};
        });
    });
    report.check("tokenstorage.sample.sqlite_v1", [&] {
        Json const& legacy = member(section, "legacy");
        return sample(member(legacy, "sqlite"), [&](std::string const& path) {
            return difference(member(legacy, "sqlite_v1_read_by_SQLiteTokenStorage"),
                              json_of(globus::SqliteTokenStorage(path).get_token_data_by_resource_server()), "tokens");
        });
    });
}

}  // namespace conformance
