// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include <globus/services/gcs/service.hpp>

namespace conformance {

template <>
struct ServiceOf<globus::GcsService> {
    static globus::GcsService make(Json const& kwargs) { return {.gcs_address = string_member(kwargs, "gcs_address")}; }
};

void add_gcs() {
    add_service<globus::GcsService>("GCSClient");
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
