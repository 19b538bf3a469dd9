// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_TOKEN_FILE_HPP
#define GLOBUS_APP_TOKEN_FILE_HPP

#include <globus/app/token_storage.hpp>
#include <globus/core/handle.hpp>
#include <globus/core/json_write.hpp>
#include <globus/core/utf8.hpp>
#include <globus/http/retry.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

// Files that hold tokens: where they are, who may read them, and how they are replaced.

namespace globus {

/// What the storages that keep a file can be told.
struct TokenFileOptions {
    std::string namespace_name = "DEFAULT";  ///< tokens of other namespaces in the same file are apart
    bool strict = false;                     ///< refuse to read a file that others than its owner may read
    std::chrono::milliseconds lock_timeout = std::chrono::seconds(10);  ///< to wait for other threads and processes
    /// Told, in a sentence, that a file was readable by others; the next `update` closes it.
    std::function<void(std::string const&)> on_warning = {};
};

/**
 * The directory name that the reference makes of an app's name: lower case, with `<>:"/\|?*` as `+`, dots and blanks as
 * `-`, and without what cannot be printed.
 *
 * @throws UsageError  if nothing is left, for a name that Windows reserves (con, prn, aux, nul, com1, lpt1, ...), and
 *                     for text that is not UTF-8
 */
[[nodiscard]] std::string app_name_slug(std::string_view app_name);

/**
 * Where the reference keeps an app's tokens: `~/.globus/app/<client_id>/<slug>/tokens.json`, with the environment's name
 * and a `-` before `tokens` unless it is production.
 *
 * @param suffix  ".json" or ".db"
 * @throws UsageError  as app_name_slug, for a client id that is no file name, and if HOME is not set
 */
[[nodiscard]] std::string default_token_path(std::string_view client_id, std::string_view app_name,
                                             std::string_view environment = "production",
                                             std::string_view suffix = ".json");

namespace detail {

[[noreturn]] inline void refuse_token_file(TokenStorageError::Kind kind, std::string const& path,
                                           std::string const& why) {
    throw TokenStorageError(kind, path, why);
}
[[noreturn]] inline void fail_token_file(std::string const& path, char const* doing) {
    int const code = errno;
    if (code == ELOOP)
        refuse_token_file(TokenStorageError::Kind::insecure, path, "is a symbolic link; put the file itself there");
    if (code == ENOENT)
        refuse_token_file(TokenStorageError::Kind::io, path,
                          std::string("cannot be ") + doing + ": its directory was removed; make it again");
    refuse_token_file(TokenStorageError::Kind::io, path,
                      std::string("cannot be ") + doing + ": " + std::strerror(code));
}

/// Refuses what is no file of ours alone.
inline void check_token_file(std::string const& path, struct stat const& facts) {
    using Kind = TokenStorageError::Kind;
    if (S_ISLNK(facts.st_mode))
        refuse_token_file(Kind::insecure, path, "is a symbolic link; put the file itself there");
    if (!S_ISREG(facts.st_mode)) refuse_token_file(Kind::insecure, path, "is not a regular file");
    if (facts.st_uid != ::geteuid()) refuse_token_file(Kind::insecure, path, "belongs to another user");
    if (facts.st_nlink > 1)
        refuse_token_file(Kind::insecure, path, "has another name somewhere (a hard link); copy it and remove both");
}

/// A file descriptor that is closed at the end and in child programs.
class TokenFile {
public:
    static constexpr std::size_t largest = std::size_t{16} << 20;

