// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_FILES_HPP
#define GLOBUS_CORE_PLATFORM_FILES_HPP

#include <globus/core/config.hpp>
#include <globus/core/platform/descriptor.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

// Files that last, are private, and belong to one process at a time. A function that fails says why in errno.

namespace globus::detail {

/// True for the error of a system call on a file system that does not support it.
bool is_unsupported(int code);

/// What a file is, whose it is, and who may use it.
struct FileFacts {
    enum class Kind : unsigned char { regular, directory, link, other };
    Kind kind = Kind::other;
    unsigned mode = 0;  ///< its permissions
    bool own = false;   ///< it belongs to this user
    bool of_root = false;
    bool has_other_names = false;  ///< hard links
    std::int64_t size = 0;         ///< bytes
    std::int64_t modified = 0;     ///< seconds since 1970

    /// True if users other than the owner may read or write it.
    [[nodiscard]] bool is_open_to_others() const noexcept { return (mode & 0077U) != 0; }
    /// True for a directory in which users other than the owner may replace files. With the sticky bit, as on /tmp,
    /// they may not.
    [[nodiscard]] bool lets_others_replace() const noexcept { return (mode & 0022U) != 0 && (mode & S_ISVTX) == 0; }
};

std::optional<FileFacts> facts_of(Descriptor const& file);
/// The facts of what is at a path, following links.
std::optional<FileFacts> facts_at(std::string const& path);
/// The facts of what has a name, which may be a link. Nothing is opened.
std::optional<FileFacts> facts_of_name(std::string const& path);

/// What a file is opened for.
enum class Opening : int {
    to_read = O_RDONLY,
    to_lock = O_RDWR | O_CREAT,             ///< made if it does not exist
    to_make = O_WRONLY | O_CREAT | O_EXCL,  ///< it must not exist yet
};
/// What happens if there is a link in place of a file.
enum class Links : int {
    refused = O_NOFOLLOW,  ///< ELOOP
    followed = 0,
};

/// Opens a file; one that is made is for its owner alone. Child programs do not inherit it, and a pipe is not waited
/// for.
Descriptor open_file(std::string const& path, Opening opening, Links links = Links::refused);

/// Reads up to the end or `size` bytes. It returns how many there are, or -1.
std::ptrdiff_t read_file(Descriptor const& file, char* buffer, std::size_t size);
/// Writes a text; false if not all of it can be written.
bool write_file(Descriptor const& file, std::string_view text);

/// Makes a file accessible to its owner only.
inline bool make_private(Descriptor const& file) { return ::fchmod(file.get(), 0600) == 0; }
/// The same, without opening it.
bool make_private(std::string const& path);
/// Makes an empty file without opening it; macOS, which lets only root do that, opens it for a moment.
bool make_unopened(std::string const& path);

/// Flushes a file to the disk.
bool sync_file(Descriptor const& file);
/// Flushes the names in a directory to the disk.
bool sync_directory(std::string const& path);

/// Takes the lock of an open file, if nobody has it. It holds among processes, and the system releases it when one
/// dies.
inline bool try_lock(Descriptor const& file) { return ::flock(file.get(), LOCK_EX | LOCK_NB) == 0; }
/// Releases the lock, whoever else has the same file open.
inline void unlock(Descriptor const& file) { ::flock(file.get(), LOCK_UN); }

/// Renames a file in one step, replacing what had the new name.
bool rename_file(std::string const& from, std::string const& to);
/// Gives a file a second name; false if something has it (EEXIST).
inline bool link_file(std::string const& from, std::string const& to) { return ::link(from.c_str(), to.c_str()) == 0; }
/// Removes a file; true also if it does not exist.
inline bool remove_file(std::string const& path) { return ::unlink(path.c_str()) == 0 || errno == ENOENT; }

inline bool make_directory(std::string const& path) { return ::mkdir(path.c_str(), 0700) == 0; }
/// Makes a directory accessible to its owner only.
inline bool make_directory_private(std::string const& path) { return ::chmod(path.c_str(), 0700) == 0; }

/// The directory that a path names, as it was given.
std::string directory_of(std::string const& path);
/// The directory without links in its path; nothing if it does not exist.
std::optional<std::string> real_directory(std::string const& directory);

/// True on a file system that says that every file has several names. A new file has one.
bool miscounts_links(std::string const& directory);

/// Why a file, or a directory, cannot be read; null if it can be.
char const* why_unreadable(std::string const& path, bool directory);

/// Whether a directory, which may not be there, has a name that is wanted.
template <class IsWanted>
bool directory_has(char const* path, IsWanted const& is_wanted) {
    DIR* const directory = ::opendir(path);
    if (directory == nullptr) return false;
    bool found = false;
    while (dirent const* const entry = found ? nullptr : ::readdir(directory))
        found = is_wanted(std::string_view(entry->d_name));
    ::closedir(directory);
    return found;
}

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/platform/impl/files.ipp>
#endif

#endif  // GLOBUS_CORE_PLATFORM_FILES_HPP
