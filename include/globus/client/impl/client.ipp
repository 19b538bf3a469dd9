// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CLIENT_IMPL_CLIENT_IPP
#define GLOBUS_CLIENT_IMPL_CLIENT_IPP

#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/check_client.hpp>
#include <globus/client/client.hpp>
#include <globus/client/environment.hpp>
#include <globus/client/exchange.hpp>
#include <globus/client/operation.hpp>
#include <globus/client/paging.hpp>
#include <globus/client/response.hpp>
#include <globus/core/config.hpp>
#include <globus/http/drive.hpp>
#include <globus/http/log.hpp>
#include <globus/oauth/errors.hpp>
#include <globus/version.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <exception>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
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
