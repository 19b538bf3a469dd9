// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_EXAMPLES_ADOPTERS_DATAFED_GLOBUS_API_HPP
#define GLOBUS_EXAMPLES_ADOPTERS_DATAFED_GLOBUS_API_HPP

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// What DataFed's core server asks of Globus, for many users at once: see README.md beside it. This header is C++17; only
/// globus_api.cpp is C++20. What fails is a std::runtime_error, which names the reason and the request.
class GlobusAPI {
public:
    enum XfrStatus { XS_INIT, XS_ACTIVE, XS_INACTIVE, XS_SUCCEEDED, XS_FAILED };

    struct EndpointInfo {
        bool activated = false;
        bool never_expires = false;
        std::uint32_t expiration = 0;  ///< seconds since 1970
        bool supports_encryption = false;
        bool force_encryption = false;
    };

    GlobusAPI(std::string client_id, std::string client_secret);

    /// Submits a transfer of files, or of directories whose names end with a slash. @return the id of its task
    std::string transfer(std::string const& source, std::string const& destination,
                         std::vector<std::pair<std::string, std::string>> const& files, bool encrypt,
                         std::string const& access_token);
    /// Looks at a task. True if it failed, or cannot succeed any more: `message` says why.
    bool checkTransferStatus(std::string const& task_id, std::string const& access_token, XfrStatus& status,
                             std::string& message);
    void cancelTask(std::string const& task_id, std::string const& access_token);
    void getEndpointInfo(std::string const& endpoint_id, std::string const& access_token, EndpointInfo& info);
    void refreshAccessToken(std::string const& refresh_token, std::string& access_token, std::uint32_t& expires_in);

private:
    struct Globus;
    std::shared_ptr<Globus const> globus_;
};

#endif  // GLOBUS_EXAMPLES_ADOPTERS_DATAFED_GLOBUS_API_HPP
