// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_TESTS_SUPPORT_ANSWER_SHAPES_HPP
#define GLOBUS_TESTS_SUPPORT_ANSWER_SHAPES_HPP

// How an answer of any operation is read, by the operation's name.

#include <globus/globus.hpp>

#include <boost/hana/for_each.hpp>
#include <boost/hana/tuple.hpp>

#include <functional>
#include <map>
#include <string>
#include <utility>

/// Reads an answer's body as one operation does. Returns what does not fit its type, in words; empty if all does.
using AnswerReader = std::function<std::string(std::string body)>;

template <class O>
std::string misfit_of(std::string body) {
    try {
        globus::Response<typename O::result> const response{
            globus::http::Response{.status = 200, .body = std::move(body)}};
        if (!response.mismatch().empty()) return response.mismatch();
        (void)*response;
        return {};
    } catch (globus::Error const& error) {
        return error.what();
    }
}

/// The readers of a service's operations, by "operation_ls".
template <class Operations>
std::map<std::string, AnswerReader, std::less<>> readers_of(Operations operations) {
    std::map<std::string, AnswerReader, std::less<>> readers;
    boost::hana::for_each(operations, [&](auto type) {
        using O = typename decltype(type)::type;
        std::string name;
        for (char const c : std::string(O::struct_name)) {
            bool const capital = c >= 'A' && c <= 'Z';
            if (capital && !name.empty()) name += '_';
            name += capital ? static_cast<char>(c - 'A' + 'a') : c;
        }
        readers[name] = misfit_of<O>;
    });
    return readers;
}

/// The readers of all services, by the reference's name of the client and of the method.
inline std::map<std::string, std::map<std::string, AnswerReader, std::less<>>, std::less<>> const& answer_readers() {
    using namespace globus;
    static std::map<std::string, std::map<std::string, AnswerReader, std::less<>>, std::less<>> const all{
        {"AuthClient", readers_of(AuthService::operations())},
        {"NativeAppAuthClient", readers_of(NativeAppAuthService::operations())},
        {"ConfidentialAppAuthClient", readers_of(ConfidentialAppAuthService::operations())},
        {"TransferClient", readers_of(TransferService::operations())},
        {"TransferClientV2", readers_of(TransferServiceV2::operations())},
        {"GroupsClient", readers_of(GroupsService::operations())},
        {"GroupsManager", readers_of(groups::manager::operations())},
        {"SearchClient", readers_of(SearchService::operations())},
        {"FlowsClient", readers_of(FlowsService::operations())},
        {"SpecificFlowClient", readers_of(SpecificFlowService::operations())},
        {"TimersClient", readers_of(TimersService::operations())},
        {"ComputeClientV2", readers_of(ComputeServiceV2::operations())},
        {"ComputeClientV3", readers_of(ComputeServiceV3::operations())},
        {"GCSClient", readers_of(GcsService::operations())},
    };
    return all;
}

#endif  // GLOBUS_TESTS_SUPPORT_ANSWER_SHAPES_HPP
