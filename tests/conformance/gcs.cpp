// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include <globus/services/gcs/downloader.hpp>
#include <globus/services/gcs/service.hpp>
#include <globus/services/transfer/service.hpp>

namespace conformance {

template <>
struct ServiceOf<globus::GcsService> {
    static globus::GcsService make(Json const& kwargs) { return {.gcs_address = string_member(kwargs, "gcs_address")}; }
};

namespace {

Answer scopes(std::string const& resource_server, Array texts) {
    return {.result = Object{{"resource_server", resource_server}, {"scopes", std::move(texts)}}};
}
using Manager = globus::GcsService::Operations<
    globus::Client<globus::GcsService, globus::AccessTokenPolicy, globus::MockTransport>>;

/// What a client learns of its endpoint and keeps.
void endpoint_client_id(Json const& scenario) {
    Call call;
    call.client = member(scenario, "client");
    auto const client = make_client<globus::GcsService>(call);
    for (Json const& step : member(scenario, "steps").as_array()) {
        call.mock.clear();
        script(call.mock, find(step, "responses"), nullptr);
        expect_none(check_call(step, call.mock, [&] { return Answer{.result = Json(client.endpoint_client_id())}; }));
    }
}

/// The answers of a step that asks for a file; those of Transfer tell the address of its collection, as the service does,
/// which the recorded ones leave out.
Json with_addresses(Json const* responses, std::string const& file) {
    if (responses == nullptr) return Array();
    std::string const address = file.substr(0, file.find('/', file.find("//") + 2));
    Json out = *responses;
    for (Json& response : out.as_array()) {
        Json* const document = response.as_object().if_contains("json");
        if (document != nullptr && document->as_object().contains("entity_type"))
            document->as_object().emplace("https_server", address);
    }
    return out;
}

/// Files by their addresses, with the tokens of an app.
void downloader(Json const& scenario) {
    Json const& tokens = member(member(member(scenario, "objects"), "app"), "tokens");
    auto const token = [&](std::string_view resource_server) {
        return globus::AccessTokenPolicy(string_member(member(tokens, resource_server), "access_token"));
    };
    globus::MockTransport mock;
    globus::Client<globus::TransferService, globus::AccessTokenPolicy, globus::MockTransport> const transfer(
        token(globus::TransferService::resource_server), {.transport = mock});
    globus::GCSDownloader const files(
        transfer, [&](std::string const& collection_id, globus::StringList const& wanted) {
            std::string const& granted = string_member(member(tokens, collection_id), "scope");
            for (std::string const& scope : wanted)
                if (granted.find(scope) == std::string::npos) throw Failed("the scope " + scope + " is asked for");
            return token(collection_id);
        });
    for (Json const& step : member(scenario, "steps").as_array()) {
        mock.clear();
        std::string const& file = string_member(member(step, "kwargs"), "file_uri");
        Json const responses = with_addresses(find(step, "responses"), file);
        script(mock, &responses, nullptr);
        expect_none(check_call(step, mock, [&] { return Answer{.result = Json(files.read_file(file))}; }));
    }
}

}  // namespace

void add_gcs() {
    add_service<globus::GcsService>("GCSClient");
    runners()["GCSClient.get_gcs_endpoint_scopes"] = {[](Call const& call) {
        auto const of = Manager::get_gcs_endpoint_scopes(text(member(call.kwargs, "endpoint_id")));
        return scopes(of.resource_server(), {Json(of.manage_collections())});
    }};
    runners()["GCSClient.get_gcs_collection_scopes"] = {[](Call const& call) {
        auto const of = Manager::get_gcs_collection_scopes(text(member(call.kwargs, "collection_id")));
        return scopes(of.resource_server(), {Json(of.data_access()), Json(of.https())});
    }};
    scenarios()["gcs.scenario."] = endpoint_client_id;
    scenarios()["gcs.scenario.downloader."] = downloader;
    add_builder<globus::MappedCollectionDocument>();
    add_builder<globus::GuestCollectionDocument>();
    add_builder<globus::POSIXCollectionPolicies>();
    add_builder<globus::POSIXStagingCollectionPolicies>();
    add_builder<globus::GoogleCloudStorageCollectionPolicies>();
    add_builder<globus::EndpointDocument>();
    add_builder<globus::GCSRoleDocument>();
    add_builder<globus::StorageGatewayDocument>();
    add_builder<globus::POSIXStoragePolicies>();
    add_builder<globus::POSIXStagingStoragePolicies>();
    add_builder<globus::BlackPearlStoragePolicies>();
    add_builder<globus::BoxStoragePolicies>();
    add_builder<globus::CephStoragePolicies>();
    add_builder<globus::GoogleDriveStoragePolicies>();
    add_builder<globus::GoogleCloudStoragePolicies>();
    add_builder<globus::OneDriveStoragePolicies>();
    add_builder<globus::AzureBlobStoragePolicies>();
    add_builder<globus::S3StoragePolicies>();
    add_builder<globus::ActiveScaleStoragePolicies>();
    add_builder<globus::IrodsStoragePolicies>();
    add_builder<globus::HPSSStoragePolicies>();
    add_builder<globus::UserCredentialDocument>();
}

}  // namespace conformance