    explicit TokenFile(int descriptor) noexcept : descriptor_(descriptor) {}
    TokenFile(TokenFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    TokenFile& operator=(TokenFile&&) = delete;
    ~TokenFile() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    [[nodiscard]] int get() const noexcept { return descriptor_; }
    [[nodiscard]] explicit operator bool() const noexcept { return descriptor_ >= 0; }

    /// Opens a file without following a link in its place; empty if there is none.
    [[nodiscard]] static TokenFile open(std::string const& path, int flags, mode_t mode = 0600) {
        int descriptor = -1;
        do descriptor = ::open(path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, mode);
        while (descriptor < 0 && errno == EINTR);
        if (descriptor < 0 && errno != ENOENT) fail_token_file(path, "opened");
        return TokenFile(descriptor);
    }
    /// Refuses what is no file of ours alone. @return  its permissions, size and times
    struct stat check(std::string const& path) const {
        struct stat facts {};
        if (::fstat(descriptor_, &facts) != 0) fail_token_file(path, "looked at");
        check_token_file(path, facts);
        return facts;
    }
    [[nodiscard]] std::string read(std::string const& path) const {
        std::string text;
        char buffer[16384];
        while (true) {
            ssize_t const count = ::read(descriptor_, buffer, sizeof buffer);
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) fail_token_file(path, "read");
            if (count == 0) return text;
            text.append(buffer, static_cast<std::size_t>(count));
            if (text.size() > largest)
                refuse_token_file(TokenStorageError::Kind::corrupt, path, "is larger than any token file");
        }
    }
    void write(std::string const& path, std::string_view text) const {
        while (!text.empty()) {
            ssize_t const count = ::write(descriptor_, text.data(), text.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) fail_token_file(path, "written");
            text.remove_prefix(static_cast<std::size_t>(count));
        }
        if (::fsync(descriptor_) != 0) fail_token_file(path, "written to the disk");
    }

private:
    int descriptor_;
};

inline std::string directory_of(std::string const& path) {
    auto const slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

/// Makes the directory of a token file, and those above it, for the owner alone.
inline void make_token_directory(std::string const& path) {
    std::string const directory = directory_of(path);
    for (std::size_t end = 0; end != std::string::npos;) {
        end = directory.find('/', end + 1);
        std::string const part = directory.substr(0, end);
        if (::mkdir(part.c_str(), 0700) == 0) {
            if (::chmod(part.c_str(), 0700) != 0) fail_token_file(part, "made");
        } else if (errno != EEXIST && errno != EISDIR && errno != EROFS && errno != EACCES) {
            fail_token_file(part, "made");
        }
    }
}

/// Where the threads of this process wait for the lock of a file, so that only processes compete for it.
inline std::shared_ptr<Turn> turn_of(std::string const& path) {
    struct Turns {
        Maker const made = {};
        Turns const* before = nullptr;  ///< of the parent process: of no use any more
        std::mutex mutex = {};
        std::map<std::string, std::weak_ptr<Turn>> by_path = {};
    };
    static std::atomic<Turns*> all = nullptr;
    Turns* turns = all.load();
    if (turns == nullptr || !turns->made.is_this_process()) {
        // a child process begins anew: the threads of its parent that had a turn are not there to end it
        auto fresh = std::make_unique<Turns>();
        fresh->before = turns;
        if (all.compare_exchange_strong(turns, fresh.get())) turns = fresh.release();
    }
    std::lock_guard const lock(turns->mutex);
    std::weak_ptr<Turn>& known = turns->by_path[path];
    std::shared_ptr<Turn> turn = known.lock();
    if (turn != nullptr) return turn;
    known = turn = std::make_shared<Turn>();
    std::erase_if(turns->by_path, [](auto const& one) { return one.second.expired(); });
    return turn;
}

/// The lock of a token file: on a file beside it that is never removed. The system gives it back if the process dies.
class TokenFileLock {
public:
    /// @throws TokenStorageError  (locked) after `timeout`; NetworkError when `wait` ends before
    TokenFileLock(std::string const& path, std::chrono::milliseconds timeout, LockWait const& wait)
        : until_(std::min<http::Clock::time_point>(http::Clock::now() + timeout, wait.deadline)),
          turn_(turn_of(path), {until_, wait.stop}),
          file_(turn_ ? TokenFile::open(path + ".lock", O_RDWR | O_CREAT) : TokenFile(-1)) {
        if (!turn_) give_up(path, wait);
        if (!file_) fail_token_file(path + ".lock", "made");
        file_.check(path + ".lock");
        ::fchmod(file_.get(), 0600);
        while (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK && errno != EINTR) fail_token_file(path + ".lock", "locked");
            // random, so that nobody always comes too late
            auto const pause = std::chrono::microseconds(200 + static_cast<int>(random_unit() * 1800));
            auto const now = http::Clock::now();
            if (now >= until_ || !http::wait_until(std::min<http::Clock::time_point>(now + pause, until_), wait.stop))
                give_up(path, wait);
        }
    }
    TokenFileLock(TokenFileLock const&) = delete;
    TokenFileLock& operator=(TokenFileLock const&) = delete;
    /// A child process that was made meanwhile has the same file open: closing it would not give the lock back, and it is
    /// not the child who may.
    ~TokenFileLock() {
        if (made_.is_this_process()) ::flock(file_.get(), LOCK_UN);
    }

private:
    [[noreturn]] static void give_up(std::string const& path, LockWait const& wait) {
        if (wait.stop.stop_requested() || http::Clock::now() >= wait.deadline)
            end_wait(wait, "the lock of the token storage " + path);
        refuse_token_file(TokenStorageError::Kind::locked, path,
                          "was locked by another thread or process all the time; end that process, or wait longer");
    }

    Maker const made_;
    http::Clock::time_point const until_;
    TurnLock const turn_;
    TokenFile const file_;
};

/// The path of a file in a directory that is named without links; the file itself may be one.
inline std::string real_token_path(std::string const& path) {
    std::unique_ptr<char, void (*)(void*)> const directory(::realpath(directory_of(path).c_str(), nullptr), &std::free);
    if (directory == nullptr) fail_token_file(path, "found");
    return std::string(directory.get()) + '/' + path.substr(path.rfind('/') + 1);
}

/// Gives a file, and those that belong to it by their endings, a name that says when it was found damaged. The caller
/// holds the lock. @return  that name
inline std::string move_token_file(std::string const& path, std::initializer_list<char const*> endings) {
    std::string const dated = path + ".corrupt-" + std::to_string(unix_now());
    std::string name = dated;
    struct stat facts {};
    for (int number = 2; ::lstat(name.c_str(), &facts) == 0; ++number) name = dated + '-' + std::to_string(number);
    for (std::string const ending : endings)
        if (::rename((path + ending).c_str(), (name + ending).c_str()) != 0 && errno != ENOENT)
            fail_token_file(path + ending, "moved away");
    return name;
}

/// Puts `text` in the place of a file, all of it or nothing, for good. The caller holds the lock.
inline void replace_token_file(std::string const& path, std::string_view text) {
    std::string const fresh = path + ".tmp";
    if (::unlink(fresh.c_str()) != 0 && errno != ENOENT) fail_token_file(fresh, "removed");  // of a process that died
    struct Remove {
        char const* name;
        ~Remove() {
            if (name != nullptr) ::unlink(name);
        }
    } remove{fresh.c_str()};
    {
        TokenFile const file = TokenFile::open(fresh, O_WRONLY | O_CREAT | O_EXCL);
        if (!file) fail_token_file(fresh, "made");
        if (::fchmod(file.get(), 0600) != 0) fail_token_file(fresh, "made private");
        file.write(fresh, text);
    }
    if (::rename(fresh.c_str(), path.c_str()) != 0) fail_token_file(path, "replaced");
    remove.name = nullptr;
    TokenFile const directory(::open(directory_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || (::fsync(directory.get()) != 0 && errno != EINVAL)) fail_token_file(path, "made durable");
}

/// Says that others may read a file, or refuses it.
inline void check_token_file_mode(std::string const& path, mode_t mode, TokenFileOptions const& options) {
    if ((mode & 0077) == 0) return;
    char digits[8];
    std::snprintf(digits, sizeof digits, "%03o", static_cast<unsigned>(mode & 0777));
    std::string const words = "can be read or written by others (mode " + std::string(digits) +
                              "); run: chmod 600, and log in again if they may have read it";
    if (options.strict) refuse_token_file(TokenStorageError::Kind::insecure, path, words);
    try {
        if (options.on_warning) options.on_warning("the token storage " + path + ' ' + words);
    } catch (...) {  // an observer must not break a call
    }
}

/// A path that may be given to the system.
inline std::string check_token_path(std::string path) {
    if (path.empty() || path.find('\0') != std::string::npos || path.back() == '/')
        throw UsageError("the path of a token storage is empty, names a directory, or has a NUL in it");
    return path;
}

/// The small letter of a Latin, Greek or Cyrillic one; others are as they are.
inline char32_t to_lower(char32_t c) {
    if ((c >= U'A' && c <= U'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) ||
        (c >= 0x410 && c <= 0x42F))
        return c + 32;
    if (c >= 0x400 && c <= 0x40F) return c + 80;
    bool const even_first = (c >= 0x100 && c <= 0x12F) || (c >= 0x132 && c <= 0x137) || (c >= 0x14A && c <= 0x177);
    bool const odd_first = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
    if ((even_first && c % 2 == 0) || (odd_first && c % 2 == 1)) return c + 1;
    return c;
}

}  // namespace detail

inline std::string app_name_slug(std::string_view app_name) {
    std::string slug;
    while (!app_name.empty()) {
        auto const taken = detail::take_code_point(app_name);
        if (!taken) throw UsageError("the app's name is not UTF-8");
        char32_t const c = *taken;
        if (c < 0x80 && std::string_view("<>:\"/\\|?*").find(static_cast<char>(c)) != std::string_view::npos)
            slug += '+';
        else if (c == U'.' || c == U' ')
            slug += '-';
        else if (detail::is_printable(c))
            detail::append_code_point(slug, detail::to_lower(c));
    }
    if (slug.empty()) throw UsageError("the app's name has nothing in it that can be in a file name; choose another");
    bool const numbered =
        slug.size() == 4 && (slug.starts_with("com") || slug.starts_with("lpt")) && slug[3] >= '0' && slug[3] <= '9';
    if (numbered || slug == "con" || slug == "prn" || slug == "aux" || slug == "nul")
        throw UsageError("the app's name makes the reserved file name '" + slug + "'; choose another");
    if (slug.size() > 255) throw UsageError("the app's name is longer than a file name can be; choose another");
    return slug;
}

inline std::string default_token_path(std::string_view client_id, std::string_view app_name,
                                      std::string_view environment, std::string_view suffix) {
    for (auto const& [what, text] : {std::pair{"client id", client_id}, std::pair{"environment's name", environment}})
        if (text.empty() || text == "." || text == ".." ||
            text.find_first_of(std::string_view("/\0", 2)) != std::string_view::npos)
            throw UsageError(std::string("the ") + what + " cannot be part of a file's path");
    char const* const home = std::getenv("HOME");
    if (home == nullptr || *home == '\0')
        throw UsageError("HOME is not set, so there is no place for tokens; give the storage a path");
    std::string path =
        std::string(home) + "/.globus/app/" + std::string(client_id) + '/' + app_name_slug(app_name) + '/';
    if (environment != "production") path += std::string(environment) + '-';
    return path + "tokens" + std::string(suffix);
}

}  // namespace globus

#endif  // GLOBUS_APP_TOKEN_FILE_HPP
