// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_FILE_ACCESS_HPP
#define GLOBUS_SERVICES_GCS_FILE_ACCESS_HPP

#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/client/response.hpp>
#include <globus/core/config.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry.hpp>
#include <globus/services/gcs/files.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

/// What the functions for files need of a client, whose type they do not know.
class FileAccess {
public:
    virtual ~FileAccess() = default;
    virtual Response<Bytes> send(http::Request request, RetryClass retry_class, CallOptions const& options) const = 0;
    /// Asks the client's retry policy.
    [[nodiscard]] virtual std::optional<std::chrono::duration<double>> before_retry(Attempt const& attempt) const = 0;
    virtual void succeeded(Attempt const& attempt) const noexcept = 0;
    [[nodiscard]] virtual std::string const& base_url() const noexcept = 0;
    [[nodiscard]] virtual std::string const& collection_id() const noexcept = 0;
    [[nodiscard]] virtual JointCall begin_call(CallOptions const& options) const = 0;
    /// True if a time limit was set for the call or the client.
    [[nodiscard]] virtual bool has_limit(CallOptions const& options) const = 0;

protected:
    FileAccess() = default;
    FileAccess(FileAccess const&) = default;
    FileAccess& operator=(FileAccess const&) = default;
};

/// @tparam Held  a Client, or a reference to one
template <class Held>
class FileAccessOf final : public FileAccess {
public:
    explicit FileAccessOf(Held client) : client_(std::forward<Held>(client)) {}

    Response<Bytes> send(http::Request request, RetryClass retry_class, CallOptions const& options) const override {
        return client_.template exchange<Response<Bytes>>(std::move(request), retry_class, options);
    }
    [[nodiscard]] std::optional<std::chrono::duration<double>> before_retry(Attempt const& attempt) const override {
        return client_.options().retry.before_retry(attempt);
    }
    void succeeded(Attempt const& attempt) const noexcept override { client_.options().retry.succeeded(attempt); }
    [[nodiscard]] std::string const& base_url() const noexcept override { return client_.base_url(); }
    [[nodiscard]] std::string const& collection_id() const noexcept override { return client_.service().collection_id; }
    [[nodiscard]] JointCall begin_call(CallOptions const& options) const override {
        return client_.begin_call(options);
    }
    [[nodiscard]] bool has_limit(CallOptions const& options) const override {
        return is_timed(options, client_.options().timeout);
    }

private:
    Held client_;
};

/// The URL of a file, by its path, or by a Location in the client's collection.
/// @throws UsageError  for a path that names no file, and for a place in another collection
std::string file_url(FileAccess const& access, std::string_view path);

/// What an answer to HEAD says.
struct FileHead {
    FileStat stat;
    std::string validator;  ///< see validator_of
};
/// What asks for it. @param ask_digest  asks the server for digests of the file, too
http::Request head_request(FileAccess const& access, std::string_view path, bool ask_digest = false);
FileHead read_head(Response<Bytes> const& answer);
/// Asks, and reads the answer.
FileHead head_of(FileAccess const& access, std::string_view path, CallOptions const& options, bool ask_digest = false);
FileStat stat_file(FileAccess const& access, std::string_view path, CallOptions const& options,
                   bool ask_digest = false);
/// Asks for digests of the whole file: RFC 9530, section 4, and RFC 3230, section 4.3.1.
void want_digest(http::Headers& headers);
Uploaded upload_file(FileAccess const& access, Upload const& what, CallOptions const& options);
Downloaded download_file(FileAccess const& access, Download const& what, CallOptions const& options);

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/services/gcs/impl/download.ipp>
#include <globus/services/gcs/impl/file_access.ipp>
#include <globus/services/gcs/impl/upload.ipp>
#endif

#endif  // GLOBUS_SERVICES_GCS_FILE_ACCESS_HPP
