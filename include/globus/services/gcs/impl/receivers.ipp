// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_RECEIVERS_IPP
#define GLOBUS_SERVICES_GCS_IMPL_RECEIVERS_IPP

#include <globus/core/config.hpp>
#include <globus/core/crypto.hpp>
#include <globus/core/digest.hpp>
#include <globus/core/encoding.hpp>
#include <globus/core/error.hpp>
#include <globus/core/platform/data_file.hpp>
#include <globus/core/platform/descriptor.hpp>
#include <globus/core/platform/files.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/receivers.hpp>
#include <globus/services/gcs/resumption.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace globus::detail {

/// A stream of the caller's.
class StreamReceiver final : public Receiver {
public:
    explicit StreamReceiver(std::ostream& out) : out_(out) {}
    [[nodiscard]] bool can_restart() const noexcept override { return false; }
    void begin(HeldPart const&) override {}
    bool write(std::uint64_t, std::string_view piece) override {
        out_.write(piece.data(), static_cast<std::streamsize>(piece.size()));
        check();
        return true;
    }
    void finish(FileStat const&, std::uint64_t) override {
        out_.flush();
        check();
    }

private:
    void check() const {
        if (!out_) throw LocalFileError("the stream", "written", std::make_error_code(std::errc::io_error));
    }
    std::ostream& out_;
};

/// A buffer of the caller's.
class BufferReceiver final : public Receiver {
public:
    explicit BufferReceiver(std::span<std::byte> buffer) : buffer_(buffer) {}
    [[nodiscard]] bool can_restart() const noexcept override { return true; }
    void begin(HeldPart const& version) override {
        if (version.size) check(*version.size);
    }
    bool write(std::uint64_t offset, std::string_view piece) override {
        check(offset + piece.size());
        std::memcpy(buffer_.data() + offset, piece.data(), piece.size());
        return true;
    }
    void digest(DigestStream& stream, std::uint64_t size) const override {
        stream.update({reinterpret_cast<char const*>(buffer_.data()), static_cast<std::size_t>(size)});
    }
    void finish(FileStat const&, std::uint64_t) override {}

private:
    void check(std::uint64_t size) const {
        if (size > buffer_.size())
            throw UsageError("the file has " + std::to_string(size) + " bytes, and the buffer " +
                             std::to_string(buffer_.size()) + ": ask for the size by stat_file");
    }
    std::span<std::byte> buffer_;
};

/// A function of the caller's.
class SinkReceiver final : public Receiver {
public:
    explicit SinkReceiver(http::Sink const& sink) : sink_(sink) {}
    [[nodiscard]] bool can_restart() const noexcept override { return false; }
    void begin(HeldPart const&) override {}
    bool write(std::uint64_t, std::string_view piece) override { return sink_(piece); }
    void finish(FileStat const&, std::uint64_t) override {}

private:
    http::Sink const& sink_;
};

GLOBUS_DECL std::unique_ptr<Receiver> receiver_for(Download const& what, std::string url) {
    struct Making {
        Download const& what;
        std::string url;
        std::unique_ptr<Receiver> operator()(std::string const& path) {
            return std::make_unique<PartialFile>(what, path, std::move(url));
        }
        std::unique_ptr<Receiver> operator()(std::ostream* stream) { return std::make_unique<StreamReceiver>(*stream); }
        std::unique_ptr<Receiver> operator()(std::span<std::byte> buffer) {
            return std::make_unique<BufferReceiver>(buffer);
        }
        std::unique_ptr<Receiver> operator()(http::Sink const& sink) {
            if (!sink) throw UsageError("the function that a download goes to is empty");
            return std::make_unique<SinkReceiver>(sink);
        }
    };
    return std::visit(Making{what, std::move(url)}, what.to.value());
}

