// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_REMOTE_FILE_HPP
#define GLOBUS_SERVICES_GCS_REMOTE_FILE_HPP

#include <globus/client/call_options.hpp>
#include <globus/core/config.hpp>
#include <globus/services/gcs/files.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace globus {

namespace detail {

class FileAccess;
class BlockCache;
struct FileHead;
struct HeldPart;
struct RemoteFileParts;

}  // namespace detail

/**
 * A file of a collection that is open for reading at any place, as by pread(2).
 *
 *     RemoteFile const file = files.open("/data/run.h5");
 *     std::vector<std::byte> header(512);
 *     file.read_at(0, header);
 *
 * All that is read is of the version that was opened: if the file has changed, reading it is a FileChangedError, until
 * `refresh` takes the version that is there. It has a copy of its client, with whose connections and tokens it reads.
 *
 * If it was opened with `block` or `read_ahead`, what it keeps is of that version, too: a change is noticed by the next
 * request, and from then on nothing is read from what was kept. It keeps nothing of a file of which the server tells
 * neither size nor version.
 *
 * @par Thread safety
 * `read_at`, `size` and `stat` may be called from any thread, each with a buffer of its own. `refresh` and moving may
 * not run at the same time as anything else.
 */
class RemoteFile {
public:
    /// No file: reading it is a UsageError.
    RemoteFile();
    /// Opened by `open` of a client.
    RemoteFile(std::shared_ptr<detail::FileAccess const> access, OpenFile how, CallOptions const& options);
    /// Moves it; what was moved from cannot be read any more.
    RemoteFile(RemoteFile&&) noexcept;
    /// Moves it; what was moved from cannot be read any more.
    RemoteFile& operator=(RemoteFile&&) noexcept;
    ~RemoteFile();

    /// Its size in bytes. @throws FileIntegrityError  if the server does not say
    [[nodiscard]] std::uint64_t size() const;
    /// What the server said when it was opened or refreshed.
    [[nodiscard]] FileStat const& stat() const noexcept { return stat_; }

    /**
     * Reads bytes from a place of the file.
     *
     * @param offset  of the first byte
     * @param buffer  is filled, but for what is beyond the end of the file
     * @return how many bytes were read: fewer than `buffer` has only at the end of the file, 0 beyond it
     * @throws FileChangedError    if it is not the file that was opened
     * @throws FileIntegrityError  if the server sends another part than it was asked for
     * @throws ApiError, NetworkError and what the client's authorizer throws
     */
    std::size_t read_at(std::uint64_t offset, std::span<std::byte> buffer, CallOptions const& options = {}) const;

    /// Takes the version that is there now.
    void refresh(CallOptions const& options = {});

private:
    friend struct detail::RemoteFileParts;

    /// Before anything is known of it. @throws UsageError  for what cannot be opened
    RemoteFile(std::shared_ptr<detail::FileAccess const> access, OpenFile how);
    /// Takes what the server says about it.
    void take(detail::FileHead head);
    [[nodiscard]] detail::HeldPart version() const;
    /// The part of a buffer that is within the file. @throws UsageError  for what cannot be read
    [[nodiscard]] std::span<std::byte> within(std::uint64_t offset, std::span<std::byte> buffer) const;

    std::shared_ptr<detail::FileAccess const> access_;
    OpenFile how_{.path = ""};
    std::string url_;
    FileStat stat_;
    std::string validator_;
    std::unique_ptr<detail::BlockCache> blocks_;  ///< that are kept; null: none are
};

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/services/gcs/impl/remote_file.ipp>
#endif

#endif  // GLOBUS_SERVICES_GCS_REMOTE_FILE_HPP
