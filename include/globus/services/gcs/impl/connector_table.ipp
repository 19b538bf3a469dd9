// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_CONNECTOR_TABLE_IPP
#define GLOBUS_SERVICES_GCS_IMPL_CONNECTOR_TABLE_IPP

#include <globus/core/config.hpp>
#include <globus/services/gcs/connector_table.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace globus {

GLOBUS_DECL std::vector<GlobusConnectServerConnector> const& ConnectorTable::all_connectors() const noexcept {
    return connectors_;
}

GLOBUS_DECL GlobusConnectServerConnector const* ConnectorTable::lookup(std::string_view name_or_id) const {
    std::string const wanted = normalized(name_or_id);
    auto const found = std::find_if(connectors_.begin(), connectors_.end(), [&](auto const& connector) {
        return wanted == normalized(connector.connector_id) || wanted == normalized(connector.name);
    });
    return found != connectors_.end() ? &*found : nullptr;
}

GLOBUS_DECL ConnectorTable ConnectorTable::extend(GlobusConnectServerConnector connector) const {
    ConnectorTable longer = *this;
    longer.connectors_.push_back(std::move(connector));
    return longer;
}

GLOBUS_DECL std::string ConnectorTable::normalized(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    std::string words;
    for (char const c : text) {
        bool const separates = c == ' ' || c == '-' || c == '_';
        if (separates && words.ends_with('-')) continue;
        words += separates ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return words;
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_GCS_IMPL_CONNECTOR_TABLE_IPP