GLOBUS_DECL PartialFile::PartialFile(Download const& what, std::string const& path, std::string url)
    : what_(what), path_(path), url_(std::move(url)) {
    if (path.empty() || path.ends_with('/') || path.find('\0') != std::string::npos)
        throw UsageError("a download to a file needs the file's own path, not that of its folder");
    if (auto const facts = facts_of_name(path); facts && facts->kind == FileFacts::Kind::link)
        path_ = real_directory(path).value_or(path);  // the link stays, and what it leads to is replaced
    if (auto const facts = facts_at(path_); facts && facts->kind != FileFacts::Kind::regular)
        throw UsageError(path + (facts->kind == FileFacts::Kind::directory
                                     ? " is a folder: give the file's own path"
                                     : " is no plain file: open it, and download to a stream"));
    std::string const directory = directory_of(path_);
    if (!may_make_files(directory)) fail(directory, "written");
    auto const slash = path_.rfind('/');
    std::string name = slash == std::string::npos ? path_ : path_.substr(slash + 1);
    if (name.size() > 180) name = hex_encode(sha256(name));  // a name has at most 255 bytes
    part_ = directory + "/." + name + ".globus-part";
}

GLOBUS_DECL PartialFile::~PartialFile() {
    if (done_ || !file_) return;
    auto const facts = facts_of(file_);
    if (!common_ || version_.validator.empty() || !facts || facts->size == 0) remove();
}

GLOBUS_DECL void PartialFile::fail(std::string const& path, char const* what) const {
    throw LocalFileError(path, what, {errno, std::generic_category()});
}

GLOBUS_DECL bool PartialFile::open_common(bool make) {
    if (!what_.resume) return false;
    file_ = open_data_file(part_, make);
    if (!file_) return false;
    auto const facts = facts_of(file_);
    bool usable = facts && facts->kind == FileFacts::Kind::regular && facts->own && !facts->has_other_names;
    if (usable && !try_lock(file_)) usable = is_unsupported(errno) || errno == ENOLCK;
    usable = usable && names_file(part_, file_);  // whoever had the lock may have made it the file
    if (!usable) file_ = Descriptor();
    common_ = usable;
    return usable;
}

GLOBUS_DECL void PartialFile::open_own() {
    part_ = directory_of(part_) + "/." + random_uuid() + ".globus-part";
    file_ = open_data_file(part_, true, true);
    if (!file_) fail(path_, "written");
}

GLOBUS_DECL HeldPart PartialFile::held() {
    if (!open_common(false)) return {};
    version_ = read_note();
    if (!prefix_) return version_;
    // It had gaps, which go: from here on it is written in order.
    if (!resize_file(file_, version_.bytes)) fail(path_, "written");
    prefix_.reset();
    write_note();
    return version_;
}

GLOBUS_DECL HeldPart PartialFile::read_note() {
    Descriptor const note = open_file(note_path(), Opening::to_read);
    auto const facts = facts_of(file_);
    std::string text(8192, '\0');
    auto const count = note && facts ? read_at(note, text.data(), text.size(), 0) : 0;
    if (count <= 0) return {};
    text.resize(static_cast<std::size_t>(count));
    boost::system::error_code error;
    boost::json::value const read = boost::json::parse(text, error);
    auto const* const members = error ? nullptr : read.if_object();
    if (members == nullptr) return {};
    auto const word = [&](char const* name) {
        auto const* const value = members->if_contains(name);
        auto const* const string = value != nullptr ? value->if_string() : nullptr;
        return string != nullptr ? std::string(string->data(), string->size()) : std::string();
    };
    HeldPart part{.validator = word("validator"), .size = read_size(word("size"))};
    if (part.validator.empty() || word("url") != url_) return {};
    durable_ = read_size(word("durable")).value_or(0);
    auto const there = static_cast<std::uint64_t>(facts->size);
    // What was written before the system was started again, or on another machine, may not have reached the disk.
    bool const same_start = !word("boot").empty() && word("boot") == boot_identity();
    durable_ = std::min(durable_, there);
    prefix_ = read_size(word("prefix"));
    part.bytes = same_start ? std::min(there, prefix_.value_or(there)) : durable_;
    if (part.size) part.bytes = std::min(part.bytes, *part.size);
    return part;
}

GLOBUS_DECL void PartialFile::write_note() {
    boost::json::object note{{"url", url_}, {"validator", version_.validator}, {"durable", std::to_string(durable_)}};
    if (version_.size) note["size"] = std::to_string(*version_.size);
    if (prefix_) note["prefix"] = std::to_string(*prefix_);
    note["boot"] = boot_identity();
    std::string const fresh = note_path() + ".new";
    Descriptor const file = remove_file(fresh) ? open_file(fresh, Opening::to_make) : Descriptor();
    if (!file || !write_file(file, boost::json::serialize(note)) || !rename_file(fresh, note_path())) {
        int const why = errno;
        remove_file(fresh);
        errno = why;
        fail(path_, "written");
    }
}

