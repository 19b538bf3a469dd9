// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_IMPL_TOKEN_PLACE_IPP
#define GLOBUS_APP_IMPL_TOKEN_PLACE_IPP

#include <globus/app/token_file.hpp>
#include <globus/app/token_place.hpp>
#include <globus/app/token_storage.hpp>
#include <globus/core/callbacks.hpp>
#include <globus/core/config.hpp>
#include <globus/core/one_line.hpp>
#include <globus/core/platform/descriptor.hpp>
#include <globus/core/platform/files.hpp>
#include <globus/core/platform/process.hpp>
#include <globus/http/retry.hpp>
#include <globus/http/waiting.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

GLOBUS_DECL void refuse_token_file(TokenStorageError::Kind kind, std::string const& path, std::string const& why) {
    throw TokenStorageError(kind, path, why);
}

GLOBUS_DECL void fail_token_file(std::string const& path, char const* doing) {
    int const code = errno;
    if (code == ELOOP)
        refuse_token_file(TokenStorageError::Kind::insecure, path, "is a symbolic link; put the file itself there");
    if (code == ENOENT)
        refuse_token_file(TokenStorageError::Kind::io, path,
                          std::string("cannot be ") + doing + ": its directory was removed; make it again");
    refuse_token_file(TokenStorageError::Kind::io, path,
                      std::string("cannot be ") + doing + ": " + std::strerror(code));
}

GLOBUS_DECL http::Clock::time_point TokenPlace::lock_deadline() const {
    using Time = std::chrono::milliseconds;
    return http::Clock::now() + std::clamp<Time>(options_.lock_timeout, Time::zero(), std::chrono::hours(24));
}

GLOBUS_DECL void TokenPlace::warn(TokenFileDoubt about, std::string const& path, std::string const& words) const {
    auto const bit = static_cast<unsigned>(about);
    if (!options_.on_warning || (said_.fetch_or(bit) & bit) != 0) return;
    CallbacksWait::call(
        [tell = options_.on_warning, all = one_line("the token storage " + path + ' ' + words, 4096)] { tell(all); });
}

GLOBUS_DECL void TokenPlace::doubt(TokenFileDoubt about, std::string const& path, std::string const& words) const {
    if (options_.strict) refuse_token_file(TokenStorageError::Kind::insecure, path, words);
    warn(about, path, words);
}

GLOBUS_DECL TokenFile TokenFile::open(std::string const& path, Opening opening) {
    Descriptor file = open_file(path, opening);
    if (!file && errno != ENOENT) fail_token_file(path, "opened");
    return TokenFile(std::move(file));
}

GLOBUS_DECL FileFacts TokenFile::facts(std::string const& path) const {
    auto const facts = facts_of(file_);
    if (!facts) fail_token_file(path, "looked at");
    return *facts;
}

GLOBUS_DECL std::string TokenFile::read(std::string const& path) const {
    std::string text;
    char buffer[16384];
    while (true) {
        auto const count = read_file(file_, buffer, sizeof buffer);
        if (count < 0) fail_token_file(path, "read");
        text.append(buffer, static_cast<std::size_t>(count));
        if (text.size() > largest)
            refuse_token_file(TokenStorageError::Kind::corrupt, path, "is larger than any token file");
        if (static_cast<std::size_t>(count) < sizeof buffer) return text;
    }
}

GLOBUS_DECL void TokenFile::write(std::string const& path, std::string_view text) const {
    if (!write_file(file_, text)) fail_token_file(path, "written");
}

GLOBUS_DECL void check_token_file(TokenPlace const& place, std::string const& path, FileFacts const& facts) {
    using Kind = TokenStorageError::Kind;
    if (facts.kind == FileFacts::Kind::link)
        refuse_token_file(Kind::insecure, path, "is a symbolic link; put the file itself there");
    if (facts.kind != FileFacts::Kind::regular) refuse_token_file(Kind::insecure, path, "is not a regular file");
    if (!facts.own) refuse_token_file(Kind::insecure, path, "belongs to another user");
    if (!facts.has_other_names) return;
    if (!miscounts_links(directory_of(path)))
        refuse_token_file(Kind::insecure, path, "has another name somewhere (a hard link); copy it and remove both");
    place.warn(TokenFileDoubt::links, path,
               "is on a file system that does not count names: a second name of the file would not be noticed");
}

