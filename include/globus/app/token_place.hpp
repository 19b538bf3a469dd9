// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_TOKEN_PLACE_HPP
#define GLOBUS_APP_TOKEN_PLACE_HPP

#include <globus/app/token_file.hpp>
#include <globus/app/token_storage.hpp>
#include <globus/core/callbacks.hpp>
#include <globus/core/config.hpp>
#include <globus/core/platform/descriptor.hpp>
#include <globus/core/platform/files.hpp>
#include <globus/core/platform/process.hpp>
#include <globus/http/clock.hpp>
#include <globus/http/waiting.hpp>

#include <atomic>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

// Files that hold tokens: who may read them, how they are locked, and how they are replaced.

namespace globus::detail {

[[noreturn]] void refuse_token_file(TokenStorageError::Kind kind, std::string const& path, std::string const& why);
[[noreturn]] void fail_token_file(std::string const& path, char const* doing);

/// What a storage may be unable to guarantee. @see TokenFileOptions::on_warning
enum class TokenFileDoubt : unsigned {
    file_mode = 1U << 0U,
    lock_mode = 1U << 1U,
    directory_mode = 1U << 2U,
    permissions = 1U << 3U,
    locks = 1U << 4U,
    links = 1U << 5U,
    disk = 1U << 6U,
    directory_on_disk = 1U << 7U,
    database_locks = 1U << 8U,
};

/// A token file: its path, the options of its storage, and the warnings given. It has no lock, so a child process may
/// use it.
class TokenPlace {
public:
    /// Makes the directory.
    TokenPlace(std::string path, TokenFileOptions options);

    [[nodiscard]] std::string const& path() const noexcept { return path_; }
    [[nodiscard]] TokenFileOptions const& options() const noexcept { return options_; }
    /// When a wait for a lock that begins now has to end.
    [[nodiscard]] http::Clock::time_point lock_deadline() const;
    /// Says, once, how the sentence "the token storage <path> ..." goes on.
    void warn(TokenFileDoubt about, std::string const& path, std::string const& words) const;
    /// The same, for what `strict` refuses.
    void doubt(TokenFileDoubt about, std::string const& path, std::string const& words) const;

private:
    std::string const path_;
    TokenFileOptions const options_;
    mutable std::atomic<unsigned> said_ = 0;
};

/// An open token file.
class TokenFile {
public:
    static constexpr std::size_t largest = std::size_t{16} << 20;

    /// Opens a file without following a link in its place; empty if there is none.
    [[nodiscard]] static TokenFile open(std::string const& path, Opening opening);
    /// A file that is not open.
    TokenFile() = default;
    [[nodiscard]] Descriptor const& get() const noexcept { return file_; }
    [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(file_); }

    /// Its permissions, size and times.
    [[nodiscard]] FileFacts facts(std::string const& path) const;
    [[nodiscard]] std::string read(std::string const& path) const;
    void write(std::string const& path, std::string_view text) const;

private:
    explicit TokenFile(Descriptor file) noexcept : file_(std::move(file)) {}

    Descriptor file_;
};

/// Refuses what is not a file of this user's alone.
void check_token_file(TokenPlace const& place, std::string const& path, FileFacts const& facts);

/// Says that others may read or write a file, or refuses it.
void check_token_file_mode(TokenPlace const& place, TokenFileDoubt about, std::string const& path,
                           FileFacts const& facts);

/// Says that others may replace the files of a directory, or refuses it. In a directory that cannot be examined, no
/// files can be read.
void check_token_directory(TokenPlace const& place);

/// Called after `path`, which had these facts, should have been made private: fails if the system refused that, and
/// warns if the file system has no permissions to set.
void check_made_private(TokenPlace const& place, std::string const& path, bool made, FileFacts const& facts);

/// A path that can be given to the system; UsageError for any other.
std::string check_token_path(std::string path);

/// The path of a file whose directory is named without links; the file itself may be a link.
std::string real_token_path(std::string const& path);

/// Where the threads of this process wait for the lock of a file, so that only processes compete for it.
std::shared_ptr<Turn> turn_of(std::string const& path);

/// What a call waits for, for its message.
std::string lock_of(std::string const& path);

/// The lock of a token file: on a file beside it that is never removed. The system releases it if the process dies. On
/// a file system without locks, it works only between the threads of this process, with a warning.
class TokenFileLock {
public:
    /// @throws TokenStorageError  (locked) after the storage's lock_timeout; NetworkError when `wait` ends before
    /// @throws UsageError  if this thread holds it already
    TokenFileLock(TokenPlace const& place, LockWait const& wait);
    TokenFileLock(TokenFileLock const&) = delete;
    TokenFileLock& operator=(TokenFileLock const&) = delete;
    /// A child process that was made meanwhile has the same file open: closing it would not release the lock, and the
    /// child must not.
    ~TokenFileLock();

private:
    [[noreturn]] static void give_up(std::string const& path, LockWait const& wait);

    CallbacksWait const callbacks_;
    Maker const made_;
    http::Clock::time_point const until_;
    TurnLock const turn_;
    TokenFile const file_;
};

/// Renames a file, and those that belong to it by their suffixes, so that the name says when it was found damaged. The
/// caller holds the lock. @return  that name
std::string move_token_file(std::string const& path, std::initializer_list<char const*> endings);

/// Replaces the content of the file by `text`, all or nothing, and durably. The caller holds the lock.
void replace_token_file(TokenPlace const& place, std::string_view text);

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/app/impl/token_place.ipp>
#endif

#endif  // GLOBUS_APP_TOKEN_PLACE_HPP
