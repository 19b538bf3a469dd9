// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_FILES_HPP
#define GLOBUS_SERVICES_GCS_FILES_HPP

#include <globus/core/config.hpp>
#include <globus/core/digest.hpp>
#include <globus/core/error.hpp>
#include <globus/core/optional.hpp>
#include <globus/http/message.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

// What the functions of GcsCollectionService for whole files take and give: see globus/services/gcs/service.hpp.

namespace globus {

/// What the server of a collection says about a file; see RFC 9110, section 8.
struct FileStat {
    std::optional<std::uint64_t> size = {};  ///< bytes; nothing if the server does not say
    std::string etag = {};                   ///< differs after each change; as sent, with its quotes; may be empty
    std::optional<std::chrono::sys_seconds> modified = {};  ///< when it was last changed, if the server says
    std::string content_type = {};                          ///< such as "text/plain"; may be empty
    bool ranges = false;                                    ///< the server says that it sends parts of it
    std::vector<Digest> digests = {};                       ///< of the whole file, those that the server sent
};

/// How far a download or upload is.
struct Progress {
    std::uint64_t bytes = 0;                  ///< that are there, including those of an earlier attempt or process
    std::optional<std::uint64_t> total = {};  ///< bytes that there will be, if that is known
    double rate = 0;                          ///< bytes a second of late; 0: not known yet
    /// At this rate; nothing if rate or total are not known.
    std::optional<std::chrono::duration<double>> remaining = {};
    int retries = 0;        ///< attempts of this call that were cut off
    bool finished = false;  ///< all is there and checked: there is no other report
};

/// A file of this machine cannot be read or written: the disk is full, the folder may not be written, ...
class GLOBUS_VISIBLE LocalFileError : public Error {
public:
    /// @param what  what was to be done, as in "written"
    LocalFileError(std::string const& path, std::string const& what, std::error_code code);

    /// The file.
    [[nodiscard]] std::string const& path() const noexcept { return path_; }
    /// Why, such as std::errc::no_space_on_device.
    [[nodiscard]] std::error_code const& code() const noexcept { return code_; }

private:
    std::string path_;
    std::error_code code_;
};

/// A file changed while it was read, and what was read of it cannot be taken back.
class GLOBUS_VISIBLE FileChangedError : public Error {
public:
    using Error::Error;
};

/// What arrived is not what was announced: another size, or another digest. Nothing of it is kept.
class GLOBUS_VISIBLE FileIntegrityError : public Error {
public:
    using Error::Error;
};

/**
 * Where a download goes.
 *
 *     {.path = "/data/run.h5", .to = "run.h5"}                     // a file, by its path
 *     {.path = "/data/run.h5", .to = std::cout}                    // a stream
 *     {.path = "/data/run.h5", .to = std::span(bytes)}             // a buffer of std::byte that is large enough
 *     {.path = "/data/run.h5", .to = [&](std::string_view piece) { return take(piece); }}    // false ends it
 */
class DownloadTarget {
public:
    /// A file: a text, or a std::filesystem::path.
    template <class P>
        requires(std::constructible_from<std::string, P const&> && !std::same_as<P, DownloadTarget>)
    DownloadTarget(P const& path) : target_(std::in_place_index<0>, std::string(path)) {}
    /// A stream, which must live until the call ends.
    DownloadTarget(std::ostream& stream) : target_(std::in_place_index<1>, &stream) {}
    /// A buffer, which must live until the call ends.
    DownloadTarget(std::span<std::byte> buffer) : target_(std::in_place_index<2>, buffer) {}
    /// A function that takes each piece, and ends the download by returning false.
    template <class F>
        requires(std::is_invocable_r_v<bool, F&, std::string_view> && !std::same_as<F, DownloadTarget>)
    DownloadTarget(F sink) : target_(std::in_place_index<3>, std::move(sink)) {}

