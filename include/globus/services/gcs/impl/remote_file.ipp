// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_REMOTE_FILE_IPP
#define GLOBUS_SERVICES_GCS_IMPL_REMOTE_FILE_IPP

#include <globus/client/call_gate.hpp>
#include <globus/client/call_options.hpp>
#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/services/gcs/file_access.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/impl/part_read.ipp>
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

GLOBUS_DECL RemoteFile::RemoteFile(std::shared_ptr<detail::FileAccess const> access, std::string path,
                                   CallOptions const& options)
    : access_(std::move(access)), path_(std::move(path)), url_(detail::file_url(*access_, path_)) {
    refresh(options);
}

GLOBUS_DECL RemoteFile::RemoteFile(RemoteFile&&) noexcept = default;
GLOBUS_DECL RemoteFile& RemoteFile::operator=(RemoteFile&&) noexcept = default;
GLOBUS_DECL RemoteFile::~RemoteFile() = default;

GLOBUS_DECL std::uint64_t RemoteFile::size() const {
    if (!stat_.size) throw FileIntegrityError("HEAD " + url_ + ": the server does not tell the size of this file");
    return *stat_.size;
}

GLOBUS_DECL void RemoteFile::refresh(CallOptions const& options) {
    if (access_ == nullptr) throw UsageError("this file was moved from: use the one that it was moved to");
    detail::FileHead head = detail::head_of(*access_, path_, options);
    stat_ = std::move(head.stat);
    validator_ = std::move(head.validator);
}

GLOBUS_DECL std::size_t RemoteFile::read_at(std::uint64_t offset, std::span<std::byte> buffer,
                                            CallOptions const& options) const {
    if (access_ == nullptr) throw UsageError("this file was moved from: use the one that it was moved to");
    if (offset >> 63 != 0) throw UsageError("no file has a byte at this offset: " + std::to_string(offset));
    if (stat_.size) {
        std::uint64_t const left = offset < *stat_.size ? *stat_.size - offset : 0;
        buffer = buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left)));
    }
    if (buffer.empty()) return 0;
    detail::JointCall const call = access_->begin_call(options);
    CallOptions reading = call.options();
    if (!access_->has_limit(options)) reading.deadline.reset();
    detail::HeldPart const version{.validator = validator_, .size = stat_.size};
    auto const keep = [&](std::uint64_t at, std::string_view piece) {
        std::memcpy(buffer.data() + (at - offset), piece.data(), piece.size());
        return true;
    };
    return static_cast<std::size_t>(
        detail::PartRead(*access_, url_, version, offset, buffer.size(), keep, reading).run());
}

}  // namespace globus

#endif  // GLOBUS_SERVICES_GCS_IMPL_REMOTE_FILE_IPP
