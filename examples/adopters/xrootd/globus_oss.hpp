// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_EXAMPLES_ADOPTERS_XROOTD_GLOBUS_OSS_HPP
#define GLOBUS_EXAMPLES_ADOPTERS_XROOTD_GLOBUS_OSS_HPP

// A storage plug-in over a Globus collection, in C++17: see README.md beside it.

#include "oss.hpp"

#include <globus/facade.hpp>

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace globus_oss {

/// Which paths of the server are which collection's.
struct Route {
    std::string storage_prefix;  ///< "/globus"
    std::string collection_id;
    std::string collection_path;  ///< what the prefix stands for there: "/~/data"
};

/// Calls a function. @return what it returns, or the negative code of its error
template <class F>
auto guarded(F const& function) -> decltype(function()) {
    try {
        return function();
    } catch (globus::facade::Error const& error) {
        return -error.code();
    } catch (std::exception const&) {
        return -ENOMEM;
    }
}

inline void fill(globus::facade::File const& file, struct stat* status) {
    *status = {};
    mode_t const mode = file.mode >= 0 ? static_cast<mode_t>(file.mode) : file.is_directory() ? 0755U : 0644U;
    status->st_mode = mode | (file.is_directory() ? S_IFDIR : file.type == "file" ? S_IFREG : S_IFIFO);
    status->st_nlink = file.is_directory() ? 2 : 1;
    status->st_size = file.bytes >= 0 ? file.bytes : 0;
    status->st_mtime = status->st_atime = status->st_ctime = file.modified >= 0 ? file.modified : 0;
    status->st_uid = status->st_gid = 1;
    status->st_ino = 1;
}

/// A collection, which directories and files of it share.
struct Collection {
    Route route;
    globus::facade::Client transfer;
    std::optional<globus::facade::Files> files = std::nullopt;  ///< unset: only names are served

    /// The path of the collection that a path of the server stands for. @throws std::runtime_error  if it is another's
    std::string resolve(std::string const& path) const {
        std::string const& prefix = route.storage_prefix;
        std::string const rest = path.compare(0, prefix.size(), prefix) == 0 ? path.substr(prefix.size()) : "?";
        if (!rest.empty() && rest[0] != '/') throw std::runtime_error("the path is not below the prefix");
        return route.collection_path + rest;
    }
    globus::facade::File stat(std::string const& path) const { return transfer.stat(route.collection_id, path); }
};

class Directory final : public OssDirectory {
public:
    explicit Directory(std::shared_ptr<Collection const> collection) : collection_(std::move(collection)) {}

    int Opendir(char const* path) override {
        if (entries_) return -EBADF;
        return guarded([&] {
            entries_ = collection_->transfer.ls(collection_->route.collection_id, collection_->resolve(path) + '/');
            next_ = 0;
            return 0;
        });
    }
    int Readdir(char* name, int size) override {
        if (!entries_ || size <= 0) return -EBADF;
        *name = '\0';
        if (next_ == entries_->size()) return 0;
        auto const& entry = (*entries_)[next_];
        if (entry.name.size() >= static_cast<std::size_t>(size)) return -ENAMETOOLONG;
        std::strcpy(name, entry.name.c_str());
        if (status_ != nullptr) fill(entry, status_);
        ++next_;
        return 0;
    }
    int StatRet(struct stat* status) override {
        status_ = status;
        return entries_ ? 0 : -EBADF;
    }
    int Close(long long*) override {
        if (!entries_) return -EBADF;
        entries_.reset();
        return 0;
    }

private:
    std::shared_ptr<Collection const> collection_;
    std::optional<std::vector<globus::facade::File>> entries_;
    std::size_t next_ = 0;
    struct stat* status_ = nullptr;
};

class File final : public OssFile {
public:
    explicit File(std::shared_ptr<Collection const> collection) : collection_(std::move(collection)) {}

    int Open(char const* path, int flags, mode_t) override {
        if ((flags & O_ACCMODE) != O_RDONLY) return -EROFS;
        if (!collection_->files) return -ENOTSUP;
        return guarded([&] {
            path_ = collection_->resolve(path);
            file_.emplace(collection_->files->open(path_));
            return 0;
        });
    }
    int Fstat(struct stat* status) override {
        if (!file_) return -EBADF;
        return guarded([&] {
            fill(collection_->stat(path_), status);
            return 0;
        });
    }
    ssize_t Read(void* buffer, off_t offset, std::size_t size) override {
        if (!file_ || offset < 0) return -EBADF;
        return guarded([&]() -> ssize_t {
            return static_cast<ssize_t>(file_->read_at(static_cast<std::uint64_t>(offset), buffer, size));
        });
    }
    int Close(long long* size) override {
        if (!file_) return -EBADF;
        if (size != nullptr) *size = file_->size();
        file_.reset();
        return 0;
    }

private:
    std::shared_ptr<Collection const> collection_;
    std::string path_;
    std::optional<globus::facade::Files::OpenFile> file_;
};

class FileSystem final : public OssFileSystem {
public:
    explicit FileSystem(std::shared_ptr<Collection const> collection) : collection_(std::move(collection)) {}

    int Stat(char const* path, struct stat* status) override {
        return guarded([&] {
            fill(collection_->stat(collection_->resolve(path)), status);
            return 0;
        });
    }
    int Mkdir(char const* path, mode_t, bool with_parents) override {
        return guarded([&] {
            std::string const whole = collection_->resolve(path);
            std::size_t const top = collection_->route.collection_path.size();
            for (auto slash = whole.find('/', top + 1); with_parents && slash != std::string::npos;
                 slash = whole.find('/', slash + 1))
                if (int const failed = make(whole.substr(0, slash)); failed != 0 && failed != -EEXIST) return failed;
            return make(whole);
        });
    }
    int Rename(char const* from, char const* to) override {
        return guarded([&] {
            collection_->transfer.rename(collection_->route.collection_id, collection_->resolve(from),
                                         collection_->resolve(to));
            return 0;
        });
    }
    std::unique_ptr<OssDirectory> newDir() override { return std::make_unique<Directory>(collection_); }
    std::unique_ptr<OssFile> newFile() override { return std::make_unique<File>(collection_); }

private:
    int make(std::string const& path) const {
        return guarded([&] {
            collection_->transfer.mkdir(collection_->route.collection_id, path);
            return 0;
        });
    }

    std::shared_ptr<Collection const> collection_;
};

}  // namespace globus_oss

#endif  // GLOBUS_EXAMPLES_ADOPTERS_XROOTD_GLOBUS_OSS_HPP
