// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_CONNECTOR_TABLE_HPP
#define GLOBUS_SERVICES_GCS_CONNECTOR_TABLE_HPP

#include <globus/core/config.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace globus {

/// A kind of storage that Globus Connect Server can be connected to.
struct GlobusConnectServerConnector {
    std::string name;          ///< as in "POSIX"
    std::string connector_id;  ///< a UUID

    friend bool operator==(GlobusConnectServerConnector const&, GlobusConnectServerConnector const&) = default;
};

/**
 * The connectors of Globus Connect Server by name and by id.
 *
 *     ConnectorTable const connectors;
 *     connectors.lookup("google-drive")->connector_id
 *     connectors.lookup(*gateway.connector_id)->name
 *
 * @par Thread safety
 * Distinct objects: safe. Shared objects: reading is safe.
 *
 * https://docs.globus.org/globus-connect-server/v5/reference/connector/
 */
class ConnectorTable {
public:
    /// The connectors of today, and those that were added.
    [[nodiscard]] std::vector<GlobusConnectServerConnector> const& all_connectors() const noexcept;

    /// The connector of that id or name; nullptr if there is none. Case does not matter in a name, nor does it matter
    /// whether blanks, `-` or `_` separate its words.
    [[nodiscard]] GlobusConnectServerConnector const* lookup(std::string_view name_or_id) const;

    /// The same table with one more connector.
    [[nodiscard]] ConnectorTable extend(GlobusConnectServerConnector connector) const;

private:
    static std::string normalized(std::string_view text);
    static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

    std::vector<GlobusConnectServerConnector> connectors_{
        {"ActiveScale", "7251f6c8-93c9-11eb-95ba-12704e0d6a4d"},
        {"Azure Blob", "9436da0c-a444-11eb-af93-12704e0d6a4d"},
        {"BlackPearl", "7e3f3f5e-350c-4717-891a-2f451c24b0d4"},
        {"Box", "7c100eae-40fe-11e9-95a3-9cb6d0d9fd63"},
        {"Ceph", "1b6374b0-f6a4-4cf7-a26f-f262d9c6ca72"},
        {"Dropbox", "49b00fd6-63f1-48ae-b27f-d8af4589f876"},
        {"Google Cloud Storage", "56366b96-ac98-11e9-abac-9cb6d0d9fd63"},
        {"Google Drive", "976cf0cf-78c3-4aab-82d2-7c16adbcc281"},
        {"HPSS", "fb656a17-0f69-4e59-95ff-d0a62ca7bdf5"},
        {"iRODS", "e47b6920-ff57-11ea-8aaa-000c297ab3c2"},
        {"OneDrive", "28ef55da-1f97-11eb-bdfd-12704e0d6a4d"},
        {"POSIX", "145812c8-decc-41f1-83cf-bb2a85a2a70b"},
        {"POSIX Staging", "052be037-7dda-4d20-b163-3077314dc3e6"},
        {"S3", "7643e831-5f6c-4b47-a07f-8ee90f401d23"},
    };
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/services/gcs/impl/connector_table.ipp>
#endif

#endif  // GLOBUS_SERVICES_GCS_CONNECTOR_TABLE_HPP
