// SPDX-License-Identifier: Apache-2.0
#ifndef GLOBUS_SERVICES_GCS_IMPL_UPLOAD_BODIES_IPP
#define GLOBUS_SERVICES_GCS_IMPL_UPLOAD_BODIES_IPP

#include <globus/core/config.hpp>
#include <globus/core/error.hpp>
#include <globus/core/platform/data_file.hpp>
#include <globus/core/platform/descriptor.hpp>
#include <globus/core/platform/files.hpp>
#include <globus/http/message.hpp>
#include <globus/services/gcs/files.hpp>
#include <globus/services/gcs/upload_bodies.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <istream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

namespace globus::detail {

/// A file of this machine.
class FileBody final : public UploadBody {
public:
    explicit FileBody(std::string path) : path_(std::move(path)), file_(open_to_read(path_)) {
        if (!file_) fail();
        auto const facts = facts_of(file_);
        if (!facts) fail();
        if (facts->kind != FileFacts::Kind::regular)
            throw UsageError(path_ + (facts->kind == FileFacts::Kind::directory
                                          ? " is a folder: upload its files one by one"
                                          : " is no plain file: open it, and upload the stream"));
        facts_ = *facts;
    }
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return static_cast<std::uint64_t>(facts_.size); }
    bool rewind() override {
        at_ = 0;
        return true;
    }
    std::size_t read(char* buffer, std::size_t size) override {
        auto const left = static_cast<std::uint64_t>(facts_.size) - at_;
        auto const count = read_at(file_, buffer, static_cast<std::size_t>(std::min<std::uint64_t>(size, left)), at_);
        if (count < 0) fail();
        if (count == 0 && left != 0) changed();
        at_ += static_cast<std::uint64_t>(count);
        return static_cast<std::size_t>(count);
    }
    void check_unchanged() const override {
        auto const now = facts_of(file_);
        if (!now || now->size != facts_.size || now->modified != facts_.modified) changed();
    }

private:
    [[noreturn]] void fail() const { throw LocalFileError(path_, "read", {errno, std::generic_category()}); }
    [[noreturn]] void changed() const { throw FileChangedError(path_ + " changed while it was sent"); }

    std::string path_;
    Descriptor file_;
    FileFacts facts_;
    std::uint64_t at_ = 0;
};

/// A buffer of the caller's.
class BufferBody final : public UploadBody {
public:
    explicit BufferBody(std::span<std::byte const> buffer) : buffer_(buffer) {}
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return buffer_.size(); }
    bool rewind() override {
        at_ = 0;
        return true;
    }
    std::size_t read(char* buffer, std::size_t size) override {
        std::size_t const count = std::min(size, buffer_.size() - at_);
        if (count != 0) std::memcpy(buffer, buffer_.data() + at_, count);
        at_ += count;
        return count;
    }

private:
    std::span<std::byte const> buffer_;
    std::size_t at_ = 0;
};

/// A stream of the caller's.
class StreamBody final : public UploadBody {
public:
    StreamBody(std::istream& in, std::optional<std::uint64_t> size) : in_(in), size_(size), begin_(in.tellg()) {
        if (begin_ == std::istream::pos_type(-1)) {
            in_.clear(in_.rdstate() & ~std::ios::failbit);  // it cannot be positioned
        } else if (!size_ && in_.seekg(0, std::ios::end)) {
            size_ = static_cast<std::uint64_t>(in_.tellg() - begin_);
            in_.seekg(begin_);
        }
        check();
    }
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
    bool rewind() override {
        if (fresh_) return true;
        if (begin_ == std::istream::pos_type(-1)) return false;
        in_.clear(in_.rdstate() & ~(std::ios::eofbit | std::ios::failbit));
        fresh_ = static_cast<bool>(in_.seekg(begin_));
        return fresh_;
    }
    std::size_t read(char* buffer, std::size_t size) override {
        fresh_ = false;
        in_.read(buffer, static_cast<std::streamsize>(size));
        check();
        return static_cast<std::size_t>(in_.gcount());
    }

private:
    void check() const {
        if (in_.bad() || (in_.fail() && !in_.eof()))
            throw LocalFileError("the stream", "read", std::make_error_code(std::errc::io_error));
    }
    std::istream& in_;
    std::optional<std::uint64_t> size_;
    std::istream::pos_type begin_;
    bool fresh_ = true;  ///< nothing was read yet
};

/// A function of the caller's.
class FunctionBody final : public UploadBody {
public:
    FunctionBody(http::Source const& source, std::optional<std::uint64_t> size) : source_(source), size_(size) {
        if (!source_) throw UsageError("the function that an upload comes from is empty");
    }
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
    bool rewind() override { return fresh_; }
    std::size_t read(char* buffer, std::size_t size) override {
        fresh_ = false;
        return source_(buffer, size);
    }

private:
    http::Source const& source_;
    std::optional<std::uint64_t> size_;
    bool fresh_ = true;
};

GLOBUS_DECL std::unique_ptr<UploadBody> body_of(Upload const& what) {
    struct Making {
        std::optional<std::uint64_t> const& size;
        std::unique_ptr<UploadBody> operator()(std::string const& path) { return std::make_unique<FileBody>(path); }
        std::unique_ptr<UploadBody> operator()(std::istream* in) { return std::make_unique<StreamBody>(*in, size); }
        std::unique_ptr<UploadBody> operator()(std::span<std::byte const> buffer) {
            return std::make_unique<BufferBody>(buffer);
        }
        std::unique_ptr<UploadBody> operator()(http::Source const& source) {
            return std::make_unique<FunctionBody>(source, size);
        }
    };
    auto body = std::visit(Making{what.size}, what.from.value());
    if (what.size && body->size() != what.size)
        throw UsageError("the size of this upload is " + std::to_string(body->size().value_or(0)) +
                         " bytes: leave `size` out, which is for streams and functions");
    return body;
}

}  // namespace globus::detail

#endif  // GLOBUS_SERVICES_GCS_IMPL_UPLOAD_BODIES_IPP
