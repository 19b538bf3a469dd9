// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_REMOTE_FILE_IPP
#define GLOBUS_SERVICES_GCS_IMPL_REMOTE_FILE_IPP

#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/http/clock.hpp>
#include <globus/services/gcs/block_cache.hpp>
#include <globus/services/gcs/file_access.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/part_read.hpp>
#include <globus/services/gcs/remote_file.hpp>
#include <globus/services/gcs/resumption.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace globus {

GLOBUS_DECL RemoteFile::RemoteFile() = default;
GLOBUS_DECL RemoteFile::RemoteFile(RemoteFile&&) noexcept = default;
GLOBUS_DECL RemoteFile& RemoteFile::operator=(RemoteFile&&) noexcept = default;
GLOBUS_DECL RemoteFile::~RemoteFile() = default;

GLOBUS_DECL RemoteFile::RemoteFile(std::shared_ptr<detail::FileAccess const> access, OpenFile how)
    : access_(std::move(access)), how_(std::move(how)), url_(detail::file_url(*access_, *how_.path)) {
    if (how_.block != 0 || how_.read_ahead != 0) blocks_ = std::make_unique<detail::BlockCache>(how_, 0);
}

GLOBUS_DECL RemoteFile::RemoteFile(std::shared_ptr<detail::FileAccess const> access, OpenFile how,
                                   CallOptions const& options)
    : RemoteFile(std::move(access), std::move(how)) {
    refresh(options);
}

GLOBUS_DECL std::uint64_t RemoteFile::size() const {
    if (!stat_.size) throw FileIntegrityError("HEAD " + url_ + ": the server does not tell the size of this file");
    return *stat_.size;
}

GLOBUS_DECL void RemoteFile::refresh(CallOptions const& options) {
    if (access_ == nullptr) throw UsageError("this is no file, or one that was moved: use the one that was opened");
    take(detail::head_of(*access_, *how_.path, options));
}

GLOBUS_DECL void RemoteFile::take(detail::FileHead head) {
    stat_ = std::move(head.stat);
    validator_ = std::move(head.validator);
    // What is kept has to be of one version.
    bool const keeps = (how_.block != 0 || how_.read_ahead != 0) && stat_.size && !validator_.empty();
    blocks_ = keeps ? std::make_unique<detail::BlockCache>(how_, *stat_.size) : nullptr;
}

GLOBUS_DECL detail::HeldPart RemoteFile::version() const { return {.validator = validator_, .size = stat_.size}; }

GLOBUS_DECL std::span<std::byte> RemoteFile::within(std::uint64_t offset, std::span<std::byte> buffer) const {
    if (access_ == nullptr) throw UsageError("this is no file, or one that was moved: use the one that was opened");
    if (offset >> 63 != 0) throw UsageError("no file has a byte at this offset: " + std::to_string(offset));
    if (!stat_.size) return buffer;
    std::uint64_t const left = offset < *stat_.size ? *stat_.size - offset : 0;
    return buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left)));
}

GLOBUS_DECL std::size_t RemoteFile::read_at(std::uint64_t offset, std::span<std::byte> buffer,
                                            CallOptions const& options) const {
    buffer = within(offset, buffer);
    if (buffer.empty()) return 0;
    detail::JointCall const call = access_->begin_call(options);
    CallOptions reading = call.options();
    if (!access_->has_limit(options)) reading.deadline.reset();
    detail::HeldPart const present = version();
    if (blocks_ == nullptr) {
        auto const keep = [&](std::uint64_t at, std::string_view piece) {
            std::memcpy(buffer.data() + (at - offset), piece.data(), piece.size());
            return true;
        };
        return static_cast<std::size_t>(
            detail::read_part(*access_, {url_, present, offset, buffer.size()}, keep, std::move(reading)));
    }
    auto const fetch = [&](std::uint64_t first, std::uint64_t size, detail::BlockCache::Keep const& keep) {
        auto const take = [&](std::uint64_t at, std::string_view piece) {
            keep(at, piece);
            return true;
        };
        if (detail::read_part(*access_, {url_, present, first, size}, take, reading) != size)
            throw FileIntegrityError("GET " + url_ + ": the server sent less than it was asked for");
    };
    try {
        blocks_->read(offset, buffer, fetch, reading.deadline.value_or(http::Clock::time_point::max()), reading.stop);
    } catch (FileChangedError const&) {
        blocks_->clear();  // so that every read from now on asks, and is told
        throw;
    }
    return buffer.size();
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_GCS_IMPL_REMOTE_FILE_IPP
