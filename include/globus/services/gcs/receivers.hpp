// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_RECEIVERS_HPP
#define GLOBUS_SERVICES_GCS_RECEIVERS_HPP

#include <globus/core/config.hpp>
#include <globus/core/digest.hpp>
#include <globus/core/platform/data_file.hpp>
#include <globus/core/platform/descriptor.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/resumption.hpp>

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace globus::detail {

/// What takes the bytes of a download, in order.
class Receiver {
public:
    virtual ~Receiver() = default;
    /// What is there of an earlier process. It is called once, before anything is sent.
    virtual HeldPart held() { return {}; }
    /// True if what was written can be written again.
    [[nodiscard]] virtual bool can_restart() const noexcept = 0;
    /// Called before the first byte of a version of the file; all that was written of another version is forgotten.
    virtual void begin(HeldPart const& version) = 0;
    /// Takes bytes at a place: after those before, or at one that was written already. False ends the download.
    virtual bool write(std::uint64_t offset, std::string_view piece) = 0;
    /// Called before `write_apart`: up to `prefix` all is there.
    virtual void go_apart(std::uint64_t prefix) { (void)prefix; }
    /// Like `write`, at any place, from any thread.
    virtual bool write_apart(std::uint64_t offset, std::string_view piece) { return write(offset, piece); }
    /// Says that all is there up to `prefix`; by one thread at a time.
    virtual void advance(std::uint64_t prefix) { (void)prefix; }
    /// Adds the first bytes that are there to a digest.
    virtual void digest(DigestStream&, std::uint64_t) const {}
    /// Called at the end of a success.
    virtual void finish(FileStat const& file, std::uint64_t size) = 0;
    /// Called if what arrived is of no use.
    virtual void discard() noexcept {}

protected:
    Receiver() = default;
    Receiver(Receiver const&) = default;
    Receiver& operator=(Receiver const&) = default;
};

/**
 * The partial file of a download, which becomes the file.
 *
 * It lies beside the file, under a name that begins with a dot and ends with ".globus-part", with a note of the version
 * that it belongs to, ".globus-part.note". Whoever has its lock writes it; another process that downloads to the same
 * file at the same time has a partial file of its own, which nobody goes on with.
 */
class PartialFile final : public Receiver {
public:
    /// @param url  of the file that is downloaded
    /// @throws UsageError      for a path that is no file's
    /// @throws LocalFileError  if there is no such folder, or it cannot be written
    PartialFile(Download const& what, std::string const& path, std::string url);
    GLOBUS_DECL ~PartialFile() override;
    PartialFile(PartialFile const&) = delete;
    PartialFile& operator=(PartialFile const&) = delete;

    GLOBUS_DECL HeldPart held() override;
    [[nodiscard]] bool can_restart() const noexcept override { return true; }
    GLOBUS_DECL void begin(HeldPart const& version) override;
    GLOBUS_DECL bool write(std::uint64_t offset, std::string_view piece) override;
    GLOBUS_DECL void go_apart(std::uint64_t prefix) override;
    GLOBUS_DECL bool write_apart(std::uint64_t offset, std::string_view piece) override;
    GLOBUS_DECL void advance(std::uint64_t prefix) override;
    GLOBUS_DECL void digest(DigestStream& stream, std::uint64_t size) const override;
    GLOBUS_DECL void finish(FileStat const& file, std::uint64_t size) override;
    GLOBUS_DECL void discard() noexcept override;

private:
    /// How many bytes are brought to the disk before the note says so.
    static constexpr std::uint64_t checkpoint = std::uint64_t{256} << 20;
    /// How many bytes the system is told to bring to the disk at once.
    static constexpr std::uint64_t flush = std::uint64_t{8} << 20;

    [[nodiscard]] std::string note_path() const { return part_ + ".note"; }
    /// Opens the common partial file if it can be used. @param make  makes it if there is none
    bool open_common(bool make);
    /// Opens a partial file of this call's own.
    void open_own();
    [[nodiscard]] HeldPart read_note();
    void write_note();
    /// The permissions that the file is to have; nothing: those of any new file.
    [[nodiscard]] std::optional<unsigned> final_mode() const;
    void remove() noexcept;
    [[noreturn]] void fail(std::string const& path, char const* what) const;

    Download const& what_;
    std::string path_;  ///< of the file, without links
    std::string url_;
    std::string part_;  ///< the path of the partial file
    Descriptor file_;
    HeldPart version_;
    std::uint64_t durable_ = 0;            ///< bytes that are on the disk, whatever happens
    std::optional<std::uint64_t> prefix_;  ///< of a file with gaps: up to here there are none
    std::uint64_t flushed_ = 0;            ///< bytes that are on their way there
    bool common_ = false;                  ///< another process may go on with it
    bool done_ = false;                    ///< there is none any more
};

/// What takes the bytes for a target. @param url  of the file
std::unique_ptr<Receiver> receiver_for(Download const& what, std::string url);

}  // namespace globus::detail

#ifdef GLOBUS_BODIES
#include <globus/services/gcs/impl/receivers.ipp>
#endif

#endif  // GLOBUS_SERVICES_GCS_RECEIVERS_HPP
