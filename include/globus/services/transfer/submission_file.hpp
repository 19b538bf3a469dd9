// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_TRANSFER_SUBMISSION_FILE_HPP
#define GLOBUS_SERVICES_TRANSFER_SUBMISSION_FILE_HPP

#include <globus/core/config.hpp>
#include <globus/core/json_write.hpp>

#include <optional>
#include <string>

// A submission that outlives the program.

namespace globus::transfer {

/**
 * A small file that makes a submission outlive its program: `submit_or_resume` keeps in it the submission id, before
 * anything is sent, and then the task's id. However often the program is ended and started again, there is one task.
 *
 *     SubmissionFile const file{"nightly.submission"};
 *     std::string const task_id = client.submit_or_resume(data, file);   // or the task of an earlier start
 *     if (client.task_wait({.task_id = task_id, .timeout = 8h}).ended()) file.remove();
 *
 * The file belongs to one transfer until it is removed, which is up to the program: after a look at how the task ended,
 * as above. A file that is there for another transfer is refused. The same are two submissions whose documents, as they
 * are sent, differ in nothing but submission_id, label and deadline (which may have the day's date in them); of the
 * document the file has the SHA-256 digest only.
 *
 * The file is for its owner alone (mode 0600), and is replaced as a whole: it is never half written. Several programs
 * may be started with the same file at once; all of them get the same task.
 *
 * @par Thread safety
 * Distinct objects: safe, also of one file. Shared objects: safe.
 */
class SubmissionFile {
public:
    /// What the file holds.
    struct Record {
        std::string submission_id = {};
        std::string digest = {};   ///< of the document
        std::string task_id = {};  ///< empty until the service has answered
    };

    /// @throws UsageError  for a path that is empty, names a directory or has a NUL in it
    explicit SubmissionFile(std::string path);

    /// Where the file is, as the constructor was told.
    [[nodiscard]] std::string const& path() const noexcept { return path_; }

    /// What the file holds; nothing if there is no such file.
    /// @throws Error  if it cannot be read, is a symbolic link, or was not written by a SubmissionFile
    [[nodiscard]] std::optional<Record> read() const;

    /// Makes the file with a record that has no task yet. It returns what the file holds then: the record of another
    /// program if that was faster.
    /// @throws Error  if it cannot be written
    Record begin(Record const& record) const;

    /// Replaces what the file holds.
    /// @throws Error  if it cannot be written
    void write(Record const& record) const;

    /// Removes the file, so that the next submission is a new one. It may be gone already.
    /// @throws Error  if it cannot be removed
    void remove() const;

private:
    /// Writes a new file beside it, and returns its path.
    [[nodiscard]] std::string write_beside(Record const& record) const;

    std::string path_;
};

}  // namespace globus::transfer

namespace globus::detail {

/// @throws UsageError  if the file is there for another submission than that of `digest` and, if not empty, `id`
void check_same_submission(transfer::SubmissionFile const& file, transfer::SubmissionFile::Record const& record,
                           std::string const& digest, std::string const& id);

/// The digest of the document of a text.
std::string submission_digest(std::string const& json);

/// What two submissions that are the same have in common, as a digest.
template <class Data>
std::string digest_of(Data data) {
    data.submission_id = {};
    data.label = {};
    data.deadline = {};
    return submission_digest(to_json(data));
}

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/services/transfer/impl/submission_file.ipp>
#endif

#endif  // GLOBUS_SERVICES_TRANSFER_SUBMISSION_FILE_HPP