GLOBUS_DECL std::optional<unsigned> PartialFile::final_mode() const {
    if (what_.permissions) return what_.permissions;
    auto const before = facts_at(path_);
    return before ? std::optional(before->mode) : std::nullopt;
}

GLOBUS_DECL void PartialFile::begin(HeldPart const& version) {
    if (!file_ && !open_common(true)) open_own();
    if (common_) remove_file(note_path());
    if (!resize_file(file_, 0)) fail(path_, "written");
    // Nobody may read a part of a file who may not read the file.
    if (auto const mode = final_mode(); mode && !set_permissions(file_, *mode | 0600U)) fail(path_, "written");
    version_ = version;
    durable_ = flushed_ = 0;
    prefix_.reset();
    if (common_ && !version.validator.empty()) write_note();
}

GLOBUS_DECL bool PartialFile::write(std::uint64_t offset, std::string_view piece) {
    if (!write_at(file_, piece, offset)) fail(path_, "written");
    std::uint64_t const end = offset + piece.size();
    if (!what_.durable || end < flushed_ + flush) return true;
    begin_sync(file_, flushed_, end - flushed_);
    flushed_ = end;
    if (end >= durable_ + checkpoint && common_ && !version_.validator.empty()) {
        if (!sync_data(file_)) fail(path_, "written");
        durable_ = end;
        write_note();
    }
    return true;
}

GLOBUS_DECL void PartialFile::go_apart(std::uint64_t prefix) {
    prefix_ = prefix;
    if (common_) write_note();
}

GLOBUS_DECL bool PartialFile::write_apart(std::uint64_t offset, std::string_view piece) {
    if (!write_at(file_, piece, offset)) fail(path_, "written");
    return true;
}

GLOBUS_DECL void PartialFile::advance(std::uint64_t prefix) {
    if (what_.durable) begin_sync(file_, *prefix_, prefix - *prefix_);
    prefix_ = prefix;
    if (what_.durable && prefix >= durable_ + checkpoint) {
        if (!sync_data(file_)) fail(path_, "written");
        durable_ = prefix;
    }
    if (common_) write_note();
}

GLOBUS_DECL void PartialFile::digest(DigestStream& stream, std::uint64_t size) const {
    auto const buffer = std::make_unique<char[]>(std::size_t{1} << 18);
    for (std::uint64_t at = 0; at != size;) {
        auto const wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size - at, std::uint64_t{1} << 18));
        auto const count = read_at(file_, buffer.get(), wanted, at);
        if (count <= 0) fail(part_, "read");
        stream.update({buffer.get(), static_cast<std::size_t>(count)});
        at += static_cast<std::uint64_t>(count);
    }
}

GLOBUS_DECL void PartialFile::finish(FileStat const& file, std::uint64_t size) {
    auto const facts = facts_of(file_);
    if (!facts || facts->size < 0 || static_cast<std::uint64_t>(facts->size) < size)
        throw FileIntegrityError(path_ + ": somebody else has changed the partial file of this download");
    if (!resize_file(file_, size)) fail(path_, "written");
    if (auto const mode = final_mode(); mode && !set_permissions(file_, *mode)) fail(path_, "given its permissions");
    if (what_.keep_time && file.modified && !set_modified(file_, file.modified->time_since_epoch().count()))
        fail(path_, "given its time");
    if (what_.durable && !sync_file(file_) && !is_unsupported(errno)) fail(path_, "written");
    if (!rename_file(part_, path_)) fail(path_, "written");
    done_ = true;
    if (common_) remove_file(note_path());
    if (what_.durable) sync_directory(directory_of(path_));
}

GLOBUS_DECL void PartialFile::discard() noexcept { remove(); }

GLOBUS_DECL void PartialFile::remove() noexcept {
    if (done_ || !file_) return;
    if (names_file(part_, file_)) remove_file(part_);
    if (common_) remove_file(note_path());
    done_ = true;
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_IMPL_RECEIVERS_IPP
