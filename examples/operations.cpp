// SPDX-License-Identifier: Apache-2.0
// Every operation of every service, from the tuples that the services have of them:
//
//     operations            each with its method and path, what may be repeated, its pages and its members
//     operations --counts   how many there are, as in README.md
//
// A service's `operations()` is a hana::tuple of types, so what is known of all operations when they are compiled is
// found by a loop. Members that a caller may leave out are in brackets.
#include <globus/globus.hpp>

#include <boost/hana/accessors.hpp>
#include <boost/hana/first.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/length.hpp>
#include <boost/hana/pair.hpp>
#include <boost/hana/second.hpp>
#include <boost/hana/string.hpp>
#include <boost/hana/tuple.hpp>

#include <cstdio>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

using namespace globus;
namespace hana = boost::hana;

namespace {

/// A service, and what README.md calls it.
template <class S>
struct Row {
    using service = S;
    char const* label;
    char const* client_type;
    char const* header;
};

constexpr auto services = hana::make_tuple(
    Row<AuthService>{"Auth", "AuthService", "auth"},
    Row<NativeAppAuthService>{"Auth, login of native apps", "NativeAppAuthService", "auth"},
    Row<ConfidentialAppAuthService>{"Auth, login of confidential apps", "ConfidentialAppAuthService", "auth"},
    Row<TransferService>{"Transfer", "TransferService", "transfer"},
    Row<TransferServiceV2>{"Transfer v2", "TransferServiceV2", "transfer_v2"},
    Row<GroupsService>{"Groups", "GroupsService", "groups"}, Row<SearchService>{"Search", "SearchService", "search"},
    Row<FlowsService>{"Flows", "FlowsService", "flows"},
    Row<SpecificFlowService>{"Flows, one flow", "SpecificFlowService", "flows"},
    Row<TimersService>{"Timers", "TimersService", "timers"},
    Row<ComputeServiceV2>{"Compute v2", "ComputeServiceV2", "compute"},
    Row<ComputeServiceV3>{"Compute v3", "ComputeServiceV3", "compute"},
    Row<GcsService>{"Connect Server", "GcsService", "gcs"});

char const* word(RetryClass retry) {
    switch (retry) {
        case RetryClass::read:
            return "reads";
        case RetryClass::keyed:
            return "has a key";
        case RetryClass::idempotent:
            return "idempotent";
        case RetryClass::non_idempotent:
            return "not idempotent";
        case RetryClass::grant:
            return "grant";
        case RetryClass::never:
            break;
    }
    return "never repeated";
}

template <class O>
std::string members() {
    std::string names;
    hana::for_each(hana::accessors<O>(), [&](auto member) {
        using Value = std::remove_cvref_t<decltype(hana::second(member)(std::declval<O const&>()))>;
        std::string const name = hana::first(member).c_str();
        names += std::is_default_constructible_v<Value> ? " [" + name + ']' : ' ' + name;
    });
    return names;
}

template <class O>
void print_operation() {
    std::printf("  %s: %s %s, %s%s\n", O::struct_name, to_string(O::route.method), std::string(O::route.path).c_str(),
                word(retry_class_of<O>()), HasPages<O> ? ", in pages" : "");
    if (O::members::size != 0) std::printf("   %s\n", members<O>().c_str());
}

void print_operations() {
    hana::for_each(services, [](auto const& row) {
        std::printf("%s\n", row.client_type);
        hana::for_each(std::remove_cvref_t<decltype(row)>::service::operations(),
                       [](auto type) { print_operation<typename decltype(type)::type>(); });
    });
}

void print_counts() {
    std::printf("| service | client type | operations | paginated | typed | header |\n|---|---|---:|---:|---:|---|\n");
    hana::for_each(services, [](auto const& row) {
        constexpr auto operations = std::remove_cvref_t<decltype(row)>::service::operations();
        int paginated = 0;
        int typed = 0;
        hana::for_each(operations, [&](auto type) {
            using O = typename decltype(type)::type;
            paginated += HasPages<O>;
            typed += !std::is_same_v<typename O::result, Json>;
        });
        std::string const pages = paginated != 0 ? std::to_string(paginated) : "";
        std::printf("| %s | `%s` | %d | %s | %d | `globus/services/%s.hpp` |\n", row.label, row.client_type,
                    static_cast<int>(hana::length(operations)), pages.c_str(), typed, row.header);
    });
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::string_view(argv[1]) == "--counts")
        print_counts();
    else
        print_operations();
}
