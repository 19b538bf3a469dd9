// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_UPLOAD_BODIES_HPP
#define GLOBUS_SERVICES_GCS_UPLOAD_BODIES_HPP

#include <globus/core/config.hpp>
#include <globus/services/gcs/files.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace globus::detail {

/// What the bytes of an upload come from.
class UploadBody {
public:
    virtual ~UploadBody() = default;
    /// How many bytes there are; nothing if that is not known.
    [[nodiscard]] virtual std::optional<std::uint64_t> size() const = 0;
    /// Goes back to the first byte; false if that cannot be.
    virtual bool rewind() = 0;
    /// Fills at most `size` bytes and says how many; 0 is the end.
    virtual std::size_t read(char* buffer, std::size_t size) = 0;
    /// @throws FileChangedError  if the bytes are not those of one version
    virtual void check_unchanged() const {}

protected:
    UploadBody() = default;
    UploadBody(UploadBody const&) = default;
    UploadBody& operator=(UploadBody const&) = default;
};

/// What reads a source. @throws LocalFileError, UsageError  if it cannot be read
std::unique_ptr<UploadBody> body_of(Upload const& what);

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/services/gcs/impl/upload_bodies.ipp>
#endif

#endif  // GLOBUS_SERVICES_GCS_UPLOAD_BODIES_HPP
