// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_IMPL_SUBMISSION_FILE_IPP
#define GLOBUS_SERVICES_TRANSFER_IMPL_SUBMISSION_FILE_IPP

#include <globus/core/config.hpp>
#include <globus/core/crypto.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>
#include <globus/core/json_text.hpp>
#include <globus/core/platform/files.hpp>
#include <globus/services/transfer/submission_file.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace globus::detail {

[[noreturn]] GLOBUS_DECL void fail_submission_file(std::string const& path, char const* what) {
    throw Error("the submission file " + path + " cannot be " + what + ": " + std::strerror(errno));
}

GLOBUS_DECL std::string submission_digest(std::string const& json) { return hex_encode(sha256(json)); }

GLOBUS_DECL void check_same_submission(transfer::SubmissionFile const& file,
                                       transfer::SubmissionFile::Record const& record, std::string const& digest,
                                       std::string const& id) {
    if (record.digest == digest && (id.empty() || id == record.submission_id)) return;
    throw UsageError("the submission file " + file.path() + " belongs to another submission, " +
                     (record.task_id.empty() ? "which the service may have accepted: submit that once more"
                                             : "task " + record.task_id + ": wait for that") +
                     " and remove the file, or use another file");
}

}  // namespace globus::detail

namespace globus::transfer {

GLOBUS_DECL SubmissionFile::SubmissionFile(std::string path) : path_(std::move(path)) {
    if (path_.empty() || path_.find('\0') != std::string::npos || path_.back() == '/')
        throw UsageError("the path of a submission file is empty, names a directory, or has a NUL in it");
}

GLOBUS_DECL std::optional<SubmissionFile::Record> SubmissionFile::read() const {
    using namespace globus::detail;
    Descriptor const file = open_file(path_, Opening::to_read);
    if (!file) {
        if (errno == ENOENT) return std::nullopt;
        if (errno == ELOOP)
            throw Error("the submission file " + path_ + " is a symbolic link; put the file itself there");
        fail_submission_file(path_, "read");
    }
    std::array<char, 4096> buffer;
    auto const size = read_file(file, buffer.data(), buffer.size());
    if (size < 0) fail_submission_file(path_, "read");
    boost::system::error_code odd;
    Json const document = parse_exact_json({buffer.data(), static_cast<std::size_t>(size)}, odd);
    auto const text = [&](char const* name) {
        Json const* const value = document.is_object() ? document.get_object().if_contains(name) : nullptr;
        return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
    };
    Record record{text("submission_id"), text("digest"), text("task_id")};
    if (record.submission_id.empty() || record.digest.empty())
        throw Error("the submission file " + path_ +
                    " was not written by this library, or is damaged; look at your tasks, and then remove the file");
    return record;
}

GLOBUS_DECL std::string SubmissionFile::write_beside(Record const& record) const {
    using namespace globus::detail;
    boost::json::object document{{"submission_id", record.submission_id}, {"digest", record.digest}};
    if (!record.task_id.empty()) document["task_id"] = record.task_id;
    std::string fresh = path_ + ".new-" + hex_encode(random_bytes(6));
    Descriptor const file = open_file(fresh, Opening::to_make);
    if (!file) fail_submission_file(path_, "written");
    bool const written = write_file(file, boost::json::serialize(document) + '\n');
    if (written && (sync_file(file) || is_unsupported(errno))) return fresh;
    int const reason = errno;
    remove_file(fresh);
    errno = reason;
    fail_submission_file(path_, "written");
}

GLOBUS_DECL SubmissionFile::Record SubmissionFile::begin(Record const& record) const {
    using namespace globus::detail;
    std::string const fresh = write_beside(record);
    bool made = link_file(fresh, path_);
    int const reason = errno;
    if (!made && reason != EEXIST) made = rename_file(fresh, path_);  // a file system without links
    remove_file(fresh);
    if (made) {
        sync_directory(directory_of(path_));
        return record;
    }
    errno = reason;
    if (errno != EEXIST) fail_submission_file(path_, "written");
    if (auto other = read()) return *std::move(other);
    return begin(record);  // and that other has removed it
}

GLOBUS_DECL void SubmissionFile::write(Record const& record) const {
    using namespace globus::detail;
    std::string const fresh = write_beside(record);
    if (!rename_file(fresh, path_)) {
        int const reason = errno;
        remove_file(fresh);
        errno = reason;
        fail_submission_file(path_, "written");
    }
    sync_directory(directory_of(path_));
}

GLOBUS_DECL void SubmissionFile::remove() const {
    using namespace globus::detail;
    if (!remove_file(path_)) fail_submission_file(path_, "removed");
    sync_directory(directory_of(path_));
}

}  // namespace globus::transfer

#endif  // GLOBUS_SERVICES_TRANSFER_IMPL_SUBMISSION_FILE_IPP
