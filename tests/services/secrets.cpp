// SPDX-License-Identifier: Apache-2.0
#include <globus/services/auth.hpp>
#include <globus/services/compute.hpp>
#include <globus/services/gcs.hpp>
#include <globus/services/transfer.hpp>

#include "support/catch.hpp"

#include <concepts>
#include <string>

using namespace globus;

namespace {

template <class S>
Client<S, AccessTokenPolicy, MockTransport> make(MockTransport const& mock) {
    return Client<S, AccessTokenPolicy, MockTransport>{AccessTokenPolicy{"token"}, {.transport = mock}};
}

template <class Member>
constexpr bool is_secret = std::same_as<Member, Optional<Secret>> || std::same_as<Member, Optional<SecretDocument>>;

static_assert(is_secret<decltype(auth::ClientCredential::secret)>);
static_assert(is_secret<decltype(gcs::CephStoragePolicies::ceph_admin_secret_key)>);
static_assert(is_secret<decltype(gcs::GoogleDriveStoragePolicies::secret)>);
static_assert(is_secret<decltype(gcs::GoogleCloudStoragePolicies::secret)>);
static_assert(is_secret<decltype(gcs::GoogleCloudStoragePolicies::service_account_key)>);
static_assert(is_secret<decltype(gcs::BoxStoragePolicies::boxAppSettings)>);
static_assert(is_secret<decltype(gcs::OneDriveStoragePolicies::secret)>);
static_assert(is_secret<decltype(gcs::AzureBlobStoragePolicies::secret)>);
static_assert(is_secret<decltype(compute_v2::QueueInfo::connection_url)>);
static_assert(is_secret<decltype(compute_v2::ResultQueue::connection_url)>);
static_assert(is_secret<decltype(transfer::Endpoint::globus_connect_setup_key)>);

}  // namespace

TEST_CASE("secrets: the ones in answers are no texts", "[auth][compute][secret]") {
    MockTransport mock;
    mock.reply(200, R"({"credential": {"id": "x", "secret": "s3"}})");
    auto const made = make<AuthService>(mock).create_client_credential({.client_id = "c", .name = "n"});
    CHECK(made->credential->secret->reveal() == "s3");

    mock.reply(200, R"({"queue_prefix": "p", "connection_url": "amqps://user:password@host"})");
    CHECK(make<ComputeServiceV2>(mock).get_result_amqp_url()->connection_url->reveal() == "amqps://user:password@host");

    mock.reply(200, R"({"endpoint_id": "e", "task_queue_info": {"connection_url": "amqps://a:b@host", "queue": "q"},
                        "result_queue_info": {"connection_url": "amqps://c:d@host", "queue_publish_kwargs": {}}})");
    auto const registered = make<ComputeServiceV2>(mock).register_endpoint({.data = {{"endpoint_name", "mine"}}});
    CHECK(registered->task_queue_info->connection_url->reveal() == "amqps://a:b@host");
    CHECK(registered->task_queue_info->queue == "q");
    CHECK(registered->result_queue_info->queue_publish_kwargs->is_object());
}

TEST_CASE("secrets: the ones in documents are sent as they are", "[gcs][secret]") {
    CHECK(to_json(gcs::CephStoragePolicies{.ceph_admin_key_id = "id", .ceph_admin_secret_key = "key"}) ==
          R"({"DATA_TYPE":"ceph_storage_policies#1.0.0","ceph_admin_key_id":"id","ceph_admin_secret_key":"key"})");
    CHECK(to_json(gcs::GoogleCloudStoragePolicies{.secret = "s", .service_account_key = {{"private_key", "k"}}}) ==
          R"({"DATA_TYPE":"google_cloud_storage_policies#1.0.0","secret":"s",)"
          R"("service_account_key":{"private_key":"k"}})");
}
