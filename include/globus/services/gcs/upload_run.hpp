// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_UPLOAD_RUN_HPP
#define GLOBUS_SERVICES_GCS_UPLOAD_RUN_HPP

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
#include <globus/services/gcs/upload_bodies.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace globus::detail {

class FileAccess;

/// One upload, over as many requests as it takes, and the question what there is then. As for a DownloadRun, a driver
/// sends the requests.
class UploadRun {
public:
    /// @param access, what  must live as long as this
    /// @param given  what the caller gave
    /// @param call   the same, with the deadline and the stop_token of the whole call
    /// @throws UsageError, LocalFileError  for what cannot be right
    UploadRun(FileAccess const& access, Upload const& what, CallOptions const& given, CallOptions call);
    UploadRun(UploadRun const&) = delete;
    UploadRun& operator=(UploadRun const&) = delete;

    /// The request that is to be sent now.
    [[nodiscard]] http::Request next_request();
    [[nodiscard]] CallOptions const& options() const noexcept { return state_ == State::sending ? options_ : asking_; }
    [[nodiscard]] RetryClass retry_class() const noexcept {
        return state_ == State::sending ? RetryClass::idempotent : RetryClass::read;
    }
    /// Takes how it ended. @throws what ends the upload
    AttemptEnd took(std::exception_ptr const& error, Response<Bytes> const& answer);
    /// Reports that the file is there.
    Uploaded finish();
    /// What ends an upload that is cancelled between two attempts.
    [[nodiscard]] NetworkError cancelled() const;

private:
    enum class State : unsigned char {
        sending,    ///< the file goes
        looking,    ///< whether the file that is there is the one that an earlier attempt has sent
        comparing,  ///< what is there with what was sent
    };

    [[nodiscard]] http::Request put_request();
    std::size_t give(char* buffer, std::size_t size);
    /// An attempt ended with an error.
    AttemptEnd failed(std::exception_ptr const& error);
    /// Plans another attempt, or rethrows the error in flight.
    AttemptEnd repeat(Attempt const& attempt);
    /// Rethrows the error in flight.
    [[noreturn]] void end() const;
    /// The server has taken the file.
    AttemptEnd sent(int status);
    AttemptEnd looked(std::exception_ptr const& error, Response<Bytes> const& answer);
    AttemptEnd compared(std::exception_ptr const& error, Response<Bytes> const& answer);
    /// Computes the digest of the body anew.
    void digest_again();
    [[nodiscard]] bool differs(FileStat const& stat) const;
    [[noreturn]] void fail(std::string const& what) const;

    FileAccess const& access_;
    Upload const& what_;
    CallOptions options_;  ///< of each PUT
    CallOptions asking_;   ///< of each HEAD
    std::string const url_;
    std::unique_ptr<UploadBody> const body_;
    ProgressMeter meter_;
    std::optional<DigestStream> digest_;
    Uploaded done_;
    State state_ = State::sending;
    std::exception_ptr refused_;  ///< what the server said to the latest attempt, while it is looked for
    std::uint64_t sent_ = 0;      ///< bytes of the current attempt
    int attempt_ = 1;
    bool in_doubt_ = false;  ///< an attempt may have written something
    bool renewed_ = false;   ///< after a 401
};

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/services/gcs/impl/upload_run.ipp>
#endif

#endif  // GLOBUS_SERVICES_GCS_UPLOAD_RUN_HPP
