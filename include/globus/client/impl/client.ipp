// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_IMPL_CLIENT_IPP
#define GLOBUS_CLIENT_IMPL_CLIENT_IPP

#include <globus/client/client.hpp>
#include <globus/core/config.hpp>
#include <globus/version.hpp>

#include <string>
#include <utility>
#include <vector>

namespace globus::detail {

GLOBUS_DECL std::string client_info_header(std::vector<std::vector<std::pair<std::string, std::string>>> const& more) {
    std::string header = "product=globus-cpp,version=" GLOBUS_VERSION_STRING;
    for (auto const& item : more) {
        char separator = ';';
        for (auto const& [key, value] : item) {
            for (std::string const* text : {&key, &value})
                if (text->empty() || text->find_first_of(";,=") != std::string::npos)
                    throw UsageError("a client_info entry is empty or has one of ; , = in it");
            (header += std::exchange(separator, ',')) += key + '=' + value;
        }
    }
    http::check_header("X-Globus-Client-Info", header);
    return header;
}

}  // namespace globus::detail

#endif  // GLOBUS_CLIENT_IMPL_CLIENT_IPP
