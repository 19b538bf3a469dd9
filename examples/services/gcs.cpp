// SPDX-License-Identifier: Apache-2.0
// Globus Connect Server: what an administrator sets up on an endpoint, and the collections that it has.
#include <globus/services/gcs.hpp>

#include "expect.hpp"

#include <cstdio>
#include <exception>
#include <string>

using namespace globus;
using gcs::Collection, gcs::MappedCollectionDocument, gcs::POSIXStoragePolicies, gcs::StorageGatewayDocument;

template <class Client>
void set_up(Client const& client) {
    auto const gateway = client.create_storage_gateway(
        {.data = StorageGatewayDocument{.display_name = "Scratch",
                                        .connector_id = ConnectorTable{}.lookup("POSIX")->connector_id,
                                        .policies = POSIXStoragePolicies{.groups_allow = {"beamline7"}},
                                        .allowed_domains = {"example.org"},
                                        .require_mfa = true}});
    client.create_collection({.collection_data = MappedCollectionDocument{.collection_base_path = "/scratch",
                                                                          .display_name = "Beamline 7",
                                                                          .enable_https = true,
                                                                          .storage_gateway_id = gateway->data[0].id}});
}

template <class Client>
void list(Client const& client) {
    for (Collection const& collection : client.paginate(gcs::GetCollectionList{.filter = {"mapped_collections"}}))
        std::printf("%s  %s\n", collection.id->c_str(), collection.display_name->c_str());
}

int main() try {
    MockTransport mock;
    mock.reply(201, R"({"data": [{"DATA_TYPE": "storage_gateway#1.1.0", "id": "s1"}]})")
        .reply(201, R"({"data": [{"DATA_TYPE": "collection#1.1.0", "id": "c1"}]})")
        .reply(200, R"({"data": [{"DATA_TYPE": "collection#1.1.0", "id": "c1", "display_name": "Beamline 7"}],
                        "marker": "m", "has_next_page": true})")
        .reply(200, R"({"data": [{"DATA_TYPE": "collection#1.0.0", "id": "c0", "display_name": "Archive"}],
                        "has_next_page": false})");
    Client<GcsService, AccessTokenPolicy, MockTransport> const client{
        GcsService{"abc.xyz.data.globus.org"}, "token", {.transport = mock}};

    set_up(client);
    list(client);

    std::string const base = "https://abc.xyz.data.globus.org/api/";
    expect(mock, 0, "POST", base + "storage_gateways",
           R"({"DATA_TYPE":"storage_gateway#1.1.0","display_name":"Scratch",)"
           R"("connector_id":"145812c8-decc-41f1-83cf-bb2a85a2a70b",)"
           R"("policies":{"DATA_TYPE":"posix_storage_policies#1.0.0","groups_allow":["beamline7"]},)"
           R"("allowed_domains":["example.org"],"require_mfa":true})");
    expect(mock, 1, "POST", base + "collections",
           R"({"DATA_TYPE":"collection#1.1.0","collection_type":"mapped","collection_base_path":"/scratch",)"
           R"("display_name":"Beamline 7","enable_https":true,"storage_gateway_id":"s1"})");
    expect(mock, 2, "GET", base + "collections?filter=mapped_collections");
    expect(mock, 3, "GET", base + "collections?filter=mapped_collections&marker=m");
    return 0;
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