/// The words of a mode, such as "mode 0644".
GLOBUS_DECL std::string mode_text(unsigned mode) {
    char digits[16];
    std::snprintf(digits, sizeof digits, "mode %04o", mode);
    return digits;
}

GLOBUS_DECL void check_token_file_mode(TokenPlace const& place, TokenFileDoubt about, std::string const& path,
                                       FileFacts const& facts) {
    if (facts.is_open_to_others())
        place.doubt(about, path,
                    "can be read or written by others (" + mode_text(facts.mode) +
                        "); run: chmod 600, and log in again if they may have read it");
}

GLOBUS_DECL void check_token_directory(TokenPlace const& place) {
    std::string const directory = directory_of(place.path());
    auto const facts = facts_at(directory);
    if (!facts) return;
    bool const foreign = !facts->own && !facts->of_root;
    if (foreign || facts->lets_others_replace())
        place.doubt(TokenFileDoubt::directory_mode, place.path(),
                    "is in the directory " + directory + " (" + mode_text(facts->mode) + "), where " +
                        (foreign ? "another user, whose it is," : "others") +
                        " can replace it and its lock; choose another, or run: chmod 700");
}

GLOBUS_DECL void check_made_private(TokenPlace const& place, std::string const& path, bool made,
                                    FileFacts const& facts) {
    if (made) return;
    if (!is_unsupported(errno) && errno != EPERM) fail_token_file(path, "made private");
    std::string const words = "is on a file system whose permissions cannot be set (" + mode_text(facts.mode) +
                              "): who may read it is decided where that was mounted";
    if (facts.is_open_to_others())
        place.doubt(TokenFileDoubt::permissions, place.path(), words);
    else
        place.warn(TokenFileDoubt::permissions, place.path(), words);
}

/// Makes the directory of a token file, and those above it, for the owner alone.
GLOBUS_DECL void make_token_directory(std::string const& path) {
    std::string const directory = directory_of(path);
    for (std::size_t end = 0; end != std::string::npos;) {
        end = directory.find('/', end + 1);
        std::string const part = directory.substr(0, end);
        if (make_directory(part)) {
            // A directory that stays open to others is reported when it is used: see check_token_directory.
            if (!make_directory_private(part) && !is_unsupported(errno) && errno != EPERM)
                fail_token_file(part, "made");
        } else if (errno != EEXIST && errno != EISDIR && errno != EROFS && errno != EACCES) {
            fail_token_file(part, "made");
        }
    }
}

GLOBUS_DECL std::string check_token_path(std::string path) {
    if (path.empty() || path.find('\0') != std::string::npos || path.back() == '/')
        throw UsageError("the path of a token storage is empty, names a directory, or has a NUL in it");
    return path;
}

GLOBUS_DECL TokenPlace::TokenPlace(std::string path, TokenFileOptions options)
    : path_(check_token_path(std::move(path))), options_(std::move(options)) {
    make_token_directory(path_);
}

GLOBUS_DECL std::string real_token_path(std::string const& path) {
    auto const directory = real_directory(directory_of(path));
    if (!directory) fail_token_file(path, "found");
    return *directory + '/' + path.substr(path.rfind('/') + 1);
}

GLOBUS_DECL std::shared_ptr<Turn> turn_of(std::string const& path) {
    struct Turns {
        Maker const made = {};
        Turns const* before = nullptr;  ///< those of the parent process, which are of no use here
        std::mutex mutex = {};
        std::map<std::string, std::weak_ptr<Turn>> by_path = {};
    };
    static std::atomic<Turns*> all = nullptr;
    Turns* turns = all.load();
    if (turns == nullptr || !turns->made.is_this_process()) {
        // A child process begins anew: the threads of its parent that had a turn are not there to end it.
        auto fresh = std::make_unique<Turns>();
        fresh->before = turns;
        if (all.compare_exchange_strong(turns, fresh.get())) turns = fresh.release();
    }
    std::lock_guard const lock(turns->mutex);
    std::weak_ptr<Turn>& known = turns->by_path[path];
    std::shared_ptr<Turn> turn = known.lock();
    if (turn != nullptr) return turn;
    known = turn = make_storage_turn();
    std::erase_if(turns->by_path, [](auto const& one) { return one.second.expired(); });
    return turn;
}

