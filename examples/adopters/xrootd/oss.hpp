// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_EXAMPLES_ADOPTERS_XROOTD_OSS_HPP
#define GLOBUS_EXAMPLES_ADOPTERS_XROOTD_OSS_HPP

// What an XRootD server asks of a storage plug-in (its XrdOss), cut down to what Globus can do, so that the example is
// compiled without XRootD. Each function returns 0 or a count, or a negative code of errno.h.

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <memory>

struct OssDirectory {
    virtual ~OssDirectory() = default;
    virtual int Opendir(char const* path) = 0;
    /// Writes the next name; an empty one at the end.
    virtual int Readdir(char* name, int size) = 0;
    /// From now on Readdir also tells what the entry is.
    virtual int StatRet(struct stat* status) = 0;
    virtual int Close(long long* size = nullptr) = 0;
};

struct OssFile {
    virtual ~OssFile() = default;
    virtual int Open(char const* path, int flags, mode_t mode) = 0;
    virtual int Fstat(struct stat* status) = 0;
    virtual ssize_t Read(void* buffer, off_t offset, std::size_t size) = 0;
    virtual int Close(long long* size = nullptr) = 0;
};

struct OssFileSystem {
    virtual ~OssFileSystem() = default;
    virtual int Stat(char const* path, struct stat* status) = 0;
    virtual int Mkdir(char const* path, mode_t mode, bool with_parents = false) = 0;
    virtual int Rename(char const* from, char const* to) = 0;
    virtual std::unique_ptr<OssDirectory> newDir() = 0;
    virtual std::unique_ptr<OssFile> newFile() = 0;
};

#endif  // GLOBUS_EXAMPLES_ADOPTERS_XROOTD_OSS_HPP
