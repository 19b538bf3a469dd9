// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_CORE_PLATFORM_DATA_FILE_HPP
#define GLOBUS_CORE_PLATFORM_DATA_FILE_HPP

#include <globus/core/config.hpp>
#include <globus/core/platform/descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Files of data: large, written in parts, and with the permissions that the user's files have. A function that fails
// says why in errno.

namespace globus::detail {

/// Opens a file for reading and writing. A link in its place is refused, a pipe is not waited for.
/// @param make  makes the file if it does not exist, with the permissions that this process gives to new files
/// @param fresh  with `make`: it must not exist yet
Descriptor open_data_file(std::string const& path, bool make, bool fresh = false);
/// Opens a file for reading, following links.
Descriptor open_to_read(std::string const& path);

/// Writes all bytes at a place of the file.
bool write_at(Descriptor const& file, std::string_view bytes, std::uint64_t offset);
/// Reads bytes from a place of the file; fewer only at its end. It returns how many, or -1.
std::ptrdiff_t read_at(Descriptor const& file, char* buffer, std::size_t size, std::uint64_t offset);
/// Cuts the file off, or makes it longer with zeros.
bool resize_file(Descriptor const& file, std::uint64_t size);
/// Flushes the file's data to the disk.
bool sync_data(Descriptor const& file);
/// Tells the system to begin to bring a part of the file to the disk. It does not wait, and may do nothing.
void begin_sync(Descriptor const& file, std::uint64_t offset, std::uint64_t size);

bool set_permissions(Descriptor const& file, unsigned mode);
/// Sets the time of the last change, in seconds since 1970.
bool set_modified(Descriptor const& file, std::int64_t seconds);

/// True if the path names this open file, and not another one or a link.
bool names_file(std::string const& path, Descriptor const& file);
/// True if this process may make files in a directory.
bool may_make_files(std::string const& directory);

/// What tells this start of the system from all others: what was written before another start may not have reached the
/// disk. Empty if the system does not say.
std::string boot_identity();

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/core/platform/impl/data_file.ipp>
#endif

#endif  // GLOBUS_CORE_PLATFORM_DATA_FILE_HPP