GLOBUS_DECL std::string lock_of(std::string const& path) { return "the lock of the token storage " + path; }

GLOBUS_DECL TokenFileLock::TokenFileLock(TokenPlace const& place, LockWait const& wait)
    : until_(std::min<http::Clock::time_point>(place.lock_deadline(), wait.deadline)),
      turn_(turn_of(real_token_path(place.path())), {lock_of(place.path()), until_, wait.stop}),
      file_(turn_ ? TokenFile::open(place.path() + ".lock", Opening::to_lock) : TokenFile()) {
    std::string const name = place.path() + ".lock";
    if (!turn_) give_up(place.path(), wait);
    if (!file_) fail_token_file(name, "made");
    FileFacts const facts = file_.facts(name);
    check_token_file(place, name, facts);
    check_token_directory(place);
    check_token_file_mode(place, TokenFileDoubt::lock_mode, name, facts);
    check_made_private(place, name, make_private(file_.get()), facts);
    while (!try_lock(file_.get())) {
        if (is_unsupported(errno) || errno == ENOLCK) {
            place.warn(TokenFileDoubt::locks, place.path(),
                       std::string("is on a file system without locks (") + std::strerror(errno) +
                           "): threads of this program take turns, but two programs may change it at once, and one "
                           "then undoes what the other has stored; let one at a time use it");
            return;
        }
        if (errno != EWOULDBLOCK && errno != EINTR) fail_token_file(name, "locked");
        // The pause is random, so that nobody always comes too late.
        auto const pause = std::chrono::microseconds(200 + static_cast<int>(random_unit() * 1800));
        auto const now = http::Clock::now();
        if (now >= until_ || !http::wait_until(std::min<http::Clock::time_point>(now + pause, until_), wait.stop))
            give_up(place.path(), wait);
    }
}

GLOBUS_DECL TokenFileLock::~TokenFileLock() {
    if (made_.is_this_process()) unlock(file_.get());
}

GLOBUS_DECL void TokenFileLock::give_up(std::string const& path, LockWait const& wait) {
    Wait const call{lock_of(path), wait.deadline, wait.stop};
    if (call.is_over()) call.end();
    refuse_token_file(TokenStorageError::Kind::locked, path,
                      "was locked by another thread or process all the time; end that process, or wait longer");
}

GLOBUS_DECL std::string move_token_file(std::string const& path, std::initializer_list<char const*> endings) {
    std::string const dated = path + ".corrupt-" + std::to_string(unix_now());
    std::string name = dated;
    for (int number = 2; facts_of_name(name); ++number) name = dated + '-' + std::to_string(number);
    for (std::string const ending : endings)
        if (!rename_file(path + ending, name + ending) && errno != ENOENT) fail_token_file(path + ending, "moved away");
    return name;
}

GLOBUS_DECL void replace_token_file(TokenPlace const& place, std::string_view text) {
    std::string const& path = place.path();
    std::string const fresh = path + ".tmp";
    if (!remove_file(fresh)) fail_token_file(fresh, "removed");  // a process that died may have left it
    struct Remove {
        std::string const* name;
        ~Remove() {
            if (name != nullptr) remove_file(*name);
        }
    } remove{&fresh};
    {
        TokenFile const file = TokenFile::open(fresh, Opening::to_make);
        if (!file) fail_token_file(fresh, "made");
        FileFacts const facts = file.facts(fresh);
        check_made_private(place, fresh, make_private(file.get()), facts);
        file.write(fresh, text);
        if (!sync_file(file.get())) {
            if (!is_unsupported(errno)) fail_token_file(fresh, "written to the disk");
            place.warn(TokenFileDoubt::disk, path,
                       "is on a file system that does not say when a file is on the disk: what was stored may be lost "
                       "when the power fails");
        }
    }
    if (!rename_file(fresh, path)) fail_token_file(path, "replaced");
    remove.name = nullptr;
    // The new file is in its place: from here on nothing can be taken back, so nothing is an error any more.
    if (!sync_directory(directory_of(path)))
        place.warn(TokenFileDoubt::directory_on_disk, path,
                   std::string("is in a directory that cannot be brought to the disk (") + std::strerror(errno) +
                       "): it may be the old file again when the power fails");
}

}  // namespace globus::detail

#endif  // GLOBUS_APP_IMPL_TOKEN_PLACE_IPP
