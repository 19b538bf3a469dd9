// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_DOWNLOAD_RUN_HPP
#define GLOBUS_SERVICES_GCS_DOWNLOAD_RUN_HPP

#include <globus/client/call_options.hpp>
#include <globus/client/response.hpp>
#include <globus/core/config.hpp>
#include <globus/core/digest.hpp>
#include <globus/http/errors.hpp>
#include <globus/http/message.hpp>
#include <globus/http/retry.hpp>
#include <globus/services/gcs/attempts.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/progress_meter.hpp>
#include <globus/services/gcs/receivers.hpp>
#include <globus/services/gcs/resumption.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace globus::detail {

class FileAccess;

/// The comparison of what arrives with the digest that it should have.
class DigestCheck {
public:
    /// Chooses the digest to compare with, if there is one: the caller's, or else the best of the server's.
    void choose(std::optional<Digest> const& given, FileStat const& file);
    /// Says that the next bytes come at a place: those before are read again unless they were just added.
    void go_on_at(std::uint64_t first, Receiver const& receiver);
    void update(std::string_view piece);
    /// The digest of all, if it was computed. @throws FileIntegrityError  if it is another one
    std::optional<Digest> finish(std::string const& name);

private:
    std::optional<Digest> wanted_;
    std::optional<DigestStream> stream_;
    std::uint64_t at_ = 0;
};

/**
 * One download, over as many requests as it takes. It sends nothing itself: a driver sends the requests, one after the
 * other, with its options, and tells how they ended.
 */
class DownloadRun {
public:
    /// @param access, what  must live as long as this
    /// @param given  what the caller gave
    /// @param call   the same, with the deadline and the stop_token of the whole call
    /// @throws UsageError, LocalFileError  for what cannot be right
    DownloadRun(FileAccess const& access, Download const& what, CallOptions const& given, CallOptions call);
    DownloadRun(DownloadRun const&) = delete;
    DownloadRun& operator=(DownloadRun const&) = delete;

    /// Takes what there is of an earlier process. It is called once, first.
    void begin();
    /// Reads the file over several connections at once, if that is wanted, possible and worth it; it blocks. False: it
    /// was not, and the requests are to be sent.
    bool read_apart();
    /// The request of the next attempt.
    [[nodiscard]] http::Request next_request();
    /// The options of each request.
    [[nodiscard]] CallOptions const& options() const noexcept { return options_; }
    [[nodiscard]] static constexpr RetryClass retry_class() noexcept { return RetryClass::read; }
    /// Takes how an attempt ended. @throws what ends the download
    AttemptEnd took(std::exception_ptr const& error, Response<Bytes> const& answer);
    /// Checks what arrived, and puts it in place. It may take a while. False: the download begins anew.
    bool complete();
    /// Reports that all is there.
    Downloaded finish();
    /// What ends a download that is cancelled between two attempts.
    [[nodiscard]] NetworkError cancelled() const;

private:
    /// Thrown through a request whose answer is of no use.
    struct Useless {};

    AttemptEnd ended(std::exception_ptr const& error, Response<Bytes> const& answer);
    /// Rethrows the error in flight, unless what an earlier process left may be to blame.
    void begin_anew();
    void start_again();
    /// When there is another attempt. One that brought nothing was repeated by the client already.
    std::optional<http::Clock::time_point> next_attempt(NetworkError const& error);
    void take_head(int status, http::Headers const& headers);
    /// The body is the file from its beginning.
    void restart(FileStat const& stat, http::Headers const& headers);
    void learn(FileStat const& stat);
    bool take(std::string_view piece);
    [[nodiscard]] std::string name() const { return "GET " + url_; }

    FileAccess const& access_;
    Download const& what_;
    CallOptions options_;  ///< of each request
    std::string const url_;
    std::unique_ptr<Receiver> const receiver_;
    ProgressMeter meter_;
    DigestCheck digest_;
    std::optional<Digest> digest_found_;
    FileStat file_;
    HeldPart held_;                      ///< what the receiver has
    std::optional<std::uint64_t> size_;  ///< of the version that is read
    std::uint64_t at_ = 0;               ///< the place of the next byte that comes
    std::uint64_t discard_ = 0;          ///< bytes to come that the receiver has already
    std::uint64_t before_ = 0;           ///< bytes that the receiver had when the current request began
    std::uint64_t moved_ = 0;            ///< bytes that the current request brought
    std::uint64_t resumed_at_ = 0;
    std::optional<std::uint64_t> asked_;  ///< the first byte that was asked for; nothing: all
    int attempt_ = 1;
    int restarts_ = 0;
    bool ask_whole_ = false;
    bool headed_ = false;    ///< the current request was answered
    bool complete_ = false;  ///< that answer says that there is no more
    bool known_ = false;     ///< the caller was told what comes
};

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/services/gcs/impl/download_run.ipp>
#endif

#endif  // GLOBUS_SERVICES_GCS_DOWNLOAD_RUN_HPP
