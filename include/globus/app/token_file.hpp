// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_APP_TOKEN_FILE_HPP
#define GLOBUS_APP_TOKEN_FILE_HPP

#include <globus/core/config.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

// Where the files that hold tokens are, and the options of their storages.

namespace globus {

/// Options of the storages that keep a file.
struct TokenFileOptions {
    std::string namespace_name = "DEFAULT";  ///< tokens of other namespaces in the same file are separate
    /// Whether to refuse a file that others than its owner may read or write, and a directory in which others may
    /// replace it.
    bool strict = false;
    /// How long to wait for other threads and processes, at most a day; 0 or negative: the lock is tried once.
    std::chrono::milliseconds lock_timeout = std::chrono::seconds(10);
    /**
     * Told in a sentence what the storage cannot guarantee, once for all copies of a storage: that others may read the
     * file (until the next `update` closes it) or replace it in its directory, and what the file system cannot do: lock
     * files, give them permissions, or flush a directory to the disk. It is called when no lock is held, on the thread
     * of the call, and may use the storage; what it throws is dropped.
     */
    std::function<void(std::string const&)> on_warning = {};
};

/**
 * The directory name that the reference makes from an app's name: lower case, with `<>:"/\|?*` as `+`, dots and blanks
 * as `-`, and without unprintable characters.
 *
 * @throws UsageError  if nothing is left, for a name that Windows reserves (con, prn, aux, nul, com1, lpt1, ...), and
 *                     for text that is not UTF-8
 */
[[nodiscard]] std::string app_name_slug(std::string_view app_name);

/**
 * Where the reference keeps an app's tokens: `~/.globus/app/<client_id>/<slug>/tokens.json`, with the environment's
 * name and a `-` before `tokens` unless it is production.
 *
 * @param suffix  ".json" or ".db"
 * @throws UsageError  as app_name_slug does, for a client id that is not a file name, and if neither HOME nor the
 *                     password database says where the home directory is
 */
[[nodiscard]] std::string default_token_path(std::string_view client_id, std::string_view app_name,
                                             std::string_view environment = "production",
                                             std::string_view suffix = ".json");

}  // namespace globus

#ifdef GLOBUS_BODIES
#include <globus/app/impl/token_file.ipp>
#endif

#endif  // GLOBUS_APP_TOKEN_FILE_HPP