    /// The path, the stream, the buffer or the function.
    [[nodiscard]] auto const& value() const noexcept { return target_; }

private:
    std::variant<std::string, std::ostream*, std::span<std::byte>, http::Sink> target_;
};

/**
 * A download: which file, where to, and how.
 *
 *     files.download({.path = "/data/run.h5", .to = "run.h5"});
 *     files.download({.path = "/data/run.h5", .to = "run.h5", .digest = Digest::sha256("ba78..."), .keep_time = true});
 */
struct Download {
    Required<std::string> path;  ///< from the top of the collection
    DownloadTarget to;           ///< a file, stream, buffer or function
    /// What it has to be. Unset: what the server sends, if anything.
    std::optional<Digest> digest = {};
    /// Asks the server for a digest (Want-Repr-Digest, Want-Digest), which may cost it a while.
    bool ask_digest = false;
    /// How many parts come at the same time, each over a connection of its own: 1 to 16. It pays over links that are
    /// long or slow for one connection, for files from some 10 MB on. A stream or function always takes one.
    int connections = 1;
    // Of a target that is a file:
    /// Leaves what has arrived of a file that cannot be finished beside it, and goes on there the next time.
    bool resume = true;
    /// The file is on the disk when the call returns, and after a failure of power it is the old one or the new one.
    bool durable = true;
    bool keep_time = false;  ///< gives it the time of the last change that the server tells
    /// Its permissions. Unset: those of the file that it replaces, or those of any new file.
    std::optional<unsigned> permissions = {};
    // Of all:
    /// Called before the first byte with what the server says about the file; once more if the file changed and the
    /// download begins anew. What it throws ends the call.
    std::function<void(FileStat const&)> on_begin = {};
    /// Called at most ten times a second, and at the end, by the thread that calls. What it throws ends the call.
    std::function<void(Progress const&)> progress = {};
};

/// What a download did.
struct Downloaded {
    FileStat file = {};                 ///< what the server said about the file
    std::uint64_t bytes = 0;            ///< its size
    std::uint64_t resumed_at = 0;       ///< bytes that were there from an earlier process, and were not sent again
    int retries = 0;                    ///< how often it went on after an interruption
    std::optional<Digest> digest = {};  ///< of what arrived, if there was one to compare with
};

/**
 * A file to be opened, and how parts of it are read.
 *
 *     files.open({.path = "/data/run.h5", .block = 64 << 10});                            // many small parts, here and there
 *     files.open({.path = "/data/run.h5", .read_ahead = 4 << 20, .memory = 64 << 20});    // from its beginning on
 *
 * Without `block` and `read_ahead` each read is a request of its own, for just its bytes.
 */
struct OpenFile {
    Required<std::string> path;  ///< from the top of the collection
    /// Reads whole blocks of this many bytes, at least 512, and keeps them: small parts that are near each other are one
    /// request, also if several threads read them at the same time. 0: 65,536 if there is a `read_ahead`, else no blocks.
    std::size_t block = 0;
    /// How many bytes more to ask for if a read begins where another one ended. 0: none.
    std::size_t read_ahead = 0;
    /// How many bytes are kept at most, at least two blocks. A read of more than half of it goes past the blocks.
    std::size_t memory = std::size_t{16} << 20;
};

/**
 * Where an upload comes from.
 *
 *     {.from = "run.h5", .path = "/data/run.h5"}                   // a file, by its path
 *     {.from = std::as_bytes(std::span(values)), .path = "/data/run.h5"}     // a buffer
 *     {.from = std::cin, .path = "/data/run.h5"}                   // a stream, to its end
 *     {.from = [&](char* buffer, std::size_t size) { return give(buffer, size); }, .path = "/data/run.h5"}
 */
class UploadSource {
public:
    /// A file: a text, or a std::filesystem::path.
    template <class P>
        requires(std::constructible_from<std::string, P const&> && !std::same_as<P, UploadSource>)
    UploadSource(P const& path) : source_(std::in_place_index<0>, std::string(path)) {}
    /// A stream, from where it is to its end, which must live until the call ends.
    UploadSource(std::istream& stream) : source_(std::in_place_index<1>, &stream) {}
    /// A buffer, which must live and stay as it is until the call ends.
    UploadSource(std::span<std::byte const> buffer) : source_(std::in_place_index<2>, buffer) {}
    /// A function that fills at most `size` bytes and says how many; 0 is the end. It is asked once for each byte, so
    /// that an upload of it is not repeated.
    template <class F>
        requires(std::is_invocable_r_v<std::size_t, F&, char*, std::size_t> && !std::same_as<F, UploadSource>)
    UploadSource(F function) : source_(std::in_place_index<3>, std::move(function)) {}

    /// The path, the stream, the buffer or the function.
    [[nodiscard]] auto const& value() const noexcept { return source_; }

private:
    std::variant<std::string, std::istream*, std::span<std::byte const>, http::Source> source_;
};

/**
 * An upload: where from, to which file of the collection, and how.
 *
 *     files.upload({.from = "run.h5", .path = "/data/run.h5"});
 *     files.upload({.from = "run.h5", .path = "/data/run.h5", .overwrite = false});
 */
struct Upload {
    UploadSource from;           ///< a file, buffer, stream or function
    Required<std::string> path;  ///< from the top of the collection
    /// How many bytes a stream or function gives. Unset: as many as come. Files, buffers and streams that can be
    /// positioned tell it themselves.
    std::optional<std::uint64_t> size = {};
    bool overwrite = true;  ///< false: an error if there is such a file already (If-None-Match: *)
    /// What is sent has to have it. The server is told, and may compare (Repr-Digest, RFC 9530).
    std::optional<Digest> digest = {};
    /// Computes a SHA-256 digest of what is sent, and asks the server for its own afterwards, to compare them.
    bool ask_digest = false;
    bool verify = true;  ///< asks for the size of the file afterwards, and compares it
    /// As for a Download. `bytes` is what this machine has sent.
    std::function<void(Progress const&)> progress = {};
};

/// What an upload did.
struct Uploaded {
    std::uint64_t bytes = 0;            ///< that the file has
    bool created = false;               ///< the server says that there was no such file before
    std::optional<FileStat> file = {};  ///< what the server says about it now; nothing if it was not asked, or says no
    std::optional<Digest> digest = {};  ///< of what was sent, if it was computed
    int retries = 0;                    ///< how often it began anew
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/services/gcs/impl/files.ipp>
#endif

#endif  // GLOBUS_SERVICES_GCS_FILES_HPP
