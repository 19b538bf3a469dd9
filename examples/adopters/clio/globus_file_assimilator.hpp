// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_EXAMPLES_ADOPTERS_CLIO_GLOBUS_FILE_ASSIMILATOR_HPP
#define GLOBUS_EXAMPLES_ADOPTERS_CLIO_GLOBUS_FILE_ASSIMILATOR_HPP

#include <globus/core/encoding.hpp>
#include <globus/http/any_transport.hpp>
#include <globus/services/gcs.hpp>
#include <globus/services/transfer.hpp>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

/// What is to be brought where. A token that is empty is that of the environment.
struct AssimilationCtx {
    std::string src;             ///< globus://COLLECTION/PATH, or the address of a page of the Globus file manager
    std::string dst;             ///< file::PATH, or as `src`
    std::string src_token = {};  ///< for Globus Transfer; else GLOBUS_ACCESS_TOKEN
    std::string dst_token = {};  ///< for the source's files by HTTPS; else GLOBUS_HTTPS_ACCESS_TOKEN
};

/// Brings a file of a Globus collection to this machine, or to another collection: see README.md beside it.
class GlobusFileAssimilator {
public:
    /// What a caller is told; 0 is success.
    enum Code { success = 0, no_token = -1, bad_source = -4, bad_destination = -5, refused = -7, failed = -8 };

    /// @param transport  how requests travel: one of the program's own where libcurl cannot run in its threads
    /// @param log  gets a line for each failure
    explicit GlobusFileAssimilator(
        globus::AnyTransport transport = globus::CurlTransport(),
        std::function<void(std::string const&)> log = [](std::string const&) {})
        : transport_(std::move(transport)), log_(std::move(log)) {}

    int Schedule(AssimilationCtx const& ctx) const {
        Place const source = place_of(ctx.src);
        if (source.collection.empty()) return complain(bad_source, "not a file of Globus: " + ctx.src);
        std::string const token = or_variable(ctx.src_token, "GLOBUS_ACCESS_TOKEN");
        if (token.empty()) return complain(no_token, "set src_token or GLOBUS_ACCESS_TOKEN");
        bool const local = ctx.dst.starts_with("file::") && ctx.dst.size() > 6;
        Place const destination = local ? Place() : place_of(ctx.dst);
        if (!local && destination.collection.empty()) return complain(bad_destination, "not a place: " + ctx.dst);
        try {
            Transfer const transfer(globus::AccessTokenPolicy(token), {.transport = transport_});
            return local ? download(transfer, source, ctx.dst.substr(6), ctx.dst_token)
                         : copy(transfer, source, destination);
        } catch (globus::ApiError const& error) {
            return complain(refused, error.what());
        } catch (globus::Error const& error) {
            return complain(failed, error.what());
        }
    }

private:
    using Transfer = globus::Client<globus::TransferService, globus::AccessTokenPolicy, globus::AnyTransport>;
    using Files = globus::Client<globus::GcsCollectionService, globus::AccessTokenPolicy, globus::AnyTransport>;

    struct Place {
        std::string collection = {};
        std::string path = "/";
    };

    /// The place that a URI or the address of a page names; one without a collection if it names none.
    static Place place_of(std::string_view text) {
        constexpr std::string_view scheme = "globus://", page = "https://app.globus.org/file-manager?";
        Place place;
        if (text.starts_with(scheme)) {
            text.remove_prefix(scheme.size());
            place.collection = text.substr(0, text.find('/'));
            if (text.size() > place.collection.size()) place.path = text.substr(place.collection.size());
        } else if (text.starts_with(page)) {
            for (auto const& [name, value] : globus::parse_query(text.substr(page.size()))) {
                if (name == "origin_id") place.collection = value;
                if (name == "origin_path") place.path = value;
            }
        }
        return place;
    }

    static std::string or_variable(std::string const& text, char const* name) {
        char const* const value = std::getenv(name);
        return !text.empty() || value == nullptr ? text : value;
    }

    int complain(Code code, std::string const& what) const {
        log_(what);
        return code;
    }

    /// In parts that go on where they were cut off, to a file that is replaced as a whole.
    int download(Transfer const& transfer, Place const& source, std::string const& to, std::string const& token) const {
        auto const collection = transfer.get_endpoint({.endpoint_id = source.collection});
        std::string const https_token = or_variable(token, "GLOBUS_HTTPS_ACCESS_TOKEN");
        if (https_token.empty()) return complain(no_token, "set dst_token or GLOBUS_HTTPS_ACCESS_TOKEN");
        Files const files(globus::GcsCollectionService::of(*collection), globus::AccessTokenPolicy(https_token),
                          {.transport = transport_});
        (void)files.download({.path = source.path, .to = to});
        return success;
    }

    int copy(Transfer const& transfer, Place const& source, Place const& destination) const {
        globus::TransferData data{.source_endpoint = source.collection, .destination_endpoint = destination.collection};
        data.add_item({.source_path = source.path,
                       .destination_path = destination.path,
                       .recursive = source.path.ends_with('/')});
        auto const accepted = transfer.submit_transfer(data);
        auto const verdict = transfer.task_wait(
            {.task_id = accepted->task_id, .timeout = std::chrono::hours(24), .on_fault = globus::OnFault::cancel});
        if (verdict.succeeded()) return success;
        return complain(failed, "task " + accepted->task_id + ' ' + to_string(verdict.kind));
    }

    globus::AnyTransport transport_;
    std::function<void(std::string const&)> log_;
};

#endif  // GLOBUS_EXAMPLES_ADOPTERS_CLIO_GLOBUS_FILE_ASSIMILATOR_HPP
