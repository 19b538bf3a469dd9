// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include <globus/services/auth/service.hpp>
#include <globus/services/transfer/local_endpoint.hpp>

#include <boost/json/parse.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace conformance {
namespace {

Json text_or_null(std::optional<std::string> const& text) { return text ? Json(*text) : Json(); }

/// A directory with the files that a case describes, for as long as it lives.
class Files {
public:
    Files() : path_((std::filesystem::temp_directory_path() / "globus-conformance-XXXXXX").string()) {
        if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot make a directory");
    }
    Files(Files const&) = delete;
    Files& operator=(Files const&) = delete;
    ~Files() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string add(std::string const& name, std::string const& bytes) const {
        std::filesystem::path const file = std::filesystem::path(path_) / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << bytes;
        return file.string();
    }
    [[nodiscard]] std::string const& path() const { return path_; }

private:
    std::string path_;
};

auto auth_client(Json const& responses, std::string const& access_token, globus::MockTransport const& mock) {
    script(mock, &responses, nullptr);
    return globus::Client<globus::AuthService, globus::AccessTokenPolicy, globus::MockTransport>(access_token,
                                                                                                 {.transport = mock});
}

Json answer_of(Json const& document) {
    return Array{Object{{"status", 200}, {"json", document}, {"headers", {{"Content-Type", "application/json"}}}}};
}

std::string check_personal(Json const& recorded, std::filesystem::path const& cases) {
    Files const files;
    for (auto const& [name, content] : member(recorded, "files").as_object())
        files.add(std::string(name), text(content));
    std::string const own =
        (cases / string_member(recorded, "config_dir")).string();  // the recording has the files, too
    bool const there = find(recorded, "config_dir") != nullptr && std::filesystem::is_directory(own);
    globus::LocalGlobusConnectPersonal const local(there ? own : files.path());
    Object got;
    got["endpoint_id"] = text_or_null(local.endpoint_id());
    auto const owner = local.get_owner_info();
    got["owner_info"] = nullptr;
    if (owner) got["owner_info"] = {{"id", text_or_null(owner->id)}, {"username", text_or_null(owner->username)}};
    for (auto const& [name, value] : got) {
        Json wanted = member(recorded, name);
        if (wanted.is_object()) wanted.as_object().erase("str");  // how Python prints it
        if (auto words = difference(wanted, value, std::string(name)); !words.empty()) return words;
    }
    Json const* identity = find(recorded, "owner_info_with_auth_client");
    if (identity == nullptr) return {};
    globus::MockTransport const mock;
    auto const client = auth_client(answer_of({{"identities", Array{*identity}}}), access_token_of(recorded), mock);
    auto const found = local.get_owner_info(client);
    if (!found) return "the owner is not found";
    if (auto words = difference(*identity, boost::json::parse(globus::to_json(*found)), "identity"); !words.empty())
        return words;
    return difference_of_requests(member(recorded, "requests"), mock.requests());
}

/// Globus Auth answers without an identity.
std::string check_empty_lookup(Json const& recorded) {
    Files const files;
    files.add("lta/gridmap", "\"/C=US/O=Globus Consortium/OU=Globus Connect User/CN=ada\" ada\n");
    auto const client = auth_client(answer_of(member(recorded, "response")), "token", {});
    auto const found = globus::LocalGlobusConnectPersonal(files.path()).get_owner_info(client);
    return found.has_value() == member(recorded, "result").is_null() ? "an identity is found" : "";
}

std::string check_server(Json const& recorded) {
    Files const files;
    std::string path = files.path() + "/info.json";
    if (Json const* content = find(recorded, "text")) path = files.add("info.json", text(*content));
    if (Json const* bytes = find(recorded, "bytes_base64")) path = files.add("info.json", base64_decode(text(*bytes)));
    globus::LocalGlobusConnectServer const local(path);
    Object got;
    auto const info = local.info();
    got["info_dict"] = info ? Json(*info) : Json();
    got["endpoint_id"] = text_or_null(local.endpoint_id());
    got["domain_name"] = text_or_null(local.domain_name());
    for (auto const& [name, value] : got)
        if (auto words = difference(member(recorded, name), value, std::string(name)); !words.empty()) return words;
    return {};
}

}  // namespace

void run_local_endpoint(Report& report, Json const& section) {
    for (Json const& recorded : member(section, "personal").as_array())
        report.check(string_member(recorded, "id"), [&] { return check_personal(recorded, report.options().cases); });
    for (Json const& recorded : member(section, "owner_lookup_empty").as_array())
        report.check("local_endpoint.owner_lookup." + string_member(recorded, "id"),
                     [&] { return check_empty_lookup(recorded); });
    for (Json const& recorded : member(section, "server").as_array())
        report.check(string_member(recorded, "id"), [&] { return check_server(recorded); });
}

}  // namespace conformance
